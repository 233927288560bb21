"""Status by sector and day, and the exposure box: what was watched, how well, and what silence there is worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.findings.tables import STATUS
from truceline.observations.tables import new_table
from truceline.sensors.coverage import Coverage
from truceline.timespan import Timespan
from truceline.uncertainty import upper_bound_rate

# A cell is called well watched, partly watched or not observed by the chance that a violation there was seen.
WELL, PARTLY = 0.8, 0.3

VIOLATION = "violation"
INDETERMINATE = "indeterminate"
WELL_WATCHED = "no violation seen, well watched"
PARTLY_WATCHED = "no violation seen, partly watched"
NOT_OBSERVED = "not observed"
NOT_IN_FORCE = "not in force"


def sector_status(
    incidents: pd.DataFrame,
    findings: pd.DataFrame,
    coverage: Coverage,
    *,
    sectors: pd.DataFrame,
    in_force: tuple[Timespan, ...],
    period: Timespan,
    timezone: str,
) -> pd.DataFrame:
    """Return one row per sector and local day (the STATUS table).

    Only hours in which the agreement is in force count. A sector-day with no look reads "not observed", whatever was
    or was not reported; with none seen, `missed_upper` = 3.0 / watched bounds what was missed at 95 %.
    """
    kind = next(iter(coverage.seen))
    judged = _worst(incidents, findings)
    rows = []
    for day, span in period.days(timezone):
        force = _hours_in_force(coverage, span, in_force)
        for sector in sectors.itertuples():
            weight = _overlap(coverage, sector.from_km, sector.to_km)[:, None] * force[None, :]
            here = judged[
                judged["chainage_km"].between(sector.from_km, sector.to_km, inclusive="left")
                & (judged["time_end"] >= span.start)
                & (judged["time_start"] < span.end)
            ]
            rows.append(_row(sector.sector, day, here, coverage, weight, kind))
    columns = {name: [row[name] for row in rows] for name in STATUS} if rows else {}
    return new_table(STATUS, columns, length=len(rows))


def _row(
    sector: str, day: str, here: pd.DataFrame, coverage: Coverage, weight: npt.NDArray[np.float64], kind: str
) -> dict[str, object]:
    total = weight.sum()
    watched, low, high = (
        float((table[kind] * weight).sum() / total) if total > 0 else 0.0
        for table in (coverage.seen, coverage.seen_low, coverage.seen_high)
    )
    p_none = float(np.prod(1 - here["probability"].to_numpy(float))) if len(here) else 1.0
    hours = float(coverage.step_h @ (weight.sum(axis=0) > 0))
    return {
        "sector": sector,
        "day": day,
        "status": _call(set(here["verdict"]), watched, in_force=total > 0),
        "watched": watched,
        "watched_low": low,
        "watched_high": high,
        "looks": float(((coverage.looked * (weight > 0)).max(axis=0) > 0.05).sum()),
        "exposure_h": hours,
        "incidents": float(len(here)),
        "p_violation": 1 - p_none,
        "missed_upper": upper_bound_rate(0, watched),
    }


def _call(verdicts: set[str], watched: float, *, in_force: bool) -> str:
    if not in_force:
        return NOT_IN_FORCE
    if VIOLATION in verdicts:
        return VIOLATION
    if INDETERMINATE in verdicts:
        return INDETERMINATE
    if watched >= WELL:
        return WELL_WATCHED
    return PARTLY_WATCHED if watched >= PARTLY else NOT_OBSERVED


def _worst(incidents: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return each incident with its most serious verdict and the probability of that one."""
    rank = {VIOLATION: 2, INDETERMINATE: 1}
    open_ones = findings[findings["verdict"].isin(rank)]
    order = open_ones.assign(rank=open_ones["verdict"].map(rank)).sort_values(["rank", "probability"], ascending=False)
    worst = order.drop_duplicates("incident_id")[["incident_id", "verdict", "probability"]]
    return incidents[["incident_id", "chainage_km", "time_start", "time_end"]].merge(worst, on="incident_id")


def _overlap(coverage: Coverage, from_km: float, to_km: float) -> npt.NDArray[np.float64]:
    """Return (cells,): kilometres of each cell inside a sector."""
    start, end = coverage.cell_km, coverage.cell_km + coverage.width_km
    return np.asarray(np.clip(np.minimum(end, to_km) - np.maximum(start, from_km), 0, None))


def _hours_in_force(coverage: Coverage, span: Timespan, in_force: tuple[Timespan, ...]) -> npt.NDArray[np.float64]:
    """Return (steps,): hours of each step inside a span during which the agreement was in force."""
    hours = np.zeros(len(coverage.steps))
    for window in in_force:
        start, end = max(span.start, window.start), min(span.end, window.end)
        if start < end:
            hours += _step_overlap(coverage, start, end)
    return np.asarray(np.minimum(hours, coverage.step_h))


def _step_overlap(coverage: Coverage, start: datetime, end: datetime) -> npt.NDArray[np.float64]:
    first = coverage.steps[0]
    at = (coverage.steps - first).total_seconds().to_numpy() / 3600
    low, high = ((pd.Timestamp(t) - first).total_seconds() / 3600 for t in (start, end))
    return np.asarray(np.clip(np.minimum(at + coverage.step_h, high) - np.maximum(at, low), 0, None))


def exposure_box(coverage: Coverage, *, in_force: tuple[Timespan, ...]) -> dict[str, float]:
    """Return kilometre-hours seen, partly seen and unseen while in force, by day and night; they add up exactly."""
    kind = next(iter(coverage.seen))
    seen = coverage.seen[kind]
    everything = Timespan(start=coverage.steps[0].to_pydatetime(), end=_end(coverage))
    weight = coverage.width_km[:, None] * _hours_in_force(coverage, everything, in_force)[None, :]
    box = {
        "line_km": float(coverage.width_km.sum()),
        "hours": float(weight.sum() / max(coverage.width_km.sum(), 1e-12)),
        "sum_of_detection_probability_km_h": float((seen * weight).sum()),
    }
    for name, part in _levels(seen):
        box[f"km_h_{name}"] = float((weight * part).sum())
        box[f"km_h_{name}_day"] = float((weight * part * coverage.daylight).sum())
        box[f"km_h_{name}_night"] = float((weight * part * ~coverage.daylight).sum())
    for when in ("", "_day", "_night"):
        box[f"km_h_total{when}"] = sum(box[f"km_h_{level}{when}"] for level in ("seen", "partly", "unseen"))
    box["rate_upper_per_1000_km_h"] = 1000 * upper_bound_rate(0, box["sum_of_detection_probability_km_h"])
    return box


def _levels(seen: npt.NDArray[np.float64]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    yield "seen", seen >= WELL
    yield "partly", (seen >= PARTLY) & (seen < WELL)
    yield "unseen", seen < PARTLY


def _end(coverage: Coverage) -> datetime:
    end: datetime = (coverage.steps[-1] + pd.Timedelta(hours=float(coverage.step_h[-1]))).to_pydatetime()
    return end
