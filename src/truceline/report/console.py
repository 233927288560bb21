"""The report in a screenful of plain text, for the console."""

from __future__ import annotations

from truceline.findings.status import NOT_IN_FORCE
from truceline.findings.tables import Assessment
from truceline.report.chart_grid import coverage_grid
from truceline.report.judged import VERDICTS, judged_incidents, sector_names
from truceline.report.summary import bottom_line
from truceline.report.watched import STATUSES, SYMBOLS, tone_of
from truceline.report.words import NOT_KNOWN, Words, number, percent
from truceline.timespan import find_zone


def summary_text(assessment: Assessment, *, language: str = "en") -> str:
    """Return the bottom line, what was read and judged, and the status of each sector day by day, as plain text."""
    words = Words(language=language, zone=find_zone(assessment.timezone))
    judged = judged_incidents(assessment)
    period = assessment.period
    zone = assessment.timezone
    head = words("report.period", start=words.local(period.start), end=words.local(period.end), zone=zone)
    lines = [assessment.title, head, "", words("section.bottom_line").upper()]
    lines += [f"  {sentence}" for sentence in bottom_line(assessment, judged, coverage_grid(assessment), words)]
    lines += ["", *_counts(assessment, words), "", *_status(assessment, words)]
    # a control character in somebody's text must not reach the terminal
    return "\n".join("".join(c if c.isprintable() else " " for c in line).rstrip() for line in lines) + "\n"


def _counts(assessment: Assessment, words: Words) -> list[str]:
    verdicts = assessment.findings.verdict.value_counts().to_dict()
    if "not_applicable" not in verdicts:
        judged = assessment.incidents.incident_id.isin(assessment.findings.incident_id)
        verdicts["not_applicable"] = int((~judged).sum())
    found = ", ".join(f"{words.term('verdict', v)} {number(float(verdicts.get(v, 0)), 0)}" for v in VERDICTS)
    read = {
        "console.observations": len(assessment.observations),
        "console.looks": len(assessment.looks),
        "console.set_aside": len(assessment.set_aside),
        "console.incidents": len(assessment.incidents),
    }
    # with incidents there must have been observations and looks: none here means withheld, which is not nought
    withheld = len(assessment.incidents) > 0 and not len(assessment.observations)
    first = " · ".join(
        f"{words(key)} {NOT_KNOWN if withheld and not n else number(float(n), 0)}" for key, n in read.items()
    )
    return [first, f"{words('console.findings')}: {found}"]


def _status(assessment: Assessment, words: Words) -> list[str]:
    """Return one row per sector; the last ten days fit a console of 100 columns."""
    status = assessment.status.drop_duplicates(["sector", "day"])
    days = sorted(status.day.unique())[-10:]
    if not days:
        return [words("status.none")]
    known = status[status.status != NOT_IN_FORCE]
    cells = {(s.sector, s.day): f"{SYMBOLS[tone_of(s.status)]} {percent(s.watched)}" for s in known.itertuples()}
    lines = [f"{words('rates.sector')[:18]:<18}" + "".join(f"{day[5:]:>8}" for day in days)]
    for sector, called in sector_names(assessment.sectors).items():
        lines.append(f"{called[:18]:<18}" + "".join(f"{cells.get((sector, day), '·'):>8}" for day in days))
    return [*lines, " · ".join(f"{SYMBOLS[tone_of(s)]} {words.term('status', s)}" for s in STATUSES)]
