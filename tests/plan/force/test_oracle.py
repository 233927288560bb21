"""Closed forms against published numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.plan.force.oracle import (
    miles_to_km,
    months_until_short,
    people_per_km,
    people_tied_up,
    posts_at_once,
    posts_sustained,
    rotations,
    share_of_armies,
    units_per_post,
)

# MARATHON 4 policy records (fsdonks/m4, Center for Army Analysis), days: cycle, BOG, overlap; and the planning
# reference's table of units for one continuous slot, cycle / (BOG - overlap), without and with the overlap
MARATHON = [
    ("AC11", 730, 365, 0, 2.00, 2.00),
    ("AC12", 1095, 365, 45, 3.00, 3.42),
    ("AC13", 1095, 270, 45, 4.06, 4.87),
    ("RC12", 1095, 270, 0, 4.06, 4.06),
    ("RC14", 1825, 270, 45, 6.76, 8.11),
    ("RC15", 2190, 270, 45, 8.11, 9.73),
]


@pytest.mark.parametrize(("policy", "cycle", "bog", "overlap", "without", "with_overlap"), MARATHON)
def test_overlap_raises_the_units_for_a_post_as_in_marathon(policy, cycle, bog, overlap, without, with_overlap):
    assert units_per_post(bog, cycle - bog) == pytest.approx(without, abs=0.005), policy
    assert units_per_post(bog, cycle - bog, overlap) == pytest.approx(with_overlap, abs=0.006), policy


def test_a_front_of_600_miles_is_965_6_km():
    # Associated Press, February 2025: 600 miles; statute mile 1.609344 km
    assert miles_to_km(600) == pytest.approx(965.6, abs=0.05)


@pytest.mark.parametrize(("people", "per_km"), [(30_000, 31.07), (100_000, 103.6), (600_000, 621.4)])
def test_people_for_each_kilometre_of_the_front(people, per_km):
    # AP, February 2025: 50, 166.7 and 1,000 to the mile
    assert people_per_km(people, miles_to_km(600)) == pytest.approx(per_km, abs=0.05)


def test_six_hundred_thousand_are_twenty_to_one_and_six_to_one():
    assert 600_000 / 30_000 == 20
    assert 600_000 / 100_000 == 6


@pytest.mark.parametrize(("deployed", "share"), [(30_000, 25.7), (100_000, 85.7)])
def test_one_in_three_takes_this_share_of_the_french_and_british_forces(deployed, share):
    # AP: a little over 200,000 and under 150,000 personnel; one deployed, one recovering, one preparing
    assert 100 * share_of_armies(deployed, 3, 350_000) == pytest.approx(share, abs=0.05)


def test_7500_on_six_month_tours_every_24_months_tie_up_37500():
    # UK Harmony Guidelines (Chilcot 16.1): 24 months mean interval between tours of six
    assert people_tied_up(7500, 6, 24) == 37_500


@pytest.mark.parametrize(("years", "tours"), [(2, 4), (20, 40), (30, 60)])
def test_six_month_rotations_in_years(years, tours):
    assert rotations(years, 6) == tours


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 12), st.integers(0, 36), st.integers(0, 3))
def test_a_fresh_pool_falls_short_exactly_when_it_cannot_keep_the_posts_for_good(units, posts, tour, interval, overlap):
    overlap = min(overlap, tour - 1)
    for_good = posts_at_once(units, tour, interval, overlap) >= posts
    assert math.isinf(months_until_short(units, posts, tour, interval, overlap)) == for_good
    assert posts_at_once(units, tour, interval, overlap) <= posts_sustained(units, tour, interval, overlap)
    # the closed form is the largest whole number not above units over units per post
    assert posts_sustained(units, tour, interval, overlap) <= units / units_per_post(tour, interval, overlap) + 1e-9


@pytest.mark.parametrize(("tour", "interval", "overlap"), [(0, 24, 0), (6, -1, 0), (6, 24, 6), (6, 24, -1)])
def test_tours_that_fill_nothing_are_refused(tour, interval, overlap):
    with pytest.raises(RequestError, match="keep no post filled"):
        units_per_post(tour, interval, overlap)
