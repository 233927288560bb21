"""The coverage page: who could see what, by km and hour, on a chart and a map, with the numbers beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from truceline.report.chart import FAINT, GROUND, INK, WIDTH_IN, figure_png, figure_svg
from truceline.report.land import land_in
from truceline.report.page import Section, Table, row, table
from truceline.report.paper import Paper, paper_html, paper_pdf
from truceline.report.words import NOT_KNOWN
from truceline.sensors.coverage import Coverage
from truceline.sensors.kinds import violation
from truceline.strip import Strip
from truceline.timespan import Timespan, find_zone, iso

COLOURS = mpl.colormaps["viridis"]
LOOKED = 0.01  # chance of being seen below which as good as nobody looked for that kind
_PER_IN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage:
    """Everything the page tells; tables as in `sensors.summary`."""

    title: str
    timezone: str
    period: Timespan
    strip: Strip
    sectors: pd.DataFrame
    coverage: Coverage
    exposure: pd.DataFrame
    shares: pd.DataFrame
    revisit: pd.DataFrame
    delays: pd.DataFrame
    left_out: pd.DataFrame
    remarks: tuple[str, ...]


def coverage_files(page: CoveragePage) -> dict[str, bytes]:
    """Return the files of a coverage report: page, chart, map and tables; the same input gives the same bytes."""
    paper = _paper(page)
    tables = {"exposure": page.exposure, "share_seen": page.shares, "revisit": page.revisit, "delays": page.delays}
    files = {f"{name}.csv": table.to_csv(index=False).encode() for name, table in tables.items()}
    return {
        **files,
        "coverage_chart.png": figure_png(coverage_chart(page), dpi=_PER_IN),
        "coverage_map.png": figure_png(coverage_map(page), dpi=_PER_IN),
        "coverage.html": paper_html(paper).encode(),
        "coverage.pdf": paper_pdf(paper),
    }


def coverage_chart(page: CoveragePage) -> Figure:
    """Return the coverage strip chart: share seen by km and hour, a panel a kind, hatched where nobody looked."""
    kinds = list(page.coverage.seen)
    tall = 1.5
    height = 0.9 + (tall + 0.35) * len(kinds) + 0.5
    figure = Figure(figsize=(WIDTH_IN, height), facecolor="white")
    for i, kind in enumerate(kinds):
        bottom = height - 0.55 - (tall + 0.35) * (i + 1) + 0.35
        axes = figure.add_axes((0.08, bottom / height, 0.83, tall / height))
        _panel(axes, page, kind, tall)
        if i + 1 < len(kinds):
            axes.set_xticklabels([])
        else:
            axes.set_xlabel("km along the line", color=INK)
    bar = figure.add_axes((0.93, 0.25, 0.012, 0.5))
    figure.colorbar(mpl.cm.ScalarMappable(cmap=COLOURS), cax=bar)
    bar.set_title("seen", fontsize=8)
    figure.text(
        0.08, 1 - 0.3 / height, f"{page.title}: share of violations that would have been seen", color=INK, fontsize=12
    )
    hatch = Patch(
        facecolor="#e2e6ea",
        edgecolor="#98a2ac",
        hatch="/////",
        label="as good as nobody looked: not observed (under 1 in 100 seen)",
    )
    figure.legend(handles=[hatch], loc="lower left", bbox_to_anchor=(0.075, 0.0), frameon=False, fontsize=8)
    return figure


def _panel(axes: Any, page: CoveragePage, kind: str, tall_in: float) -> None:
    cover = page.coverage
    start = cover.steps[0].timestamp()
    end = start + 3600 * len(cover.steps)
    width, height = int(0.83 * WIDTH_IN * _PER_IN), int(tall_in * _PER_IN)
    cell = np.clip(
        np.searchsorted(cover.cell_km, np.linspace(0, page.strip.length_km, width, endpoint=False), side="right") - 1,
        0,
        None,
    )
    step = np.minimum(np.arange(height) * len(cover.steps) // height, len(cover.steps) - 1)
    seen = cover.seen[kind].T[step][:, cell]
    blind = seen < LOOKED
    i, j = np.indices((height, width), dtype=np.int32, sparse=True)
    hatch = GROUND[2, np.where((i + j) % 10 < 1, 2, 0)]
    picture: npt.NDArray[np.uint8] = np.where(blind[..., None], hatch, (COLOURS(seen)[..., :3] * 255).astype(np.uint8))
    axes.imshow(picture, extent=(0, page.strip.length_km, end, start), aspect="auto", interpolation="none")
    axes.set_title(violation(kind).called, fontsize=8.5, loc="left", color=INK, pad=2)
    days = list(page.period.days(page.timezone))
    every = max(1, math.ceil(len(days) / 6))
    axes.set_yticks([span.start.timestamp() for _, span in days][::every], [day for day, _ in days][::every])
    axes.tick_params(labelsize=7, colors=INK, length=2)
    for sector in page.sectors.itertuples():
        axes.axvline(sector.from_km, color="white", linewidth=0.5, linestyle=(0, (1, 2)))


def coverage_map(page: CoveragePage) -> Figure:
    """Return a map of the line coloured by the share seen, by day and by night, for the first kind."""
    kind, cover = next(iter(page.coverage.seen)), page.coverage
    figure = Figure(figsize=(WIDTH_IN, 6.2), facecolor="white")
    edges = np.r_[cover.cell_km, cover.cell_km[-1] + cover.width_km[-1]]
    lon, lat = page.strip.locate(chainage_km=edges)
    segments = np.stack([np.stack([lon[:-1], lat[:-1]], axis=1), np.stack([lon[1:], lat[1:]], axis=1)], axis=1)
    pad = 0.08 * max(float(np.ptp(lon)), float(np.ptp(lat))) + 0.05
    box = (float(lon.min()) - pad, float(lat.min()) - pad, float(lon.max()) + pad, float(lat.max()) + pad)
    for i, (light, part) in enumerate((("by day", cover.daylight), ("by night", ~cover.daylight))):
        axes = figure.add_axes((0.04 + 0.47 * i, 0.08, 0.41, 0.82))
        shapes = [np.asarray(polygon[0]) for polygon in land_in(box)]
        axes.add_collection(PolyCollection(shapes, facecolors="#f4f2ec", edgecolors="none"))
        hours = np.maximum(part.sum(axis=1), 1)
        share = np.where(part.any(axis=1), (cover.seen[kind] * part).sum(axis=1) / hours, 0.0)
        axes.add_collection(
            LineCollection(list(segments), array=share, cmap=COLOURS, clim=(0, 1), linewidths=5, capstyle="butt")
        )
        axes.set_facecolor("#dfe9f0")
        axes.set_xlim(box[0], box[2])
        axes.set_ylim(box[1], box[3])
        axes.set_aspect(1 / math.cos(math.radians((box[1] + box[3]) / 2)))
        axes.tick_params(labelsize=7, colors=FAINT, length=2)
        axes.set_title(f"{violation(kind).called}, {light}", fontsize=10, color=INK)
    bar = figure.add_axes((0.95, 0.2, 0.012, 0.6))
    figure.colorbar(mpl.cm.ScalarMappable(cmap=COLOURS), cax=bar)
    bar.set_title("seen", fontsize=8)
    return figure


def _paper(page: CoveragePage) -> Paper:
    """Return the page as a paper, dated by the period's end: coverage follows from its inputs alone."""
    zone = find_zone(page.timezone)
    start, end = (
        instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") for instant in (page.period.start, page.period.end)
    )
    wide = page.shares.pivot(index="kind", columns="sector", values="seen")
    wide = wide.loc[page.shares["kind"].unique(), page.shares["sector"].unique()].reset_index()
    ranges = page.shares[["kind", "sector", "seen_low", "seen", "seen_high", "missed_upper"]]
    levels = ["km_h_seen", "km_h_partly", "km_h_unseen", "km_h"]
    totals = page.exposure.groupby(["kind", "light"], sort=False)[levels].sum().reset_index()
    sections = (
        Section(
            key="bottom-line",
            title="What could have been seen",
            text=("Not observed is not the same as not violated. Where the share seen is low, silence says nothing.",),
            tables=_sheet("Share seen by kind and sector, middle of the range", wide),
        ),
        Section(
            key="chart",
            title="Strip chart",
            picture=figure_svg(coverage_chart(page)),
            alt="Share seen by km along the line and hour, hatched where nobody looked.",
        ),
        Section(
            key="map",
            title="Map",
            picture=figure_svg(coverage_map(page)),
            alt="The line coloured by the share seen, by day and by night.",
        ),
        Section(
            key="exposure",
            title="Exposure",
            tables=_sheet("Kilometre-hours seen (0.8 and over), partly seen (0.3-0.8), unseen", totals),
        ),
        Section(
            key="times",
            title="How often, how soon",
            tables=_sheet("Hours between two looks at one place", page.revisit)
            + _sheet("Hours from the beginning of a violation until it is first seen", page.delays),
        ),
        Section(
            key="ranges",
            title="How sure this is",
            tables=_sheet("Range of the share seen; 95 % bound on violations missed when none was seen", ranges),
        ),
        Section(
            key="left-out",
            title="Left out, and remarks",
            points=page.remarks,
            text=() if len(page.left_out) else ("Every sensor named was counted.",),
            tables=_sheet("Left out", page.left_out),
        ),
    )
    about = f"{start} to {end} ({page.timezone}); {iso(page.period.start)} on."
    return Paper(kind="Coverage", title=page.title, about=about, sections=sections, now=page.period.end)


def _sheet(caption: str, frame: pd.DataFrame) -> tuple[Table, ...]:
    """Return a data frame as a table, its numbers flush right."""
    head = [str(name).replace("_", " ") for name in frame.columns]
    numeric = [i for i, dtype in enumerate(frame.dtypes) if dtype.kind in "if"]
    return table(caption, head, [row(*map(_text, values)) for values in frame.itertuples(index=False)], numeric=numeric)


def _text(value: Any) -> str:
    if not isinstance(value, float):
        return str(value).replace("_", " ")
    if math.isnan(value):
        return NOT_KNOWN
    return "never" if math.isinf(value) else f"{value:.3g}"
