"""Siting against the OR-Library graphs, against trying every choice, and by its laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

from truceline.errors import RequestError
from truceline.plan.siting.capacity import capacitated_cover
from truceline.plan.siting.choose import maximal_cover, p_center, p_median

# OR-Library, pmedopt.txt (Beasley) and Pullan 2008 for the p-centers of the same graphs
MEDIANS = {1: 5819, 2: 4093, 3: 4250, 4: 3034, 5: 1355, 6: 7824, 11: 7696, 16: 8162, 21: 9138}
CENTERS = {1: 127, 2: 98, 3: 93, 4: 74, 5: 48, 6: 84, 11: 59, 16: 47, 21: 40}


def read_graph(folder, number):
    """Return all-pairs shortest paths and p; where an edge is listed twice the last cost counts."""
    rows = np.loadtxt(folder / "benchmarks" / "pmed" / f"pmed{number}.txt", dtype=int)
    nodes, _, p = rows[0]
    edge = np.zeros((nodes, nodes))
    for a, b, cost in rows[1:]:
        edge[a - 1, b - 1] = edge[b - 1, a - 1] = cost
    return csgraph.shortest_path(edge, method="D"), int(p)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 11, 21])  # the rest: benchmarks/test_siting.py
def test_the_published_p_median_is_reached_and_proven(real_data, number):
    distance, p = read_graph(real_data, number)
    found = p_median(distance, p=p)
    assert found.value == MEDIANS[number]
    assert found.is_proven
    assert distance[np.arange(len(distance)), found.assigned].sum() == MEDIANS[number]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 11])  # the rest: benchmarks/test_siting.py
def test_the_published_p_center_is_reached(real_data, number):
    distance, p = read_graph(real_data, number)
    found = p_center(distance, p=p)
    assert found.value == CENTERS[number] == distance[:, found.chosen].min(axis=1).max()


def test_the_values_used_here_are_the_ones_published(real_data):
    folder = real_data / "benchmarks" / "pmed"
    medians = dict(line.split()[:2] for line in (folder / "pmedopt.txt").read_text().splitlines()[1:] if line.strip())
    assert {k: int(medians[f"pmed{k}"]) for k in MEDIANS} == MEDIANS
    centers = [int(word) for word in (folder / "kcenteropt.txt").read_text().split() if word.isdigit()]
    assert {k: centers[k - 1] for k in CENTERS} == CENTERS


@st.composite
def problems(draw):
    """Draw a small problem: distances, whole or not, weights, p, and perhaps a fixed site."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    clients, sites = draw(st.integers(1, 9)), draw(st.integers(2, 7))
    distance = (
        rng.integers(0, 9, (clients, sites)).astype(float) if draw(st.booleans()) else rng.random((clients, sites))
    )
    weight = rng.integers(0, 5, clients).astype(float)
    fixed = (draw(st.integers(0, sites - 1)),) if draw(st.booleans()) else ()
    return distance, weight, draw(st.integers(1, sites)), fixed


def every_choice(sites, p, fixed):
    return [c for c in itertools.combinations(range(sites), p) if set(fixed) <= set(c)]


@given(problems())
@settings(max_examples=40, deadline=None)
def test_the_optimum_is_the_best_of_every_choice(problem):
    distance, weight, p, fixed = problem
    choices = every_choice(distance.shape[1], p, fixed)
    median = p_median(distance, p=p, weight=weight, fixed=fixed)
    assert median.value == pytest.approx(min(weight @ distance[:, c].min(axis=1) for c in choices), abs=1e-9)
    center = p_center(distance, p=p, fixed=fixed)
    assert center.value == min(distance[:, c].min(axis=1).max() for c in choices)
    near = distance <= np.median(distance)
    cover = maximal_cover(near, p=p, weight=weight, fixed=fixed)
    assert cover.value == max(weight[near[:, c].any(axis=1)].sum() for c in choices)
    for found in (median, cover):
        assert found.is_proven
        assert set(fixed) <= set(found.chosen)


@given(problems())
@settings(max_examples=25, deadline=None)
def test_the_order_of_clients_and_sites_does_not_matter_and_one_more_site_never_hurts(problem):
    distance, weight, p, _ = problem
    near = distance <= np.median(distance)
    clients, sites = np.arange(len(distance))[::-1], np.roll(np.arange(distance.shape[1]), 1)
    turned = np.ix_(clients, sites)
    median, cover = p_median(distance, p=p, weight=weight).value, maximal_cover(near, p=p, weight=weight).value
    assert p_median(distance[turned], p=p, weight=weight[clients]).value == pytest.approx(median)
    assert maximal_cover(near[turned], p=p, weight=weight[clients]).value == pytest.approx(cover)
    assert p_center(distance[turned], p=p).value == p_center(distance, p=p).value
    if p < distance.shape[1]:
        assert p_median(distance, p=p + 1, weight=weight).value <= median + 1e-9
        assert p_center(distance, p=p + 1).value <= p_center(distance, p=p).value
        assert maximal_cover(near, p=p + 1, weight=weight).value >= cover - 1e-9


@given(problems(), st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_no_unit_serves_more_than_it_can_and_one_more_never_serves_less(problem, units):
    distance, weight, _, _ = problem
    near, room = distance <= np.median(distance), np.full(distance.shape[1], 5.0)
    found = capacitated_cover(near, units=units, demand=weight, capacity=room)
    held = np.bincount(found.chosen, minlength=distance.shape[1]) if found.chosen else np.zeros(distance.shape[1])
    assert held.sum() <= units
    for site in range(distance.shape[1]):
        assert weight[found.assigned == site].sum() <= room[site] * held[site]
    served = np.flatnonzero(found.assigned >= 0)
    assert near[served, found.assigned[served]].all()
    assert capacitated_cover(near, units=units + 1, demand=weight, capacity=room).value >= found.value - 1e-9
    # with room for everybody it is the maximal covering
    plenty = capacitated_cover(near, units=max(units, 1), demand=weight, capacity=np.full(len(room), 1e3))
    assert plenty.value == pytest.approx(maximal_cover(near, p=max(units, 1), weight=weight).value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: p_median([[1.0, -2.0]], p=1), "client 0 to site 1 is -2.0"),
        (lambda: p_median([[1.0, np.nan]], p=1), "client 0 to site 1 is nan"),
        (lambda: p_center([[1.0, 2.0]], p=3), "3 sites are asked for out of 2"),
        (lambda: p_median([[1.0, 2.0]], p=0), "0 sites are asked for"),
        (lambda: p_median([[1.0, 2.0]], p=1, weight=[-1.0]), "number 0 is -1.0"),
        (lambda: maximal_cover([[True, False]], p=1, fixed=[0, 1]), r"fixed sites \[0, 1\] do not fit"),
        (lambda: capacitated_cover([[True]], units=-1, demand=[1.0], capacity=[1.0]), "there are -1 units"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_value(wrong, said):
    with pytest.raises(RequestError, match=said):
        wrong()
