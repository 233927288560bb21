"""Where satellites are: SGP4 for many sets and instants at once, in the frame that turns with the Earth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sgp4.api import SatrecArray, jday

from truceline.errors import RequestError
from truceline.orbits.elements import Elements

Floats = npt.NDArray[np.float64]

A_KM = 6378.137  # WGS84
E2 = 6.69437999014e-3
NODE_S = 180.0  # between two nodes of a track; cubic interpolation then errs by some 25 m at 500-900 km
_DAY_S = 86_400.0
_SCAN_S = 7200.0  # how finely a decay is looked for


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """One satellite's states at equal steps, fixed to the Earth; nan where the orbit cannot be propagated."""

    seconds: Floats  # (k,) since the instant the track was made for
    position_km: Floats  # (k, 3)
    velocity_km_s: Floats  # (k, 3) relative to the turning Earth


def make_track(elements: Elements, *, start: datetime, first_s: float, last_s: float) -> Track:
    """Return the track of a set over at least `first_s` to `last_s` seconds after `start`.

    Nodes are counted from the epoch, so that they and all that is read off between them do not depend on the period.
    """
    epoch_s = (elements.epoch - start).total_seconds()
    first, last = math.floor((first_s - epoch_s) / NODE_S), math.ceil((last_s - epoch_s) / NODE_S)
    seconds = np.asarray(epoch_s + NODE_S * np.arange(first, last + 1), float)
    position, velocity = _earth_fixed([elements], start, seconds)
    return Track(seconds=seconds, position_km=position[0], velocity_km_s=velocity[0])


def ground_track(elements: Sequence[Elements], times: pd.DatetimeIndex) -> tuple[Floats, Floats, Floats]:
    """Return (lon_deg, lat_deg, altitude_km) of the points below each satellite, each (satellite, time).

    Geodetic latitude and height on WGS84; nan where an orbit cannot be propagated to that time.

    Raises
    ------
    RequestError
        If the times have no zone.

    Notes
    -----
    SGP4 (Vallado et al. 2006) gives TEME; it is turned by Greenwich mean sidereal time (IAU 1982) with UT1 = UTC,
    which is right to 0.9 s of the Earth's turning, and polar motion (some 10 m) is left out.
    """
    if times.tz is None:
        raise RequestError("the times have no zone.", todo="Give UTC times.")
    if not len(times) or not elements:
        nothing = np.empty((len(elements), len(times)))
        return nothing, nothing.copy(), nothing.copy()
    start = times[0].floor("s")
    seconds = np.asarray((times - start).total_seconds(), float)
    position, _ = _earth_fixed(elements, start.to_pydatetime(), seconds)
    return geodetic(position)


def geodetic(position_km: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (lon_deg, lat_deg, height_km) of Earth-fixed positions (..., 3), by Bowring's formula (1985)."""
    x, y, z = np.moveaxis(position_km, -1, 0)
    p = np.hypot(x, y)
    b = A_KM * np.sqrt(1 - E2)
    r = np.hypot(p, z)
    u = np.arctan2(b * z * (1 + (E2 / (1 - E2)) * b / r), A_KM * p)
    lat = np.arctan2(z + E2 / (1 - E2) * b * np.sin(u) ** 3, p - E2 * A_KM * np.cos(u) ** 3)
    height = p * np.cos(lat) + z * np.sin(lat) - A_KM * np.sqrt(1 - E2 * np.sin(lat) ** 2)
    return np.degrees(np.arctan2(y, x)), np.degrees(lat), height


def places(*, lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return (n, 6): Earth-fixed position (km) on the ellipsoid and the unit vector up, of each place."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    n = A_KM / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    return np.ascontiguousarray(np.hstack([n[:, None] * up * [1, 1, 1 - E2], up]))


def lifetime_s(elements: Elements, *, start: datetime, first_s: float, last_s: float) -> tuple[float, float]:
    """Return the seconds after `start` between which a set can be propagated, at most `first_s` to `last_s`.

    SGP4 may give positions again long after it has found an orbit decayed; what lies beyond its first error, on the way
    from the epoch, is not believed.
    """
    epoch_s = (elements.epoch - start).total_seconds()
    whole = []
    for end_s in (first_s, last_s):
        way = np.append(np.arange(0.0, abs(end_s - epoch_s), _SCAN_S), abs(end_s - epoch_s))
        at = epoch_s + np.copysign(way, end_s - epoch_s)
        bad = np.flatnonzero(_sgp4([elements], start, at)[0][0])
        whole.append(float(at[max(0, bad[0] - 1)]) if len(bad) else end_s)
    return whole[0], whole[1]


def _sgp4(elements: Sequence[Elements], start: datetime, seconds: Floats) -> tuple[Any, Floats, Floats, Floats, Floats]:
    """Return SGP4's error codes, (set, time), its positions and velocities in TEME, and the times as two-part dates."""
    start = start.astimezone(UTC)
    whole, part = jday(start.year, start.month, start.day, start.hour, start.minute, start.second)
    fraction = part + start.microsecond / 86.4e9 + seconds / _DAY_S
    days = np.floor(fraction)
    jd, fraction = whole + days, fraction - days
    error, position, velocity = SatrecArray([e.satrec() for e in elements]).sgp4(jd, fraction)
    return error, position, velocity, jd, fraction


def _earth_fixed(elements: Sequence[Elements], start: datetime, seconds: Floats) -> tuple[Floats, Floats]:
    """Return Earth-fixed positions (km) and velocities (km/s), each (set, time, 3); nan where there is none."""
    error, position, velocity, jd, fraction = _sgp4(elements, start, seconds)
    for k, one in enumerate(elements):
        low, high = lifetime_s(one, start=start, first_s=float(seconds.min()), last_s=float(seconds.max()))
        gone = (error[k] > 0) | (seconds < low) | (seconds > high)
        position[k, gone], velocity[k, gone] = np.nan, np.nan
    angle, rate = sidereal_rad(jd, fraction)
    c, s = np.cos(angle), np.sin(angle)
    turned = _turn(position, c, s)
    moved = _turn(velocity, c, s)
    moved[..., 0] += rate * turned[..., 1]
    moved[..., 1] -= rate * turned[..., 0]
    return turned, moved


def _turn(vector: Floats, c: Floats, s: Floats) -> Floats:
    x, y = vector[..., 0].copy(), vector[..., 1]
    return np.stack([c * x + s * y, c * y - s * x, vector[..., 2]], axis=-1)


def sidereal_rad(jd: Floats, fraction: Floats) -> tuple[Floats, float]:
    """Return Greenwich mean sidereal time (IAU 1982; Aoki et al.) in radians, and its rate in radians a second."""
    t = (jd - 2451545.0 + fraction) / 36525.0
    seconds = 67310.54841 + t * (8640184.812866 + t * (0.093104 - 6.2e-6 * t))
    turns = np.remainder(jd, 1.0) + fraction + np.remainder(seconds / _DAY_S, 1.0)
    return 2 * np.pi * np.remainder(turns, 1.0), 2 * np.pi * (1 + 8640184.812866 / 36525 / _DAY_S) / _DAY_S
