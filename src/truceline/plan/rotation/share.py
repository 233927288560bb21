"""A schedule of pooled starts shared out among the contributors, tour by tour; and who does what in each month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.plan.rotation.cases import Case, Pool
from truceline.plan.rotation.problem import Ints

TOURS = ("unit_type", "contributor", "unit", "posts_id", "from_month", "to_month", "back_month", "rest_missed_months")
STATES = (
    "deployed",  # units standing in posts, relief in place included
    "handing_over",  # ... of these in their overlap
    "resting",
    "preparing",  # the last months of an interval
    "ready",
    "not_ready",  # before consent and readiness, after leaving, or barred from every post
)
MONTHS = ("month", "unit_type", "contributor", *STATES)


def share_tours(case: Case, starts: Ints) -> pd.DataFrame:
    """Return the TOURS table: one row for each unit's tour, months counted from 1, halves where steps are half months.

    Start j and start j + P of a pool of P units are taken by the same unit, and the units of several contributors
    take turns in proportion to what each has. `back_month` is when the unit may go again by the rules or, sooner,
    does.
    """
    parts = [_tours_of(case, starts, i) for i in range(len(case.members))]
    tours = pd.concat([p for p in parts if len(p)], ignore_index=True) if any(map(len, parts)) else pd.DataFrame()
    if not len(tours):
        return pd.DataFrame({name: pd.Series(dtype=object if name in _TEXT else float) for name in TOURS})
    return tours.sort_values(["from_month", "contributor", "unit"], kind="stable", ignore_index=True)[list(TOURS)]


_TEXT = {"unit_type", "contributor", "posts_id"}


def _tours_of(case: Case, starts: Ints, at: int) -> pd.DataFrame:
    members = [case.pools[i] for i in case.members[at]]
    owner = np.concatenate([np.full(pool.units, i) for i, pool in enumerate(members)])
    turn = np.concatenate([(np.arange(pool.units) + 0.5) / pool.units for pool in members])
    number = np.concatenate([np.arange(pool.units) for pool in members])
    order = np.lexsort((owner, turn))
    step, group = np.nonzero(starts[at].T)
    many = starts[at, group, step]
    step, group = np.repeat(step, many), np.repeat(group, many)
    unit = order[np.arange(len(step)) % len(order)] if len(step) else np.zeros(0, np.int64)
    following = np.full(len(step), np.iinfo(np.int64).max)
    following[: max(len(step) - len(order), 0)] = step[len(order) :]
    pool = members[0]
    back = np.minimum(step + pool.tour + pool.rest, following)
    per = case.steps_per_month
    names = np.array([m.contributor.contributor_id for m in members], object)
    return pd.DataFrame(
        {
            "unit_type": case.kind.unit_type,
            "contributor": names[owner[unit]],
            "unit": number[unit] + 1.0,
            "posts_id": np.array([g.posts_id for g in case.groups], object)[group],
            "from_month": step / per + 1,
            "to_month": (step + pool.tour) / per,
            "back_month": back / per + 1,
            "rest_missed_months": (step + pool.tour + pool.rest - back) / per,
        }
    )


def list_months(case: Case, tours: pd.DataFrame) -> pd.DataFrame:
    """Return the MONTHS table: one row for each month and contributor, counted at the month's first step."""
    per, steps = case.steps_per_month, case.problem.steps
    rows = tours.groupby("contributor", sort=False).indices
    begin = ((tours["from_month"].to_numpy(float) - 1) * per).astype(int)
    back = ((tours["back_month"].to_numpy(float) - 1) * per).astype(int)
    states = [
        _states(case, pool, begin[at], back[at])
        for pool in case.pools
        for at in [rows.get(pool.contributor.contributor_id, np.zeros(0, int))]
    ]
    counts = np.stack(states) if states else np.zeros((0, len(STATES), steps), np.int64)
    names = np.array([pool.contributor.contributor_id for pool in case.pools], object)
    months = steps // per
    table = {
        "month": np.tile(np.arange(1, months + 1), len(names)),
        "unit_type": np.full(months * len(names), case.kind.unit_type, object),
        "contributor": np.repeat(names, months),
    }
    return pd.DataFrame(table | {state: counts[:, i, ::per].ravel() for i, state in enumerate(STATES)})


def _states(case: Case, pool: Pool, begin: Ints, back: Ints) -> Ints:
    """Return how many of a contributor's units are in each of STATES, (state, step)."""
    steps = case.problem.steps
    home = begin + pool.tour
    ready_from = np.maximum(back - int(case.kind.prepare_months * case.steps_per_month), home)
    deployed = _count(begin, home, steps)
    resting, preparing = _count(home, ready_from, steps), _count(ready_from, back, steps)
    at = np.arange(steps)
    open_ = (at >= pool.first) & (at < pool.last) & any(pool.fits)
    free = pool.units - deployed - resting - preparing
    handing = _count(home - pool.overlap, home, steps)
    return np.stack([deployed, handing, resting, preparing, np.where(open_, free, 0), np.where(open_, 0, free)])


def _count(begin: Ints, end: Ints, steps: int) -> Ints:
    """Return how many of the spans [begin, end) hold each step."""
    change = np.zeros(steps + 1, np.int64)
    np.add.at(change, np.clip(begin, 0, steps), 1)
    np.add.at(change, np.clip(np.maximum(end, begin), 0, steps), -1)
    return np.cumsum(change[:-1])
