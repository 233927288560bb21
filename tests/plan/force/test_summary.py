"""The few answers a reader asks for first."""

import json

import pytest
from force_samples import make_force, make_scenario

from truceline.plan.answers.summary import spread_thin, summarise_plan
from truceline.plan.rotation.whole import plan_force

POSTS = "  - {id: guards, called: guards, unit_type: inf, role: guard, posts: {mid: 3}}\n"
LINE = "line_km: {low: 743, mid: 965.6064, high: 1400}\nopposing: {low: 500000, mid: 600000, high: 700000}\n"


@pytest.mark.parametrize("units", [9, 15])
def test_a_summary_is_plain_json_and_says_what_the_plan_says(units):
    force = make_force(f"  - {{id: A, called: A, units: {{inf: {{mid: {units}}}}}}}\n")
    plan = plan_force(make_scenario(POSTS, force), force)
    said = json.loads(json.dumps(summarise_plan(plan), allow_nan=False))
    assert said["months_sustained"] == (18 if units == 9 else 60)
    assert said["first_shortfall"] == (19 if units == 9 else None)
    assert said["posts_unfilled"] == plan.posts_unfilled
    assert said["proven"]
    assert said["filled_share"] == pytest.approx(1 - plan.posts_unfilled / 180)


def test_thirty_thousand_on_600_miles_against_600000():
    # AP, February 2025: 31.07 to the kilometre, twenty to one
    force = make_force("  - {id: A, called: A}\n")
    thin = spread_thin(make_scenario(POSTS, force, LINE), 30_000)
    assert thin["people_per_km"] == pytest.approx(31.07, abs=0.005)
    assert thin["against_one"] == 20
    assert thin["people_per_km_low"] < thin["people_per_km"] < thin["people_per_km_high"]
    assert spread_thin(make_scenario(POSTS, force), 30_000)["against_one"] is None
