"""The coverage behind the strip chart: who was looking, as an array of km along the line by time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.findings.tables import Assessment

# monitoring practice of this project: 0.8 and more is well watched, under 0.3 is not observed
WELL, PARTLY = 0.8, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGrid:
    """`looked[step, cell]`: the probability that the cell was looked at in the step; nan where nothing is said."""

    cell_km: npt.NDArray[np.float64]  # (cells + 1,) edges along the line
    time_s: npt.NDArray[np.float64]  # (steps + 1,) edges, seconds since the epoch
    looked: npt.NDArray[np.float64]  # (steps, cells)
    seen: npt.NDArray[np.float64]  # (steps, cells), of the best-watched kind of violation

    @property
    def km_h(self) -> npt.NDArray[np.float64]:
        """(steps, cells) kilometre-hours of each cell and step."""
        return np.outer(np.diff(self.time_s) / 3600, np.diff(self.cell_km))


def coverage_grid(assessment: Assessment) -> CoverageGrid:
    """Return the coverage table as a grid over the whole period and line; empty axes when there is none.

    Steps and cells are those of the table; the last cell ends where the line does. Several kinds of violation
    share their looks: the best-watched kind is taken.
    """
    table = assessment.coverage
    end_km, end_s = assessment.strip.length_km, assessment.period.end.timestamp()
    if not len(table):
        start_s = assessment.period.start.timestamp()
        nothing = np.zeros((1, 1))
        return CoverageGrid(
            cell_km=np.array([0.0, end_km]), time_s=np.array([start_s, end_s]), looked=nothing, seen=nothing
        )
    cells, cell = np.unique(table.cell_km.to_numpy(float), return_inverse=True)
    seconds = table.time_start.astype("int64").to_numpy() / 1e9
    steps, step = np.unique(seconds, return_inverse=True)
    looked, seen = np.zeros((len(steps), len(cells))), np.zeros((len(steps), len(cells)))
    np.maximum.at(looked, (step, cell), np.nan_to_num(table.looked.to_numpy(float)))
    np.maximum.at(seen, (step, cell), np.nan_to_num(table.seen.to_numpy(float)))
    return CoverageGrid(
        cell_km=np.r_[cells, max(end_km, cells[-1] + 1e-6)],
        time_s=np.r_[steps, max(end_s, steps[-1] + 1.0)],
        looked=looked,
        seen=seen,
    )


def sector_exposure(assessment: Assessment, grid: CoverageGrid) -> pd.DataFrame:
    """Return per sector: km_h (all), km_h_looked (weighted by looked), km_h_effective (weighted by seen).

    A cell belongs to the sector its middle lies in.
    """
    middle = (grid.cell_km[:-1] + grid.cell_km[1:]) / 2
    rows = []
    for row in assessment.sectors.itertuples():
        inside = (middle >= row.from_km) & (middle < row.to_km)
        km_h = grid.km_h[:, inside]
        rows.append(
            {
                "sector": row.sector,
                "km_h": float(km_h.sum()),
                "km_h_looked": float((km_h * grid.looked[:, inside]).sum()),
                "km_h_effective": float((km_h * grid.seen[:, inside]).sum()),
            }
        )
    return pd.DataFrame(rows, columns=["sector", "km_h", "km_h_looked", "km_h_effective"])
