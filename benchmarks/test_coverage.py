"""Coverage of 1,000 km x 60 km for 30 days by 60 satellites and 20 drones: time, memory, and that it grows in line.

Beside it stands the plain way: for each hour the product over the looks still to come, each weighted by survival.
"""

from __future__ import annotations

import resource
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from truceline.orbits import find_swath
from truceline.sensors.cover import cover_deployment
from truceline.sensors.deployment import Conditions, Deployment, Duty, Orbiting, Post
from truceline.sensors.drone import Drone
from truceline.sensors.grid import make_grid
from truceline.sensors.kinds import KINDS
from truceline.sensors.optical import Optical
from truceline.sensors.sar import Sar
from truceline.sensors.thermal import Thermal
from truceline.strip import Strip
from truceline.timespan import Timespan

START = datetime(2026, 4, 1, tzinfo=UTC)
MODELS = {"thermal": Thermal, "optical": Optical, "sar": Sar}
FLEET = {"viirs": 3, "modis": 2, "s2-msi": 3, "landsat-oli": 2, "s1-iw": 2, "worldview": 16, "terrasar-x": 8}
FLEET |= {"iceye": 24}


def line(length_km: float) -> Strip:
    """Return a line along the 48th parallel."""
    lon = np.linspace(24.0, 24.0 + length_km / 74.6, 200)
    return Strip.along(lon_deg=lon, lat_deg=48.0 + 0.3 * np.sin(np.arange(200) / 8))


def fleet() -> Deployment:
    """Return 60 satellites of the library's instruments and 20 drones round the clock on stretches of 50 km."""
    orbiting, number = [], 0
    for name, count in FLEET.items():
        swath = find_swath(name)
        for _ in range(count):
            number += 1
            made = type(swath)(**{f: getattr(swath, f) for f in swath.__slots__} | {"norad_ids": (number,)})
            orbiting.append(
                Orbiting(sensor_id=f"{name}-{number}", model=MODELS[swath.kind](name=name, instrument=name), swath=made)
            )
    posts = tuple(
        Post(
            sensor_id=f"drone-{i}",
            model=Drone(name=f"drone-{i}", stretch_km=50, band_km=60),
            from_km=50.0 * i,
            to_km=50.0 * (i + 1),
            band_km=60,
            duty=Duty(from_h=(6 * i) % 24, to_h=(6 * i + 18) % 24),
        )
        for i in range(20)
    )
    return Deployment(posts=posts, orbiting=tuple(orbiting), conditions=Conditions(half_width_km=30))


def passes(deployment: Deployment, strip: Strip, days: int) -> pd.DataFrame:
    """Return invented passes at the rates of the closed form: what is timed here is the coverage, not the search."""
    per_day = {"viirs": 3.4, "modis": 2.6, "s2-msi": 0.31, "landsat-oli": 0.2, "s1-iw": 0.28}
    rng = np.random.default_rng(1)
    grid = make_grid(strip, half_width_km=30, cell_km=1, offset_km=1)
    nodes = np.arange(len(grid.node_lon_deg))
    parts = []
    for orbiting in deployment.orbiting:
        number = rng.poisson(per_day.get(orbiting.swath.instrument, 0.9) * days)
        at = np.sort(rng.uniform(0, days * 24, number))
        hour = at % 24
        parts.append(
            pd.DataFrame(
                {
                    "norad_id": orbiting.swath.norad_ids[0],
                    "instrument": orbiting.swath.instrument,
                    "cell": np.tile(nodes, number),
                    "time_peak": pd.Timestamp(START) + pd.to_timedelta(np.repeat(at, len(nodes)), unit="h"),
                    "off_nadir_deg": np.repeat(rng.uniform(0, 7, number), len(nodes)),
                    "incidence_deg": np.repeat(rng.uniform(0, 40, number), len(nodes)),
                    "sun_elevation_deg": np.repeat(40 * np.sin(2 * np.pi * (hour - 4) / 24), len(nodes)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def run(length_km: float, days: int) -> float:
    strip, deployment = line(length_km), fleet()
    period = Timespan(start=START, end=START + pd.Timedelta(days=days))
    found = passes(deployment, strip, days)
    made = cover_deployment(deployment, strip=strip, period=period, kinds=KINDS, passes=found)
    return float(np.mean([seen.mean() for seen in made.seen.values()]))


@pytest.mark.parametrize(("length_km", "days"), [(500, 30), (1000, 15), (1000, 30)])
def test_coverage_of_a_front(benchmark, length_km, days):
    run(50, 2)  # compile
    benchmark.pedantic(run, args=(length_km, days), rounds=1)
    benchmark.extra_info["peak_rss_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def plain(length_km: float, days: int) -> float:
    """Return the mean over nodes of 1 - product of (1 - chance x survival): one kind, one case, no common cause."""
    strip, deployment = line(length_km), fleet()
    found = passes(deployment, strip, days)
    start, life = np.arange(24 * days) + 0.5, 6.0
    total, nodes = 0.0, 0
    for _, at in found.groupby("cell"):
        hours = (at["time_peak"] - pd.Timestamp(START)).dt.total_seconds().to_numpy() / 3600
        age = hours[None, :] - start[:, None]
        survived = np.where(age >= 0, np.exp(-np.maximum(age, 0) / life), 0.0)
        total += float((1 - np.prod(1 - 0.5 * survived, axis=1)).mean())
        nodes += 1
    return total / nodes


def test_the_alternative_plain_product(benchmark):
    """At nodes of 20 km only, satellites only: multiply by 8 kinds x 3 cases, and by 400 cells a node with drones."""
    benchmark.pedantic(plain, args=(1000, 30), rounds=1)
