"""What no schedule can pass: the dual of the posts, with one unit's dearest tours found by dynamic programming."""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np

from truceline.plan.rotation.problem import COVERS, FINAL, FIRST, LEAST, UNITS, Bools, Floats, Ints, Problem

MOST_COMBS = 3
ROUNDS = 120  # steps of the ascent: past these the bound hardly moves
CLOSED = 1 - 1e-6  # a bound nearer than a whole post-step closes the gap: post-steps are whole


def least_unfilled(problem: Problem, upto: int, found: int) -> int:
    """Return a proven lower bound on the post-steps unfilled, of all priorities up to one, whatever the schedule.

    The Lagrangian dual of the posts: for prices pi in [0, 1] of each post and step,
    sum(pi * wanted) - sum over pools of units * (dearest tours of one unit) is a bound. The dearest tours are found
    exactly, from the end (a longest path). Prices climb along the subgradient with Polyak's step towards `found`, the
    best schedule known; they start from 1 everywhere, and from combs whose teeth stand a tour apart, so that no tour
    reaches two of them.
    """
    groups = problem.rank <= upto
    wanted = np.ascontiguousarray(problem.wanted[groups], float)
    if not found or not wanted.any():
        return 0
    best = 0.0
    fits = np.ascontiguousarray(problem.fits[:, groups])
    for price in _prices(problem, wanted):
        best = max(best, float(_ascend(problem.table, fits, wanted, price, float(found))))
        if best > found - CLOSED:
            break
    return max(int(np.ceil(best - 1e-6)), 0)


def _prices(problem: Problem, wanted: Floats) -> Iterator[Floats]:
    """Yield prices to start from."""
    yield np.ones_like(wanted)
    end = np.flatnonzero(wanted.any(axis=0))[-1]
    for cover in np.unique(problem.covers[problem.units > 0])[::-1][:MOST_COMBS]:
        price = np.zeros_like(wanted)
        price[:, end::-cover] = 1.0
        yield price


@numba.njit(cache=True, nogil=True)
def _ascend(table: Ints, fits: Bools, wanted: Floats, price: Floats, found: float) -> float:
    groups, steps = wanted.shape
    best = 0.0
    ahead = np.zeros((groups, steps + 1))
    for _ in range(ROUNDS):
        bound = (price * wanted).sum()
        slope = wanted.copy()
        for g in range(groups):
            for t in range(steps):
                ahead[g, t + 1] = ahead[g, t] + price[g, t]
        for k in range(len(table)):
            bound -= table[k, UNITS] * _dearest(table[k], fits[k], ahead, slope)
        best = max(best, bound)
        length = (slope * slope).sum()
        if best > found - CLOSED or length == 0:
            break
        pace = max(found - bound, 0.5) / length
        for g in range(groups):
            for t in range(steps):
                price[g, t] = min(max(price[g, t] + pace * slope[g, t], 0.0), 1.0)
    return best


@numba.njit(cache=True, nogil=True)
def _dearest(rules: Ints, fits: Bools, ahead: Floats, slope: Floats) -> float:
    """Return the value of one unit's dearest tours, and take what the whole pool then fills off the slope."""
    groups, steps = slope.shape
    value = np.zeros(steps + 1)
    go = np.full(steps + 1, -1)
    for t in range(steps - 1, rules[FIRST] - 1, -1):
        value[t] = value[t + 1]
        if t > rules[FINAL]:
            continue
        until, back = min(t + rules[COVERS], steps), min(t + rules[LEAST], steps)
        for g in range(groups):
            gain = ahead[g, until] - ahead[g, t] + value[back]
            if fits[g] and gain > value[t] + 1e-12:
                value[t], go[t] = gain, g
    t = rules[FIRST]
    while t < steps:
        if go[t] < 0:
            t += 1
            continue
        slope[go[t], t : t + rules[COVERS]] -= rules[UNITS]
        t += rules[LEAST]
    worth: float = value[min(rules[FIRST], steps)]
    return worth
