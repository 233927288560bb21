"""What a force and a scenario must say; nothing is guessed, and each error names the line."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from force_samples import KINDS, make_force, make_scenario

from truceline.errors import PlanError
from truceline.plan.force.contributors import (
    Bound,
    Capability,
    Caveat,
    CaveatKind,
    Claim,
    Contributor,
    Cost,
    Force,
    Item,
    Supply,
    UnitType,
    Unknown,
    Where,
)
from truceline.plan.force.parse import parse_force, parse_scenario
from truceline.plan.force.scenario import Posts, Scenario, Wish

A = "  - {id: A, called: A, units: {inf: {mid: 5}}}\n"
GUARDS = "  - {id: guards, called: guards, unit_type: inf, role: guard, posts: {mid: 1}}\n"
FIRST = KINDS.count("\n") + 2  # the line of the first contributor


def refused(contributors, what, line=FIRST, **more):
    with pytest.raises(PlanError, match=what) as caught:
        make_force(contributors, **more)
    assert f"line {line}" in str(caught.value)
    assert str(caught.value).startswith("force.yaml")


def test_a_negative_number_is_refused():
    refused("  - {id: A, called: A, units: {inf: {mid: -5}}}\n", "-5")


def test_a_missing_number_is_refused():
    refused("  - {id: A, called: A, units: {inf: {low: 1, high: 2}}}\n", "'mid' is missing")
    refused("  - {id: A, called: A, units: {inf: {mid: }}}\n", "not a number")


def test_a_range_out_of_order_is_refused():
    refused("  - {id: A, called: A, units: {inf: {low: 6, mid: 5, high: 7}}}\n", "out of order")


def test_a_contributor_given_twice_is_refused():
    refused(A + A, "'A' is given twice", line=FIRST + 1)


def test_a_vote_with_no_date_is_refused():
    vote = "  - {id: A, called: A, caveats: [{kind: parliamentary_vote, lead_days: {mid: 30}}]}\n"
    refused(vote, "asked_on")
    refused(vote.replace("lead_days", "asked_on: soon, lead_days"), "'soon' is not a date")
    refused(vote.replace("lead_days: {mid: 30}", "asked_on: start"), "how long it takes")


@pytest.mark.parametrize(
    ("names", "circle"),
    [("AB", "A only if B only if A"), ("ABC", "A only if B only if C only if A"), ("A", "A only if A")],
)
def test_conditions_that_go_round_in_a_circle_are_refused(names, circle):
    lines = [
        f"  - {{id: {a}, called: {a}, caveats: [{{kind: only_if, contributors: [{b}]}}]}}\n"
        for a, b in zip(names, names[1:] + names[:1], strict=True)
    ]
    refused("".join(lines), circle)


def test_a_long_chain_of_conditions_without_a_circle_is_no_circle():
    chain = "  - {id: A, called: A, caveats: [{kind: only_if, contributors: [B, C]}]}\n"
    chain += "  - {id: B, called: B, caveats: [{kind: only_if, contributors: [C]}]}\n  - {id: C, called: C}\n"
    assert len(make_force(chain).contributors) == 3


def test_an_empty_force_is_refused():
    with pytest.raises(PlanError, match="the force is empty"):
        parse_force(KINDS + "contributors: []\n", where="force.yaml")


def test_an_unknown_unit_type_gets_a_hint():
    refused("  - {id: A, called: A, units: {inff: {mid: 5}}}\n", "Did you mean 'inf'")


def test_an_unknown_key_gets_a_hint():
    refused("  - {id: A, called: A, unitz: {inf: {mid: 5}}}\n", "Did you mean 'units'")


def test_an_overlap_as_long_as_the_tour_is_refused():
    tours = "  - {id: A, called: A, units: {inf: {mid: 5}}, tours: {inf: {overlap_months: {mid: 6}}}}\n"
    refused(tours, "fills a tour")


def test_a_chance_above_one_is_refused():
    chance = "  - {id: A, called: A, caveats: [{kind: undecided, probability: {mid: 1.5}}]}\n"
    refused(chance, "1.5")


def test_a_slip_of_the_pen_is_refused():
    refused("  - {id: A, called: A, units: {inf: {mid: 1000000}}}\n", "1e\\+06.*0 to 10000")
    refused("  - {id: A, called: A, readiness_days: {mid: 99999999}}\n", "0 to 36525")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2025-13-01"])
def test_a_date_nobody_can_mean_is_refused(day):
    refused(f"  - {{id: A, called: A, available_from: {day}}}\n", "out of bounds|not a date")


def test_a_caveat_that_lacks_its_number_is_refused():
    refused("  - {id: A, called: A, caveats: [{kind: keeps_from_line}]}\n", "does not say 'km'")
    refused("  - {id: A, called: A, caveats: [{kind: needs_backstop}]}\n", "does not say 'level'")
    refused("  - {id: A, called: A, caveats: [{kind: needs_backstop, level: 9}]}\n", "no backstop level 9")


@pytest.mark.parametrize("months", ["0", "12000", "7.5", "-3"])
def test_a_horizon_of_nothing_or_a_thousand_years_is_refused(months):
    with pytest.raises(PlanError, match=r"line 5, horizon_months: .*horizon is"):
        text = f"id: s\ntitle: S\ndated: 2025-02-23\nstarts_on: 2025-03-01\nhorizon_months: {months}\nposts:\n{GUARDS}"
        parse_scenario(text, make_force(A), where="s.yaml")


def test_a_group_of_posts_given_twice_is_refused():
    with pytest.raises(PlanError, match=r"line 8.*given twice"):
        make_scenario(GUARDS + GUARDS, make_force(A))


def test_posts_of_a_type_nobody_defines_and_wishes_for_nobody_are_refused():
    with pytest.raises(PlanError, match=r"line 7.*'tanks' is not defined"):
        make_scenario(GUARDS.replace("inf", "tanks"), make_force(A))
    with pytest.raises(PlanError, match=r"line 8.*'Z' is not defined"):
        make_scenario(GUARDS, make_force(A), "wishes: [{contributor: Z, posts: guards}]\n")


def test_no_tag_and_no_code_is_read():
    with pytest.raises(PlanError, match="tag"):
        parse_force("!!python/object:os.system {}", where="force.yaml")


def test_every_key_caveat_and_item_is_documented():
    text = (Path(__file__).resolve().parents[3] / "docs/reference/force.md").read_text(encoding="utf-8")
    records = (Force, UnitType, Contributor, Caveat, Supply, Cost, Claim, Unknown, Scenario, Posts, Wish)
    words = {f.metadata.get("key", f.name) for record in records for f in fields(record)}
    words |= {*get_args(CaveatKind), *get_args(Item), *get_args(Bound), *get_args(Capability), *get_args(Where)}
    assert [word for word in sorted(words) if not re.search(rf"\b{word}\b", text)] == []
