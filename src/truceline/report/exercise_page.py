"""The scores of an exercise as a paper: the bottom line first, every figure with its interval and its bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from truceline.report.chart import figure_svg
from truceline.report.exercise_figures import breaches_figure, reliability_figure, time_figure
from truceline.report.page import Section, row, table
from truceline.report.paper import Paper
from truceline.report.words import number, percent
from truceline.simulate.scores import Scores

# name of a figure -> its words; None where it is printed elsewhere
WORDS = {
    "recall_at_stake": "true breaches found, as possible or as violation",
    "recall_violation": "true breaches found as violation",
    "recall_bound": "bound: true breaches anything saw at all",
    "precision_violation": "findings of violation that are one (each breach counted once)",
    "precision_with_repeats_violation": "the same, repeats of one breach not counted against it",
    "precision_at_stake": "of all that is at stake",
    "prevalence_sector_days": "prevalence: sector-days with a breach",
    "false_assurance": "false assurance: sector-days called well watched and quiet, with a breach of the main kind",
    "false_assurance_any_kind": "the same, with a breach of any kind",
    "false_findings_per_quiet_1000_km_day": "false findings of violation on 1,000 km in a quiet day",
    "impartiality_recall": "recall of the first side's breaches minus the second's",
    "impartiality_recall_like_for_like": "the same, like compared with like: same kind, same sector",
    "impartiality_false_share": "share of false findings on the first side's ground minus the second's",
    "brier": "Brier score",
    "calibration_error": "calibration error",
    "gospa_km": "GOSPA distance, km",
}
PLAIN_NUMBERS = {"false_findings_per_quiet_1000_km_day", "brier", "calibration_error", "gospa_km"}
BARS = {"false_assurance": 0.01, "calibration_error": 0.05}


def exercise_paper(
    scores: Scores, frozen: pd.DataFrame, *, title: str, now: datetime, runs: pd.DataFrame | None = None
) -> Paper:
    """Return the paper on one exercise; `runs` is the summary of many, where they were made."""
    sections = [
        _bottom_line(scores),
        _figures(scores),
        _time(scores, frozen),
        _probabilities(scores),
        _splits(scores),
        _coverage(scores),
    ]
    if runs is not None:
        sections.append(_runs(runs))
    return Paper(
        kind="Exercise",
        title=title,
        about="Scores of the watch against an invented truth. The truth, the sensors' luck and the lies are invented.",
        sections=tuple(sections),
        now=now,
    )


def told(scores: Scores, name: str) -> str:
    """Return a figure with its interval, in words."""
    one = scores.as_json()[name]
    value, low, high = one["value"], one["low"], one["high"]
    if value is None:
        return "none"
    show = (lambda v: number(v, 3)) if name in PLAIN_NUMBERS else percent
    return show(value) if low is None or high is None else f"{show(value)} ({show(low)} to {show(high)})"


def _bottom_line(scores: Scores) -> Section:
    said = scores.as_json()
    texts = [
        f"Of {said['recall_bound']['n']:.0f} invented breaches the watch found {told(scores, 'recall_at_stake')}; the "
        f"sensors saw {told(scores, 'recall_bound')} of them at all. What is found beyond that is luck: a false alarm "
        "that happens to lie near a true breach.",
        f"Of its findings of violation {told(scores, 'precision_with_repeats_violation')} were of a true breach, where "
        f"{told(scores, 'prevalence_sector_days')} of sector-days held one.",
        f"Of the sector-days it called well watched and quiet, {told(scores, 'false_assurance')} were not.",
    ]
    for name, bar in BARS.items():
        value = said[name]["value"]
        if value is not None:
            met = "met" if value <= bar else "not met"
            high = said[name]["high"]
            met += ", though its interval reaches beyond" if value <= bar and high is not None and high > bar else ""
            texts.append(
                f"{WORDS[name].split(':')[0].capitalize()}: {told(scores, name)}; the bar of {bar:g} is {met}."
            )
    return Section(key="summary", title="The bottom line", text=tuple(texts))


def _figures(scores: Scores) -> Section:
    said = scores.as_json()
    rows = [row(WORDS[name], told(scores, name), f"{said[name]['n']:.0f}") for name in WORDS if name in said]
    return Section(
        key="figures",
        title="What was found, missed and raised for nothing",
        text=("With 90 % intervals by block bootstrap over days and sectors. A breach is an episode: violations of one "
              "side within half an hour and 2 km are one.",),
        picture=figure_svg(breaches_figure(scores.breaches)),
        alt="Every breach by kilometre and day: found as violation, found as possible, seen but not found, never seen.",
        tables=table("Scores", ("measure", "value (interval)", "cases"), rows, numeric=(2,))
        + table(
            "At three tolerances",
            ("km", "hours", "level", "recall", "precision"),
            [
                row(f"{r.km:g}", f"{r.hours:g}", r.level, _interval(r, "recall"), _interval(r, "precision"))
                for r in scores.tolerances.itertuples()
            ],
            numeric=(3, 4),
        ),
    )  # fmt: skip


def _time(scores: Scores, frozen: pd.DataFrame) -> Section:
    rows = [
        row(f"{r.lag_h:g}", r.level, _interval(r, "recall"), _interval(r, "precision")) for r in frozen.itertuples()
    ]
    half, bound = scores.found.quantile(0.5), scores.bound.quantile(0.5)
    return Section(
        key="time",
        title="Time to detect",
        text=(
            f"Half of all breaches: {_hours(half)}; with perfect knowledge: {_hours(bound)}. "
            "What was never found is censored, not left out (Kaplan and Meier).",
        ),
        picture=figure_svg(time_figure(scores.found, scores.bound)),
        alt="Share of breaches found by hours after each began, beside the share anything had seen by then.",
        tables=table(
            "Verdicts frozen so long after each happening, in order of arrival",
            ("hours after", "level", "recall", "precision"), rows, numeric=(2, 3),
        ),
    )  # fmt: skip


def _probabilities(scores: Scores) -> Section:
    made = scores.calibration
    rows = [
        row(w.word, f"{w.n}", _share(w.observed), f"{percent(w.low)} to {percent(w.high)}", "yes" if w.holds else "no")
        for w in made.words.itertuples()
    ]
    return Section(
        key="probabilities",
        title="Are the probabilities true?",
        text=(
            f"Brier score {number(made.brier, 3)} = reliability {number(made.reliability, 3)} - resolution "
            f"{number(made.resolution, 3)} + uncertainty {number(made.uncertainty, 3)}; skill {number(made.skill, 2)} "
            "over the base rate. A word holds when the interval of what came true meets its range.",
        ),
        picture=figure_svg(reliability_figure(made.bins)),
        alt="Share that came true against the probability said, in bins of equal numbers, with the diagonal.",
        tables=table(
            "Words of likelihood", ("word", "cases", "came true", "95 % interval", "holds"), rows, numeric=(1, 2)
        ),
    )


def _splits(scores: Scores) -> Section:
    rows = [
        row(
            r.split, r.group, f"{r.n}", f"{_share(r.recall)} ({_share(r.low)} to {_share(r.high)})", _share(r.bound),
            f"{r.raised}", f"{_share(r.precision)} ({_share(r.precision_low)} to {_share(r.precision_high)})",
        )
        for r in scores.by.itertuples()
    ]  # fmt: skip
    worst = scores.by[(scores.by["split"] == "sector") & (scores.by["n"] >= 5)].sort_values("recall").head(1)
    text = [
        f"Worst sector with five breaches or more: {w.group}, recall {_share(w.recall)}." for w in worst.itertuples()
    ]
    prevalence = f"Where {told(scores, 'prevalence_sector_days')} of sector-days held a breach."
    by = "A breach is of the side that did it, a finding of the ground it lies on. Cloud by fifths, the clearest first."
    heads = ("by", "group", "breaches", "found", "bound", "findings", "precision")
    return Section(
        key="splits",
        title="For whom, where, when",
        text=(*text, prevalence, by),
        tables=table("Recall and precision", heads, rows, numeric=(2, 4, 5)),
    )


def _coverage(scores: Scores) -> Section:
    rows = [row(_share(r.q), _share(r.seen), f"{r.n:.0f}", _share(r.se)) for r in scores.seen_by_q.itertuples()]
    return Section(
        key="coverage",
        title="Is the coverage true?",
        text=("The chance of being seen that coverage states for each violation's place, hour and kind, against the "
              "share seen. Coverage is a mean across the strip; violations lie nearer to the line and the sensors, so "
              "that more may be seen.",),
        tables=table("Stated and seen", ("stated", "seen", "violations", "error of stated"), rows, numeric=(1, 2, 3)),
    )  # fmt: skip


def _runs(runs: pd.DataFrame) -> Section:
    kept = (
        runs[runs["name"].isin(WORDS)].set_index("name").reindex([name for name in WORDS if name in set(runs["name"])])
    )
    rows = [
        row(WORDS[str(name)], *(_number(v) for v in (r.value, r.low, r.high, r.error)), f"{r.runs:.0f}")
        for name, r in kept.iterrows()
    ]
    return Section(
        key="runs",
        title="Over many runs",
        text=("The same scenario with other luck. The error is that of the mean; low and high hold 90 % of runs.",),
        tables=table("Mean over runs", ("measure", "mean", "low", "high", "error", "runs"), rows, numeric=range(1, 6)),
    )


def handout_paper(injects: pd.DataFrame, reports: Sequence[str], *, title: str, now: datetime) -> Paper:
    """Return the trainer's hand-outs to print: injects by day, and the daily reports."""
    rows = [row(f"{r.day + 1}", r.text) for r in injects.itertuples()]
    sections = [
        Section(
            key="injects", title="Injects", text=("Hand each out on its day.",),
            tables=table("Injects", ("day", "text"), rows, numeric=(0,)),
        ),
        *(
            Section(key=f"day{i + 1}", title=text.splitlines()[0], text=tuple(t for t in text.splitlines()[1:] if t))
            for i, text in enumerate(reports)
        ),
    ]  # fmt: skip
    about = "Everything in it is invented."
    return Paper(kind="Exercise", title=title, about=about, sections=tuple(sections), now=now)


def _share(value: float) -> str:
    return percent(value) if math.isfinite(value) else "–"


def _interval(found: Any, name: str) -> str:
    value, low, high = (getattr(found, name + end) for end in ("", "_low", "_high"))
    return f"{_share(value)} ({_share(low)} to {_share(high)})" if math.isfinite(low) else _share(value)


def _number(value: float) -> str:
    return number(value, 3) if math.isfinite(value) else "–"


def _hours(value: float) -> str:
    if not math.isfinite(value):
        return "never, fewer are found at all"
    return f"within {60 * value:.0f} minutes" if value < 1 else f"within {value:.1f} hours"
