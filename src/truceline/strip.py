"""Strip space: every point as chainage (km along a line) and signed offset (km from it), on WGS84.

Between vertices the line runs straight in degrees, as in GeoJSON (RFC 7946, 3.1.1). The nearest point of the
line is found exactly, by branch and bound over a tree of boxes round its segments, with distances by the
mid-latitude formula on the ellipsoid (error under 1e-4 out to 300 km) and by geodesic beyond `FAR_KM`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numba
import numpy as np
import numpy.typing as npt
import shapely

from truceline.errors import LineError
from truceline.geodesy import DEGREE, GEOD, metres_per_degree_each, radii_of_curvature

Floats = npt.NDArray[np.float64]

FAR_KM = 500.0  # beyond this the mid-latitude formula is replaced by the geodesic
LEAF = 2  # segments in one leaf of the tree
SLACK = 0.999  # what the series for metres per degree may err by within some 1,000 km
PER_THREAD = 50_000  # fewer points than this are not worth a thread


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strip:
    """The coordinate system along one line. Build it with `Strip.along`.

    Offsets are positive on the first party's side: the left of the line in its drawn direction, unless
    `positive_side` is 'right'.
    """

    lon_deg: Floats
    lat_deg: Floats
    positive_side: str
    chainage_km: Floats = field(repr=False)  # of each vertex, geodesic
    boxes: Floats = field(repr=False)  # (node, 4) tree over the segments: see `_build_boxes`

    @classmethod
    def along(cls, *, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike, positive_side: str = "left") -> Strip:
        """Return the strip along a polyline of at least two distinct vertices, in degrees.

        A step of more than 180 degrees of longitude is taken to cross the antimeridian.
        """
        lon, lat = np.asarray(lon_deg, float), np.asarray(lat_deg, float)
        if lon.ndim != 1 or lon.shape != lat.shape or len(lon) < 2:
            raise LineError("a line needs at least two vertices.", todo="Give longitude and latitude of each vertex.")
        usable = np.isfinite(lon) & np.isfinite(lat) & (abs(lat) <= 90) & (abs(lon) <= 180)
        if not usable.all():
            at = int(np.argmin(usable))
            raise LineError(
                f"vertex {at + 1} of the line ({lon[at]}, {lat[at]}) is not a place on Earth.",
                todo="Longitude first, then latitude, in degrees.",
            )
        if positive_side not in {"left", "right"}:
            raise LineError(f"positive_side is '{positive_side}'.", todo="Say 'left' or 'right'.")
        lon = np.unwrap(lon, period=360.0)
        moved = np.r_[True, (np.diff(lon) != 0) | (np.diff(lat) != 0)]
        lon, lat = lon[moved], lat[moved]
        if len(lon) < 2:
            raise LineError("every vertex of the line is the same place.", todo="Give at least two places.")
        _, _, step = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
        return cls(
            lon_deg=lon,
            lat_deg=lat,
            positive_side=positive_side,
            chainage_km=np.r_[0, np.cumsum(step)] / 1000,
            boxes=_build_boxes(lon, lat),
        )

    @property
    def length_km(self) -> float:
        """Length of the line as drawn; it depends on how finely the line was drawn."""
        return float(self.chainage_km[-1])

    def place(self, *, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return (chainage_km, offset_km) of each point, (n,), to its nearest point on the line.

        nan in, nan out. Points beyond the ends take the end's chainage and the distance to the end, signed by
        the side of the end segment drawn on. Of two points of the line equally near, the first counts.
        """
        lon, lat = np.atleast_1d(np.asarray(lon_deg, float)), np.atleast_1d(np.asarray(lat_deg, float))
        middle = (self.lon_deg.min() + self.lon_deg.max()) / 2
        lon = middle + np.remainder(lon - middle + 180.0, 360.0) - 180.0
        chainage, offset = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        line = np.stack([self.lon_deg, self.lat_deg, self.chainage_km], axis=1)
        threads = max(1, min(os.cpu_count() or 1, len(lon) // PER_THREAD))
        edges = np.linspace(0, len(lon), threads + 1).astype(int)

        def work(k: int) -> None:
            part = slice(edges[k], edges[k + 1])
            _place(line, self.boxes, lon[part], lat[part], chainage[part], offset[part])

        if threads == 1:
            work(0)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, range(threads)))
        far = np.flatnonzero(np.abs(offset) > FAR_KM)
        if len(far):
            foot_lon, foot_lat = self.locate(chainage_km=chainage[far])
            _, _, metres = GEOD.inv(lon[far], lat[far], foot_lon, foot_lat)
            offset[far] = np.copysign(np.asarray(metres) / 1000, offset[far])
        return chainage, offset if self.positive_side == "left" else 0.0 - offset

    def locate(self, *, chainage_km: npt.ArrayLike, offset_km: npt.ArrayLike = 0.0) -> tuple[Floats, Floats]:
        """Return (lon_deg, lat_deg) of points given in strip space; chainage is clipped to the line.

        The inverse of `place` wherever the nearest point of the line is the one meant: near a bend, an offset
        longer than the bend's radius comes out nearer to another stretch.
        """
        chainage, offset = np.broadcast_arrays(np.asarray(chainage_km, float), np.asarray(offset_km, float))
        chainage, offset = np.atleast_1d(chainage), np.atleast_1d(offset)
        i = np.clip(np.searchsorted(self.chainage_km, chainage, side="right") - 1, 0, len(self.lon_deg) - 2)
        span = self.chainage_km[i + 1] - self.chainage_km[i]
        t = np.clip((chainage - self.chainage_km[i]) / span, 0, 1)
        lon = self.lon_deg[i] + t * (self.lon_deg[i + 1] - self.lon_deg[i])
        lat = self.lat_deg[i] + t * (self.lat_deg[i + 1] - self.lat_deg[i])
        # the direction at the place itself: straight in degrees is not straight on the ground
        kx, ky = metres_per_degree_each(lat)
        east, north = (v[i + 1] - v[i] for v in (self.lon_deg, self.lat_deg))
        azimuth = np.degrees(np.arctan2(east * kx, north * ky))
        side = -90.0 if self.positive_side == "left" else 90.0
        lon, lat, _ = GEOD.fwd(lon, lat, azimuth + side, offset * 1000)
        return np.asarray(lon), np.asarray(lat)


def check_line(*, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> None:
    """Raise LineError, naming the place, where a line crosses, touches or doubles back on itself.

    On such a line a point near the crossing has two chainages and no single side.
    """
    lon, lat = np.unwrap(np.asarray(lon_deg, float), period=360.0), np.asarray(lat_deg, float)
    line = shapely.LineString(np.stack([lon, lat], axis=1))
    if line.is_simple:
        return
    moved = np.flatnonzero(np.r_[True, (np.diff(lon) != 0) | (np.diff(lat) != 0)])
    ends = np.stack([lon[moved], lat[moved]], axis=1)
    segments = shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1))
    first, second = shapely.STRtree(segments).query(segments, predicate="intersects")
    meet = shapely.intersection(segments[first], segments[second])
    fault = (second > first + 1) | ((second == first + 1) & (shapely.length(meet) > 0))
    at = np.flatnonzero(fault)[np.lexsort([second[fault], first[fault]])[0]]
    x, y = shapely.get_coordinates(shapely.point_on_surface(meet[at]))[0]
    raise LineError(
        f"the line meets itself near {x:.4f}, {y:.4f}: the stretch after vertex {moved[first[at]] + 1} and the one "
        f"after vertex {moved[second[at]] + 1}.",
        todo="Draw it as one line that never meets itself, or as several lines.",
    )


def _build_boxes(lon: Floats, lat: Floats) -> Floats:
    """Return a binary tree over the segments as (node, 4): west, east, south, north.

    Node k has children 2k and 2k + 1; the leaves are the last half, each over `LEAF` segments in order along the
    line. Boxes past the last segment are infinitely far away.
    """
    segments = len(lon) - 1
    leaves = 1 << max(0, int(np.ceil(np.log2(np.ceil(segments / LEAF)))))
    bounds = np.tile([np.inf, -np.inf, np.inf, -np.inf], (leaves * LEAF, 1))
    for k, v in ((0, lon), (2, lat)):
        bounds[:segments, k] = np.minimum(v[:-1], v[1:])
        bounds[:segments, k + 1] = np.maximum(v[:-1], v[1:])
    boxes = np.full((2 * leaves, 4), np.inf)
    level = bounds.reshape(leaves, LEAF, 4)
    while True:
        low, high = level.min(axis=1), level.max(axis=1)
        merged = np.stack([low[:, 0], high[:, 1], low[:, 2], high[:, 3]], axis=1)
        boxes[len(merged) : 2 * len(merged)] = merged
        if len(merged) == 1:
            break
        level = merged.reshape(-1, 2, 4)
    return boxes


@numba.njit(cache=True, nogil=True)
def _least_m2(boxes, node, lon, lat, scale):  # type: ignore[no-untyped-def]
    """Return a lower bound on the squared distance (m2) from a point to anything in a box."""
    x = max(boxes[node, 0] - lon, lon - boxes[node, 1], 0.0)
    y = max(boxes[node, 2] - lat, lat - boxes[node, 3], 0.0)
    if x == np.inf:
        return np.inf
    # metres per degree half way to the box's edge nearer a pole: the least of all half ways to the box
    edge = boxes[node, 3] if boxes[node, 3] + boxes[node, 2] + 2 * lat >= 0 else boxes[node, 2]
    half = 0.5 * (edge - lat)
    kx = scale[0] + half * (scale[1] + half * scale[2])
    x *= max(kx, 0.0)
    y *= scale[3] * SLACK
    return SLACK * (x * x + y * y)


@numba.njit(cache=True, nogil=True)
def _foot(x0, y0, dx, dy, scale):  # type: ignore[no-untyped-def]
    """Return (t, east, north, turn_east, turn_north) of a segment's nearest point, metres from the point.

    The segment is (x0, y0) + t (dx, dy), degrees from the point. `scale` holds metres per degree at the point and
    how they change with latitude; they are taken half way to the foot. One Gauss-Newton step will do for a
    short segment, as the square of the distance is all but quadratic in t.
    """
    t = 0.5
    for _ in range(1 if abs(dx) + abs(dy) < 0.2 else 3):
        x, y = x0 + t * dx, y0 + t * dy
        half = 0.5 * y
        kx = scale[0] + half * (scale[1] + half * scale[2])
        ky = scale[3] + half * scale[4]
        east, north = dx * kx + x * (scale[1] + 2 * half * scale[2]) * 0.5 * dy, dy * ky
        t = min(1.0, max(0.0, t - (x * kx * east + y * ky * north) / (east * east + north * north)))
    x, y = x0 + t * dx, y0 + t * dy
    half = 0.5 * y
    kx, ky = scale[0] + half * (scale[1] + half * scale[2]), scale[3] + half * scale[4]
    return t, x * kx, y * ky, dx * kx + x * (scale[1] + 2 * half * scale[2]) * 0.5 * dy, dy * ky


@numba.njit(cache=True, nogil=True)
def _foot_on(line, j, lon, lat, scale):  # type: ignore[no-untyped-def]
    """Return `_foot` for segment j of a line, (vertex, 3): longitude, latitude, chainage."""
    return _foot(line[j, 0] - lon, line[j, 1] - lat, line[j + 1, 0] - line[j, 0], line[j + 1, 1] - line[j, 1], scale)


@numba.njit(cache=True, nogil=True)
def _side(line, j, foot, lon, lat, scale):  # type: ignore[no-untyped-def]
    """Return 1 if the point lies left of the line at its foot on segment j, else -1.

    At a vertex the two segments' unit normals are added: the nearest segment's own side is wrong beyond a sharp
    bend (Baerentzen and Aanaes 2005, the angle-weighted normal, in two dimensions).
    """
    t, east, north, turn_east, turn_north = foot
    other = -1
    if t <= 0.0 and j > 0:
        other = j - 1
    elif t >= 1.0 and j < len(line) - 2:
        other = j + 1
    cross = turn_north * east - turn_east * north
    if other >= 0:
        own = np.sqrt(turn_east * turn_east + turn_north * turn_north)
        _, _, _, e, n = _foot_on(line, other, lon, lat, scale)
        both = cross / own + (n * east - e * north) / np.sqrt(e * e + n * n)
        if both != 0.0:
            cross = both
    return 1.0 if cross >= 0.0 else -1.0


@numba.njit(cache=True, nogil=True)
def _nearest_segment(line, boxes, lon, lat, scale, stack, least):  # type: ignore[no-untyped-def]
    """Return the nearest segment; of several equally near, the first."""
    leaves = len(boxes) // 2
    best, nearest = np.inf, 0
    stack[0], least[0] = 1, 0.0
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        if least[depth] > best:
            continue
        if node >= leaves:
            first = (node - leaves) * LEAF
            for j in range(first, min(first + LEAF, len(line) - 1)):
                _, x, y, _, _ = _foot_on(line, j, lon, lat, scale)
                d2 = x * x + y * y
                if d2 < best or (d2 == best and j < nearest):
                    best, nearest = d2, j
            continue
        a = _least_m2(boxes, 2 * node, lon, lat, scale)
        b = _least_m2(boxes, 2 * node + 1, lon, lat, scale)
        swap = 1 if a < b else 0  # the nearer child goes on top
        if max(a, b) <= best:
            stack[depth], least[depth] = 2 * node + swap, max(a, b)
            depth += 1
        if min(a, b) <= best:
            stack[depth], least[depth] = 2 * node + 1 - swap, min(a, b)
            depth += 1
    return nearest


@numba.njit(cache=True, nogil=True)
def _place(line, boxes, lon, lat, chainage, offset):  # type: ignore[no-untyped-def]
    """Fill chainage (km) and left-positive offset (km) of each point."""
    stack, least = np.empty(64, np.int64), np.empty(64)
    for i in range(len(lon)):
        if not (np.isfinite(lon[i]) and np.isfinite(lat[i])):
            continue
        s, c = np.sin(lat[i] * DEGREE), np.cos(lat[i] * DEGREE)
        n, m, bend = radii_of_curvature(lat[i] * DEGREE)
        # d(N cos)/d(lat) = -M sin; all per degree of difference
        scale = (
            n * c * DEGREE,
            -m * s * DEGREE**2,
            -0.5 * (m * c + bend * s) * DEGREE**3,
            m * DEGREE,
            bend * DEGREE**2,
        )
        j = _nearest_segment(line, boxes, lon[i], lat[i], scale, stack, least)
        foot = _foot_on(line, j, lon[i], lat[i], scale)
        away = np.sqrt(foot[1] * foot[1] + foot[2] * foot[2]) / 1000
        chainage[i] = line[j, 2] + foot[0] * (line[j + 1, 2] - line[j, 2])
        offset[i] = away * _side(line, j, foot, lon[i], lat[i], scale) + 0.0
