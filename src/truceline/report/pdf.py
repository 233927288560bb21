"""The report as a PDF: the same sections, shorter tables, the strip chart as lines, no map."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import typst

from truceline.findings.tables import Assessment
from truceline.provenance import canonical_json
from truceline.report.chart import chart_alt
from truceline.report.page import Section, Table
from truceline.report.telling import Telling, tell_report
from truceline.report.words import Words

ROWS = 12  # of each table; the HTML has more and the exports have all
DAYS = 14  # columns of days that fit a page


def render_pdf(
    assessment: Assessment,
    *,
    language: str = "en",
    release_notes: Sequence[str] = (),
    corrections: Sequence[str] = (),
    record_root: str = "",
) -> bytes:
    """Return the report as PDF bytes; dated by the assessment's `now`, so the same assessment gives the same bytes.

    Texts reach typst as JSON data, never as markup. The font is the one that comes with matplotlib: it has Latin
    and Cyrillic, and does not depend on the machine.
    """
    text = {"release_notes": release_notes, "corrections": corrections}
    return pdf_of(tell_report(assessment, language=language, record_root=record_root, **text))


def pdf_of(telling: Telling) -> bytes:
    """Return `render_pdf` of a report already told."""
    assessment, words = telling.assessment, telling.words
    head = {
        "kind": words("report.title"),
        "title": assessment.title,
        "about": _about(assessment, words),
        "made": words("report.made", now=words.local(assessment.now)),
    }
    alt = chart_alt(assessment, words)
    sections = [
        dataclasses.replace(section, picture=telling.chart, alt=alt) if section.key == "chart" else section
        for section in telling.sections
        if section.key != "map"
    ]
    return sections_pdf(head, sections, words, now=assessment.now)


def sections_pdf(
    head: Mapping[str, str], sections: Sequence[Section], words: Words, *, now: datetime, most: int = ROWS
) -> bytes:
    """Return sections as a PDF under a head of kind, title, about and made, dated `now`; tables have `most` rows."""
    pictures = {f"{section.key}.svg": section.picture.encode() for section in sections if section.picture}
    report = {**head, "language": words.language, "sections": [_plain(section, words, most) for section in sections]}
    template = resources.files("truceline.report").joinpath("templates/report.typ").read_bytes()
    compile_files: Any = typst.compile  # its types do not know that several files can be given
    made: bytes = compile_files(
        {"main.typ": template, "report.json": canonical_json(report), **pictures},
        format="pdf",
        font_paths=_fonts(),
        timestamp=int(now.timestamp()),
    )
    return made


def _about(assessment: Assessment, words: Words) -> str:
    period, agreement = assessment.period, assessment.agreement
    zone = assessment.timezone
    return " ".join(
        [
            words("report.period", start=words.local(period.start), end=words.local(period.end), zone=zone),
            words("report.agreement", title=agreement.title, parties=", ".join(p.called for p in agreement.parties)),
        ]
    )


def _plain(section: Section, words: Words, most: int) -> dict[str, Any]:
    picture = f"{section.key}.svg" if section.picture else ""
    return dataclasses.asdict(section) | {
        "picture": picture,
        "tables": [_plain_table(t, words, most) for t in section.tables],
    }


def _plain_table(table: Table, words: Words, most: int) -> dict[str, Any]:
    """Return a table cut to what a page holds, with the share of the width each column gets."""
    keep = len(table.head) if len(table.head) <= DAYS + 1 else DAYS + 1
    columns = [0, *range(len(table.head) - keep + 1, len(table.head))]  # the first, then the latest days
    rows = [[r[i] for i in columns] for r in table.rows[:most]]
    texts = [[table.head[i], *(r[k].text for r in rows)] for k, i in enumerate(columns)]
    hidden = table.left_out + len(table.rows) - len(rows)
    return {
        "caption": table.caption,
        "head": [table.head[i] for i in columns],
        "rows": [[{"text": c.text, "tone": c.tone} for c in r] for r in rows],
        "numeric": [k for k, i in enumerate(columns) if i in table.numeric],
        "columns": [_weight(column) for column in texts],
        "left_out": " ".join(
            [words("left_out", count=hidden)] * bool(hidden)
            + [words("left_out_days", count=len(table.head) - keep)] * (keep < len(table.head))
        ),
    }


def _weight(column: list[str]) -> float:
    """Return the share of the width a column gets: its longest word must fit, longer text may wrap."""
    word = max(len(word) for text in column for word in ["", *text.split()])
    text = max(len(text) for text in column[1:]) if len(column) > 1 else 0
    width = max(5.0, min(word, 22) + 1.0, math.pow(min(text, 60), 0.8))
    return round(width, 1)


@cache
def _fonts() -> typst.Fonts:
    folder = resources.files("matplotlib").joinpath("mpl-data/fonts/ttf")
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
