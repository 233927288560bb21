"""Strip space: every point as chainage (km along a line) and signed offset (km from it), on WGS84."""

from __future__ import annotations

from dataclasses import dataclass, field

import numba
import numpy as np
import numpy.typing as npt

from truceline.errors import LineError
from truceline.geodesy import DEGREE, GEOD, metres_per_degree

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The coordinate system along one line. Build it with `Strip.along`.

    Offsets are positive on the first party's side: the left of the line in its drawn direction, unless
    `positive_side` is 'right'.
    """

    lon_deg: Floats
    lat_deg: Floats
    positive_side: str
    chainage_km: Floats = field(repr=False)  # of each vertex, geodesic

    @classmethod
    def along(cls, *, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike, positive_side: str = "left") -> Strip:
        """Return the strip along a polyline of at least two distinct vertices, in degrees."""
        lon, lat = np.asarray(lon_deg, float), np.asarray(lat_deg, float)
        if lon.ndim != 1 or lon.shape != lat.shape or len(lon) < 2:
            raise LineError("a line needs at least two vertices.", todo="Give longitude and latitude of each vertex.")
        if not (
            np.isfinite(lon).all() and np.isfinite(lat).all() and (abs(lat) <= 90).all() and (abs(lon) <= 180).all()
        ):
            raise LineError(
                "a vertex of the line is not a place on Earth.",
                todo="Longitude first, then latitude, in degrees.",
            )
        if positive_side not in {"left", "right"}:
            raise LineError(f"positive_side is '{positive_side}'.", todo="Say 'left' or 'right'.")
        moved = np.r_[True, (np.diff(lon) != 0) | (np.diff(lat) != 0)]
        lon, lat = lon[moved], lat[moved]
        if len(lon) < 2:
            raise LineError("every vertex of the line is the same place.")
        _, _, step = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
        return cls(
            lon_deg=lon,
            lat_deg=lat,
            positive_side=positive_side,
            chainage_km=np.r_[0, np.cumsum(step)] / 1000,
        )

    @property
    def length_km(self) -> float:
        """Length of the line as drawn; it depends on how finely the line was drawn."""
        return float(self.chainage_km[-1])

    def place(self, *, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return (chainage_km, offset_km) of each point, to its nearest point on the line.

        nan in, nan out. Points beyond the ends take the end's chainage and the distance to the end.
        """
        lon, lat = np.atleast_1d(np.asarray(lon_deg, float)), np.atleast_1d(np.asarray(lat_deg, float))
        chainage, offset = _nearest(lon, lat, self.lon_deg, self.lat_deg, self.chainage_km)
        return chainage, offset if self.positive_side == "left" else -offset

    def locate(self, *, chainage_km: npt.ArrayLike, offset_km: npt.ArrayLike = 0.0) -> tuple[Floats, Floats]:
        """Return (lon_deg, lat_deg) of points given in strip space; chainage is clipped to the line."""
        chainage, offset = np.broadcast_arrays(np.asarray(chainage_km, float), np.asarray(offset_km, float))
        chainage, offset = np.atleast_1d(chainage), np.atleast_1d(offset)
        i = np.clip(np.searchsorted(self.chainage_km, chainage, side="right") - 1, 0, len(self.lon_deg) - 2)
        span = self.chainage_km[i + 1] - self.chainage_km[i]
        t = np.clip((chainage - self.chainage_km[i]) / span, 0, 1)
        lon = self.lon_deg[i] + t * (self.lon_deg[i + 1] - self.lon_deg[i])
        lat = self.lat_deg[i] + t * (self.lat_deg[i + 1] - self.lat_deg[i])
        azimuth, _, _ = GEOD.inv(self.lon_deg[i], self.lat_deg[i], self.lon_deg[i + 1], self.lat_deg[i + 1])
        side = -90.0 if self.positive_side == "left" else 90.0
        lon, lat, _ = GEOD.fwd(lon, lat, azimuth + side, offset * 1000)
        return np.asarray(lon), np.asarray(lat)


@numba.njit(cache=True)
def _nearest(lon, lat, vlon, vlat, vkm):  # type: ignore[no-untyped-def]
    """Return chainage (km) and left-positive offset (km): every segment against every point."""
    chainage, offset = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    for i in range(len(lon)):
        best = np.inf
        for j in range(len(vlon) - 1):
            kx, ky = metres_per_degree((lat[i] + 0.5 * (vlat[j] + vlat[j + 1])) * 0.5 * DEGREE)
            ax, ay = (vlon[j] - lon[i]) * kx, (vlat[j] - lat[i]) * ky
            dx, dy = (vlon[j + 1] - vlon[j]) * kx, (vlat[j + 1] - vlat[j]) * ky
            t = min(1.0, max(0.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
            px, py = ax + t * dx, ay + t * dy
            d2 = px * px + py * py
            if d2 < best:
                best = d2
                chainage[i] = vkm[j] + t * (vkm[j + 1] - vkm[j])
                # the point lies left of the segment when direction x (point - start) > 0
                offset[i] = np.sqrt(d2) / 1000 * (1.0 if dy * ax - dx * ay > 0 else -1.0)
    return chainage, offset
