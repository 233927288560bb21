"""Daylight: where the sun stands over a place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

SUNRISE_DEG = -0.833  # refraction and the sun's radius


def sun_elevation_deg(times: pd.DatetimeIndex, *, lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return the sun's elevation, times (n,) broadcast against places (m,) to (n, m), in degrees.

    Declination 23.44 sin(2 pi (284 + day) / 365) (Cooper 1969) and the equation of time of Spencer (1971); good to
    about half a degree, which moves sunset by some three minutes.
    """
    noon_h, declination = (part[:, None] for part in _sun(times))
    return _elevation(noon_h, declination, np.asarray(lon_deg)[None, :], np.asarray(lat_deg)[None, :])


def sun_elevation_each_deg(times: pd.DatetimeIndex, *, lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return the sun's elevation at each time (n,) over its own place (n,), in degrees, as `sun_elevation_deg` does."""
    return _elevation(*_sun(times), np.asarray(lon_deg), np.asarray(lat_deg))


def _sun(times: pd.DatetimeIndex) -> tuple[Floats, Floats]:
    """Return the hours since noon by a sundial at Greenwich, and the declination in radians."""
    day = times.dayofyear.to_numpy(float)
    hour = times.hour.to_numpy(float) + times.minute.to_numpy(float) / 60 + times.second.to_numpy(float) / 3600
    b = 2 * np.pi * (day - 1) / 365
    equation_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.040849 * np.sin(2 * b)
    )
    return hour + equation_min / 60 - 12, np.radians(23.44 * np.sin(2 * np.pi * (284 + day) / 365))


def _elevation(noon_h: Floats, declination: Floats, lon_deg: Floats, lat_deg: Floats) -> Floats:
    angle, lat = np.radians(15 * (noon_h + lon_deg / 15)), np.radians(lat_deg)
    sine = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(angle)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1, 1))))
