"""What matters most: each number of a plan at its low and its high end, all others in the middle."""

from __future__ import annotations

import pandas as pd

from truceline.plan.answers.draws import Quick, list_parameters, measure, taking
from truceline.plan.force.caveats import Setting
from truceline.plan.force.contributors import Force
from truceline.plan.force.ladder import Backstop, rung
from truceline.plan.force.scenario import Scenario

TORNADO = ("name", "low", "mid", "high", "filled_at_low", "filled_at_high", "swing", "source", "mark")


def rank_parameters(
    scenario: Scenario, force: Force, *, backstop: Backstop | int = 0, horizon_months: int | None = None
) -> pd.DataFrame:
    """Return the TORNADO table: one row for each uncertain number, the widest swing in the share of posts filled first.

    A consent is low when refused and high when given. Equal swings stay in the order in which a plan asks for the
    numbers. Numbers that change together in truth are still moved one at a time.
    """
    stands = backstop if isinstance(backstop, Backstop) else rung(backstop)
    horizon = int(scenario.horizon_months if horizon_months is None else horizon_months)
    memory: Quick = {}

    def share(values: dict[str, float], votes: dict[str, bool] | None = None) -> float:
        setting = Setting(force=force, scenario=scenario, backstop=stands, numbers=taking(values), votes=votes)
        return measure(setting, horizon, memory)[2]

    rows = []
    for parameter in list_parameters(scenario, force, backstops=(stands,), horizon_months=horizon):
        name, estimate = parameter.name, parameter.estimate
        who, _, what = name.partition(": ")
        if what == "chance of consent":
            ends = (0.0, 1.0)
            low, high = share({}, {who: False}), share({}, {who: True})
        elif estimate.least < estimate.most:
            ends = (estimate.least, estimate.most)
            low, high = share({name: ends[0]}), share({name: ends[1]})
        else:
            continue
        rows.append((name, ends[0], estimate.mid, ends[1], low, high, abs(high - low), estimate.source, estimate.mark))
    table = pd.DataFrame(rows, columns=list(TORNADO))
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)
