"""One year of observations through the whole journey: time and memory at 10 thousand, 100 thousand and 1 million.

Beside it stands the plain alternative an analyst has: a geopandas buffer of the line and a spatial join, which only
says which points lie near the line.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import truceline as tl
from truceline.monitor import monitor
from truceline.observations import LOOKS, OBSERVATIONS, Readings, empty, new_table
from truceline.timespan import Timespan, parse_instant

YEAR = Timespan(start=parse_instant("2026-01-01T00:00Z"), end=parse_instant("2027-01-01T00:00Z"))


def invented(n: int) -> Readings:
    """Return a year of thermal detections and reports along the bundled line, with three satellites looking."""
    rng = np.random.default_rng(1)
    brief = tl.open_mission("easter-2026").brief
    chainage = rng.uniform(0, brief.strip.length_km, n)
    lon, lat = brief.strip.locate(chainage_km=chainage, offset_km=rng.normal(0, 25, n))
    start = pd.Timestamp(YEAR.start)
    passes = pd.DatetimeIndex([start + pd.Timedelta(hours=h) for h in np.arange(0, 8760, 2.4)])
    at = passes[rng.integers(0, len(passes), n)]
    thermal = rng.random(n) < 0.8
    observations = new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"obs-{i}" for i in range(n)],
            "source": np.where(thermal, "viirs", "news"),
            "sensor": np.where(thermal, "thermal", "report"),
            "act": np.where(thermal, "heat", rng.choice(["shelling", "strike", "drone_strike"], n)),
            "time_start": at,
            "time_end": np.where(thermal, at, at + pd.Timedelta(hours=6)),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": np.where(thermal, 250.0, 2000.0),
            "strength": rng.lognormal(1.5, 1, n),
            "origin": "",
            "reliability": "F",
            "credibility": "6",
        },
        length=n,
    )
    looks = new_table(
        LOOKS,
        {
            "look_id": [f"look-{i}" for i in range(len(passes))],
            "source": "viirs",
            "sensor": "thermal",
            "time_start": passes,
            "time_end": passes,
            "west_deg": 22.0,
            "south_deg": 44.0,
            "east_deg": 41.0,
            "north_deg": 53.0,
            "cloud": rng.uniform(0, 1, len(passes)),
            "detections": 1.0,
        },
        length=len(passes),
    )
    set_aside = empty(
        {"source": "text", "file": "text", "line": "number", "reason": "text", "todo": "text", "raw": "text"}
    )
    return Readings(observations=observations, looks=looks, set_aside=set_aside, recognised={}, digests={})


def watch(readings: Readings) -> int:
    """Carry a year of readings to findings and return how many incidents there were."""
    brief = replace(tl.open_mission("easter-2026").brief, period=YEAR)
    from truceline.findings.tables import CLAIMS

    return len(monitor(brief, readings, now=YEAR.end, claims=empty(CLAIMS)).incidents)


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000])
def test_a_year_through_monitor(benchmark, n):
    readings = invented(n)
    watch(invented(1000))  # compile
    incidents = benchmark.pedantic(watch, args=(readings,), rounds=1)
    benchmark.extra_info["observations"] = n
    benchmark.extra_info["incidents"] = incidents
    del readings
    # memory is that of a process of its own: this one has held other benchmarks' tables
    fresh = subprocess.run([sys.executable, __file__, str(n)], capture_output=True, text=True, check=True)
    benchmark.extra_info["peak_rss_gb"] = float(fresh.stdout)
    assert float(fresh.stdout) <= 2.0


@pytest.mark.parametrize("n", [10_000, 100_000, 1_000_000])
def test_the_alternative_buffer_and_spatial_join(benchmark, n):
    observations = invented(n).observations
    strip = tl.open_mission("easter-2026").brief.strip
    line = gpd.GeoDataFrame(
        geometry=[shapely.LineString(np.column_stack([strip.lon_deg, strip.lat_deg]))], crs="EPSG:4326"
    ).to_crs(32637)

    def join() -> int:
        points = gpd.GeoDataFrame(
            observations, geometry=gpd.points_from_xy(observations["lon_deg"], observations["lat_deg"]), crs="EPSG:4326"
        ).to_crs(32637)
        near = gpd.sjoin(points, line.assign(geometry=line.buffer(25_000)))
        return len(near)

    benchmark.pedantic(join, rounds=1)


if __name__ == "__main__":  # the peak in GB of a process that watches a year and does nothing else
    watch(invented(int(sys.argv[1])))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.3f}\n")
