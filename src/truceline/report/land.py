"""Land shapes for the map: Natural Earth 1:10 million through world-atlas, cut to a box. Land only, no borders."""

from __future__ import annotations

import functools
import gzip
import json
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
        cut = shapely.make_valid(shapely.clip_by_rect(shapely.Polygon(shell, holes), west, south, east, north))
        for polygon in shapely.get_parts(cut):
            if polygon.geom_type == "Polygon" and not polygon.is_empty:
                parts.append([np.round(shapely.get_coordinates(r), 4).tolist() for r in _edges(polygon)])
    return parts


def _edges(polygon: Any) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


@functools.cache
def _rings() -> tuple[list[list[npt.NDArray[np.float64]]], npt.NDArray[np.float64]]:
    """Return every polygon of the land as its rings, and the bounds of each (n, 4)."""
    packed = resources.files("truceline.report").joinpath("vendor/land-10m.json.gz").read_bytes()
    topology = json.loads(gzip.decompress(packed))
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]
    polygons = []
    for geometry in topology["objects"]["land"]["geometries"]:
        shapes = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        polygons += [[_ring(ring, arcs) for ring in shape] for shape in shapes]
    bounds = np.array([[*p[0].min(axis=0), *p[0].max(axis=0)] for p in polygons])
    return polygons, bounds


def _ring(numbers: list[int], arcs: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Return a ring from its arcs; a negative number is an arc run backwards (the TopoJSON rule)."""
    runs = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.concatenate([runs[0], *(run[1:] for run in runs[1:])])
