"""A million points to chainage and offset, beside shapely's nearest-segment tree in the same run."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
import shapely

from truceline.strip import Strip

POINTS = [10_000, 100_000, 1_000_000]


@pytest.fixture(scope="module")
def front() -> Strip:
    """1,000 km in 2,000 segments."""
    rng = np.random.default_rng(1)
    at = np.linspace(0, 1, 2001)
    lat = 46.5 + 2.5 * at**1.3 + 0.4 * np.sin(25 * at) + np.cumsum(rng.normal(0, 0.002, 2001))
    strip = Strip.along(lon_deg=33 + 7 * at, lat_deg=lat)
    strip.place(lon_deg=[36.0], lat_deg=[48.0])  # compile
    return strip


def scatter(front: Strip, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points within some 60 km of the line."""
    rng = np.random.default_rng(number)
    at = rng.integers(0, len(front.lon_deg), number)
    return front.lon_deg[at] + rng.normal(0, 0.3, number), front.lat_deg[at] + rng.normal(0, 0.2, number)


def shapely_nearest(front: Strip, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return unsigned distance and distance along, in degrees: the usual way, without geodesy or side."""
    ends = np.stack([front.lon_deg, front.lat_deg], axis=1)
    segments = shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1))
    points = shapely.points(lon, lat)
    nearest = segments[shapely.STRtree(segments).nearest(points)]
    return np.stack([shapely.distance(points, nearest), shapely.line_locate_point(nearest, points)])


@pytest.mark.parametrize("number", POINTS)
def test_place_points_in_strip_space(benchmark, front, number):
    lon, lat = scatter(front, number)
    tracemalloc.start()
    front.place(lon_deg=lon, lat_deg=lat)
    benchmark.extra_info["peak_mb"] = round(tracemalloc.get_traced_memory()[1] / 1e6, 1)
    tracemalloc.stop()
    began = time.perf_counter()
    shapely_nearest(front, lon, lat)
    beside = time.perf_counter() - began
    benchmark.pedantic(front.place, kwargs={"lon_deg": lon, "lat_deg": lat}, rounds=3)
    benchmark.extra_info["shapely_s"] = round(beside, 3)
    benchmark.extra_info["times_faster_than_shapely"] = round(beside / benchmark.stats["min"], 1)
    if number == POINTS[-1]:
        assert benchmark.stats["min"] <= 1.0
        assert beside / benchmark.stats["min"] >= 10
