"""The optimiser against brute force, HiGHS and the closed form."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.plan.force.oracle import months_until_short, posts_at_once, posts_sustained
from truceline.plan.rotation.bound import least_unfilled
from truceline.plan.rotation.exact import solve_exactly
from truceline.plan.rotation.fill import propose
from truceline.plan.rotation.polish import polish
from truceline.plan.rotation.problem import Problem, is_allowed, worth_of
from truceline.plan.rotation.solve import solve_rotation


def make(units, tour, rest, wanted, *, floor=None, overlap=None, first=None, fits=None, rank=None, cost=None):
    pools, wanted = len(units), np.atleast_2d(np.array(wanted, np.int64))
    steps = wanted.shape[1]
    ints = lambda values: np.array(values, np.int64)  # noqa: E731
    return Problem(
        units=ints(units),
        tour=ints(tour),
        rest=ints(rest),
        floor=ints(rest if floor is None else floor),
        overlap=ints([0] * pools if overlap is None else overlap),
        first=ints([0] * pools if first is None else first),
        last=ints([steps] * pools),
        cost=np.array([1.0] * pools if cost is None else cost),
        fits=np.ones((pools, len(wanted)), bool) if fits is None else np.array(fits, bool),
        wanted=wanted,
        rank=ints(range(len(wanted)) if rank is None else rank),
    )


@st.composite
def problems(draw, most_pools=3, most_groups=2, most_steps=20, strain=True):
    pools, groups = draw(st.integers(1, most_pools)), draw(st.integers(1, most_groups))
    many = lambda low, high: draw(st.lists(st.integers(low, high), min_size=pools, max_size=pools))  # noqa: E731
    tour, rest = many(1, 4), many(1, 6)
    steps = draw(st.integers(2, most_steps))
    posts = draw(st.lists(st.integers(0, 3), min_size=groups, max_size=groups))
    return make(
        many(0, 3),
        tour,
        rest,
        np.repeat(np.array(posts)[:, None], steps, axis=1),
        floor=[min(f, r) for f, r in zip(many(0, 6), rest, strict=True)] if strain else None,
        overlap=[min(o, b - 1) for o, b in zip(many(0, 2), tour, strict=True)],
        first=many(0, 3),
        cost=[float(c) for c in many(1, 5)],
    )


def every_schedule(problem):
    """Yield every schedule of a tiny problem."""
    shape = (*problem.fits.shape, problem.steps)
    for values in itertools.product(range(int(problem.units.max()) + 1), repeat=int(np.prod(shape))):
        starts = np.array(values, np.int64).reshape(shape)
        if is_allowed(problem, starts):
            yield starts


@pytest.mark.parametrize(
    "problem",
    [
        make([1, 1], [2, 1], [2, 1], [[2, 2, 2, 2, 2]], cost=[3.0, 1.0]),
        make([2], [2], [3], [[1] * 8], floor=[1]),
        make([2], [2], [2], [[1] * 8], overlap=[1]),
        make([1], [1], [2], [[1] * 4, [1] * 4]),
        make([1, 2], [1, 2], [1, 2], [[1, 1, 2, 1, 1]], first=[2, 0]),
    ],
)
def test_brute_force_over_every_schedule_finds_nothing_better(problem):
    best = min(worth_of(problem, starts).key for starts in every_schedule(problem))
    assert solve_rotation(problem).worth.key == pytest.approx(best)
    assert solve_exactly(problem)[1].key == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_highs_never_finds_fewer_unfilled_and_the_bound_never_passes_it(problem):
    starts, worth, _ = propose(problem)
    polished, better = polish(problem, starts, worth)
    exact, least, bound = solve_exactly(problem)
    for schedule in (starts, polished, exact):
        assert is_allowed(problem, schedule)
    assert least.key <= better.key <= worth.key
    assert least.key == pytest.approx(bound.key, abs=1e-3)
    assert least_unfilled(problem, 0, worth.unfilled[0]) <= least.unfilled[0]
    assert solve_rotation(problem).worth.key == pytest.approx(least.key)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 30), st.integers(1, 8), st.integers(1, 6), st.integers(0, 12), st.integers(0, 2), st.integers(1, 90)
)
def test_one_pool_lasts_as_long_as_the_closed_form_says(units, posts, tour, interval, overlap, steps):
    overlap = min(overlap, tour - 1)
    problem = make([units], [tour], [interval], [[posts] * steps], overlap=[overlap])
    schedule = solve_rotation(problem, exact_columns=0)
    lasts = months_until_short(units, posts, tour, interval, overlap)
    assert schedule.lasts == min(lasts, steps)
    assert schedule.lasts_proven
    if math.isinf(lasts):
        assert posts_sustained(units, tour, interval, overlap) >= posts_at_once(units, tour, interval, overlap) >= posts
        assert schedule.worth.unfilled == (0,)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 4), st.integers(0, 8))
def test_posts_taken_up_one_by_one_can_be_kept_for_good_as_the_closed_form_says(units, posts, tour, interval):
    # the even starts of the closed form, begun before the posts: k posts from step `tour` on
    kept = posts_sustained(units, tour, interval)
    posts = min(posts, kept)
    wanted = np.where(np.arange(40) >= tour, posts, 0)
    assert solve_exactly(make([units], [tour], [interval], [wanted]))[1].unfilled == (0,)


@settings(max_examples=40, deadline=None)
@given(problems(most_steps=14), st.data())
def test_one_more_unit_never_leaves_more_unfilled(problem, data):
    pool = data.draw(st.integers(0, len(problem.units) - 1))
    more = make(
        problem.units + (np.arange(len(problem.units)) == pool), problem.tour, problem.rest, problem.wanted,
        floor=problem.floor, overlap=problem.overlap, first=problem.first, cost=problem.cost,
    )  # fmt: skip
    assert solve_rotation(more).worth.unfilled <= solve_rotation(problem).worth.unfilled


def test_rest_is_cut_only_where_a_post_would_stand_empty_and_never_below_the_floor():
    enough = solve_rotation(make([5], [6], [24], [[1] * 120], floor=[6]))
    assert enough.worth.rest_missed == 0
    strained = solve_rotation(make([3], [6], [24], [[1] * 120], floor=[6]))
    assert strained.worth.unfilled == (0,)
    assert strained.worth.rest_missed > 0
    too_few = solve_rotation(make([1], [6], [24], [[1] * 120], floor=[6]))
    assert too_few.worth.unfilled == (60,)  # six in, six out, for 120 months


def test_posts_of_the_first_priority_are_filled_before_those_of_the_second():
    # two posts kept for good by ten units; the second group gets what is left
    schedule = solve_rotation(make([10], [6], [24], [[2] * 180, [2] * 180]))
    assert schedule.worth.unfilled[0] == 0
    assert schedule.proven_by
