"""The tables of a force plan: unit types, posts month by month, caveats and wishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from truceline.plan.force.caveats import Setting, in_words, stopped_by
from truceline.plan.force.oracle import posts_sustained
from truceline.plan.force.scenario import Wish
from truceline.plan.rotation.cases import Case
from truceline.plan.rotation.problem import filled, first_short
from truceline.plan.rotation.solve import Schedule
from truceline.plan.rotation.words import find_causes, say_also, say_binding

TYPES = (
    "unit_type",
    "called",
    "capability",
    "posts",  # most posts in any month
    "posts_by_backstop",
    "units",  # units of all contributors that may stand in at least one post
    "units_barred",  # units that may stand in none
    "posts_kept_for_good",  # closed form: sum over pools of floor(units x cover / cycle)
    "months_sustained",  # months from the type's first post on in which none stands empty
    "first_shortfall",  # the month in which one first does; nan where none ever does
    "short_by",  # posts empty in it
    "worst_short",  # most posts empty in any month
    "could_last",  # such months if only their number counted
    "could_last_proven",
    "unfilled_post_months",
    "least_unfilled",  # the bound: no schedule leaves fewer
    "filled_share",  # of all post-months
    "rest_missed_months",  # unit-months of rest short of the rules
    "rest_missed_least",
    "people_deployed",  # most in any month
    "people_tied_up",  # deployed, resting and preparing: most in any month
    "proven_by",  # how the unfilled posts are proven least: bound, HiGHS or ""
    "binding",  # what stops it first, in words
    "also",  # other causes that keep as many units back
)
POSTS = ("month", "posts_id", "unit_type", "priority", "wanted", "by_backstop", "filled", "short")
BARRED = ("contributor", "called", "unit_type", "posts_id", "units", "kind", "words", "source", "mark")
WISHES = ("contributor", "posts_id", "units", "met", "stopped_by")


def type_row(case: Case, schedule: Schedule, months: pd.DataFrame, horizon: int) -> dict[str, Any]:
    """Return the TYPES row of one unit type."""
    problem, per = case.problem, case.steps_per_month
    short = problem.wanted - filled(problem, schedule.starts)
    empty = short.sum(axis=0)
    first = first_short(problem, schedule.starts)
    month = horizon + 1 if first >= problem.steps else first // per + 1
    begin = int(np.argmax(case.asked.any(axis=0))) // per
    short_by = int(empty[first]) if first < problem.steps else 0
    binding = also = ""
    if short_by:
        causes = find_causes(case, months, month, tuple(bool(s) for s in short[:, first]))
        binding, also = say_binding(case, causes, month, short_by), say_also(causes, short_by)
    wanted = int(case.asked.sum()) or 1
    people = {case.kind.unit_type: case.people}
    rules = zip(problem.units, problem.tour, problem.rest, problem.overlap, strict=True)
    return {
        "unit_type": case.kind.unit_type,
        "called": case.kind.called,
        "capability": case.kind.capability,
        "posts": int(case.asked.sum(axis=0).max()),
        "posts_by_backstop": int(np.minimum(case.given[:, None], case.asked).sum(axis=0).max()),
        "units": int(problem.units.sum()),
        "units_barred": sum(pool.units for pool in case.pools) - int(problem.units.sum()),
        "posts_kept_for_good": sum(posts_sustained(int(p), int(b), int(r), int(o)) for p, b, r, o in rules),
        "months_sustained": month - 1 - begin,
        "first_shortfall": float("nan") if first >= problem.steps else float(month),
        "short_by": short_by,
        "worst_short": int(empty.max()),
        "could_last": schedule.lasts // per - begin,
        "could_last_proven": schedule.lasts_proven,
        "unfilled_post_months": _months(int(short.sum()), per),
        "least_unfilled": _months(sum(schedule.bound.unfilled), per),
        "filled_share": 1.0 - int(short.sum()) / wanted,
        "rest_missed_months": schedule.worth.rest_missed / per,
        "rest_missed_least": schedule.bound.rest_missed / per,
        "people_deployed": most_people(months, people, ["deployed"]),
        "people_tied_up": most_people(months, people, ["deployed", "resting", "preparing"]),
        "proven_by": schedule.proven_by,
        "binding": binding,
        "also": also,
    }


def _months(steps: int, per_month: int) -> float:
    return steps / per_month


def most_people(months: pd.DataFrame, people: Mapping[str, float], states: list[str]) -> float:
    """Return the people in some states in the month with most of them."""
    if not len(months):
        return 0.0
    units = months[states].to_numpy(float).sum(axis=1)
    each = units * months["unit_type"].map(people).to_numpy(float)
    return float(np.bincount(months["month"].to_numpy(int), weights=each).max())


def list_posts(case: Case, schedule: Schedule) -> pd.DataFrame:
    """Return the POSTS rows of a case; a month is as full as its emptiest step."""
    per, full = case.steps_per_month, filled(case.problem, schedule.starts)
    count, steps = case.asked.shape
    short = (case.problem.wanted - full).reshape(count, steps // per, per).max(axis=2)
    asked = case.asked[:, ::per]
    given = np.minimum(case.given[:, None], asked)
    number = steps // per
    return pd.DataFrame(
        {
            "month": np.tile(np.arange(1, number + 1), count),
            "posts_id": np.repeat([p.posts_id for p in case.groups], number),
            "unit_type": case.kind.unit_type,
            "priority": np.repeat([p.priority for p in case.groups], number),
            "wanted": asked.ravel(),
            "by_backstop": given.ravel(),
            "filled": (asked - given - short).ravel(),
            "short": short.ravel(),
        },
        columns=list(POSTS),
    )


def list_barred(cases: tuple[Case, ...]) -> pd.DataFrame:
    """Return the BARRED table: which caveat keeps which contributor's units out of which posts."""
    rows = [
        {
            "contributor": pool.contributor.contributor_id,
            "called": pool.contributor.called,
            "unit_type": case.kind.unit_type,
            "posts_id": posts.posts_id,
            "units": pool.units,
            "kind": caveat.kind,
            "words": in_words(pool.contributor, caveat),
            "source": caveat.source,
            "mark": caveat.mark,
        }
        for case in cases
        for pool in case.pools
        for posts, caveat in zip(case.groups, pool.stopped, strict=True)
        if caveat is not None
    ]
    return pd.DataFrame(rows, columns=list(BARRED))


def list_wishes(setting: Setting, cases: tuple[Case, ...]) -> pd.DataFrame:
    """Return the WISHES table: whether each wish of the scenario can be met, and if not what stops it."""
    rows = []
    for wish in setting.scenario.wishes:
        case = next(c for c in cases if any(p.posts_id == wish.posts for p in c.groups))
        stopped = _stopped(setting, wish, case)
        rows.append((wish.contributor, wish.posts, wish.units, not stopped, stopped))
    return pd.DataFrame(rows, columns=list(WISHES))


def _stopped(setting: Setting, wish: Wish, case: Case) -> str:
    """Return what stops a wish for posts filled for good; '' where nothing does."""
    contributor = next(c for c in setting.force.contributors if c.contributor_id == wish.contributor)
    posts = next(p for p in case.groups if p.posts_id == wish.posts)
    caveat = stopped_by(contributor, posts, setting)
    if caveat is not None:
        return in_words(contributor, caveat)
    pool = next((p for p in case.pools if p.contributor.contributor_id == wish.contributor), None)
    if pool is None or not pool.units:
        return f"{contributor.called}: lists no {case.kind.called}"
    kept = posts_sustained(pool.units, pool.tour, pool.rest, pool.overlap)
    if kept < wish.units:
        why = f"{pool.units} units keep {kept} posts filled for good, not {wish.units:g}"
        return f"{contributor.called}: tour interval: {why}"
    return ""
