"""One rotation problem to its best schedule, with what is proven of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from truceline.errors import RequestError
from truceline.plan.rotation.bound import least_unfilled
from truceline.plan.rotation.exact import columns, solve_exactly
from truceline.plan.rotation.fill import propose
from truceline.plan.rotation.polish import polish
from truceline.plan.rotation.problem import Ints, Problem, Worth, first_short, worth_of

EXACT_COLUMNS = 400  # programmes up to this size go to HiGHS when the bound leaves a gap; larger ones take minutes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """Starts of tours, (pool, group, step), what they are worth, and the bound on each aim."""

    starts: Ints
    worth: Worth
    bound: Worth
    proven_by: str  # "bound" | "HiGHS" | "": how the unfilled posts are proven least; "" where a gap is left
    lasts: int  # steps for which all posts can be kept filled, by the schedule that does so longest
    lasts_proven: bool

    @property
    def gap(self) -> int:
        """Post-steps between the schedule and the bound, all priorities together."""
        return sum(self.worth.unfilled) - sum(self.bound.unfilled)


def solve_rotation(problem: Problem, *, exact_columns: int = EXACT_COLUMNS) -> Schedule:
    """Return the best schedule found and how far it can be from the best there is.

    First a schedule by rules, made better unit by unit, and a dual bound; they meet in most cases. Where they do
    not, and the programme is small, HiGHS solves it to the end. Where a gap is left it is stated.
    """
    starts, worth, lasts = propose(problem)
    if worth.rest_missed or sum(worth.unfilled):
        starts, worth = polish(problem, starts, worth)
    bound = _bound(problem, worth)
    proven = "bound" if worth.unfilled == bound.unfilled else ""
    small = 0 < columns(problem) <= exact_columns
    if small and not (proven and worth.rest_missed == bound.rest_missed):
        starts, worth, bound, proven = _exactly(problem, starts, worth, bound, proven)
    lasts = max(lasts, first_short(problem, starts))
    return Schedule(
        starts=starts,
        worth=worth,
        bound=bound,
        proven_by=proven,
        lasts=lasts,
        lasts_proven=lasts == problem.steps or is_short_within(problem, lasts + 1),
    )


def propose_rotation(problem: Problem) -> tuple[Ints, Worth]:
    """Return a good schedule and its worth, without any proof: what draws are made with."""
    starts, worth, _ = propose(problem, quick=True)
    return polish(problem, starts, worth, sweeps=1) if sum(worth.unfilled) else (starts, worth)


def is_short_within(problem: Problem, steps: int) -> bool:
    """Return whether it is proven that no schedule keeps all posts filled for so many steps."""
    cut = replace(
        problem, wanted=problem.wanted[:, :steps], last=np.where(problem.last < problem.steps, problem.last, steps)
    )
    return least_unfilled(cut, cut.ranks, 1) > 0


def _bound(problem: Problem, worth: Worth) -> Worth:
    """Return the bounds: unfilled by the dual, rest and cost by what cannot be less."""
    unfilled, before = [], 0
    for rank in range(problem.ranks):
        so_far = sum(worth.unfilled[: rank + 1])
        least = least_unfilled(problem, rank, so_far)
        unfilled.append(min(max(least - before, 0), worth.unfilled[rank]))
        before += worth.unfilled[rank]
    posts = int(problem.wanted.sum()) - sum(worth.unfilled)
    price = (problem.cost / problem.covers).min() if len(problem.cost) else 0.0
    return Worth(unfilled=tuple(unfilled), rest_missed=0, cost=float(posts * price))


def _exactly(problem: Problem, starts: Ints, worth: Worth, bound: Worth, proven: str) -> tuple[Ints, Worth, Worth, str]:
    """Return what HiGHS makes of it, or what stood before where that is no worse."""
    try:
        made, value, least = solve_exactly(problem)
    except RequestError:
        return starts, worth, bound, proven
    if value.key > worth.key:
        made, value = starts, worth
    proven = "HiGHS" if value.unfilled == least.unfilled else proven
    if proven != "HiGHS":
        least = replace(least, unfilled=tuple(max(a, b) for a, b in zip(least.unfilled, bound.unfilled, strict=True)))
    return made, worth_of(problem, made), least, proven
