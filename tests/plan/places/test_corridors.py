"""Reopening: what is lacking is named, and what only people can answer is not known until they do."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from truceline.geodesy import GEOD
from truceline.plan.air.corridors import ASKED, check_airports, check_corridor, corridor_places, sum_up
from truceline.plan.air.defence import Battery

LONG = Battery(called="long", range_km=(70, 160, 160), altitude_max_km=(15, 24, 25), mast_m=(12, 12, 12))


def airport(**changes):
    one = {
        "site_id": "apt",
        "lon_deg": 24.0,
        "lat_deg": 49.8,
        "depth_km": 800.0,
        "capacity_mid": 3305.0,
        "guarded": True,
        "why": "",
    }
    return pd.DataFrame([one | changes])


STAND = pd.DataFrame({"lon_deg": [24.0], "lat_deg": [49.7]})


def lacking(table, stand=STAND, minutes=25.0, answers=None):
    checks = check_airports(table, positions=stand, battery=LONG, reserve_min=[minutes], answers=answers)
    return sum_up(checks).iloc[0]


def test_a_guarded_covered_airport_far_from_the_line_lacks_only_what_people_must_say():
    found = lacking(airport())
    assert found["lacking"] == ()
    assert found["not_known"] == ASKED


@pytest.mark.parametrize(
    ("changes", "more", "condition"),
    [
        ({"depth_km": 40.0}, {}, ("clear_of_the_line",)),
        ({"guarded": False, "why": "too small"}, {}, ("guarded",)),
        ({"capacity_mid": 900.0}, {}, ("runway_long_enough",)),
        ({}, {"minutes": 75.0}, ("reserve_in_time",)),
        ({}, {"stand": STAND.iloc[:0]}, ("covered_low", "covered_high")),
        # 100 km away a battery covers an airliner and not a cruise missile
        ({"lat_deg": 50.6}, {}, ("covered_low",)),
    ],
)
def test_each_condition_that_fails_is_named(changes, more, condition):
    assert lacking(airport(**changes), **more)["lacking"] == condition


def test_an_unknown_runway_is_not_known_and_never_taken_as_met():
    assert "runway_long_enough" in lacking(airport(capacity_mid=np.nan))["not_known"]


def test_an_answer_counts_once_it_is_given():
    said = pd.DataFrame({"site_id": ["apt", "apt"], "condition": ASKED[:2], "met": [True, False]})
    found = lacking(airport(), answers=said)
    assert found["lacking"] == (ASKED[1],)
    assert found["not_known"] == ASKED[2:]


def test_a_corridor_is_as_long_as_its_legs_and_covered_where_the_discs_are():
    way = [(24.0, 49.7), (27.0, 49.7), (30.5, 50.4)]
    length = sum(GEOD.inv(*one, *other)[2] / 1000 for one, other in itertools.pairwise(way))
    found = check_corridor(way, positions=STAND, battery=LONG)
    assert found["length_km"] == pytest.approx(length)
    assert found["covered_mid"] == pytest.approx(160 / length, abs=0.02)
    assert found["covered_low"] == pytest.approx(70 / length, abs=0.02)
    assert check_corridor(way, positions=STAND.iloc[:0], battery=LONG)["covered_high"] == 0
    assert corridor_places(way)["stretch_km"].max() <= 10.0
