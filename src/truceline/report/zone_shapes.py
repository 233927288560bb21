"""The shapes of an agreement's zones on the ground: bands beside a line, the land between lines, circles and rings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.ops import split

from truceline.geodesy import GEOD
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]
Rings = list[list[list[float]]]  # of one polygon: the outer ring, then its holes, in degrees

ROUND = 24  # corners of a circle
FINE = 0.004  # of a zone's width: what a drawing may leave out


@lru_cache(maxsize=512)
def beside_line(strip: Strip, *, from_km: float, to_km: float, positive: bool) -> list[Rings]:
    """Return the land between two distances from a line, on one side of it.

    Distance is that of `Strip.place`, so the land is rounded at the line's ends and parted there by the end segments
    drawn on. The plane is azimuthal equidistant about the line's middle, true to 0.1 % within 500 km of it.
    """
    plane = _Plane(float(np.mean(strip.lon_deg)), float(np.mean(strip.lat_deg)))
    path = np.c_[plane.to_km(strip.lon_deg, strip.lat_deg)]
    line = shapely.LineString(path)
    land = line.buffer(to_km, quad_segs=ROUND // 4)
    if from_km > 0:
        land = land.difference(line.buffer(from_km, quad_segs=ROUND // 4))
    apart = _drawn_on(path, 2 * to_km)
    pieces = [p for part in shapely.get_parts(land) for p in shapely.get_parts(split(part, apart))]
    insides = np.array([(p.representative_point().x, p.representative_point().y) for p in pieces])
    lon, lat = plane.to_degrees(insides[:, 0], insides[:, 1])
    mine = (strip.place(lon_deg=lon, lat_deg=lat)[1] >= 0) == positive
    return plane.rings(shapely.union_all(np.array(pieces, object)[mine]), fine_km=FINE * to_km)


def _drawn_on(path: Floats, reach_km: float) -> shapely.LineString:
    """Return the path with its end segments drawn on straight."""
    first, last = path[0] - path[1], path[-1] - path[-2]
    before = path[0] + first / np.hypot(*first) * reach_km
    after = path[-1] + last / np.hypot(*last) * reach_km
    return shapely.LineString(np.vstack([before, path, after]))


@lru_cache(maxsize=64)
def between_lines(first: Strip, second: Strip) -> list[Rings]:
    """Return the land between two lines that run side by side, whichever way each was drawn."""
    plane = _Plane(float(np.mean(first.lon_deg)), float(np.mean(first.lat_deg)))
    one, two = (np.c_[plane.to_km(s.lon_deg, s.lat_deg)] for s in (first, second))
    if np.hypot(*(one[-1] - two[0])) > np.hypot(*(one[-1] - two[-1])):
        two = two[::-1]
    land = shapely.make_valid(shapely.Polygon(np.vstack([one, two])))
    return plane.rings(land, fine_km=0.05)


def circles(places: Iterable[tuple[float, float]], radius_km: float) -> list[Rings]:
    """Return the land within a distance of any of some places (longitude, latitude)."""
    azimuth = np.linspace(0, 360, 2 * ROUND, endpoint=False)
    made = []
    for lon, lat in places:
        start = np.full(len(azimuth), lon), np.full(len(azimuth), lat)
        x, y, _ = GEOD.fwd(*start, azimuth, np.full(len(azimuth), radius_km * 1000))
        made.append(shapely.Polygon(np.c_[x, y]))
    return _rings(shapely.union_all(made))


def ring(corners: Iterable[tuple[float, ...]]) -> list[Rings]:
    """Return the land inside a ring of longitude, latitude."""
    return _rings(shapely.make_valid(shapely.Polygon([corner[:2] for corner in corners])))


def name_spot(shape: list[Rings], share: float) -> list[float]:
    """Return a spot on the edge of the largest part, a share of the way round it, for the zone's name."""
    outer = max((part[0] for part in shape), key=len)
    return outer[int(share * (len(outer) - 1))]


class _Plane:
    """Kilometres east and north of a middle."""

    def __init__(self, lon_deg: float, lat_deg: float) -> None:
        plane = f"+proj=aeqd +lon_0={lon_deg} +lat_0={lat_deg} +ellps=WGS84 +units=km"
        self._to = pyproj.Transformer.from_crs("EPSG:4326", plane, always_xy=True)

    def to_km(self, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
        return self._to.transform(lon_deg, lat_deg)

    def to_degrees(self, x_km: Floats, y_km: Floats) -> tuple[Floats, Floats]:
        return self._to.transform(x_km, y_km, direction="INVERSE")

    def rings(self, land: shapely.Geometry, *, fine_km: float) -> list[Rings]:
        return _rings(shapely.transform(land.simplify(fine_km), lambda xy: np.c_[self.to_degrees(xy[:, 0], xy[:, 1])]))


def _rings(land: shapely.Geometry) -> list[Rings]:
    return [
        [np.round(shapely.get_coordinates(r), 4).tolist() for r in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(land)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
