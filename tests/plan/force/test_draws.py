"""Draws, tornado, unknowns and cost."""

import numpy as np
import pandas as pd
import pytest
from force_samples import KINDS, make_force, make_scenario
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from truceline.plan.answers.draws import compare_draws, draw_plans, list_parameters, value_at
from truceline.plan.answers.tornado import rank_parameters
from truceline.plan.answers.unknowns import list_claims, list_unknowns
from truceline.plan.force.contributors import Estimate
from truceline.plan.force.cost import total_cost
from truceline.plan.rotation.whole import plan_force

POSTS = "  - {id: guards, called: guards, unit_type: inf, role: guard, posts: {low: 1, mid: 2, high: 3, source: s}}\n"
FORCE = """\
  - {id: A, called: A, units: {inf: {low: 4, mid: 8, high: 12, source: s, mark: unchecked}}}
  - id: B
    called: B
    units: {inf: {mid: 10}}
    caveats:
      - kind: parliamentary_vote
        asked_on: start
        lead_days: {low: 10, mid: 30, high: 90, source: s}
        probability: {low: 0.2, mid: 0.4, high: 0.6, source: s}
"""
COSTS = """\
plan_with_cost: full
costs:
  - {id: full, called: full, basis: full cost, currency: USD, price_year: 2025, per: person_year, value: {low: 75000, mid: 200000, high: 500000}}
  - {id: extra, called: extra, basis: marginal, currency: GBP, price_year: 2010, per: person_year, value: {mid: 90000}}
  - {id: kit, called: kit, basis: once, currency: GBP m, price_year: 2026, per: once, value: {mid: 200}}
backstop: [{item: intelligence, unit_type: inf, posts: {mid: 1}}]
"""  # noqa: E501


@pytest.fixture(scope="module")
def case():
    force = make_force(FORCE, COSTS)
    return make_scenario(POSTS, force), force


@given(st.floats(0, 1), st.floats(0, 10), st.floats(0, 10))
def test_draws_are_quantiles_of_the_triangular_distribution(share, below, above):
    # scipy.stats.triang
    estimate = Estimate(low=5 - below / 2, mid=5, high=5 + above, source="s")
    width = below / 2 + above
    expected = 5.0 if width == 0 else stats.triang.ppf(share, (below / 2) / width, loc=5 - below / 2, scale=width)
    assert value_at(estimate, share) == pytest.approx(expected, abs=1e-6)


def test_the_same_seed_gives_the_same_draws_however_many_work_on_them(case):
    one = draw_plans(*case, rng=np.random.default_rng(3), draws=12, horizon_months=36)
    two = draw_plans(*case, rng=np.random.default_rng(3), draws=12, horizon_months=36, workers=2)
    pd.testing.assert_frame_equal(one, two)


def test_on_the_same_draw_the_backstop_never_leaves_more_unfilled(case):
    draws = draw_plans(*case, rng=np.random.default_rng(4), draws=30, horizon_months=48)
    without, full = (part.set_index("draw")["posts_unfilled"] for _, part in draws.groupby("level"))
    assert (full <= without).all()
    assert (full < without).any()
    paired = compare_draws(draws).set_index("measure")
    # the paired difference is narrower than what two independent sets of draws would show
    spread = (full - without).std()
    assert spread < np.hypot(full.std(), without.std())
    assert paired.loc["posts_unfilled", "share_up"] == 0


def test_votes_are_won_as_often_as_their_chance(case):
    # mean of the triangular (0.2, 0.4, 0.6) is 0.4; without B two posts of eight units stand empty in the end
    draws = draw_plans(*case, rng=np.random.default_rng(5), draws=400, horizon_months=1)
    assert len(draws) == 800
    names = [p.name for p in list_parameters(*case)]
    assert "B: chance of consent" in names
    assert "B: inf units" in names  # asked for although the vote is lost on the middle numbers


def test_what_is_exact_has_no_bar_in_the_tornado_and_the_widest_comes_first(case):
    table = rank_parameters(*case, horizon_months=36)
    assert table["swing"].is_monotonic_decreasing
    assert "inf: tour_months" not in set(table["name"])
    consent = table.set_index("name").loc["B: chance of consent"]
    assert consent["filled_at_high"] >= consent["filled_at_low"]
    posts = table.set_index("name").loc["guards: posts"]
    assert posts["filled_at_low"] >= posts["filled_at_high"]


def test_costs_on_different_bases_are_never_added(case):
    plan = plan_force(*case, horizon_months=24)
    costs = plan.costs
    assert len(costs.groupby(["basis", "currency", "price_year"])) == 3
    total = total_cost(costs).set_index("cost_id")
    people_months = plan.months["deployed"].sum() * 750
    assert total.loc["full", "mid"] == pytest.approx(people_months / 12 * 200_000)
    assert total.loc["full", "low"] == pytest.approx(people_months / 12 * 75_000)
    assert total.loc["extra", "mid"] == pytest.approx(people_months / 12 * 90_000)
    assert total.loc["kit", "mid"] == 200  # once, whatever the people
    assert set(costs.loc[costs["cost_id"] == "full", "year"]) == {1, 2}


def test_forty_thousand_for_ten_years_cost_thirty_billion():
    # Bloomberg Economics, February 2025: 40,000 peacekeepers, about $30bn in ten years = $75,000 a head and year
    kinds = KINDS.replace("mid: 24}", "mid: 0}").replace("{mid: 750}", "{mid: 1000}")
    costs = COSTS.replace("mid: 200000", "mid: 75000").replace("backstop", "unknown: []\nbackstop")
    force = make_force("  - {id: A, called: A, units: {inf: {mid: 40}}}\n", costs, kinds=kinds)
    scenario = make_scenario("  - {id: g, called: g, unit_type: inf, posts: {mid: 40}}\n", force)
    total = total_cost(plan_force(scenario, force, horizon_months=120).costs).set_index("cost_id")
    assert total.loc["full", "mid"] == pytest.approx(30e9)
    assert total.loc["full", "mid_per_year"] == pytest.approx(3e9)


def test_up_to_and_fewer_than_30000_are_two_bounds_and_both_are_shown():
    claims = """\
claims:
  - {about: force size, bound: at_most, value: 30000, source: Wall Street Journal}
  - {about: force size, bound: below, value: 30000, source: Associated Press}
  - {about: line, bound: about, value: 600, unit: miles, source: Associated Press}
"""
    force = make_force(FORCE)
    scenario = make_scenario(POSTS, force, claims)
    table = list_claims(scenario, force)
    assert list(table["words"]) == ["up to 30,000 people", "fewer than 30,000 people", "about 600 miles"]
    assert list(table["differs"]) == [True, True, False]
    inclusive, strict = scenario.claims[:2]
    assert inclusive.allows(30_000) and not strict.allows(30_000)
    unknown = list_unknowns(scenario, force)
    assert unknown.loc[unknown["kind"] == "claims differ", "what"].str.contains("Associated Press").all()


def test_unchecked_numbers_and_wide_ranges_are_listed_as_not_known(case):
    table = list_unknowns(*case)
    kinds = dict(zip(table["what"], table["kind"], strict=True))
    assert kinds["A: inf units"] == "unchecked"
    assert kinds["B: days to consent"] == "wide range"
    assert "inf: tour_months" not in kinds
