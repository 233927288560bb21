"""A deployment set out over the strip's grid and the hours of a period: all that does not depend on the violation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.light import SUNRISE_DEG, sun_elevation_deg
from truceline.sensors.chain import sweep
from truceline.sensors.coverage import hourly_steps
from truceline.sensors.deployment import Conditions, Deployment
from truceline.sensors.facts import fact
from truceline.sensors.grid import NODE_KM, Grid, make_grid
from truceline.sensors.jamming import Jamming, usual_jamming
from truceline.sensors.looks import Looks, find_looks
from truceline.sensors.standing import Standing, stand
from truceline.sensors.thermal import FIRES
from truceline.sensors.weather import clear_by_hour
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.floating[Any]]
CELL_KM = 1.0
ACROSS_KM = 1.0  # cells across the strip, for what is over at once
ACROSS_LASTING_KM = 5.0  # for what lasts: looks of many hours are followed at fewer places (error: see the tests)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """One deployment over one grid and period: everything that does not depend on the kind of violation."""

    grid: Grid
    steps: pd.DatetimeIndex
    looks: Looks
    standing: Standing
    night: npt.NDArray[np.bool_]  # (nodes, hours)
    conditions: Conditions

    def clear(self, kind: str, case: int) -> Floats:
        """Return (nodes, hours): the chance of a sky open to the looks that matter for the kind."""
        exponent = fact("cloud.exponent.fire" if kind in FIRES else "cloud.exponent.optical").against(case)
        error = -fact("cloud.error").for_it(case)
        grid = self.grid
        return clear_by_hour(
            self.steps,
            lon_deg=grid.node_lon_deg,
            lat_deg=grid.node_lat_deg,
            exponent=exponent,
            error=error,
            actual=self.conditions.cloud,
        )

    def jamming(self, case: int) -> Jamming:
        """Return the process of jamming of a case, with the mission's own share where it states one."""
        usual = usual_jamming(case)
        stated = self.conditions.jamming_share
        return usual if stated is None else Jamming(share=stated, on_h=usual.on_h)

    def constants(self, life_h: float, case: int) -> Floats:
        """Return what the walk is told: life, memory of the sky, share and memory of jamming, chance of tasking."""
        memory = fact("cloud.memory_h" if self.conditions.cloud is None else "cloud.memory_known_h").mid
        jamming = self.jamming(case)
        tasking = fact("tasking.daily").for_it(case) if self.conditions.tasking is None else self.conditions.tasking
        return np.array([life_h, memory, jamming.share, min(jamming.memory_h, 1e6), tasking])

    def walk(self, chance: Floats, missed: Table | None, *, clear: Floats, constants: Floats) -> list[Table]:
        """Return for each node (hours, cells): the chance that a violation begun in each hour was seen.

        `missed` is that of the posts, (rows, jam states, cells of the grid); None leaves them out and walks one cell.
        """
        new_day = self.steps.hour.to_numpy() == 0
        hours, looks, edges = len(self.steps), self.looks, self.grid.edges

        def one(node: int) -> Table:
            rows = slice(looks.edges[node], looks.edges[node + 1])
            useful = chance[rows] > 0
            times = looks.time_h[rows][useful]
            stood = np.zeros((0, 1, 1), np.float32)
            if missed is not None and len(missed):
                stood = np.ascontiguousarray(missed[:, :, edges[node] : edges[node + 1]])
            cells = 1 if missed is None else edges[node + 1] - edges[node]
            out = np.empty((hours, cells), np.float32)
            under = (
                times,
                chance[rows][useful].astype(np.float32),
                looks.needs_sky[rows][useful],
                looks.needs_task[rows][useful],
                np.searchsorted(times, np.arange(hours + 1)).astype(np.int64),
            )
            row = self.standing.regime * 2 + self.night[node]
            sweep(under, (row, clear[node], new_day), stood, constants, out)
            return out

        with ThreadPoolExecutor() as pool:
            return list(pool.map(one, range(len(edges) - 1)))


def make_scene(
    deployment: Deployment,
    strip: Strip,
    period: Timespan,
    *,
    cell_km: float = CELL_KM,
    passes: pd.DataFrame | Looks | None = None,
    lasting: bool = False,
    node_km: float = NODE_KM,
) -> Scene:
    """Return a deployment set out over the strip's grid and the period's hours.

    `lasting` takes the wider cells across the strip that what lasts is followed at. Passes found before may be given.
    """
    steps, _ = hourly_steps(period)
    grid = make_grid(
        strip,
        half_width_km=deployment.conditions.half_width_km,
        cell_km=cell_km,
        offset_km=ACROSS_LASTING_KM if lasting else ACROSS_KM,
        node_km=node_km,
    )
    middle = steps + pd.Timedelta(minutes=30)
    sun = sun_elevation_deg(middle, lon_deg=grid.node_lon_deg, lat_deg=grid.node_lat_deg).T
    looks = passes if isinstance(passes, Looks) else find_looks(deployment, grid, period=period, passes=passes)
    return Scene(
        grid=grid,
        steps=steps,
        looks=looks,
        standing=stand(deployment, grid, strip=strip, steps=steps),
        night=sun < SUNRISE_DEG,
        conditions=deployment.conditions,
    )
