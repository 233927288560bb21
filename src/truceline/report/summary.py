"""The bottom line: the gravest three, what changed, what is overdue, and how well anybody was looking."""

from __future__ import annotations

import pandas as pd

from truceline.findings.status import NOT_IN_FORCE
from truceline.findings.tables import Assessment
from truceline.report.chart_grid import CoverageGrid, exposure_of
from truceline.report.judged import sector_names
from truceline.report.words import Words, number, percent, shorten

LIMIT = 120  # words


def bottom_line(assessment: Assessment, judged: pd.DataFrame, grid: CoverageGrid, words: Words) -> tuple[str, ...]:
    """Return sentences of at most 120 words together, the most important first; never a bare count."""
    sentences = [_watched(assessment, grid, words), *_gravest(judged, words), _overdue(assessment, words)]
    sentences += [_changed(assessment, words)]
    kept: list[str] = []
    spent = 0
    for sentence in filter(None, sentences):
        spent += len(sentence.split())
        if spent <= LIMIT:
            kept.append(sentence)
    return tuple(kept)


def gravest(judged: pd.DataFrame, count: int = 3) -> pd.DataFrame:
    """Return the incidents to name first: violations before what is undetermined, by severity, then probability."""
    grave = judged[judged.verdict.isin(["violation", "indeterminate"])]
    order = grave.assign(_open=grave.verdict != "violation")
    columns = ["_open", "severity", "p_violation", "incident_id"]
    return order.sort_values(columns, ascending=[True, False, False, True]).head(count)


def _watched(assessment: Assessment, grid: CoverageGrid, words: Words) -> str:
    exposure = exposure_of(assessment, grid)
    total = exposure.get("km_h_total", 0.0)
    if not total or not (len(assessment.looks) or grid.looked.any()):
        return words("bottom.no_look")
    return words("bottom.watched", seen=percent(exposure["km_h_seen"] / total))


def _gravest(judged: pd.DataFrame, words: Words) -> list[str]:
    found = gravest(judged)
    if not len(found):
        return [words("bottom.none_judged")] if len(judged) else [words("bottom.nothing")]
    return [
        words(
            "bottom.heat" if row.heat_only else f"bottom.{row.verdict}",
            act=words.term("act", row.act),
            place=shorten(row.place, 40) or f"km {number(row.chainage_km, 0)}",
            time=words.local(row.time_start),
            p=percent(row.p_violation),
            severity=number(row.severity, 0),
        )
        for row in found.itertuples()
    ]


def _overdue(assessment: Assessment, words: Words) -> str:
    late = assessment.clocks[assessment.clocks.state == "overdue"]
    if not len(late):
        return words("bottom.none_overdue") if len(assessment.clocks) else ""
    first = late.sort_values(["severity", "due", "incident_id"], ascending=[False, True, True]).iloc[0]
    key = "bottom.overdue_more" if len(late) > 1 else "bottom.overdue"
    return words(
        key,
        step=shorten(first.step, 40),
        owner=shorten(first.owner, 30),
        due=words.local(first.due),
        more=len(late) - 1,
    )


def _changed(assessment: Assessment, words: Words) -> str:
    """Say which sector's status changed on the last day in force; the worst change first."""
    status = assessment.status[assessment.status.status != NOT_IN_FORCE]
    days = sorted(status.day.unique())
    if len(days) < 2:
        return ""
    before, after = (
        status[status.day == day].drop_duplicates("sector").set_index("sector").status for day in days[-2:]
    )
    names = sector_names(assessment.sectors)
    changed = [s for s in names if s in before and s in after and before[s] != after[s]]
    if not changed:
        return words("bottom.unchanged", day=days[-1])
    worst = min(changed, key=lambda s: (after[s] != "violation", after[s] != "indeterminate", s))
    return words(
        "bottom.changed",
        day=days[-1],
        sector=shorten(names[worst], 30),
        before=words.term("status", before[worst]),
        after=words.term("status", after[worst]),
    )
