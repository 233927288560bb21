"""The life of an incident: the chain of the mechanism it is taken from, and no way round its steps."""

import itertools

import pytest

from truceline.errors import RequestError, UnknownNameError
from truceline.serve.lifecycle import NEXT, RULES, START, check_step, due_state
from truceline.serve.refusals import ConflictError

FULL = {
    "note": "n",
    "evidence": ("obs",),
    "owner": "o",
    "due": "2026-04-14T00:00:00Z",
    "party": "A",
    "into": "inc-1",
    "parts": (("a",), ("b",)),
    "attributed_to": "A",
    "confidence": "low",
}
# CTSAMVM, operations: report, inquiry, tasking, findings, verification, attribution, commission, response, action
CHAIN = (
    *("reported", "logged", "triaged", "preliminary", "tasked", "on_site", "findings", "verified", "attributed"),
    *("referred_to_commission", "party_response", "action_due", "resolved", "archived"),
)


def test_the_mechanisms_own_chain_can_be_walked():
    for state, to in itertools.pairwise(CHAIN):
        check_step(state, to, FULL)


def test_every_state_has_a_rule_and_can_be_reached_and_left():
    assert set(NEXT) == set(RULES) | {START}
    reached, waiting = set(), [START]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += NEXT[state]
    assert reached == set(NEXT)
    assert all(NEXT.values()), "no state is a dead end"


def test_nothing_is_attributed_before_it_is_verified():
    # verification is not attribution
    assert [state for state, following in NEXT.items() if "attributed" in following] == ["verified"]
    assert {RULES["verified"].deed, RULES["attributed"].deed} == {"verify", "attribute"}


def test_access_denied_is_a_finding_and_not_a_dead_end():
    assert "findings" in NEXT["access_denied"]


@pytest.mark.parametrize("state", ["duplicate", "out_of_scope", "split", "verified", "not_verified", "indeterminate"])
def test_only_a_verifier_confirms_rejects_merges_or_splits(state):
    assert RULES[state].deed == "verify"


def test_a_step_that_does_not_follow_says_what_can():
    with pytest.raises(ConflictError, match=r"'verified' does not follow 'logged'\. What can follow: triaged"):
        check_step("logged", "verified", FULL)


def test_a_step_without_what_it_needs_is_refused():
    with pytest.raises(RequestError, match="needs evidence and note"):
        check_step("findings", "verified", {})


def test_an_unknown_step_is_refused_with_a_hint():
    with pytest.raises(UnknownNameError, match="Did you mean 'verified'"):
        check_step("findings", "verifyed", FULL)


def test_what_is_due_is_overdue_after_its_time():
    assert due_state("", "2026-04-13T00:00:00Z") == ""
    assert due_state("2026-04-13T00:00:00Z", "2026-04-13T00:00:01Z") == "overdue"
    assert due_state("2026-04-13T00:00:00Z", "2026-04-13T00:00:00Z") == "running"
