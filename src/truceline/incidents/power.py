"""What thermal detection is worth: heat beyond the background, and how it ranks with counted violations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from truceline.errors import RequestError
from truceline.incidents.background import Background, estimate_background
from truceline.incidents.evidence import place_history, place_thermal, take_evidence, take_history
from truceline.incidents.exposure import days_of, measure_exposure
from truceline.incidents.settings import IncidentSettings
from truceline.observations import new_table
from truceline.observations.tables import Schema
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]

SOME, MUCH = 0.1, 0.6  # rank correlations below which a signal tells next to nothing, and above which it leads

EXCESS: Schema = {
    "day": "time",
    "detections": "number",  # within `within_km` of the line
    "expected": "number",  # by the background
    "excess": "number",  # (detections - expected) / standard deviation of the prediction
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Rank correlation of a signal with counted violations, with its block-bootstrap interval."""

    rho: float
    low: float
    high: float
    days: int
    confidence: float
    within_seasons: bool

    @property
    def sentence(self) -> str:
        """What the correlation says of thermal detection, with its interval."""
        compared = " within the same season" if self.within_seasons else ""
        return (
            f"Over {self.days} days the rank correlation of heat beyond the background with counted violations"
            f"{compared} is {self.rho:+.2f} ({self.confidence:.0%} interval {self.low:+.2f} to {self.high:+.2f}): "
            f"thermal detection has {self._worth()} over shelling."
        )

    def _worth(self) -> str:
        if self.low > SOME:
            return "power" if self.low > MUCH else "some power"
        return "almost no power" if self.high <= MUCH else "no power that so few days could show"


def power_of_thermal(
    excess: npt.ArrayLike,
    violations: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    season: npt.ArrayLike | None = None,
    block: int = 7,
    draws: int = 1000,
    confidence: float = 0.95,
) -> Power:
    """Return Spearman's rank correlation of two daily series, in time order, with its interval.

    With `season` (a label per day, such as its month) ranks are compared within each season only: what both
    owe to summer and winter does not count, and a season of one day is left out. So are days where either is
    nan. Blocks of `block` successive days are drawn with replacement (moving block bootstrap, Kuensch 1989),
    because neighbouring days share their weather. Raises RequestError when fewer than three blocks are left.
    """
    table = pd.DataFrame({"x": np.asarray(excess, float), "y": np.asarray(violations, float)})
    table["season"] = "all" if season is None else np.asarray(season)
    table = table.dropna()
    table = table[table.groupby("season")["x"].transform("size") > 1]
    if len(table) < 3 * block:
        raise RequestError(
            f"{len(table)} days with both heat and counts are too few for blocks of {block}.",
            todo="Give more days, or a shorter block.",
        )
    ranks = table[["x", "y"]].rank()
    ranks -= ranks.groupby(table["season"].to_numpy()).transform("mean")
    values = ranks.to_numpy().T
    starts = rng.integers(0, len(table) - block + 1, size=(draws, -(-len(table) // block)))
    picks = (starts[:, :, None] + np.arange(block)).reshape(draws, -1)[:, : len(table)]
    low, high = np.nanquantile(_rank_correlation(values[:, picks]), [(1 - confidence) / 2, (1 + confidence) / 2])
    return Power(
        rho=float(_rank_correlation(values[:, None])[0]),
        low=float(low),
        high=float(high),
        days=len(table),
        confidence=confidence,
        within_seasons=season is not None,
    )


def _rank_correlation(pairs: Floats) -> Floats:
    """Return Spearman's rho of each draw, (draw,), from (2, draw, day); nan where a series does not vary."""
    ranks = stats.rankdata(pairs, axis=-1)
    ranks -= ranks.mean(axis=-1, keepdims=True)
    spread = np.sqrt((ranks**2).sum(axis=-1).prod(axis=0))
    return np.asarray((ranks[0] * ranks[1]).sum(axis=-1) / np.where(spread > 0, spread, np.nan))


def excess_of_heat(
    observations: pd.DataFrame,
    looks: pd.DataFrame,
    *,
    strip: Strip,
    within_km: float,
    history: pd.DataFrame | None = None,
    settings: IncidentSettings | None = None,
) -> pd.DataFrame:
    """Return the EXCESS table: each day's detections near the line against the background's prediction.

    `observations`, `looks` and `history` are as for `make_incidents`. Days on which nobody looked are nan.
    """
    settings = settings or IncidentSettings()
    evidence = take_evidence(observations, strip)
    thermal = evidence[(evidence["sensor"] == "thermal").to_numpy()]
    exposure = measure_exposure(thermal, looks, strip, settings)
    years = place_history(take_history(history, strip, settings))
    background = estimate_background(place_thermal(thermal, exposure), exposure, settings, years)
    day = days_of(thermal["time_start"]) - exposure.days[0]
    near = np.abs(thermal["offset_km"].to_numpy()) <= within_km
    seen = np.bincount(day[near], minlength=len(exposure.days)).astype(float)
    expected, variance = _predict_days(background, within_km / settings.control_from_km)
    looked = exposure.looks.sum(axis=(0, 2)) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(looked, (seen - expected) / np.sqrt(variance), np.nan)
    return new_table(
        EXCESS,
        {
            "day": exposure.days.astype("datetime64[D]").astype("datetime64[ns]"),
            "detections": np.where(looked, seen, np.nan),
            "expected": expected,
            "excess": excess,
        },
    )


def _predict_days(background: Background, share: float) -> tuple[Floats, Floats]:
    """Return (mean, variance) of each day's count over all cells, each cut to a share of its area."""
    days, cells = background.exposure.looks.shape[1:]
    cell, day = (v.ravel() for v in np.meshgrid(np.arange(cells), np.arange(days)))
    mean, size = background.predict(cell=cell, day=day, area_km2=background.exposure.near_area_km2[cell] * share)
    total = mean.reshape(days, cells).sum(axis=1)
    return total, total + (mean**2 / size).reshape(days, cells).sum(axis=1)
