"""What is not known of a plan: the same draws with and without the backstop, and what each range does alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from truceline.plan.force.caveats import Setting
from truceline.plan.force.contributors import Estimate, Force, Numbers
from truceline.plan.force.ladder import Backstop, rung
from truceline.plan.force.scenario import Scenario
from truceline.plan.rotation.cases import Case, make_cases
from truceline.plan.rotation.problem import Floats, Ints, filled, window_sums
from truceline.plan.rotation.solve import propose_rotation

DRAWS = ("draw", "level", "backstop", "months_sustained", "posts_unfilled", "filled_share", "people_deployed",
         "people_tied_up", "cost_per_year")  # fmt: skip
QUANTILES = (0.05, 0.5, 0.95)

Quick = dict[tuple[object, ...], Ints]  # starts by problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number a plan rests on, by name, with its range."""

    name: str
    estimate: Estimate


def list_parameters(
    scenario: Scenario, force: Force, *, backstops: Sequence[Backstop] = (), horizon_months: int | None = None
) -> tuple[Parameter, ...]:
    """Return every number the plan of a scenario asks for, in the order in which it is first asked.

    Whatever the numbers are: those of contributors no caveat lets in now are in it too, as far as they are asked.
    """
    found: dict[str, Estimate] = {}

    def noting(name: str, estimate: Estimate) -> float:
        found.setdefault(name, estimate)
        return estimate.mid

    everybody = {c.contributor_id: True for c in force.contributors}
    for stands in backstops or (rung(0), rung(5)):
        for votes in (None, everybody):
            setting = Setting(force=force, scenario=scenario, backstop=stands, numbers=noting, votes=votes)
            make_cases(setting, _horizon(scenario, horizon_months))
    for contributor in force.contributors:
        for caveat in contributor.caveats:
            if caveat.probability is not None:
                found.setdefault(f"{contributor.contributor_id}: chance of consent", caveat.probability)
    return tuple(Parameter(name=name, estimate=estimate) for name, estimate in found.items())


def value_at(estimate: Estimate, share: float) -> float:
    """Return the quantile of the triangular distribution from low over mid to high.

    Examples
    --------
    >>> value_at(Estimate(low=0, mid=1, high=2, source="s"), 0.5)
    1.0
    """
    low, mid, high = estimate.least, estimate.mid, estimate.most
    if high <= low:
        return mid
    turn = (mid - low) / (high - low)
    if share <= turn:
        return float(low + np.sqrt(share * (high - low) * (mid - low)))
    return float(high - np.sqrt((1 - share) * (high - low) * (high - mid)))


def draw_plans(
    scenario: Scenario,
    force: Force,
    *,
    rng: np.random.Generator,
    draws: int = 1000,
    backstops: Sequence[Backstop] = (),
    horizon_months: int | None = None,
    workers: int = 1,
) -> pd.DataFrame:
    """Return the DRAWS table: one row for each draw and backstop, the same numbers for all backstops of a draw.

    Every range is drawn by itself (triangular), and every vote is won or lost with its chance. Schedules are made
    without proof; on the middle numbers they can be held against `plan_force`. `cost_per_year` is by the figure that
    orders plans and on its basis alone. `backstops` is none and full where not given. The answer does not depend on
    the number of `workers` (threads).

    Notes
    -----
    Independent draws understate what goes wrong together, such as several parliaments refusing for one reason.
    """
    stands = tuple(backstops) or (rung(0), rung(5))
    horizon = _horizon(scenario, horizon_months)
    parameters = list_parameters(scenario, force, backstops=stands, horizon_months=horizon)
    consents = [c.contributor_id for c in force.contributors if any(v.probability for v in c.caveats)]
    shares = rng.random((draws, len(parameters)))
    dice = rng.random((draws, len(consents)))

    def one(i: int) -> list[tuple[object, ...]]:
        values = {p.name: value_at(p.estimate, share) for p, share in zip(parameters, shares[i], strict=True)}
        votes = {
            name: bool(die < values[f"{name}: chance of consent"]) for name, die in zip(consents, dice[i], strict=True)
        }
        memory: Quick = {}
        rows: list[tuple[object, ...]] = []
        for stand in stands:
            setting = Setting(force=force, scenario=scenario, backstop=stand, numbers=taking(values), votes=votes)
            rows.append((i, stand.level, stand.called, *measure(setting, horizon, memory)))
        return rows

    with ThreadPoolExecutor(max_workers=workers) as pool:
        made = list(pool.map(one, range(draws)))
    return pd.DataFrame([row for rows in made for row in rows], columns=list(DRAWS))


def taking(values: Mapping[str, float]) -> Numbers:
    """Return the numbers of a mapping; the middle for names it lacks."""
    return lambda name, estimate: values.get(name, estimate.mid)


def measure(setting: Setting, horizon: int, memory: Quick) -> tuple[float, float, float, float, float, float]:
    """Return (months sustained, post-months unfilled, share filled, people deployed, people tied up, cost a year)."""
    last, begin, unfilled, wanted, cost = float(horizon), horizon, 0.0, 0.0, 0.0
    deployed, tied = np.zeros(horizon), np.zeros(horizon)
    for case in make_cases(setting, horizon):
        starts = _quick(case, memory)
        per, problem = case.steps_per_month, case.problem
        short = problem.wanted - filled(problem, starts)
        first = np.flatnonzero(short.any(axis=0))
        last = min(last, first[0] // per if len(first) else horizon)
        begin = min(begin, int(np.argmax(case.asked.any(axis=0))) // per)
        unfilled += short.sum() / per
        wanted += case.asked.sum() / per
        tours = starts.sum(axis=1)
        cost += float((tours.sum(axis=1) * problem.cost).sum())
        deployed += case.people * window_sums(tours, problem.tour).sum(axis=0)[::per]
        cycle = np.minimum(window_sums(tours, problem.tour + problem.rest), problem.units[:, None])
        tied += case.people * cycle.sum(axis=0)[::per]
    share = 1.0 - unfilled / wanted if wanted else 1.0
    return last - begin, unfilled, share, float(deployed.max()), float(tied.max()), cost * 12 / horizon


def _quick(case: Case, memory: Quick) -> Ints:
    if case.key not in memory:
        memory[case.key] = propose_rotation(case.problem)[0]
    return memory[case.key]


def compare_draws(draws: pd.DataFrame) -> pd.DataFrame:
    """Return, for each measure, its quantiles at the first and last backstop and of the paired difference.

    One row for each measure: `without_*`, `with_*`, `difference_*` at 5, 50 and 95 %, and the share of draws in which
    the last backstop is better, equal or worse (posts unfilled: fewer is better).
    """
    names = list(draws["backstop"].unique())
    parts = [draws[draws["backstop"] == name].set_index("draw") for name in (names[0], names[-1])]
    rows = []
    for measure_name in DRAWS[3:]:
        before, after = (part[measure_name] for part in parts)
        row: dict[str, object] = {"measure": measure_name}
        for label, values in (("without", before), ("with", after), ("difference", after - before)):
            for q in QUANTILES:
                row[f"{label}_{round(100 * q)}"] = float(values.quantile(q))
        difference: Floats = (after - before).to_numpy(float)
        row["share_up"], row["share_down"] = float((difference > 0).mean()), float((difference < 0).mean())
        rows.append(row)
    return pd.DataFrame(rows)


def _horizon(scenario: Scenario, horizon_months: int | None) -> int:
    return int(scenario.horizon_months if horizon_months is None else horizon_months)
