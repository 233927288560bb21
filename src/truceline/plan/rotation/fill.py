"""A schedule made step by step by a few simple rules."""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np

from truceline.plan.rotation.problem import (
    COVERS,
    CYCLE,
    FINAL,
    FIRST,
    LEAST,
    UNITS,
    Bools,
    Ints,
    Problem,
    Worth,
    first_short,
    worth_of,
)

BURSTS = (0.75, 1.0, 1.5, 2.5)  # how much of a pool's lasting share may go in the first tour of a paced schedule
BY_ORDER = -1.0  # the first pool in the order goes
BY_ROOM = 0.0  # the pool with the largest share free goes; above 0 pools are paced, see BURSTS


def propose(problem: Problem, *, quick: bool = False) -> tuple[Ints, Worth, int]:
    """Return the best schedule of a few simple rules, (pool, group, step), its worth, and how long any of them lasts.

    Each rule fills posts in order of priority, then of time, the moment they stand empty, first with rested units and
    then, where the floor allows, with units whose rest is cut short. The rules differ in which pool goes first, in
    whether pools are held to their lasting pace, and in whether tours begin at an even pace even while no post stands
    empty: that takes posts filled all at once out of step, at the price of some early reliefs. For one pool and posts
    that all begin together no schedule lasts longer than the unpaced ones (`oracle.months_until_short`). How long a
    schedule lasts is the first step in which a post stands empty. With `quick` only four rules are tried.
    """
    best = np.zeros((*problem.fits.shape, problem.steps), np.int64)
    best_worth = worth_of(problem, best)
    lasts = first_short(problem, best)
    lasting = problem.units / np.maximum(problem.tour + problem.rest, 1)
    cover = float((lasting * problem.covers).sum() / lasting.sum()) if lasting.sum() else 1.0
    for order, burst, even in _quick_rules(problem) if quick else _rules(problem):
        starts = _fill(problem.table, problem.fits, problem.wanted, order, burst, cover if even else 0.0)
        worth = worth_of(problem, starts)
        lasts = max(lasts, first_short(problem, starts))
        if worth.key < best_worth.key:
            best, best_worth = starts, worth
        if not sum(worth.unfilled) and not worth.rest_missed and burst >= 0:
            break  # nothing is short: only cost is left, and by order comes the cheapest
    return best, best_worth, lasts


def _rules(problem: Problem) -> Iterator[tuple[Ints, float, bool]]:
    """Yield (pools in order, burst, even pace); the order never depends on names."""
    share = problem.covers / (problem.tour + problem.rest)
    price = problem.cost / np.maximum(problem.covers, 1)
    seen: set[tuple[int, ...]] = set()
    for key in ((price, -share), (-share, price), (share, price), (-problem.units, price)):
        order = np.lexsort(key[::-1]).astype(np.int64)
        if tuple(order) not in seen:
            seen.add(tuple(order))
            yield order, BY_ORDER, False
    order = np.lexsort((-share, price)).astype(np.int64)
    for burst in (BY_ROOM, *BURSTS):
        yield order, burst, False
    for burst in (BY_ORDER, BY_ROOM, BURSTS[1]):
        yield order, burst, True


def _quick_rules(problem: Problem) -> Iterator[tuple[Ints, float, bool]]:
    """Yield one rule of each kind."""
    order = np.lexsort((-problem.covers, problem.cost / np.maximum(problem.covers, 1))).astype(np.int64)
    yield from ((order, BY_ORDER, False), (order, BY_ROOM, False), (order, BURSTS[1], False), (order, BY_ORDER, True))


@numba.njit(cache=True, nogil=True)
def _fill(table: Ints, fits: Bools, wanted: Ints, order: Ints, burst: float, cover: float) -> Ints:
    pools, (groups, steps) = len(table), wanted.shape
    starts = np.zeros((pools, groups, steps), np.int64)
    busy = np.zeros((2, pools, steps), np.int64)  # units that cannot go: by the rules, and at all
    sent = np.zeros(pools, np.int64)
    for g in range(groups):
        standing = np.zeros(steps, np.int64)
        begin = -1
        for t in range(steps):
            if begin < 0 and wanted[g, t] > 0:
                begin = t
            more = wanted[g, t] - standing[t]
            if cover > 0 and t > begin >= 0:
                pace = wanted[g, t] / cover
                more = max(more, int((t - begin + 1) * pace) - int((t - begin) * pace))
            goal = standing[t] + more
            for strained in range(2):
                while standing[t] < (wanted[g, t] if strained else goal):
                    k, room = _choose(table, fits[:, g], busy, sent, order, (t, strained, burst))
                    if k < 0:
                        break
                    many = min(room, (wanted[g, t] if strained else goal) - standing[t]) if burst < 0 else 1
                    starts[k, g, t] += many
                    sent[k] += many
                    standing[t : t + table[k, COVERS]] += many
                    busy[0, k, t : t + table[k, CYCLE]] += many
                    busy[1, k, t : t + table[k, LEAST]] += many
    return starts


@numba.njit(cache=True, nogil=True)
def _choose(
    table: Ints, fits: Bools, busy: Ints, sent: Ints, order: Ints, now: tuple[int, int, float]
) -> tuple[int, int]:
    """Return the pool that sends units next, and how many it can; (-1, 0) where none can."""
    t, strained, burst = now
    chosen, most, free = -1, -1e300, 0
    for k in order:
        if not fits[k] or t < table[k, FIRST] or t > table[k, FINAL]:
            continue
        room = _room(busy[1, k], table[k, UNITS], t, table[k, LEAST])
        if not strained:
            room = min(room, _room(busy[0, k], table[k, UNITS], t, table[k, CYCLE]))
        if room <= 0:
            continue
        if burst < 0:
            return k, room
        score = room / table[k, UNITS]
        if burst > 0:
            pace = table[k, UNITS] / table[k, CYCLE]
            due = pace * (burst * table[k, COVERS] + t - table[k, FIRST])
            score = (due - sent[k]) / table[k, UNITS] if sent[k] + 1 <= np.ceil(due - 1e-9) else -1e300
        if score > most:
            chosen, most, free = k, score, room
    return chosen, free


@numba.njit(cache=True, nogil=True)
def _room(busy: Ints, units: int, at: int, span: int) -> int:
    """Return how many units stay free in every step of [at, at + span)."""
    worst = units
    for t in range(at, min(at + span, len(busy))):
        worst = min(worst, units - busy[t])
    return worst
