"""The laydown of sensors in a paper: what a budget buys, what it sees, and how near that is to the best."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from truceline.plan.watch.propose import WatchPlan
from truceline.report.chart import FAINT, STYLE, figure_svg
from truceline.report.page import Section, row, table
from truceline.report.words import number, percent

WORDS = {"aircraft": "aircraft", "crews": "crews", "usd_m_per_year": "million US dollars a year"}


def watch_sections(plan: WatchPlan | None) -> Iterable[Section]:
    """Yield the section about sensors for the line; nothing where none were on offer."""
    if plan is None:
        return
    seen = [
        row(str(s.kind).replace("_", " "), *(percent(v) for v in (s.low, s.mid, s.high)))
        for s in plan.seen.itertuples()
    ]
    bought = plan.chosen.groupby("offer", sort=False)
    rows = [
        row(
            str(offer),
            number(float(len(part)), 0),
            f"{part['aircraft'].sum():.1f} ({part['aircraft_low'].sum():.1f} to {part['aircraft_high'].sum():.0f})",
            number(float(part["crews"].sum()), 0),
            f"{part['usd_m_per_year'].sum():.1f}",
            f"{part['losses_per_year'].sum():.1f} ({part['losses_low'].sum():.1f} to {part['losses_high'].sum():.0f})",
        )
        for offer, part in bought
    ]
    spent = ", ".join(f"{plan.laydown.spent[k]:.0f} of {v:.0f} {WORDS[k]}" for k, v in plan.budget.items())
    head = ("offer", "chosen", "aircraft", "crews", "million dollars a year", "losses a year")
    yield Section(
        key="watch",
        title="Sensors for the line",
        text=(
            f"Chosen from {plan.candidates} candidates for the budget ({spent}) to see most of the kinds weighed. No "
            f"other choice sees more than {percent(plan.laydown.gap)} beyond it (proven, candidates taken as "
            "independent). Below, the choice is watched through the whole sensor model, where weather and jamming "
            "strike together.",
        ),
        picture=figure_svg(_along(plan)),
        alt="The chance to be seen along the line, and where each chosen orbit and sensor lies.",
        tables=table(
            "Share of violations seen, day and night", ("kind", "low", "middle", "high"), seen, numeric=(1, 2, 3)
        )
        + table("What is bought: middle (low to high)", head, rows, numeric=range(1, 6)),
    )


def _along(plan: WatchPlan) -> Figure:
    """Return the chance to be seen by km, with the stretches of the orbits and the places of the nodes below it."""
    placed = plan.chosen[plan.chosen["from_km"].notna()]
    offers = list(dict.fromkeys(placed["offer"]))
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(12, 3.2 + 0.25 * len(offers)), facecolor="white", layout="constrained")
        top, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 0.4 + 0.5 * len(offers)))
        km = (np.arange(len(plan.laydown.by_cell)) + 0.5) * plan.cell_km
        top.fill_between(km, plan.laydown.by_cell, step="mid", color="#0b5a8a", alpha=0.7, linewidth=0)
        top.set(ylim=(0, 1), ylabel="chance to be seen")
        for at, offer in enumerate(offers):
            part = placed[placed["offer"] == offer]
            wide = part["to_km"] - part["from_km"]
            below.barh([at] * len(part), np.maximum(wide, 2.0), left=part["from_km"], height=0.55, color="#0b5a8a",
                       edgecolor="white")  # fmt: skip
        below.set_yticks(range(len(offers)), offers)
        below.invert_yaxis()
        below.set(xlabel="km along the line", xlim=(0, len(plan.laydown.by_cell) * plan.cell_km))
        for axes in (top, below):
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(axis="x", color=FAINT, alpha=0.2)
    return figure
