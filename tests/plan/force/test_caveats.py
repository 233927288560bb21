"""Who may stand where, under which conditions, and from when."""

import pytest
from force_samples import make_force, make_scenario

from truceline.plan.force.caveats import Setting, months_until_ready, stopped_by
from truceline.plan.force.ladder import ITEMS, only, rung
from truceline.plan.rotation.whole import plan_force

POSTS = """\
  - {id: guards, called: guards, unit_type: inf, role: guard, posts: {mid: 1}, least_km_from_line: 30}
  - {id: reserve, called: reserve, unit_type: inf, role: reserve, posts: {mid: 1}, least_km_from_line: 80}
  - {id: stores, called: stores, unit_type: log, role: support, where: neighbours, posts: {mid: 1}}
"""


def allowed(caveat, level=0, more="", backstop=None):
    text = f"  - {{id: A, called: A, units: {{inf: {{mid: 5}}, log: {{mid: 5}}}}, caveats: [{{{caveat}}}]}}\n"
    force = make_force(text + "  - {id: B, called: B, units: {log: {mid: 5}}, caveats: [{kind: outside_only}]}\n")
    scenario = make_scenario(POSTS, force, more)
    setting = Setting(force=force, scenario=scenario, backstop=backstop or rung(level))
    return {p.posts_id for p in scenario.posts if stopped_by(force.contributors[0], p, setting) is None}


EVERYWHERE = {"guards", "reserve", "stores"}


@pytest.mark.parametrize(
    ("caveat", "where"),
    [
        ("kind: logistics_only", {"stores"}),
        ("kind: never_guards", {"reserve", "stores"}),
        ("kind: outside_only", {"stores"}),
        ("kind: no_troops", {"stores"}),
        ("kind: keeps_from_line, km: 50", {"reserve", "stores"}),
        ("kind: keeps_from_line, km: 30", EVERYWHERE),
        ("kind: constitutional", set()),
        ("kind: constitutional, bars: [ukraine]", {"stores"}),
        ("kind: needs_signed_agreement", set()),
        ("kind: needs_un_mandate", set()),
        ("kind: undecided", set()),
        ("kind: undecided, probability: {mid: 0.4}", set()),
        ("kind: undecided, probability: {mid: 0.6}", EVERYWHERE),
        ("kind: only_if, contributors: [B]", EVERYWHERE),
    ],
)
def test_a_caveat_keeps_units_out_of_these_posts(caveat, where):
    assert allowed(caveat) == where


def test_conditions_open_the_posts_they_ask_for():
    assert allowed("kind: needs_signed_agreement", more="agreement_signed: true\n") == EVERYWHERE
    assert allowed("kind: needs_un_mandate", more="un_mandate: true\n") == EVERYWHERE


@pytest.mark.parametrize("level", range(6))
def test_a_rung_is_enough_from_itself_upwards(level):
    assert bool(allowed("kind: needs_backstop, level: 3", level)) == (level >= 3)


def test_an_item_alone_is_enough_where_only_it_is_asked_for():
    assert allowed("kind: needs_backstop, items: [air_power]", backstop=only("air_power")) == EVERYWHERE
    assert not allowed("kind: needs_backstop, level: 4", backstop=only("air_power"))
    assert only(*ITEMS) == rung(5)
    assert only("air_power").level == 0  # what stands above a missing rung does not count


def test_posts_whose_distance_is_not_said_are_too_near_for_who_keeps_away():
    posts = "  - {id: x, called: x, unit_type: inf, posts: {mid: 1}}\n"
    force = make_force("  - {id: A, called: A, units: {inf: {mid: 5}}, caveats: [{kind: keeps_from_line, km: 50}]}\n")
    assert plan_force(make_scenario(posts, force), force).months_sustained == 0


@pytest.mark.parametrize(
    ("more", "months"),
    [
        ("", 0),
        ("readiness_days: {mid: 28}, ", 1),
        ("available_from: 2025-06-01, ", 3),
        ("available_from: 2025-06-02, ", 4),  # its first whole month is the fifth
        ("available_from: 2024-06-01, readiness_days: {mid: 30}, ", 1),
        ("caveats: [{kind: parliamentary_vote, asked_on: start, lead_days: {mid: 60}}], ", 2),
        ("caveats: [{kind: parliamentary_vote, asked_on: 2025-03-31, lead_days: {mid: 30}}], ", 2),
        (
            "readiness_days: {mid: 28}, caveats: [{kind: parliamentary_vote, asked_on: start, lead_days: {mid: 60}}], ",
            3,
        ),
    ],
)
def test_consent_and_then_readiness_delay_the_first_tour(more, months):
    force = make_force(f"  - {{id: A, {more}called: A, units: {{inf: {{mid: 5}}}}}}\n")
    scenario = make_scenario(POSTS, force)
    setting = Setting(force=force, scenario=scenario, backstop=rung(0))
    assert months_until_ready(force.contributors[0], setting) == months


def test_a_wish_that_cannot_be_met_says_what_stops_it():
    force = make_force(
        '  - {id: A, called: Arcadia, units: {inf: {mid: 9}}, caveats: [{kind: never_guards, says: "law of 1999"}]}\n'
        "  - {id: B, called: Borduria, units: {inf: {mid: 9}}}\n  - {id: C, called: Cimmeria}\n"
    )
    wishes = "wishes: [{contributor: A, posts: guards}, {contributor: A, posts: reserve}, "
    wishes += "{contributor: B, posts: guards, units: 2}, {contributor: C, posts: guards}]\n"
    said = plan_force(make_scenario(POSTS, force, wishes), force).wishes
    assert list(said["met"]) == [False, True, False, False]
    assert "Arcadia: never guards (law of 1999)" in said["stopped_by"][0]
    assert said["stopped_by"][2] == "Borduria: tour interval: 9 units keep 1 posts filled for good, not 2"
    assert said["stopped_by"][3] == "Cimmeria: lists no infantry battalion"
