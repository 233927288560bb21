import pytest

from truceline.errors import UnknownNameError
from truceline.sensors.facts import CASES, fact, facts
from truceline.sensors.sight import assumptions

MARKS = {"checked", "secondary", "measured", "unchecked"}


@pytest.mark.parametrize("key", sorted(facts()))
def test_every_number_has_a_rising_range_a_unit_a_source_and_a_mark(key):
    one = fact(key)
    assert one.low <= one.mid <= one.high
    assert one.unit
    assert one.source
    assert one.mark in MARKS


def test_a_case_that_sees_least_takes_the_end_that_sees_least():
    range_, noise = fact("camera.night.r50_km"), fact("seismic.noise_nm")
    assert [range_.for_it(case) for case in CASES] == [range_.low, range_.mid, range_.high]
    assert [noise.against(case) for case in CASES] == [noise.high, noise.mid, noise.low]


def test_an_unknown_number_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"camera\.night\.r50_km"):
        fact("camera.night.r50km")


def test_the_report_lists_every_number_with_its_source():
    table = assumptions()
    planning_only = sum(key.startswith("orbit.") for key in facts())
    assert len(table) == len(facts()) - planning_only
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert table["source"].str.len().gt(5).all()


def test_a_mission_of_thermal_satellites_lists_no_number_of_cameras():
    names = assumptions(sensors=["thermal"], kinds=["strike"])["name"]
    assert names.str.startswith(("thermal.", "cloud.", "kind.strike.")).all()
    assert names.str.startswith("kind.strike.").any()
