"""The pictures of an exercise: what became of every breach, time to detect, and whether the probabilities are true."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure

from truceline.report.chart import STYLE
from truceline.simulate.scores_time import Curve

FOUND, BOUND, NONE, LOST = "#1f6f8b", "#8a97a3", "#d3dae0", "#b3541e"
TICKS_H = {0.01: "36 s", 0.1: "6 min", 0.25: "15 min", 1.0: "1 h", 6.0: "6 h", 24.0: "24 h", 72.0: "72 h"}


def breaches_figure(breaches: pd.DataFrame) -> Figure:
    """Draw every true breach along the line and through time, by what became of it."""
    violation = breaches["as_violation"].to_numpy(bool)
    found, seen = breaches["found"].to_numpy(bool), breaches["seen"].to_numpy(bool)
    parts: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("never seen", ~seen & ~found, {"facecolors": "none", "edgecolors": BOUND, "marker": "o"}),
        ("seen, not found", seen & ~found, {"facecolors": "none", "edgecolors": LOST, "marker": "s"}),
        ("found, as possible", found & ~violation, {"color": "#7fb6c8", "marker": "o"}),
        ("found, as violation", violation, {"color": FOUND, "marker": "o"}),
    )
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(10, 4.6), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for label, rows, looks in parts:
            some = breaches[rows]
            axes.scatter(some["time"], some["chainage_km"], s=16, label=f"{label}: {len(some)}", **looks)
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=9))  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(DateFormatter("%-d %b"))  # type: ignore[no-untyped-call]
        axes.set(xlabel="day (UTC)", ylabel="km along the line")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=4)
    return figure


def time_figure(found: Curve, bound: Curve) -> Figure:
    """Draw the two curves of time to detect."""
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(10, 4), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for curve, colour, label in (
            (bound, BOUND, "seen by anything (the bound)"),
            (found, FOUND, "found by the watch"),
        ):
            hours, share = (
                np.r_[0.01, curve.hours, 72],
                np.r_[0, curve.share, curve.share[-1:] if len(curve.share) else 0],
            )
            axes.step(np.maximum(hours, 0.01), share, where="post", color=colour, linewidth=2, label=label)
        axes.set(xscale="log", xlim=(0.01, 72), ylim=(0, 1), xlabel="time after it began", ylabel="share found")
        axes.set_xticks(list(TICKS_H), list(TICKS_H.values()))
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="upper left")
    return figure


def reliability_figure(bins: pd.DataFrame) -> Figure:
    """Draw the reliability diagram."""
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(10, 4.6), facecolor="white", layout="constrained")
        axes = figure.add_subplot(aspect="equal")
        axes.plot([0, 1], [0, 1], color=NONE, linewidth=1)
        forecast, seen = (bins[c].to_numpy(float) for c in ("forecast", "observed"))
        ends = np.abs(np.stack([seen - bins["low"].to_numpy(float), bins["high"].to_numpy(float) - seen]))
        axes.errorbar(forecast, seen, yerr=ends, fmt="o", color=FOUND, capsize=3)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="probability said", ylabel="share that came true")
        axes.spines[["top", "right"]].set_visible(False)
    return figure
