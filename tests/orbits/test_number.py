import csv
import json
from datetime import timedelta

import numpy as np
import pytest
from shapely.geometry import shape

from truceline.orbits import find_passes, find_swath, read_elements
from truceline.timespan import Timespan

DAYS = 12  # Sentinel-1 flies its 175 orbits in twelve days


@pytest.mark.data
@pytest.mark.parametrize(("file", "norad_id"), [("03-11", 39634), ("08-27", 62261), ("08-27", 66315)])
def test_every_relative_orbit_used_over_an_area_is_found_over_it_from_elements_alone(real_data, file, norad_id):
    """Orbits of 18 damage-assessment areas (UNOSAT) as used by the published damage map of Ukraine (ETH Zurich)."""
    folder = real_data / "sentinel1_orbits_unosat_aois"
    features = json.loads((folder / "unosat_aois.geojson").read_text())["features"]
    areas = {f["properties"]["aoi"]: shape(f["geometry"]) for f in features}
    listed = list(csv.DictReader((folder / "s1_aoi_orbits.csv").read_text().splitlines()))
    sets = read_elements((real_data / f"satellite_tle/tle_2026-{file}.txt").read_text()).sets
    one = next(s for s in sets if s.norad_id == norad_id)
    places = [areas[row["aoi"]].representative_point() for row in listed]
    # a day more, so that an orbit cut by either end is there once whole
    period = Timespan(start=one.epoch, end=one.epoch + timedelta(days=DAYS + 1))
    found = find_passes(
        [one],
        [find_swath("s1-iw")],
        lon_deg=[p.x for p in places],
        lat_deg=[p.y for p in places],
        period=period,
    )
    assert len(listed) == 18
    for cell, row in enumerate(listed):
        orbits = set(found.relative_orbit[found.cell == cell].astype(int))
        assert {int(n) for n in row["valid_orbits"].split(",")} <= orbits, row["aoi"]


def test_one_pass_over_neighbouring_places_is_one_orbit_and_the_cycle_repeats(sets):
    one = sets[39634]
    period = Timespan(start=one.epoch, end=one.epoch + timedelta(days=2 * DAYS))
    found = find_passes(
        [one], [find_swath("s1-iw")], lon_deg=np.linspace(36, 38, 5), lat_deg=np.full(5, 48.3), period=period
    )
    first = found[found.time_peak < found.time_peak.min() + np.timedelta64(DAYS, "D")]
    again = found[found.time_peak >= found.time_peak.min() + np.timedelta64(DAYS, "D")]
    assert set(first.relative_orbit) == set(again.relative_orbit)
    by_pass = found.groupby(found.time_peak.dt.floor("h")).relative_orbit.nunique()
    assert (by_pass == 1).all()


def test_orbits_without_a_repeat_cycle_have_no_number(sets, april):
    found = find_passes([sets[43013]], [find_swath("viirs")], lon_deg=37.0, lat_deg=48.0, period=april)
    assert found.relative_orbit.isna().all()
