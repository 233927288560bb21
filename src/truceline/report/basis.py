"""What the report rests on: rows set aside, parameters, corrections, how it is released, methods and digests."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.provenance import VERSION
from truceline.report.page import Cell, Section, row, table, web_link
from truceline.report.said import tell
from truceline.report.verdicts import SHOWN
from truceline.report.words import Words, number, shorten


def set_aside_section(assessment: Assessment, words: Words) -> Section:
    """Return the rows no source could read, with file, line, reason and what to do."""
    aside = assessment.set_aside
    rows = [
        row(r.file or r.source, number(r.line, 0), shorten(r.reason, 200), shorten(r.todo, 200), shorten(r.raw, 80))
        for r in aside.head(SHOWN).itertuples()
    ]
    more = len(aside) - SHOWN
    return Section(
        key="set-aside",
        title=words("section.set_aside"),
        text=(words("aside.some", aside=len(aside), read=len(assessment.observations)),)
        if rows
        else (words("aside.none"),),
        tables=table(
            words("aside.caption"),
            [words(f"aside.{k}") for k in ("file", "line", "reason", "todo", "raw")],
            rows,
            numeric=(1,),
            left_out=more,
        ),
    )


def assumptions_section(assessment: Assessment, words: Words) -> Section:
    """Return every parameter with its range and source."""
    rows = [
        row(
            str(a.name),
            number(a.value),
            f"{number(a.low)} – {number(a.high)}"
            if a.low == a.low or a.high == a.high
            else words("assumptions.no_range"),
            str(a.unit),
            Cell(text=shorten(a.source, 200), link=web_link(str(a.source))),
        )
        for a in assessment.assumptions.sort_values("name").rename(columns={"name": "name"}).itertuples()
    ]
    head = [words(f"assumptions.{k}") for k in ("name", "value", "range", "unit", "source")]
    return Section(
        key="assumptions",
        title=words("section.assumptions"),
        text=() if rows else (words("assumptions.none"),),
        tables=table(words("assumptions.caption"), head, rows, numeric=(1, 2)),
    )


def warnings_section(assessment: Assessment, words: Words) -> Section:
    """Return early warnings. Quiet is never called safe."""
    return Section(
        key="warnings",
        title=words("section.warnings"),
        text=(words("warnings.quiet"),) + (() if assessment.warnings else (words("warnings.none"),)),
        points=tuple(tell(warning, words) for warning in assessment.warnings),
    )


def commission_section(assessment: Assessment, judged: pd.DataFrame, words: Words) -> Section:
    """Return what lies open before the joint commission."""
    late = int((assessment.clocks.state == "overdue").sum())
    disputed = int(assessment.claims.state.eq("open").sum())
    open_ = int((judged.verdict == "indeterminate").sum())
    points = []
    if late:
        points.append(words("commission.overdue", count=late))
    if open_:
        points.append(words("commission.open", count=open_))
    if disputed:
        points.append(words("commission.claims", count=disputed))
    return Section(
        key="commission",
        title=words("section.commission"),
        text=() if points else (words("commission.none"),),
        points=tuple(points),
    )


def corrections_section(corrections: Sequence[str], words: Words) -> Section:
    """Return corrections to reports already given out."""
    text = () if corrections else (words("corrections.none"),)
    return Section(key="corrections", title=words("section.corrections"), text=text, points=tuple(corrections))


def release_section(release_notes: Sequence[str], words: Words) -> Section:
    """Return at what level the report is released and what was delayed, coarsened or withheld."""
    text = () if release_notes else (words("release.none"),)
    return Section(
        key="release",
        title=words("section.release"),
        text=text,
        points=tuple(tell(note, words) for note in release_notes),
    )


def limits_section(words: Words) -> Section:
    """Return the known harms and limits, which belong on the first page."""
    keys = ("counts", "intent", "behaviour", "outlook", "transfer", "guarantee", "names", "targeting")
    return Section(key="limits", title=words("section.limits"), points=tuple(words(f"limits.{k}") for k in keys))


def method_section(assessment: Assessment, record_root: str, words: Words) -> Section:
    """Return the methods and their versions, the digest of every input, the credits and the record's root."""
    used = pd.concat(
        [assessment.incidents[["method", "method_version"]], assessment.findings[["method", "method_version"]]]
    )
    methods = sorted({f"{m} {v}".strip() for m, v in used.itertuples(index=False) if m})
    digests = [row(name, Cell(text=value, tone="code")) for name, value in sorted(assessment.digests.items())]
    lines = [
        f"{line.called}: ± {number(line.sigma_km)} km. {line.source}"
        for line in sorted(assessment.lines, key=lambda line: (line.line_id, str(line.valid_from)))
    ]
    text = (words("method.intro", version=VERSION, methods=", ".join(methods) or "–"),)
    root = words("method.root", root=record_root) if record_root else words("method.no_root")
    return Section(
        key="method",
        title=words("section.method"),
        text=(*text, root) if digests else (*text, root, words("method.no_digests")),
        points=(*lines, *assessment.credits),
        tables=table(words("method.caption"), [words("method.file"), "SHA-256"], digests),
    )
