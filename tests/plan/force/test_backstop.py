"""With and without: the worth of each item, alone, last and over all orders; the gap matrix."""

import math

import pytest
from force_samples import make_force, make_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.plan.answers.backstop import gap_matrix, worth_of_items
from truceline.plan.force.ladder import ITEMS, all_subsets, rung
from truceline.plan.rotation.whole import plan_force

POSTS = """\
  - {id: guards, called: guards, unit_type: inf, role: guard, posts: {mid: 4}}
  - {id: ad, called: ad, unit_type: ad, where: neighbours, posts: {mid: 3}}
"""
FORCE = """\
  - {id: A, called: A, units: {inf: {mid: 10}}}
  - {id: B, called: B, long_range_strike: false, units: {inf: {mid: 10}, ad: {mid: 5}}, caveats: [{kind: needs_backstop, level: 2}]}
"""  # noqa: E501


def case(supply=2):
    more = f"backstop: [{{item: air_missile_defence, unit_type: ad, posts: {{mid: {supply}}}, where: [neighbours]}}]\n"
    force = make_force(FORCE, more + "backstop_has_long_range_strike: [air_power]\n")
    return make_scenario(POSTS, force), force


def test_there_are_32_sets_of_five_items():
    assert len(set(all_subsets())) == 2 ** len(ITEMS)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 4))
def test_worths_over_all_orders_sum_to_the_whole_backstop(supply):
    # Shapley 1953: efficiency
    scenario, force = case(supply)
    worth = worth_of_items(scenario, force, horizon_months=36)
    none = plan_force(scenario, force, horizon_months=36, backstop=0).posts_unfilled
    full = plan_force(scenario, force, horizon_months=36, backstop=5).posts_unfilled
    assert worth["shapley"].sum() == pytest.approx(none - full)
    assert (worth[["first", "last", "shapley"]] >= 0).all().all()


def test_two_items_that_are_asked_for_together_are_worth_nothing_alone_and_all_last():
    scenario, force = case(0)
    worth = worth_of_items(scenario, force, horizon_months=36).set_index("item")
    needed = worth.loc[["logistics_airlift", "intelligence"]]
    assert (needed["first"] == 0).all()
    assert (needed["last"] > 0).all()
    # symmetry: both are asked for alike
    assert needed["shapley"].iloc[0] == pytest.approx(needed["shapley"].iloc[1])
    assert worth.loc["guarantee", ["first", "last", "shapley"]].tolist() == [0, 0, 0]  # a word brings no units


def test_posts_the_backstop_fills_need_no_unit():
    scenario, force = case(3)
    plan = plan_force(scenario, force, backstop=3)
    batteries = plan.types.set_index("unit_type").loc["ad"]
    assert (batteries["posts_by_backstop"], batteries["unfilled_post_months"]) == (3, 0)
    assert not (plan.tours["unit_type"] == "ad").any()


def test_every_capability_has_its_line_and_long_range_strike_is_yes_or_no():
    scenario, force = case()
    plans = [plan_force(scenario, force, backstop=level) for level in range(6)]
    gaps = gap_matrix(plans, force)
    assert len(gaps) == 6 * 12
    strike = gaps[gaps["capability"] == "long_range_strike"].sort_values("level")
    assert list(strike["said"]) == ["no"] * 4 + ["yes"] * 2
    land = gaps[gaps["capability"] == "land"].sort_values("level")["filled_share"]
    assert land.is_monotonic_increasing
    assert set(gaps.loc[gaps["capability"] == "medical", "said"]) == {"the scenario has no posts for it"}
    assert math.isnan(gaps.loc[gaps["capability"] == "medical", "filled_share"].iloc[0])


def test_a_single_item_is_not_its_rung():
    scenario, force = case(2)
    alone = plan_force(scenario, force, backstop=next(s for s in all_subsets() if s.items == {"air_missile_defence"}))
    assert alone.backstop.level == 0
    assert alone.types.set_index("unit_type").loc["ad", "posts_by_backstop"] == 2
    assert alone.posts_unfilled > plan_force(scenario, force, backstop=rung(3)).posts_unfilled
