"""A straight line along a parallel, and observations placed beside it in strip space."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from truceline.observations import LOOKS, OBSERVATIONS, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan

START = pd.Timestamp("2026-04-01T00:00:00Z")


@pytest.fixture(scope="session")
def strip() -> Strip:
    return Strip.along(lon_deg=np.linspace(34, 38, 21), lat_deg=np.full(21, 48.0))


@pytest.fixture(scope="session")
def period() -> Timespan:
    return Timespan(start=datetime(2026, 4, 1, tzinfo=UTC), end=datetime(2026, 4, 11, tzinfo=UTC))


@pytest.fixture(scope="session")
def observe(strip: Strip):
    """Return a maker of observations from chainage, offset and hours after the start."""

    def make(chainage_km, offset_km=0.0, hours=0.0, *, lasting_h=0.0, **columns) -> pd.DataFrame:
        number = max(np.size(v) for v in (chainage_km, offset_km, hours))
        lon, lat = strip.locate(
            chainage_km=np.broadcast_to(chainage_km, number), offset_km=np.broadcast_to(offset_km, number)
        )
        begin = START + pd.to_timedelta(np.broadcast_to(hours, number), unit="h")
        given = {
            "observation_id": [f"obs-{k:05d}" for k in range(number)],
            "source": ["news"] * number,
            "sensor": ["report"] * number,
            "act": ["shelling"] * number,
            "time_start": begin,
            "time_end": begin + pd.to_timedelta(lasting_h, unit="h"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": [500.0] * number,
            "reliability": ["F"] * number,
            "credibility": ["6"] * number,
        }
        given |= {k: [v] * number if np.ndim(v) == 0 else v for k, v in columns.items()}
        return new_table(OBSERVATIONS, given)

    return make


@pytest.fixture(scope="session")
def detect(observe):
    """Return a maker of thermal detections."""

    def make(chainage_km, offset_km=0.0, hours=10.0, **columns) -> pd.DataFrame:
        given = {"source": "viirs", "sensor": "thermal", "act": "heat", "sigma_m": 300.0, "strength": 3.0} | columns
        return observe(chainage_km, offset_km, hours, **given)

    return make


@pytest.fixture(scope="session")
def looks() -> pd.DataFrame:
    """Two passes a day for ten days under a quarter of cloud, over everything."""
    times = START + pd.to_timedelta(np.ravel([[24 * d + 1, 24 * d + 10] for d in range(10)]), unit="h")
    number = len(times)
    return new_table(
        LOOKS,
        {
            "look_id": [f"look-{k:03d}" for k in range(number)],
            "source": ["viirs"] * number,
            "sensor": ["thermal"] * number,
            "time_start": times,
            "time_end": times,
            "west_deg": [30.0] * number,
            "east_deg": [42.0] * number,
            "south_deg": [45.0] * number,
            "north_deg": [51.0] * number,
            "cloud": [0.25] * number,
        },
    )
