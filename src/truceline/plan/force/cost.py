"""What a plan costs, on each basis by itself: figures on different bases are never added."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from truceline.plan.force.contributors import Cost, Estimate, Force

COSTS = ("cost_id", "called", "basis", "currency", "price_year", "year", "low", "mid", "high", "source", "mark")


def cost_by_year(force: Force, people: pd.DataFrame) -> pd.DataFrame:
    """Return the COSTS table: one row for each figure and year, and each one-off figure in year 1.

    `people` has a row for each month (from 1) and a column of people deployed for each unit type. Low and high are
    those of the figure alone; what the number of people adds is in the draws. A figure in force.yaml that names unit
    types counts only these.
    """
    rows = [row for figure in force.costs for row in _rows(figure, people)]
    return pd.DataFrame(rows, columns=list(COSTS))


def _rows(figure: Cost, people: pd.DataFrame) -> list[dict[str, object]]:
    if figure.per == "once":
        return [_row(figure, 1, 1.0)]
    year = (people.index.to_numpy() - 1) // 12 + 1
    if figure.per == "year":
        return [_row(figure, int(y), 1.0) for y in sorted(set(year))]
    counted = people[[c for c in people.columns if not figure.unit_types or c in figure.unit_types]].sum(axis=1)
    person_years = counted.groupby(year).sum() / 12
    return [_row(figure, int(y), float(value)) for y, value in person_years.items()]


def _row(figure: Cost, year: int, times: float) -> dict[str, object]:
    value: Estimate = figure.value
    return {
        "cost_id": figure.cost_id,
        "called": figure.called,
        "basis": figure.basis,
        "currency": figure.currency,
        "price_year": int(figure.price_year),
        "year": year,
        "low": times * value.least,
        "mid": times * value.mid,
        "high": times * value.most,
        "source": value.source,
        "mark": value.mark,
    }


def total_cost(costs: pd.DataFrame) -> pd.DataFrame:
    """Return low, mid and high over the whole horizon and in the mean year, for each figure by itself."""
    by = ["cost_id", "called", "basis", "currency", "price_year"]
    total = costs.groupby(by, sort=False)[["low", "mid", "high"]].sum().reset_index()
    years = max(int(costs["year"].max()), 1) if len(costs) else 1
    for name in ("low", "mid", "high"):
        total[f"{name}_per_year"] = total[name] / years
    return total


def people_deployed(months: pd.DataFrame, people: Mapping[str, float]) -> pd.DataFrame:
    """Return people deployed, one row for each month and one column for each unit type."""
    if not len(months):
        return pd.DataFrame()
    units = months.pivot_table(index="month", columns="unit_type", values="deployed", aggfunc="sum", sort=False)
    return units.mul(pd.Series(people)).fillna(0.0)[list(units.columns)]
