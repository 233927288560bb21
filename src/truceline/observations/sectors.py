"""Where a monitor heard or saw something: an observer, a distance range and a bearing make a sector, not a point."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.geodesy import GEOD, KM_PER_MILE

Floats = npt.NDArray[np.float64]

POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
_HALF_POINT_DEG = 360 / len(POINTS) / 2
_RANGE_SHARE = 0.4  # error of a single estimated distance (sensors: hearing range 40 %)
FARTHEST_KM = 5.0  # assumed where no distance is given
_BEARING = r"(?P<bearing>[NSEW]{1,3})(?![A-Za-z])"
_DISTANCE = r"(?P<near>\d+(?:[.,]\d+)?)\s*(?:(?:-|–|—|to)\s*(?P<far>\d+(?:[.,]\d+)?))?\s*(?P<unit>km|m|mi)\b"
_EDGE = re.compile(rf"{_DISTANCE}\s*(?:to the\s+)?(?:{_BEARING})?")
_ALONE = re.compile(rf"^\s*(?:to the\s+)?{_BEARING}\s*$")
_UNIT_KM = {"km": 1.0, "m": 0.001, "mi": KM_PER_MILE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """A ring sector around an observer. With no bearing it is the whole ring: `half_width_deg` is 180."""

    near_km: float
    far_km: float
    bearing_deg: float
    half_width_deg: float


def read_sector(said: str) -> Sector | None:
    """Return the sector of words such as '2-4km ESE'; None where they hold neither distance nor bearing.

    One distance alone is 40 % either way; no distance is 0-5 km, an assumption; the bearing is one of 16 points,
    11.25 degrees either way.

    Examples
    --------
    >>> read_sector("2-4km ESE")
    Sector(near_km=2.0, far_km=4.0, bearing_deg=112.5, half_width_deg=11.25)
    """
    found = _EDGE.search(said)
    if found is None:
        alone = _ALONE.match(said)
        if alone is None or alone["bearing"] not in POINTS:
            return None
        return Sector(near_km=0.0, far_km=FARTHEST_KM, **_bearing(alone["bearing"]))
    unit = _UNIT_KM[found["unit"]]
    near = float(found["near"].replace(",", ".")) * unit
    far = float(found["far"].replace(",", ".")) * unit if found["far"] else None
    if far is None:
        near, far = near * (1 - _RANGE_SHARE), near * (1 + _RANGE_SHARE)
    if far < near:
        return None
    word = found["bearing"]
    if word is not None and word not in POINTS:
        return None
    return Sector(near_km=near, far_km=far, **_bearing(word))


def _bearing(word: str | None) -> dict[str, float]:
    if word is None:
        return {"bearing_deg": 0.0, "half_width_deg": 180.0}
    return {"bearing_deg": POINTS.index(word) * 2 * _HALF_POINT_DEG, "half_width_deg": _HALF_POINT_DEG}


def sector_place(
    *, lon_deg: Floats, lat_deg: Floats, near_km: Floats, far_km: Floats, bearing_deg: Floats, half_width_deg: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return (lon_deg, lat_deg, sigma_m) of the centre of sectors around observers, elementwise.

    The happening is taken as equally likely anywhere in the sector. With r the distance and phi the angle off the
    bearing: E[r] = 2/3 (f^3 - n^3) / (f^2 - n^2), E[r^2] = (n^2 + f^2) / 2, E[cos phi] = sin d / d,
    E[cos^2 phi] = 1/2 + sin 2d / 4d. The centre lies E[r] E[cos phi] along the bearing; sigma is the root of the
    mean of the two variances about it.
    """
    near, far = near_km, np.maximum(far_km, near_km + 1e-6)
    d = half_width_deg * np.pi / 180
    mean_r = 2 / 3 * (far**3 - near**3) / (far**2 - near**2)
    mean_r2 = (near**2 + far**2) / 2
    cos2 = 0.5 + np.sin(2 * d) / (4 * d)
    along_km = mean_r * np.sin(d) / d
    variance = (mean_r2 * cos2 - along_km**2 + mean_r2 * (1 - cos2)) / 2
    lon, lat, _ = GEOD.fwd(lon_deg, lat_deg, bearing_deg, along_km * 1000)
    return np.asarray(lon), np.asarray(lat), 1000 * np.sqrt(np.maximum(variance, 0))
