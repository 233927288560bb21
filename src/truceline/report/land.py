"""Land shapes for the map: Natural Earth 1:10 million through world-atlas, cut to a box. Land only, no borders."""

from __future__ import annotations

import functools
import itertools
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


def land_in(box: Box) -> list[list[list[list[float]]]]:
    """Return the land inside a box as the coordinates of a GeoJSON MultiPolygon, to four decimals."""
    rings, bounds = _rings()
    west, south, east, north = box
    near = (bounds[:, 0] < east) & (bounds[:, 2] > west) & (bounds[:, 1] < north) & (bounds[:, 3] > south)
    parts: list[list[list[list[float]]]] = []
    for i in np.flatnonzero(near):
        shell, *holes = rings[i]
        # mended after the cut: mending the whole of Eurasia takes seconds, its piece in the box none
        cut = shapely.make_valid(
            shapely.clip_by_rect(shapely.Polygon(shell, holes), west, south, east, north), method="structure"
        )
        for polygon in shapely.get_parts(cut):
            if polygon.geom_type == "Polygon" and not polygon.is_empty:
                parts.append([np.round(shapely.get_coordinates(r), 4).tolist() for r in _edges(polygon)])
    return parts


def _edges(polygon: Any) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


@functools.cache
def _rings() -> tuple[list[list[npt.NDArray[np.float64]]], npt.NDArray[np.float64]]:
    """Return every polygon of the land as its rings, and the bounds of each (n, 4); builders/vendor.py wrote them."""
    with resources.files("truceline.report").joinpath("vendor/land-10m.npz").open("rb") as file, np.load(file) as land:
        points = np.cumsum(land["steps"], axis=0) * land["scale"] + land["shift"]
        ring_ends, polygon_ends = land["ring_ends"], land["polygon_ends"]
    rings = np.split(points, ring_ends[:-1])
    polygons = [rings[a:b] for a, b in itertools.pairwise([0, *polygon_ends.tolist()])]
    starts = np.r_[0, ring_ends[:-1]]
    boxes = np.c_[np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)]
    return polygons, boxes[np.r_[0, polygon_ends[:-1]]]  # a polygon reaches as far as its first ring
