"""How well the line was watched, and what was seen in proportion to it."""

from __future__ import annotations

import math

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.report.chart_grid import CoverageGrid, effective_by_kind, exposure_of, sector_exposure
from truceline.report.judged import sector_names
from truceline.report.page import Cell, Section, Table, row, table
from truceline.report.words import NOT_KNOWN, Words, number, percent
from truceline.uncertainty import poisson_interval, upper_bound_rate

PER_KM_H = 1000.0
SYMBOLS = {"violation": "▲", "indeterminate": "?", "watched": "✓", "partly": "◐", "not_observed": "∅", "no_force": "–"}
STATUSES = (
    "violation",
    "indeterminate",
    "no violation seen, well watched",
    "no violation seen, partly watched",
    "not observed",
    "not in force",
)


def exposure_section(assessment: Assessment, grid: CoverageGrid, words: Words) -> Section:
    """Return the exposure box: km-hours seen, partly seen and not seen, by day and night, and every kind of look."""
    exposure = exposure_of(assessment, grid)
    rows = []
    for part in ("", "_day", "_night"):
        total = exposure.get(f"km_h_total{part}", math.nan)
        cells = [words(f"exposure.all{part}"), number(total, 0)]
        for level in ("seen", "partly", "unseen"):
            value = exposure.get(f"km_h_{level}{part}", math.nan)
            share = value / total if total > 0 else math.nan
            cells.append(f"{number(value, 0)} ({percent(share)})" if share == share else NOT_KNOWN)
        rows.append(row(*cells))
    head = [words(f"exposure.{k}") for k in ("when", "total", "seen", "partly", "unseen")]
    known = exposure.get("km_h_total", 0.0) > 0
    text: tuple[str, ...] = () if known else (words("exposure.none"),)
    text += (words("exposure.not_observed"),)
    looks = assessment.looks.groupby(["source", "sensor"], sort=True).detections
    look_rows = [
        row(source, words.term("sensor", sensor), number(len(d), 0), number(float((d == 0).sum()), 0))
        for (source, sensor), d in looks
    ]
    look_head = [words(f"looks.{k}") for k in ("source", "sensor", "looks", "empty")]
    tables = table(words("exposure.caption"), head, rows if known else [], numeric=range(1, 5))
    tables += _by_kind(assessment, grid, words)
    tables += table(words("looks.caption"), look_head, look_rows, numeric=(2, 3))
    if (assessment.looks.sensor == "thermal").any():
        text += (words("exposure.thermal"),)
    if not len(assessment.looks):
        text += (words("release.not_here" if grid.looked.any() else "looks.none"),)
    return Section(key="exposure", title=words("section.exposure"), text=text, tables=tables)


def _by_kind(assessment: Assessment, grid: CoverageGrid, words: Words) -> tuple[Table, ...]:
    """Return, for each kind of violation, the effective km-hours with their range, and what silence there proves."""
    whole = float(grid.km_h(assessment.in_force).sum())
    rows = []
    for kind, (low, middle, high) in effective_by_kind(assessment, grid).items():
        upper = upper_bound_rate(0, middle) * PER_KM_H
        rows.append(
            row(
                words.term("act", kind),
                number(middle, 0 if middle >= 10 else None),
                f"{number(low, 0 if low >= 10 else None)}–{number(high, 0 if high >= 10 else None)}",
                percent(middle / whole) if whole > 0 else NOT_KNOWN,
                number(upper),
            )
        )
    head = [words(f"kinds.{k}") for k in ("kind", "effective", "range", "share", "upper")]
    return table(words("kinds.caption"), head, rows, numeric=range(1, 5))


def violations_section(assessment: Assessment, judged: pd.DataFrame, grid: CoverageGrid, words: Words) -> Section:
    """Return violations by sector with their rate per 1,000 effective km-hours and its 90 % interval (Garwood).

    Effective km-hours weigh each cell and step by the probability that a violation there would have been seen, so
    the rate is already adjusted for detection. With none found the 95 % upper bound is given.
    """
    exposure = sector_exposure(assessment, grid).set_index("sector")
    names = sector_names(assessment.sectors)
    rows = []
    for sector, called in names.items():
        here = judged[judged.sector == sector]
        found, open_ = int((here.verdict == "violation").sum()), int((here.verdict == "indeterminate").sum())
        effective = float(exposure.km_h_effective[sector])
        rows.append(
            row(
                called,
                number(found, 0),
                number(open_, 0),
                number(float(exposure.km_h[sector]), 0),
                number(effective),
                *_rate(found, effective, words),
            )
        )
    keys = ("sector", "violations", "indeterminate", "in_force", "effective", "rate", "interval", "upper")
    head = [words(f"rates.{k}") for k in keys]
    text = (words("rates.intro"),) if rows else (words("rates.none"),)
    return Section(
        key="violations",
        title=words("section.violations"),
        text=text,
        tables=table(words("rates.caption", kind=words.term("act", grid.kind)), head, rows, numeric=range(1, 8)),
        small=(words("rates.method"),) if rows else (),
    )


def _rate(found: int, effective_km_h: float, words: Words) -> tuple[str, str, str]:
    """Return rate, 90 % interval and 95 % upper bound per 1,000 effective km-hours, or words when nobody looked."""
    if effective_km_h <= 0:
        return words("status.not observed"), NOT_KNOWN, NOT_KNOWN
    unit = PER_KM_H / effective_km_h
    low, high = poisson_interval(found)
    upper = upper_bound_rate(found, effective_km_h) * PER_KM_H
    return number(found * unit), f"{number(low * unit)}–{number(high * unit)}", number(upper)


def status_section(assessment: Assessment, words: Words) -> Section:
    """Return the status of each sector and day, with how well it was watched."""
    status = assessment.status.drop_duplicates(["sector", "day"])
    days = sorted(status.day.unique())
    cells = {(s.sector, s.day): s for s in status.itertuples()}
    rows = []
    for sector, called in sector_names(assessment.sectors).items():
        made: list[str | Cell] = [called]
        for day in days:
            found = cells.get((sector, day))
            if found is None:
                made.append(NOT_KNOWN)
            else:
                tone = tone_of(found.status)
                text = SYMBOLS[tone] if tone == "no_force" else f"{SYMBOLS[tone]} {percent(found.watched)}"
                made.append(Cell(text=text, tone=tone, said=words.term("status", found.status)))
        rows.append(row(*made))
    return Section(
        key="status",
        title=words("section.status"),
        text=(words("status.intro"),) if rows and days else (words("status.none"),),
        tables=table(words("status.caption"), [words("rates.sector"), *(d[5:] for d in days)], rows if days else []),
        small=(" · ".join(f"{SYMBOLS[tone_of(s)]} {words.term('status', s)}" for s in STATUSES),)
        if rows and days
        else (),
    )


def tone_of(status: str) -> str:
    """Return the tone of a status, a key of SYMBOLS."""
    if status in {"violation", "indeterminate", "not observed"}:
        return status.replace(" ", "_")
    if status == "not in force":
        return "no_force"
    return "watched" if "well" in status else "partly"
