"""The plan as a reader sees it: months, people, what binds; names and order play no part."""

import itertools

import pandas as pd
import pytest
from force_samples import make_force, make_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.errors import PlanError
from truceline.plan.force.ladder import rung, rungs
from truceline.plan.rotation.tables import TYPES
from truceline.plan.rotation.whole import plan_force

GUARDS = "  - {{id: guards, called: guards, unit_type: inf, role: guard, posts: {{mid: {}}}}}\n"
BATTERIES = "  - {{id: ad, called: ad, unit_type: ad, posts: {{mid: {}}}}}\n"


def units_of(name, kind, number, more=""):
    return f"  - {{id: {name}, called: {name}land, {more}units: {{{kind}: {{mid: {number}}}}}}}\n"


def test_ten_battalions_out_of_fifty_are_kept_for_good_and_tie_up_37500_people():
    # UK Harmony Guidelines: 6 / 24; 10 x 750 = 7,500 deployed
    force = make_force(units_of("A", "inf", 50))
    plan = plan_force(make_scenario(GUARDS.format(10), force), force)
    assert (plan.months_sustained, plan.first_shortfall, plan.binding, plan.posts_unfilled) == (60, None, "", 0)
    assert (plan.people_deployed, plan.people_tied_up) == (7500, 37_500)


def test_what_binds_is_said_in_words_with_the_month_the_number_and_whose():
    force = make_force(
        units_of("D", "ad", 6) + "  - {id: N, called: Nether, phrase: the Nether, units: {ad: {mid: 3}}}\n"
    )
    plan = plan_force(make_scenario(BATTERIES.format(3), force), force)
    # three fresh batteries of nine every six months: the fourth batch, in month 19, finds none left
    assert plan.binding == "from month 19 air-defence batteries fall short by 3: tour interval of Dland and the Nether"
    assert (plan.months_sustained, plan.first_shortfall) == (18, 19)
    assert bool(plan.types["could_last_proven"][0])


def test_consent_still_to_come_binds_at_first():
    vote = "caveats: [{kind: parliamentary_vote, asked_on: start, lead_days: {mid: 60}}], "
    force = make_force(units_of("A", "inf", 50, vote))
    plan = plan_force(make_scenario(GUARDS.format(10), force), force)
    assert (
        plan.binding
        == "from month 1 infantry battalions fall short by 10: consent and readiness still to come of Aland"
    )
    assert plan.posts_unfilled == 20


def test_caveats_bind_where_the_units_exist_but_may_not_stand():
    force = make_force(units_of("A", "inf", 50, "caveats: [{kind: outside_only}], "))
    plan = plan_force(make_scenario(GUARDS.format(10), force), force)
    assert plan.binding.endswith("only outside the country of Aland")


def test_what_else_keeps_as_many_back_is_said_too():
    force = make_force(units_of("A", "ad", 6) + units_of("B", "ad", 9, "caveats: [{kind: needs_backstop, level: 1}], "))
    types = plan_force(make_scenario(BATTERIES.format(2), force), force).types.iloc[0]
    assert types["binding"] == "from month 19 air-defence batteries fall short by 2: tour interval of Aland"
    assert types["also"] == "needs the backstop of Bland"


def test_a_type_nobody_lists_says_so():
    force = make_force(units_of("A", "inf", 50))
    plan = plan_force(make_scenario(GUARDS.format(1) + BATTERIES.format(1), force), force)
    assert plan.binding == "from month 1 air-defence batteries fall short by 1: no contributor lists any"


@pytest.mark.parametrize("level", range(6))
def test_tables_add_up(level):
    supply = "backstop: [{item: air_missile_defence, unit_type: ad, posts: {mid: 2}}]\n"
    force = make_force(units_of("A", "inf", 12) + units_of("B", "inf", 7) + units_of("D", "ad", 6), supply)
    plan = plan_force(make_scenario(GUARDS.format(4) + BATTERIES.format(3), force), force, backstop=level)
    assert list(plan.types.columns) == list(TYPES)
    assert (plan.posts["wanted"] == plan.posts[["by_backstop", "filled", "short"]].sum(axis=1)).all()
    assert (
        plan.posts["short"].sum() == plan.posts_unfilled
    )  # whole months here: a month is as full as its emptiest step
    states = plan.months[["deployed", "resting", "preparing", "ready", "not_ready"]]
    assert (states >= 0).all().all()
    whole = plan.months.assign(units=states.sum(axis=1)).groupby(["contributor", "unit_type"])["units"]
    assert (whole.nunique() == 1).all()
    standing = plan.months[plan.months["month"] == 13].groupby("unit_type")["deployed"].sum()
    filled = plan.posts[plan.posts["month"] == 13].groupby("unit_type")["filled"].sum()
    assert (standing >= filled).all()
    first = plan.posts.loc[plan.posts["short"] > 0, "month"]
    assert plan.first_shortfall == (None if first.empty else first.min())


def test_no_unit_goes_on_two_tours_at_once_or_before_its_rest_is_over():
    force = make_force(units_of("A", "inf", 11) + units_of("B", "inf", 4))
    tours = plan_force(make_scenario(GUARDS.format(3), force), force).tours
    for _, own in tours.groupby(["contributor", "unit_type", "unit"]):
        begins = own["from_month"].sort_values().tolist()
        assert all(after - before >= 30 for before, after in itertools.pairwise(begins))
    assert (tours["to_month"] - tours["from_month"] == 5).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=4), st.integers(1, 5), st.permutations("ABCD"))
def test_nothing_depends_on_the_names_or_the_order_of_contributors(numbers, posts, names):
    def types(order, called):
        force = make_force("".join(units_of(called[i], "inf", numbers[i]) for i in order))
        return plan_force(make_scenario(GUARDS.format(posts), force), force).types.drop(columns=["binding", "also"])

    plain = types(range(len(numbers)), "ABCD")
    pd.testing.assert_frame_equal(plain, types(range(len(numbers)), names))
    pd.testing.assert_frame_equal(plain, types(reversed(range(len(numbers))), "ABCD"))


def test_relabelled_contributors_give_the_same_sentence_with_the_labels_changed():
    def binding(a, b):
        force = make_force(units_of(a, "ad", 6) + units_of(b, "ad", 4))
        return plan_force(make_scenario(BATTERIES.format(3), force), force).binding

    assert binding("A", "B").replace("Aland", "Zland").replace("Bland", "Yland") == binding("Z", "Y")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=1, max_size=3), st.integers(0, 6), st.integers(1, 4), st.integers(0, 3))
def test_more_contributors_never_make_a_plan_worse(numbers, extra, posts, supply):
    more = f"backstop: [{{item: intelligence, unit_type: inf, posts: {{mid: {supply}}}}}]\n"

    def plan(counts):
        force = make_force("".join(units_of(f"C{i}", "inf", n) for i, n in enumerate(counts)), more)
        scenario = make_scenario(GUARDS.format(posts), force)
        return [
            plan_force(scenario, force, backstop=stands, horizon_months=48) for stands in (rung(0), rung(2), rung(5))
        ]

    before, after = plan(numbers), plan([*numbers, extra])
    for one, two in zip(before, after, strict=True):
        assert two.posts_unfilled <= one.posts_unfilled
    for lower, higher in itertools.pairwise(before):
        assert higher.posts_unfilled <= lower.posts_unfilled
        assert higher.types["could_last"][0] >= lower.types["could_last"][0]


def test_leaving_ends_the_tours_in_time():
    force = make_force(units_of("A", "inf", 50, "leaves_on: 2026-03-01, "))
    plan = plan_force(make_scenario(GUARDS.format(2), force), force)
    assert plan.tours["to_month"].max() <= 12
    assert plan.binding == "from month 13 infantry battalions fall short by 2: end of consent of Aland"


def test_half_months_of_overlap_are_kept_exactly():
    kinds = "tours: {inf: {overlap_months: {mid: 0.5}}}, "
    force = make_force(units_of("A", "inf", 60, kinds))
    plan = plan_force(make_scenario(GUARDS.format(11), force), force)
    # 60 units x 5.5 / 30 = 11 posts for good, but posts begun all at once need ceil(30 / 5.5) = 6 units each: 10
    assert plan.types["posts_kept_for_good"][0] == 11
    assert plan_force(make_scenario(GUARDS.format(10), force), force).posts_unfilled == 0
    assert plan.posts_unfilled > 0


@pytest.mark.parametrize("months", [0, -1, 12_000, 7.5])
def test_a_horizon_out_of_bounds_is_refused(months):
    force = make_force(units_of("A", "inf", 5))
    with pytest.raises(PlanError, match="horizon"):
        plan_force(make_scenario(GUARDS.format(1), force), force, horizon_months=months)


def test_there_is_no_sixth_rung():
    force = make_force(units_of("A", "inf", 5))
    with pytest.raises(PlanError, match="level 6"):
        plan_force(make_scenario(GUARDS.format(1), force), force, backstop=6)
    assert rung(5).called.endswith("explicit guarantee")


def test_equal_problems_are_solved_once():
    force = make_force(units_of("A", "inf", 5))
    scenario, memory = make_scenario(GUARDS.format(1), force), {}
    for stands in rungs():
        plan_force(scenario, force, backstop=stands, memory=memory)
    assert len(memory) == 1
