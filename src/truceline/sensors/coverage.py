"""Coverage: the probability that a violation at each strip cell and hour would have been seen.

1 - E_common[product over looks (1 - a v d)]: what looks share (the sky, jamming, weather, tasking, the violation's own
life and whether it left a trace) is averaged over outside the product, so that two looks that fail together are not
counted twice. `cover_deployment` works it out from passes and sensors, `recorded.cover` from recorded looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.floating[Any]]
STEP_H = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage arrays: cells along the line x hourly steps, for each kind of violation; means across the strip."""

    cell_km: Floats  # (c,) start of each cell along the line
    width_km: Floats  # (c,) width of each cell; the last may be short
    steps: pd.DatetimeIndex  # (s,) start of each step, UTC
    step_h: Floats  # (s,) length of each step; the last may be short
    daylight: npt.NDArray[np.bool_]  # (c, s)
    looked: Table  # (c, s) chance that something hot living an hour, or anything near a post, was looked at
    seen: dict[str, Table]  # kind -> (c, s), middle assumptions
    seen_low: dict[str, Table]
    seen_high: dict[str, Table]

    def table(self) -> pd.DataFrame:
        """Return one row per cell, step and kind, with the columns of the COVERAGE schema."""
        c, s = self.looked.shape
        parts = [
            pd.DataFrame(
                {
                    "cell_km": np.repeat(self.cell_km, s),
                    "time_start": np.tile(self.steps, c),
                    "kind": kind,
                    "looked": self.looked.ravel().astype(float),
                    "seen": seen.ravel().astype(float),
                    "seen_low": self.seen_low[kind].ravel().astype(float),
                    "seen_high": self.seen_high[kind].ravel().astype(float),
                    "daylight": self.daylight.ravel(),
                }
            )
            for kind, seen in self.seen.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def coarser(self, cell_km: float) -> Coverage:
        """Return the same coverage in longer cells: means weighted by length; daylight as at each cell's middle."""
        number = max(1, int(np.ceil(self.width_km.sum() / cell_km - 1e-9)))
        into = np.minimum(((self.cell_km + self.width_km / 2) / cell_km).astype(int), number - 1)
        width = np.bincount(into, weights=self.width_km, minlength=number).astype(float)
        share = np.zeros((number, len(into)), np.float32)
        share[into, np.arange(len(into))] = self.width_km / width[into]
        first = np.searchsorted(into, np.arange(number))
        middle = np.searchsorted(into, np.arange(number), side="right") - 1

        def of(table: Mapping[str, Table]) -> dict[str, Table]:
            return {kind: share @ seen for kind, seen in table.items()}

        return Coverage(
            cell_km=self.cell_km[first],
            width_km=width,
            steps=self.steps,
            step_h=self.step_h,
            daylight=self.daylight[(first + middle) // 2],
            looked=share @ self.looked,
            seen=of(self.seen),
            seen_low=of(self.seen_low),
            seen_high=of(self.seen_high),
        )

    def beside(self, other: Coverage) -> Coverage:
        """Return the coverage of both together, independent of one another, over the same cells and steps."""

        def both(mine: Mapping[str, Table], others: Mapping[str, Table]) -> dict[str, Table]:
            return {kind: 1 - (1 - seen) * (1 - others[kind]) for kind, seen in mine.items()}

        return Coverage(
            cell_km=self.cell_km,
            width_km=self.width_km,
            steps=self.steps,
            step_h=self.step_h,
            daylight=self.daylight,
            looked=np.maximum(self.looked, other.looked),
            seen=both(self.seen, other.seen),
            seen_low=both(self.seen_low, other.seen_low),
            seen_high=both(self.seen_high, other.seen_high),
        )


def hourly_steps(period: Timespan) -> tuple[pd.DatetimeIndex, Floats]:
    """Return the start of each hourly step of a period and its length in hours."""
    steps = pd.date_range(period.start, period.end, freq=f"{int(STEP_H * 3600)}s", inclusive="left")
    return steps, np.minimum(STEP_H, (pd.Timestamp(period.end) - steps).total_seconds().to_numpy() / 3600)
