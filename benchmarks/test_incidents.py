"""A year of observations along a 1,000 km line to incidents: time and memory at three sizes."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import make_incidents
from truceline.observations import LOOKS, OBSERVATIONS, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan

SIZES = [10_000, 100_000, 1_000_000]
YEAR = Timespan(start=datetime(2025, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 1, tzinfo=UTC))
SOURCES = ["viirs-n20", "viirs-n21", "viirs-snpp"]


@pytest.fixture(scope="module")
def front() -> Strip:
    at = np.linspace(0, 1, 2001)
    return Strip.along(lon_deg=33 + 7 * at, lat_deg=46.5 + 2.5 * at**1.3 + 0.4 * np.sin(25 * at))


def make_year(front: Strip, number: int) -> pd.DataFrame:
    """Return happenings of four observations on average: seven in ten are fires, the rest reported strikes."""
    rng = np.random.default_rng(number)
    scenes = number // 4
    at, day, fire = rng.integers(0, 2001, scenes), rng.integers(0, 365, scenes), rng.random(scenes) < 0.7
    hour = np.where(fire, rng.choice([0.5, 1.2, 9.5, 11.0], scenes), rng.integers(0, 24, scenes))
    lon, lat = front.lon_deg[at] + rng.normal(0, 0.3, scenes), front.lat_deg[at] + rng.normal(0, 0.2, scenes)
    of = rng.integers(0, scenes, number)
    heat = fire[of]
    start = pd.Timestamp(YEAR.start) + pd.to_timedelta((day * 24 + hour)[of], unit="h")
    return new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"obs-{k:07d}" for k in range(number)],
            "source": np.where(heat, rng.choice(SOURCES, number), "news"),
            "sensor": np.where(heat, "thermal", "report"),
            "act": np.where(heat, "heat", rng.choice(["shelling", "drone_strike", "air_strike"], number)),
            "time_start": start,
            "time_end": start + pd.to_timedelta(np.where(heat, 0, 6), unit="h"),
            "lon_deg": lon[of] + rng.normal(0, 0.004, number),
            "lat_deg": lat[of] + rng.normal(0, 0.003, number),
            "sigma_m": np.where(heat, 300.0, 2000.0),
            "strength": np.where(heat, rng.lognormal(1, 1, number), np.nan),
        },
    )


@pytest.fixture(scope="module")
def looks() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    number = 3650
    times = pd.Timestamp(YEAR.start) + pd.to_timedelta(np.arange(number) * 2.4, unit="h")
    return new_table(
        LOOKS,
        {
            "look_id": [f"look-{k:05d}" for k in range(number)],
            "source": rng.choice(SOURCES, number),
            "sensor": np.full(number, "thermal"),
            "time_start": times,
            "time_end": times,
            "west_deg": np.full(number, 30.0),
            "south_deg": np.full(number, 44.0),
            "east_deg": np.full(number, 42.0),
            "north_deg": np.full(number, 52.0),
            "cloud": rng.random(number),
        },
    )


@pytest.mark.parametrize("number", SIZES)
def test_make_incidents_of_a_year(benchmark, front, looks, number):
    observations = make_year(front, number)
    make_incidents(observations.head(1000), looks, strip=front, period=YEAR)  # compile
    tracemalloc.start()
    make_incidents(observations, looks, strip=front, period=YEAR)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    made = benchmark.pedantic(make_incidents, (observations, looks), {"strip": front, "period": YEAR}, rounds=2)
    benchmark.extra_info["incidents"] = len(made.incidents)
    benchmark.extra_info["peak_mb_above_input"] = round(peak / 1e6)
    assert peak < 1.5e9
    if number == SIZES[-1]:
        assert benchmark.stats["min"] <= 15
