"""Status by sector and day, and the exposure box: what was watched, how well, and what silence there is worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

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
RANK = {VIOLATION: 2, INDETERMINATE: 1}
_WHERE_AND_WHAT = ("incident_id", "chainage_km", "place", "time_start", "time_end", "sensors", "p_acts")

LOOKED = 0.05  # chance of having been looked at from which a step counts as a look


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
    watched = watched_days(coverage, sectors=sectors, in_force=in_force, period=period, timezone=timezone)
    return with_incidents(watched, worst(incidents, findings), sectors=sectors, period=period, timezone=timezone)


def watched_days(
    coverage: Coverage,
    *,
    sectors: pd.DataFrame,
    in_force: tuple[Timespan, ...],
    period: Timespan,
    timezone: str,
) -> pd.DataFrame:
    """Return the columns of STATUS that no incident has a say in, and `in_force`; sector by sector, day by day."""
    kind = next(iter(coverage.seen))
    days = list(period.days(timezone))
    hours = np.stack([_hours_in_force(coverage, span, in_force) for _, span in days])  # (d, t)
    km = np.stack([_overlap(coverage, s.from_km, s.to_km) for s in sectors.itertuples()])  # (s, c)
    weight = km.sum(axis=1)[:, None] * hours.sum(axis=1)[None, :]  # (s, d) kilometre-hours in force
    looked = np.stack([(coverage.looked[row > 0] > LOOKED).any(axis=0) for row in km])  # (s, t)
    watched, low, high = (
        _mean(km @ table[kind] @ hours.T, weight) for table in (coverage.seen, coverage.seen_low, coverage.seen_high)
    )
    return pd.DataFrame(
        {
            "sector": np.tile(sectors["sector"].to_numpy(object), len(days)),
            "day": np.repeat(np.array([day for day, _ in days], object), len(sectors)),
            "watched": watched.T.ravel(),
            "watched_low": low.T.ravel(),
            "watched_high": high.T.ravel(),
            "looks": (looked.astype(float) @ (hours > 0).T).T.ravel(),
            "exposure_h": np.repeat(hours.sum(axis=1), len(sectors)),
            "in_force": (weight > 0).T.ravel(),
        }
    )


def with_incidents(
    watched: pd.DataFrame, gravest: pd.DataFrame, *, sectors: pd.DataFrame, period: Timespan, timezone: str
) -> pd.DataFrame:
    """Return the STATUS table from `watched_days` and the `worst` of the incidents."""
    happened = _by_sector_day(gravest, sectors, [span for _, span in period.days(timezone)])
    table = watched.join(happened)
    table["incidents"] = table["incidents"].fillna(0.0)
    table["p_violation"] = 1 - np.exp(table["ln_none"].fillna(0.0))
    table["missed_upper"] = [upper_bound_rate(0, w) for w in table["watched"]]
    rank = table["rank"].fillna(0).to_numpy()
    table["status"] = [
        _call(r, w, in_force=f) for r, w, f in zip(rank, table["watched"], table["in_force"], strict=True)
    ]
    return new_table(STATUS, {name: table[name] for name in STATUS}, length=len(table))


def _mean(total: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return total / weight, and 0 where nothing was in force."""
    mean = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    return np.asarray(mean.round(12))  # so that a level everywhere at a limit is at the limit


def _call(rank: float, watched: float, *, in_force: bool) -> str:
    if not in_force:
        return NOT_IN_FORCE
    if rank >= RANK[INDETERMINATE]:
        return VIOLATION if rank >= RANK[VIOLATION] else INDETERMINATE
    if watched >= WELL:
        return WELL_WATCHED
    return PARTLY_WATCHED if watched >= PARTLY else NOT_OBSERVED


def worst(incidents: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return each incident with its most serious open verdict and the probability that it was a breach; in their order.

    The finding of an incident that only heat supports carries the probability that it is not background; how much of
    that is a breach is the share of its acts that is not mere heat.
    """
    at_stake = findings[findings["verdict"].isin(RANK)]
    order = at_stake.assign(rank=at_stake["verdict"].map(RANK)).sort_values(["rank", "probability"], ascending=False)
    worst = order.drop_duplicates("incident_id")[["incident_id", "rank", "probability"]]
    about = incidents[list(_WHERE_AND_WHAT)]
    found = about.merge(worst, on="incident_id")
    heat = found["sensors"].map(lambda kinds: tuple(kinds) == ("thermal",)).to_numpy(bool)
    hostile = [1.0 - sum(p for act, p in pairs if act == "heat") for pairs in found["p_acts"]]
    found["probability"] = found["probability"] * np.where(heat, hostile, 1.0)
    return found.astype({"rank": float, "probability": float})


def _by_sector_day(worst: pd.DataFrame, sectors: pd.DataFrame, spans: list[Timespan]) -> pd.DataFrame:
    """Return, by day number x sectors + sector number: incidents, gravest rank, ln chance that none was a breach.

    An incident that may have fallen on several days counts on each of them. One whose source names only an area
    counts in the sector of that name.
    """
    starts = pd.DatetimeIndex([span.start for span in spans])
    first = np.maximum(starts.searchsorted(worst["time_start"], side="right") - 1, 0)
    last = starts.searchsorted(worst["time_end"], side="right") - 1
    km = worst["chainage_km"].to_numpy(float)
    parts = []
    for i, sector in enumerate(sectors.itertuples()):
        named = np.isnan(km) & worst["place"].isin([sector.sector, sector.called]).to_numpy()
        here = np.flatnonzero((((km >= sector.from_km) & (km < sector.to_km)) | named) & (last >= 0))
        days = last[here] - first[here] + 1
        chosen = np.repeat(here, days)
        day = first[chosen] + np.arange(len(chosen)) - np.repeat(np.cumsum(days) - days, days)
        parts.append(
            pd.DataFrame(
                {
                    "row": day * len(sectors) + i,
                    "rank": worst["rank"].to_numpy(float)[chosen],
                    "ln_none": np.log1p(-np.clip(worst["probability"].to_numpy(float)[chosen], 0, 1 - 1e-12)),
                }
            )
        )
    long = pd.concat(parts, ignore_index=True)
    found = long.groupby("row").agg(incidents=("rank", "size"), rank=("rank", "max"), ln_none=("ln_none", "sum"))
    return found.astype(float)


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


def _levels(seen: npt.NDArray[np.floating[Any]]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    yield "seen", seen >= WELL
    yield "partly", (seen >= PARTLY) & (seen < WELL)
    yield "unseen", seen < PARTLY


def _end(coverage: Coverage) -> datetime:
    end: datetime = (coverage.steps[-1] + pd.Timedelta(hours=float(coverage.step_h[-1]))).to_pydatetime()
    return end
