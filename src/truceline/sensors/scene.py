"""A deployment set out over the strip's grid and the hours of a period: everything that does not depend on the violation."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.light import SUNRISE_DEG, sun_elevation_deg
from truceline.sensors.chain import sweep
from truceline.sensors.coverage import hourly_steps
from truceline.sensors.deployment import Deployment
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
Table = npt.NDArray[np.float32]
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
    cloud: Mapping[str, float] | None  # cover (0-1) by UTC date, where it is known
    jamming_share: float | None
    tasking: float | None

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
            actual=self.cloud,
        )

    def jamming(self, case: int) -> Jamming:
        """Return the process of jamming of a case, with the mission's own share where it states one."""
        usual = usual_jamming(case)
        return usual if self.jamming_share is None else Jamming(share=self.jamming_share, on_h=usual.on_h)

    def constants(self, life_h: float, case: int) -> Floats:
        """Return what the walk is told: life, memory of the sky, share and memory of jamming, chance of tasking."""
        memory = fact("cloud.memory_h" if self.cloud is None else "cloud.memory_known_h").mid
        jamming = self.jamming(case)
        tasking = fact("tasking.daily").for_it(case) if self.tasking is None else self.tasking
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
            sweep(
                times,
                chance[rows][useful].astype(np.float32),
                looks.needs_sky[rows][useful],
                looks.needs_task[rows][useful],
                np.searchsorted(times, np.arange(hours + 1)).astype(np.int64),
                self.standing.regime * 2 + self.night[node],
                stood,
                clear[node],
                new_day,
                constants,
                out,
            )
            return out

        with ThreadPoolExecutor() as pool:
            return list(pool.map(one, range(len(edges) - 1)))


def make_scene(
    deployment: Deployment,
    strip: Strip,
    period: Timespan,
    *,
    cell_km: float = CELL_KM,
    cloud: Mapping[str, float] | None = None,
    places: pd.DataFrame | None = None,
    passes: pd.DataFrame | None = None,
    looks: Looks | None = None,
    lasting: bool = False,
    node_km: float = NODE_KM,
) -> Scene:
    """Return a deployment set out over the strip's grid and the period's hours."""
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
    return Scene(
        grid=grid,
        steps=steps,
        looks=looks if looks is not None else find_looks(deployment, grid, period=period, passes=passes),
        standing=stand(deployment, grid, strip=strip, steps=steps, places=places),
        night=sun < SUNRISE_DEG,
        cloud=cloud,
        jamming_share=deployment.conditions.jamming_share,
        tasking=deployment.conditions.tasking,
    )
