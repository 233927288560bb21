"""The plan of a force: every unit type's rotation over the horizon, and what a reader asks of it first."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import PlanError
from truceline.plan.caveats import Setting, in_words
from truceline.plan.contributors import Force, Numbers, middle
from truceline.plan.cost import cost_by_year, people_deployed
from truceline.plan.ladder import Backstop, rung
from truceline.plan.oracle import posts_sustained
from truceline.plan.rotation_cases import Case, make_cases
from truceline.plan.rotation_problem import filled
from truceline.plan.rotation_share import MONTHS, TOURS, list_months, share_tours
from truceline.plan.rotation_solve import Schedule, first_short, solve_rotation
from truceline.plan.rotation_words import find_causes, say_binding
from truceline.plan.scenario import MOST_MONTHS, Scenario

Memory = MutableMapping[tuple[Any, ...], Schedule]  # what equal problems were answered

TYPES = (
    "unit_type",
    "called",
    "capability",
    "posts",  # most posts in any month
    "posts_by_backstop",
    "units",  # units of all contributors that may stand in at least one post
    "units_barred",  # units that may stand in none
    "posts_kept_for_good",  # closed form: sum over pools of floor(units x cover / cycle)
    "months_sustained",  # months before the plan's first empty post
    "first_shortfall",  # that month; nan where no post is ever empty
    "short_by",  # posts empty in it
    "worst_short",  # most posts empty in any month
    "could_last",  # months all posts can be kept filled if only that counts
    "could_last_proven",
    "unfilled_post_months",
    "least_unfilled",  # the bound: no schedule leaves fewer
    "filled_share",  # of all post-months
    "rest_missed_months",  # unit-months of rest short of the rules
    "rest_missed_least",
    "people_deployed",  # most in any month
    "people_tied_up",  # deployed, resting and preparing: most in any month
    "proven_by",  # how the unfilled posts are proven least: bound, HiGHS or ""
    "binding",
)
POSTS = ("month", "posts_id", "unit_type", "priority", "wanted", "by_backstop", "filled", "short")
BARRED = ("contributor", "called", "unit_type", "posts_id", "units", "kind", "words", "source", "mark")
WISHES = ("contributor", "posts_id", "units", "met", "stopped_by")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForcePlan:
    """What a force can keep up under one scenario and backstop; tables as named beside each."""

    scenario_id: str
    title: str
    backstop: Backstop
    horizon_months: int
    types: pd.DataFrame  # TYPES, one row for each unit type
    months: pd.DataFrame  # MONTHS, who does what
    tours: pd.DataFrame  # TOURS, one bar of a Gantt chart each
    posts: pd.DataFrame  # POSTS, each group of posts in each month
    barred: pd.DataFrame  # BARRED, which caveat keeps whom out of which posts
    wishes: pd.DataFrame  # WISHES
    costs: pd.DataFrame  # cost.COSTS

    @property
    def months_sustained(self) -> int:
        """Months before the first post of any type stands empty."""
        return int(self.types["months_sustained"].min())

    @property
    def first_shortfall(self) -> int | None:
        """Month of the first empty post; None where none is ever empty."""
        return None if self.months_sustained >= self.horizon_months else self.months_sustained + 1

    @property
    def binding(self) -> str:
        """What stops the plan first, in words; '' where nothing does. Equal months: the type short by most people."""
        short = self.types[self.types["first_shortfall"].notna()]
        if not len(short):
            return ""
        per_unit = short["people_deployed"] / short["posts"].clip(lower=1)
        order = np.lexsort((-per_unit * short["short_by"], short["first_shortfall"]))
        return str(short["binding"].iloc[order[0]])

    @property
    def people_tied_up(self) -> float:
        """People deployed, resting and preparing, in the month with most of all types together."""
        return float(self.types.attrs.get("people_tied_up", self.types["people_tied_up"].sum()))

    @property
    def people_deployed(self) -> float:
        """People deployed in the month with most of all types together."""
        return float(self.types.attrs.get("people_deployed", self.types["people_deployed"].sum()))

    @property
    def posts_unfilled(self) -> int:
        """Post-months that stay empty over the horizon, all types together."""
        return int(self.types["unfilled_post_months"].sum())

    @property
    def proven(self) -> bool:
        """Whether no schedule can leave fewer posts unfilled."""
        return bool((self.types["unfilled_post_months"] == self.types["least_unfilled"]).all())


def plan_force(
    scenario: Scenario,
    force: Force,
    *,
    backstop: Backstop | int = 0,
    horizon_months: int | None = None,
    numbers: Numbers = middle,
    votes: Mapping[str, bool] | None = None,
    memory: Memory | None = None,
) -> ForcePlan:
    """Return the plan of a force under one scenario and backstop.

    Parameters
    ----------
    scenario, force : as `parse_scenario` and `parse_force` return them.
    backstop : a `Backstop`, or a rung of the ladder from 0 (none) to 5 (explicit guarantee).
    horizon_months : 1 to 600; the scenario's own where not given.
    numbers : which value of each range to plan with; the middle where not given.
    votes : contributor -> whether its consent comes; where not given a vote likelier than not is won.
    memory : answers to problems already solved, kept by the caller; equal problems are then solved once.

    Raises
    ------
    PlanError
        For a horizon or rung out of bounds.

    Notes
    -----
    Aims in order: fewest post-months unfilled, by priority; least rest short of the tour rules; least cost. A tour
    serves one group of posts. The last months of a tour, its overlap, hand over and fill no post even where no
    relief comes. See docs/background/plan-force.md.
    """
    horizon = int(scenario.horizon_months if horizon_months is None else horizon_months)
    if not 1 <= horizon <= MOST_MONTHS or (horizon_months is not None and horizon != horizon_months):
        raise PlanError(f"the horizon is {horizon_months} months.", todo=f"Give whole months from 1 to {MOST_MONTHS}.")
    stands = backstop if isinstance(backstop, Backstop) else rung(backstop)
    setting = Setting(force=force, scenario=scenario, backstop=stands, numbers=numbers, votes=votes)
    cases = make_cases(setting, horizon)
    schedules = [_remembered(case, memory) for case in cases]
    return _plan(setting, horizon, cases, schedules)


def solve_all(cases: list[Case], memory: Memory, *, workers: int = 1) -> None:
    """Solve every distinct problem of some cases into a memory, on `workers` threads (the kernels let them run)."""
    todo = {case.key: case.problem for case in cases if case.key not in memory}
    with ThreadPoolExecutor(max_workers=workers) as pool:
        memory.update(zip(todo, pool.map(solve_rotation, todo.values()), strict=True))


def _remembered(case: Case, memory: Memory | None) -> Schedule:
    if memory is None:
        return solve_rotation(case.problem)
    if case.key not in memory:
        memory[case.key] = solve_rotation(case.problem)
    return memory[case.key]


def _plan(setting: Setting, horizon: int, cases: tuple[Case, ...], schedules: list[Schedule]) -> ForcePlan:
    tours = [share_tours(case, schedule.starts) for case, schedule in zip(cases, schedules, strict=True)]
    months = [list_months(case, own) for case, own in zip(cases, tours, strict=True)]
    rows = [_type_row(c, s, m, horizon) for c, s, m in zip(cases, schedules, months, strict=True)]
    types = pd.DataFrame(rows, columns=list(TYPES))
    all_months = pd.concat(months, ignore_index=True)[list(MONTHS)]
    people = {case.kind.unit_type: case.people for case in cases}
    types.attrs["people_tied_up"] = _most_people(all_months, people, ["deployed", "resting", "preparing"])
    types.attrs["people_deployed"] = _most_people(all_months, people, ["deployed"])
    barred = _barred(cases)
    return ForcePlan(
        scenario_id=setting.scenario.scenario_id,
        title=setting.scenario.title,
        backstop=setting.backstop,
        horizon_months=horizon,
        types=types,
        months=all_months,
        tours=pd.concat(tours, ignore_index=True)[list(TOURS)],
        posts=pd.concat([_posts(c, s) for c, s in zip(cases, schedules, strict=True)], ignore_index=True),
        barred=barred,
        wishes=_wishes(setting, cases),
        costs=cost_by_year(setting.force, people_deployed(all_months, people)),
    )


def _type_row(case: Case, schedule: Schedule, months: pd.DataFrame, horizon: int) -> dict[str, Any]:
    problem, per = case.problem, case.steps_per_month
    short = problem.wanted - filled(problem, schedule.starts)
    empty = short.sum(axis=0)
    first = first_short(problem, schedule.starts)
    sustained = horizon if first >= problem.steps else first // per
    short_by = int(empty[first]) if first < problem.steps else 0
    binding = ""
    if short_by:
        causes = find_causes(case, months, sustained + 1, tuple(bool(s) for s in short[:, first]))
        binding = say_binding(case, causes, sustained + 1, short_by)
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
        "months_sustained": sustained,
        "first_shortfall": float("nan") if first >= problem.steps else sustained + 1.0,
        "short_by": short_by,
        "worst_short": int(empty.max()),
        "could_last": schedule.lasts // per,
        "could_last_proven": schedule.lasts_proven,
        "unfilled_post_months": _months(int(short.sum()), per),
        "least_unfilled": _months(sum(schedule.bound.unfilled), per),
        "filled_share": 1.0 - int(short.sum()) / wanted,
        "rest_missed_months": schedule.worth.rest_missed / per,
        "rest_missed_least": schedule.bound.rest_missed / per,
        "people_deployed": _most_people(months, people, ["deployed"]),
        "people_tied_up": _most_people(months, people, ["deployed", "resting", "preparing"]),
        "proven_by": schedule.proven_by,
        "binding": binding,
    }


def _months(steps: int, per_month: int) -> float:
    return steps / per_month


def _most_people(months: pd.DataFrame, people: Mapping[str, float], states: list[str]) -> float:
    """Return the people in some states in the month with most of them."""
    if not len(months):
        return 0.0
    each = months[states].sum(axis=1) * months["unit_type"].map(people).astype(float)
    return float(each.groupby(months["month"]).sum().max())


def _posts(case: Case, schedule: Schedule) -> pd.DataFrame:
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


def _barred(cases: tuple[Case, ...]) -> pd.DataFrame:
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


def _wishes(setting: Setting, cases: tuple[Case, ...]) -> pd.DataFrame:
    rows = []
    for wish in setting.scenario.wishes:
        case = next(c for c in cases if any(p.posts_id == wish.posts for p in c.groups))
        at = next(i for i, p in enumerate(case.groups) if p.posts_id == wish.posts)
        pool = next((p for p in case.pools if p.contributor.contributor_id == wish.contributor), None)
        stopped = _stopped(pool, at, wish.units, case)
        rows.append((wish.contributor, wish.posts, wish.units, not stopped, stopped))
    return pd.DataFrame(rows, columns=list(WISHES))


def _stopped(pool: Any, at: int, units: float, case: Case) -> str:
    """Return what stops a wish for `units` posts filled for good; '' where nothing does."""
    if pool is None or not pool.units:
        return f"it lists no {case.kind.plural or case.kind.called}"
    caveat = pool.stopped[at]
    if caveat is not None:
        return in_words(pool.contributor, caveat)
    kept = posts_sustained(pool.units, pool.tour, pool.rest, pool.overlap)
    if kept < units:
        return f"tour interval: {pool.units} units keep {kept} posts filled for good, not {units:g}"
    return ""
