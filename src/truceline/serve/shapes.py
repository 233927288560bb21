"""Where features lie, and which of them a box touches: exact, by a grid of cells where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from truceline.serve.columns import Rows

Path = list[list[float]]
Box = tuple[float, float, float, float]
Floats = npt.NDArray[np.float64]
_FEW = 5_000  # features that are looked at one and all
_DEAR = 40  # times as long as to look at one in passing, to fetch it from where it lies and sort it
_CELLS = 128  # along each side of the grid


class Points:
    """A place each, or none where a coordinate is nan."""

    def __init__(self, lon_deg: Floats, lat_deg: Floats) -> None:
        self._lon, self._lat = lon_deg, lat_deg

    def path(self, row: int) -> Path:
        """Return the corners of one feature: its place, or nothing."""
        lon, lat = float(self._lon[row]), float(self._lat[row])
        return [[lon, lat]] if lon - lon == 0 and lat - lat == 0 else []

    def extent(self) -> list[float] | None:
        """Return west, south, east and north of all of them; None when none has a place."""
        known = np.isfinite(self._lon) & np.isfinite(self._lat)
        if not known.any():
            return None
        lon, lat = self._lon[known], self._lat[known]
        return [float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())]

    def make_ready(self) -> None:
        """Make what the first box would have to wait for."""
        if len(self._lon) > _FEW:
            self._grid  # noqa: B018 - it is made as it is looked at

    def touching(self, box: Box) -> Rows:
        """Return the rows that a box touches, in order."""
        if len(self._lon) <= _FEW or box[0] > box[2]:
            return np.flatnonzero(self._inside(box, slice(None)))
        near = self._grid.near(box)
        if _DEAR * len(near) > len(self._lon):  # to fetch and sort them would take longer than to look at all
            return np.flatnonzero(self._inside(box, slice(None)))
        return np.sort(near[self._inside(box, near)]).astype(np.int64)

    def _inside(self, box: Box, rows: Any) -> npt.NDArray[np.bool_]:
        return _touches(box, *(side[rows] for side in (self._lon, self._lat, self._lon, self._lat)))

    @cached_property
    def _grid(self) -> _Grid:
        return _Grid.over(self._lon, self._lat)


class Paths:
    """A path each, empty where there is no place; few enough to look at each."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        nowhere = [[np.nan, np.nan]]
        boxes = [(*np.min(p or nowhere, axis=0), *np.max(p or nowhere, axis=0)) for p in paths]
        self._box = np.array(boxes, dtype=float).reshape(-1, 4)

    def path(self, row: int) -> Path:
        """Return the corners of one feature."""
        return self._paths[row]

    def extent(self) -> list[float] | None:
        """Return west, south, east and north of all of them; None when none has a place."""
        known = self._box[np.isfinite(self._box).all(axis=1)]
        return [*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()] if len(known) else None

    def make_ready(self) -> None:
        """There is nothing to make."""

    def touching(self, box: Box) -> Rows:
        """Return the rows that a box touches, in order."""
        return np.flatnonzero(_touches(box, *self._box.T))


def _touches(box: Box, west: Floats, south: Floats, east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    across = (west <= box[2]) & (east >= box[0])
    if box[0] > box[2]:  # over the date line
        across = (east >= box[0]) | (west <= box[2])
    return np.asarray(across & (south <= box[3]) & (north >= box[1]))


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Rows sorted by cell, the cells west to east in bands from the south; those without a place are in none."""

    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]  # where each cell begins among the rows, and the end
    west: float
    south: float
    width: float
    height: float

    @classmethod
    def over(cls, lon: Floats, lat: Floats) -> _Grid:
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        x, y = lon[known], lat[known]
        west, south = (float(v.min()) if len(v) else 0.0 for v in (x, y))
        width, height = ((float(v.max() - v.min()) if len(v) else 0.0) / _CELLS or 1.0 for v in (x, y))
        cells = cls._at(y, south, height) * _CELLS + cls._at(x, west, width)
        starts = np.r_[0, np.cumsum(np.bincount(cells, minlength=_CELLS * _CELLS))]
        rows = known[np.argsort(cells.astype(np.int16), kind="stable")].astype(np.int32)
        return cls(rows=rows, starts=starts, west=west, south=south, width=width, height=height)

    def near(self, box: Box) -> npt.NDArray[np.int32]:
        """Return the rows of every cell that a box touches, and of no other."""
        (left, right), (low, high) = (
            self._at(np.array([a, b]), start, step).tolist()
            for a, b, start, step in (
                (box[0], box[2], self.west, self.width),
                (box[1], box[3], self.south, self.height),
            )
        )
        bands = [
            self.rows[self.starts[band * _CELLS + left] : self.starts[band * _CELLS + right + 1]]
            for band in range(low, high + 1)
        ]
        return np.concatenate(bands)

    @staticmethod
    def _at(values: Floats, start: float, step: float) -> npt.NDArray[np.int64]:
        # one rule for places and for the sides of boxes, and it never falls: no place is in a cell that its box misses
        with np.errstate(over="ignore"):  # a box may be wider than the world
            return np.clip(np.floor((values - start) / step), 0, _CELLS - 1).astype(np.int64)
