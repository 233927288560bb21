"""Distance and direction on WGS84: degrees in, metres out."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
DEGREE = math.pi / 180
KM_PER_MILE = 1.609344
KM_PER_NAUTICAL_MILE = 1.852

_A = 6378137.0  # WGS84 semi-major axis, metres
_E2 = 6.69437999014e-3  # WGS84 first eccentricity squared


@numba.njit(cache=True)
def metres_per_degree(lat_rad: float) -> tuple[float, float]:
    """Return metres per degree of longitude and of latitude at a latitude in radians.

    Principal radii of curvature of the ellipsoid (Snyder 1987, eq. 4-18 to 4-20).
    """
    s = math.sin(lat_rad)
    w = 1.0 - _E2 * s * s
    n = _A / math.sqrt(w)
    return n * math.cos(lat_rad) * DEGREE, n * (1.0 - _E2) / w * DEGREE


@numba.njit(cache=True)
def radii_of_curvature(lat_rad: float) -> tuple[float, float, float]:
    """Return the prime-vertical radius N, the meridional radius M and dM/dlat, in metres, at a latitude in radians.

    Snyder 1987, eq. 4-18 and 4-20.
    """
    s = math.sin(lat_rad)
    w = 1.0 - _E2 * s * s
    n = _A / math.sqrt(w)
    m = n * (1.0 - _E2) / w
    return n, m, 3.0 * m * _E2 * s * math.cos(lat_rad) / w


def metres_per_degree_each(lat_deg: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return metres per degree of longitude and of latitude at each latitude, (n,) degrees."""
    lat = np.asarray(lat_deg, float) * DEGREE
    w = 1.0 - _E2 * np.sin(lat) ** 2
    n = _A / np.sqrt(w)
    return n * np.cos(lat) * DEGREE, n * (1.0 - _E2) / w * DEGREE
