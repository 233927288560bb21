from dataclasses import replace

import numpy as np
import pytest

from truceline.errors import RequestError, UnknownNameError
from truceline.orbits import Repeat, find_swath, swaths


def test_the_library_has_the_instruments_of_the_plan():
    names = {"viirs", "modis", "s1-iw", "s2-msi", "landsat-oli", "worldview", "terrasar-x", "iceye"}
    assert names <= set(swaths())


@pytest.mark.parametrize("name", swaths())
def test_every_instrument_has_a_source_a_mark_and_ranges_that_hold_its_values(name):
    swath = find_swath(name)
    assert len(swath.source) > 20
    assert swath.mark in {"checked", "secondary", "measured", "unchecked"}
    assert swath.ranges
    for field, (low, middle, high) in swath.ranges.items():
        assert low <= middle <= high
        assert getattr(swath, field) == middle


def test_tasked_satellites_look_in_a_share_of_their_passes_only():
    """Access is not acquisition: 0.05-0.3-0.7, judgement."""
    assert {name for name, swath in swaths().items() if swath.agile} == {"worldview", "terrasar-x", "iceye"}
    for swath in swaths().values():
        assert swath.tasked == ((0.05, 0.3, 0.7) if swath.agile else (1.0, 1.0, 1.0))


def test_an_unknown_instrument_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'viirs'"):
        find_swath("virs")


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_deg": -5.0},
        {"min_deg": 60.0},
        {"max_deg": 90.0},
        {"side": "starboard"},
        {"kind": "telepathic"},
        {"limit": "swath"},
        {"tasked": (0.1, 0.5, 1.2)},
        {"tasked": (0.5, 0.1, 0.7)},
    ],
)
def test_a_swath_that_cannot_be_is_refused(wrong):
    with pytest.raises(RequestError):
        replace(find_swath("viirs"), **wrong)


@pytest.mark.parametrize("name", ["s1-iw", "s2-msi"])
def test_numbers_follow_the_orbits_in_the_order_flown(name):
    repeat = find_swath(name).repeat
    step = 360 * repeat.days / repeat.orbits
    flown = repeat.numbers(repeat.node_deg - step * np.arange(repeat.orbits))
    assert flown.tolist() == list(range(1, repeat.orbits + 1))


def test_orbits_flown_one_day_on_lie_next_to_each_other_where_the_cycle_is_one_day_off():
    assert Repeat(orbits=15, days=1, node_deg=0.0).numbers(np.array([-24.0, 0.0])).tolist() == [2, 1]
