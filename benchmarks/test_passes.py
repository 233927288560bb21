"""A month of passes of 30 satellites over 200 places, beside skyfield's find_events and TAT-C in the same run."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sgp4.api import Satrec
from sgp4.exporter import export_tle
from skyfield.api import EarthSatellite, load, wgs84

from truceline.orbits import Elements, Swath, find_passes, find_swath, read_elements
from truceline.timespan import Timespan

ELEMENTS = Path(__file__).resolve().parents[1] / "missions/easter-2026/elements/2026-03-11.tle"
SATELLITES, DAYS, REACH_DEG = 30, 30, 50.0
PLACES = [50, 200, 800]


@pytest.fixture(scope="module")
def fleet() -> list[Elements]:
    """The bundled satellites, and more of them in other planes."""
    real = read_elements(ELEMENTS.read_text()).sets
    return [
        replace(real[k % len(real)], norad_id=90_000 + k, node_deg=(real[k % len(real)].node_deg + 12.0 * k) % 360)
        for k in range(SATELLITES)
    ]


@pytest.fixture(scope="module")
def reach() -> Swath:
    """Everything within 50 degrees of nadir: the only kind of reach TAT-C and we both have."""
    return replace(find_swath("viirs"), norad_ids=tuple(range(90_000, 90_000 + SATELLITES)), max_deg=REACH_DEG)


@pytest.fixture(scope="module")
def period(fleet) -> Timespan:
    start = max(one.epoch for one in fleet).replace(microsecond=0)
    return Timespan(start=start, end=start + timedelta(days=DAYS))


def scatter(number: int) -> dict[str, np.ndarray]:
    """Return places along a front of some 500 km by 400 km."""
    rng = np.random.default_rng(number)
    return {"lon_deg": rng.uniform(33, 39, number), "lat_deg": rng.uniform(46, 50, number)}


def lines_of(one: Elements) -> tuple[str, str]:
    """Return an element set in two lines."""
    satrec: Satrec = one.satrec()
    satrec.classification, satrec.intldesg, satrec.ephtype, satrec.elnum, satrec.revnum = "U", "17073A", 0, 999, 1
    return export_tle(satrec)


@pytest.mark.filterwarnings("ignore:Propagating general perturbations")  # TAT-C, of elements over 30 days old
@pytest.mark.parametrize("number", PLACES)
def test_a_month_of_passes(benchmark, fleet, reach, period, number):
    places = scatter(number)
    given = {**places, "period": period}
    find_passes(fleet[:1], [reach], **given)  # compile
    tracemalloc.start()
    rows = find_passes(fleet, [reach], **given)
    benchmark.extra_info |= {"rows": len(rows), "peak_mb": round(tracemalloc.get_traced_memory()[1] / 1e6)}
    tracemalloc.stop()
    began = time.process_time()
    find_passes(fleet, [reach], **given)
    benchmark.extra_info["cpu_s"] = round(time.process_time() - began, 2)
    benchmark.pedantic(find_passes, args=(fleet, [reach]), kwargs=given, rounds=3)
    if number != PLACES[1]:
        return
    ours = benchmark.stats["min"]
    assert ours <= 3.0
    beside = skyfield_s(fleet, period, places)
    benchmark.extra_info |= {"skyfield_s": round(beside), "times_faster_than_skyfield": round(beside / ours)}
    assert beside / ours >= 100
    tatc = tat_c_s(fleet, period, places)
    if tatc is not None:
        benchmark.extra_info |= {"tat_c_s": round(tatc), "times_faster_than_tat_c": round(tatc / ours)}
        assert tatc / ours >= 100


def skyfield_s(fleet: list[Elements], period: Timespan, places: dict[str, np.ndarray]) -> float:
    """Return the seconds find_events would take: it takes a satellite and a place at a time, so 24 pairs are timed."""
    clock = load.timescale(builtin=True)
    span = clock.from_datetime(period.start), clock.from_datetime(period.end)
    pairs = [(one, k) for one in fleet[:8] for k in (0, 1, 2)]
    began = time.perf_counter()
    for one, k in pairs:
        place = wgs84.latlon(places["lat_deg"][k], places["lon_deg"][k])
        EarthSatellite(*lines_of(one), None, clock).find_events(place, *span, altitude_degrees=30.0)
    return (time.perf_counter() - began) / len(pairs) * len(fleet) * len(places["lon_deg"])


def tat_c_s(fleet: list[Elements], period: Timespan, places: dict[str, np.ndarray]) -> float | None:
    """Return the seconds TAT-C would take for the fleet from two satellites, all places at once; None without TAT-C."""
    try:
        from tatc.analysis import collect_observations
        from tatc.schemas import Instrument, Point, Satellite, TwoLineElements
    except ImportError:
        return None
    points = [Point(id=k, longitude=x, latitude=y) for k, (x, y) in enumerate(zip(*places.values(), strict=True))]
    look = [Instrument(name="reach", field_of_regard=2 * REACH_DEG)]
    chosen = fleet[:3]
    satellites = [Satellite(name="s", orbit=TwoLineElements(tle=list(lines_of(s))), instruments=look) for s in chosen]
    collect_observations(points, satellites[0], period.start, period.end)  # compile
    began = time.perf_counter()
    for satellite in satellites[1:]:
        collect_observations(points, satellite, period.start, period.end)
    return (time.perf_counter() - began) / 2 * len(fleet)
