"""The coverage behind the strip chart: who was looking, as an array of km along the line by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.findings.status import PARTLY, WELL
from truceline.findings.tables import Assessment
from truceline.timespan import Timespan
from truceline.uncertainty import upper_bound_rate

__all__ = ["PARTLY", "WELL", "CoverageGrid", "coverage_grid", "effective_by_kind", "exposure_of", "sector_exposure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGrid:
    """`looked[step, cell]`: the probability that the cell was looked at in the step; nan where nothing is said."""

    cell_km: npt.NDArray[np.float64]  # (cells + 1,) edges along the line
    time_s: npt.NDArray[np.float64]  # (steps + 1,) edges, seconds since the epoch
    looked: npt.NDArray[np.float64]  # (steps, cells)
    seen: npt.NDArray[np.float64]  # (steps, cells), the chance that a violation of the mission's main kind was seen
    daylight: npt.NDArray[np.bool_]  # (steps, cells)
    kind: str  # that kind: the first in the coverage table; "" when there is none

    def km_h(self, spans: Sequence[Timespan]) -> npt.NDArray[np.float64]:
        """Return (steps, cells): the kilometre-hours of each cell and step that lie in any of the spans."""
        start, end = self.time_s[:-1], self.time_s[1:]
        inside = [
            np.clip(np.minimum(end, s.end.timestamp()) - np.maximum(start, s.start.timestamp()), 0, None) for s in spans
        ]
        seconds = np.minimum(np.sum(inside, axis=0) if inside else 0 * start, end - start)
        return np.outer(seconds / 3600, np.diff(self.cell_km))


def coverage_grid(assessment: Assessment) -> CoverageGrid:
    """Return the coverage table as a grid over the whole period and line; empty axes when there is none.

    Steps and cells are those of the table; the last cell ends where the line does.
    """
    table = assessment.coverage
    end_km, end_s = assessment.strip.length_km, assessment.period.end.timestamp()
    if not len(table):
        start_s = assessment.period.start.timestamp()
        nothing, dark = np.zeros((1, 1)), np.zeros((1, 1), bool)
        return CoverageGrid(
            cell_km=np.array([0.0, end_km]),
            time_s=np.array([start_s, end_s]),
            looked=nothing,
            seen=nothing,
            daylight=dark,
            kind="",
        )
    kind = str(table.kind.iloc[0])
    table = table[table.kind == kind]
    cells, cell = np.unique(table.cell_km.to_numpy(float), return_inverse=True)
    seconds = table.time_start.astype("int64").to_numpy() / 1e9
    steps, step = np.unique(seconds, return_inverse=True)
    looked, seen = np.zeros((len(steps), len(cells))), np.zeros((len(steps), len(cells)))
    daylight = np.zeros(looked.shape, bool)
    daylight[step, cell] = table.daylight.to_numpy(bool)
    np.maximum.at(looked, (step, cell), np.nan_to_num(table.looked.to_numpy(float)))
    np.maximum.at(seen, (step, cell), np.nan_to_num(table.seen.to_numpy(float)))
    return CoverageGrid(
        cell_km=np.r_[cells, max(end_km, cells[-1] + 1e-6)],
        time_s=np.r_[steps, max(end_s, steps[-1] + 1.0)],
        looked=looked,
        seen=seen,
        daylight=daylight,
        kind=kind,
    )


def exposure_of(assessment: Assessment, grid: CoverageGrid) -> Mapping[str, float]:
    """Return the assessment's exposure box; worked out again from the coverage where a release cut it short.

    Empty when nothing is known about coverage either.
    """
    if np.isfinite(assessment.exposure.get("km_h_total", np.nan)):
        return assessment.exposure
    if not len(assessment.coverage):
        return {}
    km_h = grid.km_h(assessment.in_force)
    box: dict[str, float] = {}
    levels = {
        "seen": grid.seen >= WELL,
        "partly": (grid.seen >= PARTLY) & (grid.seen < WELL),
        "unseen": grid.seen < PARTLY,
    }
    for part, mask in {"": grid.daylight | True, "_day": grid.daylight, "_night": ~grid.daylight}.items():
        box |= {f"km_h_{level}{part}": float((km_h * mask * inside).sum()) for level, inside in levels.items()}
        box[f"km_h_total{part}"] = float((km_h * mask).sum())
    length = float(np.diff(grid.cell_km).sum())
    effective = float((km_h * grid.seen).sum())
    return box | {
        "line_km": length,
        "hours": box["km_h_total"] / length,
        "sum_of_detection_probability_km_h": effective,
        "rate_upper_per_1000_km_h": 1000 * upper_bound_rate(0, effective),
    }


def effective_by_kind(assessment: Assessment, grid: CoverageGrid) -> dict[str, tuple[float, float, float]]:
    """Return kind -> effective kilometre-hours in force: under the low, the middle and the high assumptions."""
    km_h = grid.km_h(assessment.in_force)
    table = assessment.coverage
    weight = np.zeros(len(table))
    if len(table):
        cell = np.searchsorted(grid.cell_km[:-1], table.cell_km.to_numpy(float))
        step = np.searchsorted(grid.time_s[:-1], table.time_start.astype("int64").to_numpy() / 1e9)
        weight = km_h[step, cell]
    cases = table[["seen_low", "seen", "seen_high"]].mul(weight, axis=0).groupby(table.kind, sort=False).sum()
    return {str(kind): (float(low), float(middle), float(high)) for kind, low, middle, high in cases.itertuples()}


def sector_exposure(assessment: Assessment, grid: CoverageGrid) -> pd.DataFrame:
    """Return per sector, while the agreement is in force: km_h and km_h_effective.

    The latter weighs each kilometre-hour by the chance that a violation in it was seen. A cell that straddles two
    sectors is shared by length.
    """
    start, end = grid.cell_km[:-1], grid.cell_km[1:]
    km_h = grid.km_h(assessment.in_force)
    rows = []
    for row in assessment.sectors.itertuples():
        share = np.clip(np.minimum(end, row.to_km) - np.maximum(start, row.from_km), 0, None) / (end - start)
        rows.append(
            {
                "sector": row.sector,
                "km_h": float((km_h * share).sum()),
                "km_h_effective": float((km_h * share * grid.seen).sum()),
            }
        )
    return pd.DataFrame(rows, columns=["sector", "km_h", "km_h_effective"])
