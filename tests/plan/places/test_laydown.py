"""The laydown against every choice there is, and its laws; drone fleets against published figures."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.plan.watch.laydown import Candidates, propose_laydown


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    candidates, cells, states = draw(st.integers(1, 5)), draw(st.integers(1, 6)), draw(st.integers(1, 2))
    p = np.round(rng.random((states, candidates, cells)) * (rng.random((states, candidates, cells)) < 0.7), 3)
    p[rng.random(p.shape) < 0.05] = 1.0
    chance = rng.dirichlet(np.ones(states))
    money = rng.integers(1, 5, candidates).astype(float)
    return p, chance, rng.random(cells) + 0.1, money, float(draw(st.integers(0, 10))), rng.integers(1, 3, candidates)


def seen(p, chance, weight, counts):
    missed = np.prod((1 - p) ** np.asarray(counts)[None, :, None], axis=1)
    return float(chance @ (1 - missed) @ (weight / weight.sum()))


@given(problems())
@settings(max_examples=30, deadline=None)
def test_no_choice_within_the_budget_sees_more_than_the_bound_and_the_answer_is_within_the_gap(problem):
    p, chance, weight, money, budget, most = problem
    found = propose_laydown(
        p,
        candidates=Candidates(costs={"money": money}, at_most=most),
        budget={"money": budget},
        weight=weight,
        chance=chance,
        gap=1e-4,
    )
    every = itertools.product(*(range(m + 1) for m in most))
    best = max(seen(p, chance, weight, c) for c in every if money @ c <= budget)
    assert found.seen == pytest.approx(seen(p, chance, weight, found.chosen), abs=1e-7)
    assert found.spent["money"] <= budget
    assert best <= found.bound + 1e-6
    assert found.seen >= best * (1 - 2e-4) - 1e-6
    assert found.by_cell @ weight / weight.sum() == pytest.approx(found.seen, abs=1e-7)


@given(problems())
@settings(max_examples=20, deadline=None)
def test_more_money_or_one_more_candidate_never_sees_less_and_order_does_not_matter(problem):
    p, chance, weight, money, budget, most = problem

    def run(rows, extra=0.0):
        given_ = Candidates(costs={"money": money[rows]}, at_most=most[rows])
        return propose_laydown(
            p[:, rows], candidates=given_, budget={"money": budget + extra}, weight=weight, chance=chance, gap=1e-6
        ).seen

    everything = np.arange(len(money))
    whole = run(everything)
    assert run(everything, extra=2.0) >= whole - 1e-5
    assert run(everything[::-1]) == pytest.approx(whole, abs=1e-5)
    if len(money) > 1:
        assert run(everything[:-1]) <= whole + 1e-5


def test_two_looks_in_one_weather_are_not_two_in_two():
    # a sensor blind in half the weather: one sees 0.5 x 0.8, a second one of it only 0.5 x (1 - 0.2 x 0.2)
    p = np.array([[[0.8]], [[0.0]]])
    found = propose_laydown(p, candidates=Candidates(costs={}, at_most=[2]), budget={})
    assert found.seen == pytest.approx(0.5 * 0.96)
    # taken as one matrix of means the two would be fused as if weather did not strike both: 1 - 0.6 x 0.6
    naive = propose_laydown(p.mean(axis=0), candidates=Candidates(costs={}, at_most=[2]), budget={})
    assert naive.seen == pytest.approx(0.64)


def test_an_orbit_without_its_base_is_not_flown():
    p = np.array([[0.9, 0.9], [0.0, 0.0]])
    cost = Candidates(costs={"money": [1.0, 5.0]}, needs={0: 1})
    assert propose_laydown(p, candidates=cost, budget={"money": 5.0}).seen == 0
    found = propose_laydown(p, candidates=cost, budget={"money": 6.0})
    assert found.chosen.tolist() == [1, 1]
    assert found.left == {"money": 0.0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"detection": [[1.2]]}, "holds no chances"),
        ({"budget": {}}, "a cost in money and no budget"),
        ({"budget": {"money": -1.0}}, "budget is"),
        ({"candidates": Candidates(costs={"money": [-1.0]})}, "money is"),
        ({"weight": [0.0]}, "no cell has a weight"),
        ({"chance": [0.5]}, "sum to 0.5"),
    ],
)
def test_what_cannot_be_is_refused(change, said):
    asked = {
        "detection": [[0.5]],
        "candidates": Candidates(costs={"money": [1.0]}),
        "budget": {"money": 1.0},
    } | change
    with pytest.raises(RequestError, match=said):
        propose_laydown(asked.pop("detection"), **asked)
