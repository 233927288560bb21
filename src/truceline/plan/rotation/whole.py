"""The plan of a force: every unit type's rotation over the horizon, and what a reader asks of it first."""

from __future__ import annotations

from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import PlanError
from truceline.plan.force.caveats import Setting
from truceline.plan.force.contributors import Force, Numbers, middle
from truceline.plan.force.cost import cost_by_year, people_deployed
from truceline.plan.force.ladder import Backstop, rung
from truceline.plan.force.scenario import MOST_MONTHS, Scenario
from truceline.plan.rotation.cases import Case, make_cases
from truceline.plan.rotation.share import MONTHS, TOURS, list_months, share_tours
from truceline.plan.rotation.solve import EXACT_COLUMNS, Schedule, solve_rotation
from truceline.plan.rotation.tables import TYPES, list_barred, list_posts, list_wishes, most_people, type_row

Memory = MutableMapping[tuple[Any, ...], Schedule]  # what equal problems were answered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForcePlan:
    """What a force can keep up under one scenario and backstop; tables as named beside each."""

    scenario_id: str
    title: str
    backstop: Backstop
    horizon_months: int
    people_deployed: float  # in the month with most, all types together
    people_tied_up: float  # deployed, resting and preparing: in the month with most, all types together
    types: pd.DataFrame  # TYPES, one row for each unit type
    months: pd.DataFrame  # MONTHS, who does what
    tours: pd.DataFrame  # TOURS, one bar of a Gantt chart each
    posts: pd.DataFrame  # POSTS, each group of posts in each month
    barred: pd.DataFrame  # BARRED, which caveat keeps whom out of which posts
    wishes: pd.DataFrame  # WISHES
    costs: pd.DataFrame  # cost.COSTS

    @property
    def months_sustained(self) -> int:
        """Months from the first post on in which no post of any type stands empty."""
        last = self.horizon_months if self.first_shortfall is None else self.first_shortfall - 1
        begins = self.posts.loc[self.posts["wanted"] > 0, "month"].min()
        return last - int(begins) + 1 if begins == begins else last

    @property
    def first_shortfall(self) -> int | None:
        """Month of the first empty post; None where none is ever empty."""
        first = self.types["first_shortfall"].min()
        return None if first != first else int(first)

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
    def posts_unfilled(self) -> float:
        """Post-months that stay empty over the horizon, all types together; in halves where steps are half months."""
        return float(self.types["unfilled_post_months"].sum())

    @property
    def filled_share(self) -> float:
        """Share of all post-months that are filled, all types together; 1 where none are asked for."""
        wanted = float(self.posts["wanted"].sum())
        return 1.0 - self.posts_unfilled / wanted if wanted else 1.0

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
    memory: Memory | None = None,
    exact_columns: int = EXACT_COLUMNS,
) -> ForcePlan:
    """Return the plan of a force under one scenario and backstop.

    Parameters
    ----------
    scenario, force
        As `parse_scenario` and `parse_force` return them.
    backstop
        A `Backstop`, or a rung of the ladder from 0 (none) to 5 (explicit guarantee).
    horizon_months
        1 to 600; the scenario's own where not given.
    numbers
        Which value of each range to plan with; the middle where not given. A vote likelier than not is won.
    memory
        Answers to problems already solved, kept by the caller; equal problems are then solved once.
    exact_columns
        Programmes up to this size go to HiGHS where the bound leaves a gap. 2,500 closes most gaps, in minutes.

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
    setting = Setting(force=force, scenario=scenario, backstop=stands, numbers=numbers)
    cases = make_cases(setting, horizon)
    schedules = [_remembered(case, memory, exact_columns) for case in cases]
    return _plan(setting, horizon, cases, schedules)


def solve_all(cases: list[Case], memory: Memory, *, workers: int = 1) -> None:
    """Solve every distinct problem of some cases into a memory, on `workers` threads (the kernels let them run)."""
    todo = {case.key: case.problem for case in cases if case.key not in memory}
    with ThreadPoolExecutor(max_workers=workers) as pool:
        memory.update(zip(todo, pool.map(solve_rotation, todo.values()), strict=True))


def count_unfilled(setting: Setting, horizon_months: int, memory: Memory) -> float:
    """Return the post-months that stay empty, all types together, without making any table."""
    total = 0.0
    for case in make_cases(setting, horizon_months):
        total += sum(_remembered(case, memory).worth.unfilled) / case.steps_per_month
    return total


def _remembered(case: Case, memory: Memory | None, exact_columns: int = EXACT_COLUMNS) -> Schedule:
    if memory is None:
        return solve_rotation(case.problem, exact_columns=exact_columns)
    if case.key not in memory:
        memory[case.key] = solve_rotation(case.problem, exact_columns=exact_columns)
    return memory[case.key]


def _plan(setting: Setting, horizon: int, cases: tuple[Case, ...], schedules: list[Schedule]) -> ForcePlan:
    tours = [share_tours(case, schedule.starts) for case, schedule in zip(cases, schedules, strict=True)]
    months = [list_months(case, own) for case, own in zip(cases, tours, strict=True)]
    rows = [type_row(c, s, m, horizon) for c, s, m in zip(cases, schedules, months, strict=True)]
    types = pd.DataFrame(rows, columns=list(TYPES))
    all_months = pd.concat(months, ignore_index=True)[list(MONTHS)]
    people = {case.kind.unit_type: case.people for case in cases}
    barred = list_barred(cases)
    return ForcePlan(
        scenario_id=setting.scenario.scenario_id,
        title=setting.scenario.title,
        backstop=setting.backstop,
        horizon_months=horizon,
        people_deployed=most_people(all_months, people, ["deployed"]),
        people_tied_up=most_people(all_months, people, ["deployed", "resting", "preparing"]),
        types=types,
        months=all_months,
        tours=pd.concat(tours, ignore_index=True)[list(TOURS)],
        posts=pd.concat([list_posts(c, s) for c, s in zip(cases, schedules, strict=True)], ignore_index=True),
        barred=barred,
        wishes=list_wishes(setting, cases),
        costs=cost_by_year(setting.force, people_deployed(all_months, people)),
    )
