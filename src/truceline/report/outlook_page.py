"""The outlook as a paper: what follows, how much of it is evidence, what matters, and what it rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from truceline.report.chart import STYLE, figure_png, figure_svg
from truceline.report.page import Section, row, table
from truceline.report.paper import Paper, paper_html, paper_pdf
from truceline.report.words import number, percent
from truceline.simulate.outlook import LEVELS, Outlook

LEVEL_WORDS = {
    "none": "no backstop",
    "logistics": "+ logistics and airlift",
    "intelligence": "+ intelligence",
    "air_defence": "+ air and missile defence from neighbours",
    "air_power": "+ air power on call",
    "guarantee": "+ explicit guarantee",
}
MEASURE_WORDS = {
    "p_break_24m": "breaks within 24 months",
    "p_hold_20y": "holds 20 years",
    "p_hold_30y": "holds 30 years",
}
KIND_WORDS = {
    "evidence": "measured on past truces",
    "judgement": "judgement on how much things matter",
    "setting": "what is assumed of this arrangement",
    "together": "several of them together",
}
SHOWN = 10
NONE, FULL = "#8894a0", "#0b5a8a"


def outlook_paper(found: Outlook, *, title: str, now: datetime) -> Paper:
    """Return the outlook as a paper."""
    sections = (
        Section(key="bottom-line", title="Bottom line", text=_bottom_line(found)),
        _levels(found),
        _curves(found),
        _kinds(found),
        _ranking(found),
        _assumptions(found),
    )
    about = (
        "What follows from stated assumptions about how long a ceasefire holds. It is conditional on them and no "
        "forecast; nothing exists to validate it on this war. Intervals are 90 %."
    )
    return Paper(kind="Outlook", title=title, about=about, sections=sections, now=now)


def outlook_files(found: Outlook, *, title: str, now: datetime) -> dict[str, bytes]:
    """Return the outlook as a folder's files: index.html, outlook.pdf and outlook.png."""
    paper = outlook_paper(found, title=title, now=now)
    figure = figure_png(outlook_figure(found), dpi=110)
    return {"index.html": paper_html(paper).encode(), "outlook.pdf": paper_pdf(paper), "outlook.png": figure}


def outlook_figure(found: Outlook) -> Figure:
    """Return the share of draws still holding by year, with and without the whole backstop."""
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(10, 4.6), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for level, colour in (("none", NONE), ("guarantee", FULL)):
            rows = found.curves[found.curves["level"] == level]
            label = "no backstop" if level == "none" else "every step of the backstop"
            axes.fill_between(rows["year"], rows["low"], rows["high"], color=colour, alpha=0.18, linewidth=0)
            axes.plot(rows["year"], rows["value"], color=colour, linewidth=2, label=label)
        for year in (2, 20, 30):
            axes.axvline(year, color="#d3dae0", linewidth=1, zorder=0)
        axes.set(xlim=(0, 30), ylim=(0, 1), xlabel="years since the ceasefire", ylabel="chance that it still holds")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="upper right")
    return figure


def _bottom_line(found: Outlook) -> tuple[str, ...]:
    made = found.as_json()
    spread = found.spread_by_kind[found.spread_by_kind["measure"] == "p_hold_20y"].set_index("kind")["share"]
    first = []
    for measure, word in MEASURE_WORDS.items():
        without, with_all = made["none"][measure], made["guarantee"][measure]
        first.append(
            f"{word.capitalize()}: {_range(without)} with no backstop, {_range(with_all)} with every step of it."
        )
    evidence, judged = spread.get("evidence", 0.0), spread.get("judgement", 0.0) + spread.get("setting", 0.0)
    return (
        *first,
        f"Of the spread in the chance to hold 20 years, {percent(evidence)} comes from what was measured on past "
        f"truces, {percent(judged)} from judgement, about effects or about this arrangement.",
        "This says what follows from the assumptions below. It is not a forecast, and compliance is not safety.",
    )


def _range(value: dict[str, float]) -> str:
    return f"{percent(value['value'])} ({percent(value['low'])} to {percent(value['high'])})"


def _levels(found: Outlook) -> Section:
    made = found.as_json()
    worth = found.differences.set_index(["level", "measure"])
    rows = []
    for level in LEVELS:
        gain: Any = worth.loc[(level, "p_hold_20y")]
        points = (
            "–" if level == "none" else f"{100 * gain.value:+.0f} ({100 * gain.low:+.0f} to {100 * gain.high:+.0f})"
        )
        rows.append(row(LEVEL_WORDS[level], *(_range(made[level][m]) for m in MEASURE_WORDS), points))
    caption = f"Chances, mean and 90 % interval over {number(found.draws, 0)} draws"
    head = ("backstop", *MEASURE_WORDS.values(), "points of 20 years gained")
    return Section(
        key="levels",
        title="With and without the backstop",
        text=("Each level adds to the ones above it, on the same draws: differences are of like with like.",),
        tables=table(caption, head, rows, numeric=range(1, 5)),
    )


def _curves(found: Outlook) -> Section:
    return Section(
        key="curves",
        title="How long it holds",
        text=("Most that fail do so early; the rest may hold for decades. One constant hazard cannot say that.",),
        picture=figure_svg(outlook_figure(found)),
        alt="Two falling curves of the chance that the ceasefire still holds over 30 years, with bands.",
    )


def _kinds(found: Outlook) -> Section:
    wide = found.spread_by_kind.pivot(index="kind", columns="measure", values="share").reindex(KIND_WORDS).fillna(0.0)
    rows = [row(word, *(percent(wide.loc[kind, m]) for m in MEASURE_WORDS)) for kind, word in KIND_WORDS.items()]
    return Section(
        key="kinds",
        title="How much is evidence and how much judgement",
        text=("Share of the variance of each answer, with every step of the backstop (first-order Sobol indices).",),
        tables=table("Where the spread comes from", ("kind", *MEASURE_WORDS.values()), rows, numeric=(1, 2, 3)),
    )


def _ranking(found: Outlook) -> Section:
    ranking = found.ranking[found.ranking["measure"] == "p_hold_20y"].head(SHOWN)
    rows = [
        row(_input_word(str(r.input)), KIND_WORDS[str(r.kind)], percent(r.share), percent(r.low), percent(r.high))
        for r in ranking.itertuples()
    ]
    return Section(
        key="ranking",
        title="What matters most",
        text=("The chance to hold 20 years when one number alone is at the low or at the high end of its range.",),
        picture=figure_svg(_tornado(ranking)),
        alt="Bars of the chance to hold 20 years between the ends of each number's range, the longest on top.",
        tables=table(
            "Ranking by share of the variance", ("number", "kind", "share", "at its low end", "at its high end"), rows,
            numeric=(2, 3, 4),
        ),
    )  # fmt: skip


def _tornado(ranking: pd.DataFrame) -> Figure:
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(10, 0.6 + 0.34 * len(ranking)), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        at = np.arange(len(ranking))[::-1]
        low, high = ranking["low"].to_numpy(float), ranking["high"].to_numpy(float)
        colour = [FULL if kind == "evidence" else NONE for kind in ranking["kind"]]
        axes.barh(at, high - low, left=low, color=colour, height=0.62)
        axes.set_yticks(at, [_input_word(name) for name in ranking["input"]])
        axes.set_xlabel("chance to hold 20 years (blue: measured; grey: judgement)")
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _input_word(name: str) -> str:
    return name.replace("effect_", "effect of ").replace("backstop_", "backstop: ").replace("_", " ")


def _assumptions(found: Outlook) -> Section:
    rows = [
        row(_input_word(r.name), r.unit, f"{r.low:g}", f"{r.mid:g}", f"{r.high:g}", r.kind, r.mark, r.source)
        for r in found.assumptions.itertuples(index=False)
    ]
    head = ("number", "for", "low", "mid", "high", "kind", "mark", "source")
    return Section(
        key="assumptions",
        title="What it rests on",
        text=(
            "Effects are ratios of hazards for one unit of their condition. Past truces are 49 truces of civil wars, "
            "counted from Fortna's data; where peacekeepers went was not chance, and a war between states may differ. "
            "A mission's outlook.yaml replaces any of these.",
        ),
        tables=table("Effects and shapes", head, rows, numeric=(2, 3, 4)),
    )
