"""The strip chart: km along the line against time, what was seen and how probable, hatched where nobody looked."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.textpath import text_to_path

from truceline.findings.tables import Assessment
from truceline.report.chart_grid import PARTLY, WELL, CoverageGrid, coverage_grid
from truceline.report.judged import judged_incidents
from truceline.report.words import Words, number, shorten
from truceline.timespan import Timespan, find_zone

WIDTH_IN = 14.0
MOST_SHAPES = 2000
PLOT_IN = 12.8  # about, for what must fit
# Dark is probable: readable in grey print and by colour-blind readers, and pale marks do not shout.
PROBABILITY = LinearSegmentedColormap.from_list("probability", mpl.colormaps["inferno_r"](np.linspace(0.10, 0.88, 256)))
INK, FAINT, WINDOW, CROSS = "#1c2733", "#8894a0", "#00796b", "#5c6873"
# the ground by level (watched, partly, not) and stroke of the hatch (none, -, dense only, dense and sparse)
_PAPER, _PALE, _PALE_STROKE, _GREY, _GREY_STROKE = (
    255,
    (243, 245, 247),
    (176, 184, 194),
    (226, 230, 234),
    (156, 165, 174),
)
GROUND = np.array(
    [
        [(_PAPER,) * 3] * 4,
        [_PALE, _PALE, _PALE, _PALE_STROKE],
        [_GREY, _GREY, _GREY_STROKE, _GREY_STROKE],
    ],
    np.uint8,
)
STYLE = {
    "svg.hashsalt": "truceline",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,
    "image.composite_image": False,  # the ground goes into an SVG as it is, not drawn anew
}


def strip_chart_figure(assessment: Assessment, *, language: str = "en") -> Figure:
    """Return the strip chart as a matplotlib figure, for notebooks."""
    words = Words(language=language, zone=find_zone(assessment.timezone))
    days = list(assessment.period.days(assessment.timezone))
    plot_in = float(np.clip(0.42 * len(days), 3.0, 12.6))
    height_in = plot_in + 2.15
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(WIDTH_IN, height_in), facecolor="white")
        left = 0.092 if len(days) <= 3 else 0.065
        axes = figure.add_axes((left, 1.2 / height_in, 0.985 - left, plot_in / height_in))
        _frame(axes, assessment, words, days)
        _background(axes, coverage_grid(assessment), plot_in)
        _windows(axes, assessment)
        _marks(axes, judged_incidents(assessment))
        _sectors(axes, assessment, plot_in)
        _places(axes, assessment, plot_in)
        _legend(figure, words, height_in, windows=bool(bounded_windows(assessment)))
    return figure


def strip_chart(assessment: Assessment, *, language: str = "en") -> str:
    """Return the strip chart as SVG text; the same assessment gives the same bytes."""
    return figure_svg(strip_chart_figure(assessment, language=language))


def strip_chart_png(assessment: Assessment, *, language: str = "en", dpi: int = 150) -> bytes:
    """Return the strip chart as PNG bytes; the same assessment gives the same bytes."""
    return figure_png(strip_chart_figure(assessment, language=language), dpi=dpi)


def chart_alt(assessment: Assessment, words: Words) -> str:
    """Return the picture in words, for those who cannot see it."""
    return words(
        "chart.alt",
        incidents=len(assessment.incidents),
        km=number(assessment.strip.length_km, 0),
        start=words.local(assessment.period.start),
        end=words.local(assessment.period.end),
    )


def figure_svg(figure: Figure) -> str:
    """Return a figure as SVG text that holds no date and no random name."""
    svg = _saved(figure, "svg", {"Date": None, "Creator": None}, dpi=150).decode()
    return svg.replace("image-rendering:crisp-edges;image-rendering:pixelated", "")  # the ground may be smoothed


def figure_png(figure: Figure, *, dpi: int = 150) -> bytes:
    """Return a figure as PNG bytes that hold no date."""
    return _saved(figure, "png", {"Software": None}, dpi=dpi)


def plot_box(figure: Figure) -> dict[str, float]:
    """Return where the plot lies in the picture, in shares of its width and height from the top left."""
    box = figure.axes[0].get_position()
    made = {"left": box.x0, "right": box.x1, "top": 1 - box.y1, "bottom": 1 - box.y0}
    return {name: round(float(share), 5) for name, share in made.items()}


def _saved(figure: Figure, kind: str, metadata: dict[str, None], dpi: int) -> bytes:
    target = io.BytesIO()
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure.savefig(target, format=kind, metadata=metadata, dpi=dpi)
    return target.getvalue()


def _frame(axes: Axes, assessment: Assessment, words: Words, days: list[tuple[str, Timespan]]) -> None:
    """Set the axes: km to the right, local days downwards, each labelled in the middle of its row."""
    period = assessment.period
    axes.set_xlim(0, assessment.strip.length_km)
    axes.set_ylim(period.end.timestamp(), period.start.timestamp())
    starts = [span.start.timestamp() for _, span in days]
    ends = [span.end.timestamp() for _, span in days]
    step = max(1, -(-len(days) // 31))
    shown = [i for i in range(len(days)) if i % step == 0]
    axes.set_yticks([(starts[i] + ends[i]) / 2 for i in shown], [days[i][0] for i in shown])
    axes.tick_params(axis="y", length=0, labelcolor=INK, pad=4 if len(days) > 3 else 34)
    axes.tick_params(axis="x", colors=INK, length=3)
    axes.hlines(starts[1:], 0, assessment.strip.length_km, colors="#ffffff", linewidth=1.6, zorder=1.5)
    axes.hlines(starts[1:], 0, assessment.strip.length_km, colors=INK, linewidth=0.5, zorder=1.6)
    if len(days) <= 3:
        _hours(axes, assessment, days)
    axes.set_xlabel(words("chart.km"), color=INK)
    for spine in axes.spines.values():
        spine.set(color=INK, linewidth=0.8)


def _hours(axes: Axes, assessment: Assessment, days: list[tuple[str, Timespan]]) -> None:
    """Label the hours too where there are few days."""
    zone = find_zone(assessment.timezone)
    first = int(days[0][1].start.timestamp() // 3600)
    at: list[float] = []
    texts: list[str] = []
    for hour in range(first, int(days[-1][1].end.timestamp() // 3600) + 1):
        local = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone)
        if local.hour % 6 == 0 and assessment.period.contains(local):
            at.append(hour * 3600.0)
            texts.append(local.strftime("%H:%M"))
    axes.set_yticks(at, texts, minor=True)
    axes.tick_params(axis="y", which="minor", length=3, labelsize=7, labelcolor=FAINT, color=FAINT, pad=2)


def _background(axes: Axes, grid: CoverageGrid, plot_in: float) -> None:
    """Paint who was looking: paper where watched, a sparse hatch where partly, a dense one on grey where not.

    One picture made of pixels, not a shape per cell, so that a month of hours stays light.
    """
    per_in = 150
    width, height = int(PLOT_IN * per_in), int(plot_in * per_in)
    x = np.linspace(*axes.get_xlim(), width, endpoint=False)
    y = np.linspace(axes.get_ylim()[1], axes.get_ylim()[0], height, endpoint=False)
    cell = np.clip(np.searchsorted(grid.cell_km, x, side="right") - 1, 0, grid.looked.shape[1] - 1)
    step = np.clip(np.searchsorted(grid.time_s, y, side="right") - 1, 0, grid.looked.shape[0] - 1)
    level = (grid.looked < WELL).astype(np.uint8) + (grid.looked < PARTLY)  # 0 watched, 1 partly, 2 not
    i, j = np.indices((height, width), dtype=np.int32, sparse=True)
    stroke = (np.arange(20) % 20 < 1) + 2 * (np.arange(20) % 10 < 1)  # along a diagonal: +1 sparse, +2 dense
    shade = GROUND[level[step][:, cell], stroke.astype(np.uint8)[(i + j) % 20]]
    extent = (*axes.get_xlim(), *axes.get_ylim())
    axes.imshow(shade, extent=extent, aspect="auto", interpolation="none", zorder=0, origin="upper")


def _windows(axes: Axes, assessment: Assessment) -> None:
    """Outline each time in which the agreement binds, where it is not simply the whole period."""
    right = assessment.strip.length_km
    for window in bounded_windows(assessment):
        start, end = window.start.timestamp(), window.end.timestamp()
        frame = Rectangle((0, start), right, end - start, fill=False, clip_on=False, zorder=2.5)
        frame.set(edgecolor=WINDOW, linewidth=2.2, linestyle=(0, (5, 2)))
        axes.add_patch(frame)


def bounded_windows(assessment: Assessment) -> tuple[Timespan, ...]:
    """Return the times in which the agreement binds, unless it binds through the whole period."""
    return () if assessment.in_force == (assessment.period,) else assessment.in_force


def _marks(axes: Axes, incidents: pd.DataFrame) -> None:
    """Draw the incidents: filled where a clause applies, hollow where none does, crossed where it was background.

    The improbable lie underneath. Incidents without a place along the line are not drawn; the page says how many.
    """
    incidents = incidents.dropna(subset=["chainage_km", "time_start"])
    if not len(incidents):
        return
    y = incidents.time_start.astype("int64").to_numpy() / 1e9
    p = incidents.p_violation.fillna(incidents.p_exists).fillna(0.0).to_numpy(float)
    area = mark_area(incidents.strength)
    applies = incidents.applies.to_numpy()
    order = np.argsort(p, kind="stable")
    x = incidents.chainage_km.to_numpy(float)
    background = incidents.state.eq("rejected").to_numpy()
    crossed, order = order[background[order]], order[~background[order]]
    hollow, filled = order[~applies[order]], order[applies[order]]
    colours = PROBABILITY(p)
    # thousands of shapes would make the SVG slow to open: they become one picture
    common: dict[str, Any] = {"clip_on": False, "rasterized": len(incidents) > MOST_SHAPES}
    axes.scatter(x[crossed], y[crossed], s=18, marker="x", color=CROSS, linewidths=1.1, zorder=2.8, **common)
    outline: dict[str, Any] = {"facecolors": "#ffffffaa", "edgecolors": colours[hollow], "linewidths": 1.1}
    axes.scatter(x[hollow], y[hollow], s=area[hollow], zorder=3, **outline, **common)
    inside: dict[str, Any] = {"facecolors": colours[filled], "edgecolors": "white", "linewidths": 0.5}
    axes.scatter(x[filled], y[filled], s=area[filled], zorder=4, **inside, **common)


def mark_area(strength: pd.Series) -> npt.NDArray[np.float64]:
    """Return the area of each mark in square points: 14 to 160, grows with the root of strength; not known is 40."""
    known = strength.fillna(2.64).clip(lower=0).to_numpy(float)
    return np.asarray(np.clip(14 + 16 * np.sqrt(known), 14, 160))


def _sectors(axes: Axes, assessment: Assessment, plot_in: float) -> None:
    """Draw the sectors as a band above the plot, named where the name fits."""
    length, band = assessment.strip.length_km, 0.19 / plot_in
    for i, row in enumerate(assessment.sectors.sort_values("from_km").itertuples()):
        left, right = max(0.0, float(row.from_km)), min(length, float(row.to_km))
        patch = Rectangle((left, 1), right - left, band, transform=axes.get_xaxis_transform(), clip_on=False)
        patch.set(facecolor=("#dfe6ec", "#cdd7df")[i % 2], edgecolor=INK, linewidth=0.4)
        axes.add_patch(patch)
        room_in = (right - left) / length * PLOT_IN
        fitting = (n for n in (shorten(row.called, 40), str(row.sector)) if _width_in(n, 7.5) < room_in - 0.08)
        if name := next(fitting, ""):
            middle = ((left + right) / 2, 1 + band / 2)
            centred: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": 7.5, "color": INK}
            axes.text(*middle, name, transform=axes.get_xaxis_transform(), **centred)
        if i:
            axes.axvline(left, color=INK, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1.7)


def _places(axes: Axes, assessment: Assessment, plot_in: float) -> None:
    """Name the towns above the chart, the largest first, in two tiers, leaving out what would overlap."""
    length = assessment.strip.length_km
    near = assessment.places[assessment.places.offset_km.abs() <= 40]
    taken: list[list[tuple[float, float]]] = [[], []]
    ticks = []
    for row in near.sort_values(["population", "name"], ascending=[False, True]).itertuples():
        name = shorten(row.name, 26)
        half_km = (_width_in(name, 9) / 2 + 0.06) / (PLOT_IN) * length
        centre = float(np.clip(row.chainage_km, half_km * 0.6, length - half_km * 0.6))
        span = (centre - half_km, centre + half_km)
        tier = next((t for t in (0, 1) if all(span[1] <= a or span[0] >= b for a, b in taken[t])), None)
        if tier is None:
            continue
        taken[tier].append(span)
        base = 1 + (0.19 + 0.09 + 0.2 * tier) / plot_in
        # paper behind the name, so that the stroke down from the tier above does not cross it
        ground: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        above: dict[str, Any] = {"ha": "center", "va": "bottom", "color": INK, "zorder": 5, "bbox": ground}
        axes.text(centre, base, name, transform=axes.get_xaxis_transform(), **above)
        ticks.append([(row.chainage_km, 1 + 0.19 / plot_in), (row.chainage_km, base)])
    axes.add_collection(
        LineCollection(ticks, colors=FAINT, linewidths=0.6, transform=axes.get_xaxis_transform(), clip_on=False),
        autolim=False,
    )


@cache
def _width_in(text: str, size_pt: float) -> float:
    font = FontProperties(family="DejaVu Sans", size=size_pt)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 72


def _legend(figure: Figure, words: Words, height_in: float, *, windows: bool) -> None:
    """Explain the ground, the marks and the colours below the chart."""
    bar = figure.add_axes((0.76, 0.42 / height_in, 0.2, 0.13 / height_in))
    bar.imshow(np.linspace(0, 1, 256)[None, :], aspect="auto", cmap=PROBABILITY, extent=(0, 1, 0, 1))
    bar.set_yticks([])
    bar.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"], fontsize=7.5)
    bar.set_title(words("chart.probability"), fontsize=8, color=INK, pad=3)
    ground = [
        Patch(facecolor="white", edgecolor=FAINT, label=words("chart.watched")),
        Patch(facecolor="#f3f5f7", edgecolor="#a8b2bc", hatch="//", linewidth=0.5, label=words("chart.partly")),
        Patch(facecolor="#e2e6ea", edgecolor="#98a2ac", hatch="/////", linewidth=0.5, label=words("chart.unseen")),
    ]
    round_mark: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": PROBABILITY(0.6)}
    marks = [
        Line2D([], [], markersize=7, label=words("chart.applies"), **round_mark),
        Line2D([], [], markersize=7, fillstyle="none", label=words("chart.outside"), **round_mark),
    ]
    cross: dict[str, Any] = {"marker": "x", "linestyle": "none", "color": CROSS, "markersize": 5}
    marks.append(Line2D([], [], label=words("chart.background"), **cross))
    if windows:
        marks.append(Line2D([], [], color=WINDOW, linewidth=2, linestyle="--", label=words("chart.window")))
    corner: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.055, 0.04 / height_in)}
    figure.legend(handles=[*ground, *marks], ncols=3, frameon=False, fontsize=8, handlelength=2.2, **corner)
