"""With and without the backstop: what each item is worth, alone and last, and which capabilities stay short."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

import pandas as pd

from truceline.plan.force.caveats import Setting
from truceline.plan.force.contributors import Capability, Force
from truceline.plan.force.ladder import CALLED, ITEMS, Backstop, all_subsets
from truceline.plan.force.scenario import Scenario
from truceline.plan.rotation.whole import ForcePlan, Memory, count_unfilled

WORTH = ("item", "called", "first", "last", "shapley")  # post-months filled thanks to the item
GAPS = (
    "scenario_id",
    "level",
    "backstop",
    "capability",
    "posts",
    "filled_share",  # nan where the scenario has no posts for the capability
    "worst_short",
    "first_shortfall",
    "said",  # in words, for a reader of one row
)
CAPABILITIES: tuple[str, ...] = get_args(Capability)


def worth_of_items(
    scenario: Scenario, force: Force, *, horizon_months: int | None = None, memory: Memory | None = None
) -> pd.DataFrame:
    """Return the WORTH table: one row for each item of the backstop, in the ladder's order.

    `first` is what the item alone adds to no backstop, `last` what is lost when it alone is taken from a full one,
    `shapley` its mean worth over all orders in which the items could come (Shapley 1953); the column sums to what the
    full backstop adds to none. All in post-months over the horizon, from the 32 sets of items.
    """
    shared: Memory = {} if memory is None else memory
    horizon = int(scenario.horizon_months if horizon_months is None else horizon_months)
    unfilled = {
        stands.items: count_unfilled(Setting(force=force, scenario=scenario, backstop=stands), horizon, shared)
        for stands in all_subsets()
    }
    full = frozenset(ITEMS)
    rows = []
    for item in ITEMS:
        alone = frozenset({item})
        rows.append(
            {
                "item": item,
                "called": CALLED[item],
                "first": unfilled[frozenset()] - unfilled[alone],
                "last": unfilled[full - alone] - unfilled[full],
                "shapley": sum(
                    _weight(len(others), len(ITEMS)) * (unfilled[others] - unfilled[others | alone])
                    for others in unfilled
                    if item not in others
                ),
            }
        )
    return pd.DataFrame(rows, columns=list(WORTH))


def _weight(others: int, items: int) -> float:
    """Return the share of all orders in which exactly these others came before."""
    return math.factorial(others) * math.factorial(items - others - 1) / math.factorial(items)


def gap_matrix(plans: Sequence[ForcePlan], force: Force) -> pd.DataFrame:
    """Return the GAPS table: one row for each plan and capability.

    Long-range strike is a yes or no line only: whether a contributor or an item of the backstop says it has it.
    """
    return pd.DataFrame([row for plan in plans for row in _gaps(plan, force)], columns=list(GAPS))


def _gaps(plan: ForcePlan, force: Force) -> list[dict[str, object]]:
    rows = []
    for capability in CAPABILITIES:
        types = plan.types[plan.types["capability"] == capability]
        posts = int(types["posts"].sum())
        wanted = types["posts"] * plan.horizon_months
        share = float((types["filled_share"] * wanted).sum() / wanted.sum()) if posts else float("nan")
        first = float(types["first_shortfall"].min())
        short = int(types["worst_short"].max()) if posts else 0
        said = f"short by up to {short} of {posts} posts from month {first:.0f}" if short else "filled throughout"
        rows.append(
            _row(plan, capability)
            | {"posts": posts, "filled_share": share, "worst_short": short}
            | {"first_shortfall": first, "said": said if posts else "the scenario has no posts for it"}
        )
    has = strikes_far(force, plan.backstop)
    rows.append(
        _row(plan, "long_range_strike")
        | {"posts": 0, "filled_share": float("nan"), "worst_short": 0}
        | {"first_shortfall": float("nan"), "said": "yes" if has else "no"}
    )
    return rows


def _row(plan: ForcePlan, capability: str) -> dict[str, object]:
    return {
        "scenario_id": plan.scenario_id,
        "level": plan.backstop.level,
        "backstop": plan.backstop.called,
        "capability": capability,
    }


def strikes_far(force: Force, backstop: Backstop) -> bool:
    """Return whether a contributor, or an item of the backstop, says it has long-range strike."""
    return any(c.long_range_strike for c in force.contributors) or bool(
        backstop.items & set(force.backstop_has_long_range_strike)
    )
