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
    day = times.dayofyear.to_numpy(float)
    hour = times.hour.to_numpy(float) + times.minute.to_numpy(float) / 60 + times.second.to_numpy(float) / 3600
    b = 2 * np.pi * (day - 1) / 365
    equation_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.040849 * np.sin(2 * b)
    )
    declination = np.radians(23.44 * np.sin(2 * np.pi * (284 + day) / 365))[:, None]
    solar_hour = (hour + equation_min / 60)[:, None] + np.asarray(lon_deg)[None, :] / 15
    angle, lat = np.radians(15 * (solar_hour - 12)), np.radians(np.asarray(lat_deg))[None, :]
    sine = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(angle)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1, 1))))
