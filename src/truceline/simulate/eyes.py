"""A scene under one draw of the conditions: which looks pass a place, and which of them find it open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from truceline.sensors.facts import MID
from truceline.sensors.scene import Scene
from truceline.simulate.conditions import Conditions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Eyes:
    """A scene under one draw of the conditions, ready to be looked through."""

    def __init__(
        self,
        scene: Scene,
        conditions: Conditions,
        *,
        dark: Mapping[str, Bools] | None = None,
        names: npt.NDArray[np.object_] | None = None,
    ) -> None:
        self.scene, self.conditions = scene, conditions
        known = np.array([o.sensor_id for o in scene.looks.orbiting] or [""], object)
        self.names = known[scene.looks.which] if names is None else names  # (l,) which sensor each look is of
        self.dark = dark or {}  # sensor -> (hours,) hours in which it says nothing though it should
        grid = scene.grid
        self._offsets = np.unique(grid.offset_km)
        across = np.searchsorted(self._offsets, grid.offset_km)
        self._cells = np.empty((len(grid.cell_km), len(self._offsets)), np.int64)
        self._cells[grid.chain, across] = np.arange(len(grid.chain))
        looks = scene.looks
        self._span = len(scene.steps) + 1e5
        self._keys = looks.node * self._span + looks.time_h

    def cell_of(self, chainage_km: Floats, offset_km: Floats) -> Ints:
        """Return the grid's cell of each place; what lies beyond its edge takes the cell at the edge."""
        grid = self.scene.grid
        chain = np.clip(np.searchsorted(grid.cell_km, chainage_km, side="right") - 1, 0, len(grid.cell_km) - 1)
        edges = (self._offsets[1:] + self._offsets[:-1]) / 2
        return np.asarray(self._cells[chain, np.searchsorted(edges, offset_km)])

    def look_rows(self, node: Ints, from_h: Floats, to_h: Floats) -> tuple[Ints, Ints]:
        """Return (which, look): every look at each node between two hours."""
        first = np.searchsorted(self._keys, node * self._span + from_h)
        number = np.searchsorted(self._keys, node * self._span + to_h, side="right") - first
        which = np.repeat(np.arange(len(node)), number)
        return which, np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + first[which]

    def can_look(self, look: Ints, kind: str) -> Bools:
        """Return whether each look finds an open sky, where it needs one, and was tasked, where it must be."""
        looks = self.scene.looks
        time = looks.time_h[look]
        sky = self.conditions.is_open(looks.node[look], time, self.scene.clear(kind, MID))
        task = self.conditions.tasked[(time + self.scene.steps[0].hour).astype(np.int64) // 24]
        return np.asarray((sky | ~looks.needs_sky[look]) & (task | ~looks.needs_task[look]))
