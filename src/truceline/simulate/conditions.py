"""What all sensors share in one invented month: the sky, the weather, jamming and tasking, drawn once and held.

Each is drawn from the very process that coverage averages over (`sensors.chain`): the sky at a place is open while a
draw, renewed at random hours, lies under its chance of being open; jamming is a two-state process by block; tasking is
one draw a day for the whole line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from truceline.sensors.chain import CLOUD_MEMORY_H, TASKED
from truceline.sensors.facts import MID, fact
from truceline.sensors.scene import Scene
from truceline.sensors.weather import hours_by_month

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BLOCK_KM = 40.0  # of line that are jammed together: judgement, 30-50
WEATHER_KM = 100.0  # of line that share an hour's weather: judgement, coverage does not depend on it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditions:
    """One draw of what sensors share."""

    epochs_h: Floats  # (e,) hours at which the sky is drawn anew
    sky: Floats  # (e + 1, nodes) uniform draws
    weather: Ints  # (stretches, hours) calm, strong wind, fog
    jammed: Bools  # (blocks, hours)
    tasked: Bools  # (days,)
    length_km: float

    def is_open(self, node: Ints, time_h: Floats, clear: Floats) -> Bools:
        """Return (n,): whether the sky over a node is open at a time; `clear`, (nodes, hours), is its chance."""
        hour = np.clip(time_h.astype(np.int64), 0, clear.shape[1] - 1)
        return np.asarray(self.sky[np.searchsorted(self.epochs_h, time_h, side="right"), node] < clear[node, hour])

    def weather_at(self, chainage_km: Floats, hour: Ints) -> Ints:
        """Return (n,): calm, strong wind or fog at a place and hour."""
        return np.asarray(self.weather[self._part(chainage_km, len(self.weather)), hour])

    def jammed_at(self, chainage_km: Floats, hour: Ints) -> Bools:
        """Return (n,): whether the block of a place is jammed in an hour."""
        return np.asarray(self.jammed[self._part(chainage_km, len(self.jammed)), hour])

    def _part(self, chainage_km: Floats, parts: int) -> Ints:
        return np.clip((chainage_km / self.length_km * parts).astype(np.int64), 0, parts - 1)


def draw_conditions(scene: Scene, *, length_km: float, rng: np.random.Generator) -> Conditions:
    """Return one draw of the conditions over a scene's hours."""
    hours = len(scene.steps)
    number = rng.poisson(hours / scene.constants(1.0, MID)[CLOUD_MEMORY_H])
    normal = rng.standard_normal((number + 1, len(scene.grid.node_lon_deg))) @ _alike(scene).T
    weather = hours_by_month(MID).share[:, scene.steps.month.to_numpy() - 1]  # (3, hours)
    stretches = max(1, round(length_km / WEATHER_KM))
    drawn = rng.random((stretches, hours))
    blocks = max(1, round(length_km / BLOCK_KM))
    days = hours // 24 + 2
    return Conditions(
        epochs_h=np.sort(rng.random(number) * hours),
        sky=np.asarray(special.ndtr(normal), float),
        weather=(drawn[None] >= np.cumsum(weather, axis=0)[:2, None, :]).sum(axis=0),
        jammed=scene.jamming(MID).simulate(hours, blocks=blocks, rng=rng),
        tasked=rng.random(days) < scene.constants(1.0, MID)[TASKED],
        length_km=length_km,
    )


def _alike(scene: Scene) -> Floats:
    """Return a square root of the skies' correlation between nodes, exp(-distance / reach)."""
    grid = scene.grid
    lon, lat = np.radians(grid.node_lon_deg), np.radians(grid.node_lat_deg)
    x = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    away = 6371.0 * np.sqrt(np.maximum(2 - 2 * x @ x.T, 0))
    return np.linalg.cholesky(np.exp(-away / fact("cloud.reach_km").mid) + 1e-9 * np.eye(len(lon)))
