"""A schedule made better unit by unit: each unit's best tours, given all others', by dynamic programming."""

from __future__ import annotations

import numba
import numpy as np

from truceline.plan.rotation.problem import (
    COVERS,
    CYCLE,
    FINAL,
    FIRST,
    LEAST,
    Bools,
    Floats,
    Ints,
    Problem,
    Worth,
    worth_of,
)

SWEEPS = 12  # rounds over all units; a sweep that changes nothing is the last
AIM = 1000.0  # weight of each aim over the next: more than a unit can lose of the next in 40 years of half months


def polish(problem: Problem, starts: Ints, worth: Worth, *, sweeps: int = SWEEPS) -> tuple[Ints, Worth]:
    """Return a schedule at least as good, (pool, group, step), and its worth.

    Takes out one unit after the other and puts back the tours that fill most of what is short, then miss least rest,
    then cost least: the longest path of one unit over the steps. Starts j and j + P of a pool of P units are taken
    by the same unit, which makes rest as even as it can be. What comes out is a local optimum, judged by the bound.
    """
    pool = np.repeat(np.arange(len(problem.units)), problem.units)
    if not len(pool) or not sum(worth.key):
        return starts, worth
    own = _by_unit(problem, starts, pool)
    weight = AIM ** (problem.ranks - problem.rank.astype(float))
    cost = problem.cost / max(float(problem.cost.max()), 1e-9) / AIM
    best, best_worth = starts, worth
    for _ in range(sweeps):
        changed = _sweep(own, pool, problem.table, problem.fits, problem.wanted, weight, cost)
        made = _together(problem, own, pool)
        value = worth_of(problem, made)
        if value.key < best_worth.key:
            best, best_worth = made, value
        if not changed:
            break
    return best, best_worth


def _by_unit(problem: Problem, starts: Ints, pool: Ints) -> Ints:
    """Return which group each unit starts a tour for in each step, (unit, step), -1 for none."""
    own = np.full((len(pool), problem.steps), -1, np.int64)
    begins = np.searchsorted(pool, np.arange(len(problem.units)))
    for k, count in enumerate(problem.units):
        step, group = np.nonzero(starts[k].T)
        many = starts[k, group, step]
        step, group = np.repeat(step, many), np.repeat(group, many)
        if len(step):
            own[begins[k] + np.arange(len(step)) % count, step] = group
    return own


def _together(problem: Problem, own: Ints, pool: Ints) -> Ints:
    starts = np.zeros((*problem.fits.shape, problem.steps), np.int64)
    unit, step = np.nonzero(own >= 0)
    np.add.at(starts, (pool[unit], own[unit, step], step), 1)
    return starts


@numba.njit(cache=True, nogil=True)
def _sweep(own: Ints, pool: Ints, table: Ints, fits: Bools, wanted: Ints, weight: Floats, cost: Floats) -> bool:
    short = wanted.astype(np.float64)
    for u in range(len(pool)):
        _stand(own[u], short, table[pool[u], COVERS], -1.0)
    changed = False
    for u in range(len(pool)):
        k = pool[u]
        _stand(own[u], short, table[k, COVERS], 1.0)
        made = _best_tours(table[k], fits[k], short, weight, cost[k])
        changed = changed or (made != own[u]).any()
        own[u] = made
        _stand(own[u], short, table[k, COVERS], -1.0)
    return changed


@numba.njit(cache=True, nogil=True)
def _stand(tours: Ints, short: Floats, covers: int, sign: float) -> None:
    """Add what one unit's tours fill to what is short, or take it off."""
    for t in range(len(tours)):
        if tours[t] >= 0:
            short[tours[t], t : t + covers] += sign


@numba.njit(cache=True, nogil=True)
def _best_tours(rules: Ints, fits: Bools, short: Floats, weight: Floats, cost: float) -> Ints:
    groups, steps = short.shape
    gain = np.zeros((groups, steps + 1))
    for g in range(groups):
        for t in range(steps):
            # among equals the emptier step comes first
            part = weight[g] * (1.0 + 1e-7 * short[g, t]) if short[g, t] > 0 else 0.0
            gain[g, t + 1] = gain[g, t] + part
    value = np.zeros(steps + 1)
    group, following = np.full(steps, -1, np.int64), np.zeros(steps, np.int64)
    for t in range(steps - 1, -1, -1):
        value[t] = value[t + 1]
        if t < rules[FIRST] or t > rules[FINAL]:
            continue
        after, back = _best_return(rules, value, t)
        until = min(t + rules[COVERS], steps)
        for g in range(groups):
            worth = gain[g, until] - gain[g, t] + after - cost
            if fits[g] and worth > value[t] + 1e-9:
                value[t], group[t], following[t] = worth, g, back
    made, t = np.full(steps, -1, np.int64), 0
    while t < steps:
        made[t] = group[t]
        t = following[t] if group[t] >= 0 else t + 1
    return made


@numba.njit(cache=True, nogil=True)
def _best_return(rules: Ints, value: Floats, t: int) -> tuple[float, int]:
    """Return the most a unit that goes in step t can do after, less the rest it misses, and from which step."""
    steps = len(value) - 1
    after, back = -1e300, steps
    for s in range(t + rules[LEAST], t + rules[CYCLE] + 1):
        if s >= steps:
            return max(after, 0.0), back if after > 0.0 else steps
        missed = t + rules[CYCLE] - s
        if value[s] - missed >= after:
            after, back = value[s] - missed, s
    return after, back
