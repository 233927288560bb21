"""One plan as a reader asks for it first: the same few answers for every scenario and rung, ready for JSON."""

from __future__ import annotations

from typing import Any

from truceline.plan.force.cost import total_cost
from truceline.plan.force.ladder import ITEMS
from truceline.plan.force.oracle import people_per_km
from truceline.plan.force.scenario import Scenario
from truceline.plan.rotation.whole import ForcePlan


def summarise_plan(plan: ForcePlan) -> dict[str, Any]:
    """Return a plan's answers as a plain mapping.

    `first_shortfall` is None and `binding` '' where nothing falls short. `posts_unfilled` is in post-months, beside
    `least_unfilled`, which no schedule can pass; `proven` says whether they agree. `cost` has one entry for each
    figure, on its own basis: they are never to be added.
    """
    return {
        "scenario": plan.scenario_id,
        "title": plan.title,
        "level": plan.backstop.level,
        "backstop": [item for item in ITEMS if item in plan.backstop.items],
        "horizon_months": plan.horizon_months,
        "months_sustained": plan.months_sustained,
        "first_shortfall": plan.first_shortfall,
        "could_last": int(plan.types["could_last"].min()),
        "binding": plan.binding,
        "people_deployed": plan.people_deployed,
        "people_tied_up": plan.people_tied_up,
        "posts_unfilled": plan.posts_unfilled,
        "least_unfilled": float(plan.types["least_unfilled"].sum()),
        "filled_share": plan.filled_share,
        "rest_missed_months": float(plan.types["rest_missed_months"].sum()),
        "proven": plan.proven,
        "cost": total_cost(plan.costs).to_dict("records"),
        "types": plan.types.astype(object).where(plan.types.notna(), None).to_dict("records"),
        "wishes": plan.wishes.to_dict("records"),
    }


def spread_thin(scenario: Scenario, people: float) -> dict[str, float | None]:
    """Return people per kilometre if a force were (wrongly) spread along the line, and how many stand against one.

    Each over the scenario's ranges of the line's length and of the opposing army; None where it states none.
    """
    line, opposing = scenario.line_km, scenario.opposing
    return {
        "people_per_km": people_per_km(people, line.mid) if line else None,
        "people_per_km_low": people_per_km(people, line.most) if line else None,
        "people_per_km_high": people_per_km(people, line.least) if line else None,
        "against_one": opposing.mid / people if opposing and people else None,
        "against_one_low": opposing.least / people if opposing and people else None,
        "against_one_high": opposing.most / people if opposing and people else None,
    }
