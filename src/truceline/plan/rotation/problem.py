"""One unit type's rotation as numbers: pools that may be pooled, posts to fill, and what a schedule is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# columns of Problem.table: steps from a tour's start to the next by the rules, and at the least; steps that fill a
# post; first and last step in which a tour may start
UNITS, CYCLE, LEAST, COVERS, FIRST, FINAL = range(6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Pools of interchangeable units and groups of posts, for one unit type.

    A tour that starts in step t stands in steps t ... t + tour - 1, fills a post until its last `overlap` steps
    (the relief in place), and its unit is back at earliest `floor` steps, by the rules `rest` steps, after its end.
    """

    units: Ints  # (pool,)
    tour: Ints  # (pool,) steps
    rest: Ints  # (pool,) steps between tours, by the rules
    floor: Ints  # (pool,) steps below which rest is never cut; at most `rest`
    overlap: Ints  # (pool,) steps, less than the tour
    first: Ints  # (pool,) first step in which a tour may start
    last: Ints  # (pool,) first step in which no unit may stand any more
    cost: Floats  # (pool,) of one tour
    fits: Bools  # (pool, group): may the pool's units stand there
    wanted: Ints  # (group, step) posts, those a backstop fills taken off
    rank: Ints  # (group,) 0 for the posts filled first; not decreasing

    @property
    def steps(self) -> int:
        """Length of the horizon."""
        return int(self.wanted.shape[1])

    @property
    def ranks(self) -> int:
        """Number of priorities."""
        return int(self.rank.max()) + 1 if len(self.rank) else 0

    @property
    def covers(self) -> Ints:
        """Steps of a tour that fill a post, (pool,)."""
        return self.tour - self.overlap

    @property
    def table(self) -> Ints:
        """The rules as the kernels read them, (pool, 6): UNITS, CYCLE, LEAST, COVERS, FIRST, FINAL."""
        final = np.where(self.last < self.steps, self.last - self.tour, self.steps)
        columns = (self.units, self.tour + self.rest, self.tour + self.floor, self.covers, self.first, final)
        return np.stack(columns, axis=1).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worth:
    """What a schedule is worth, in the order in which it counts."""

    unfilled: tuple[int, ...]  # post-steps of each priority
    rest_missed: int  # unit-steps of rest short of the rules
    cost: float

    @property
    def key(self) -> tuple[float, ...]:
        """Return the values in order: smaller is better."""
        return (*self.unfilled, self.rest_missed, round(self.cost, 6))


def window_sums(starts: Ints, length: Ints) -> Ints:
    """Return, (..., step), how many of the last `length[pool]` steps' starts there are; starts is (pool, ..., step)."""
    total: Ints = np.cumsum(starts, axis=-1)
    sums = total.copy()
    for k, span in enumerate(length):
        sums[k, ..., span:] -= total[k, ..., :-span] if span < starts.shape[-1] else 0
    return sums


def filled(problem: Problem, starts: Ints) -> Ints:
    """Return posts filled, (group, step), never more than wanted."""
    full: Ints = np.minimum(window_sums(starts, problem.covers).sum(axis=0), problem.wanted)
    return full


def first_short(problem: Problem, starts: Ints) -> int:
    """Return the first step in which a post stands empty; the horizon where none does."""
    short = (problem.wanted > filled(problem, starts)).any(axis=0)
    return int(np.argmax(short)) if short.any() else problem.steps


def worth_of(problem: Problem, starts: Ints) -> Worth:
    """Return what a schedule of starts, (pool, group, step), is worth."""
    short = (problem.wanted - filled(problem, starts)).sum(axis=1)
    by_rank = tuple(int(short[problem.rank == r].sum()) for r in range(problem.ranks))
    tours = starts.sum(axis=1)
    missed = np.maximum(window_sums(tours, problem.tour + problem.rest) - problem.units[:, None], 0)
    cost = float((tours.sum(axis=1) * problem.cost).sum())
    return Worth(unfilled=by_rank, rest_missed=int(missed.sum()), cost=cost)


def is_allowed(problem: Problem, starts: Ints) -> bool:
    """Return whether a schedule keeps every hard rule: pools, least rest, consent, and where units may stand."""
    steps = np.arange(problem.steps)
    tours = starts.sum(axis=1)
    busy = window_sums(tours, problem.tour + problem.floor)
    early = steps < problem.first[:, None]
    late = (steps + problem.tour[:, None] > problem.last[:, None]) & (problem.last[:, None] < problem.steps)
    return bool(
        (starts >= 0).all()
        and (busy <= problem.units[:, None]).all()
        and not tours[early | late].any()
        and not starts[~problem.fits].any()
    )
