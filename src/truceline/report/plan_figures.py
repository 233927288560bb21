"""Pictures of a plan: who stands when, what stays filled, and a map of sites, hubs, bases and what is defended."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path as Outline

from truceline.geodesy import GEOD
from truceline.plan.places.whole import PlacesGiven, PlacesPlan
from truceline.plan.rotation.whole import ForcePlan
from truceline.report.chart import INK, STYLE

GANTT_MONTHS = 72
# told apart by most colour-blind readers (Okabe and Ito 2008), then their paler forms
HUES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c00", "#7a5195")
LAND, WATER, GUARDED, UNGUARDED, HUB, REACH = "#eef1ea", "#dbe7ef", "#0a5b46", "#9a3b00", "#0b5a8a", "#7a5195"
MARGIN_DEG = 0.6  # of map about what is shown
LOW_M, HIGH_M = 50, 10_000
RUNG_WORDS = (
    "no backstop",
    "+ logistics,\nairlift",
    "+ intelligence",
    "+ air defence\nnext door",
    "+ air power\non call",
    "+ guarantee",
)


def gantt_figure(plan: ForcePlan, unit_type: str, called: str) -> Figure:
    """Return the tours of one unit type over the first six years: a row a post, a bar a tour, its contributor named."""
    tours = plan.tours[(plan.tours["unit_type"] == unit_type) & (plan.tours["from_month"] <= GANTT_MONTHS)]
    rows = _rows(tours)
    names = list(tours["contributor"].value_counts().index)
    colour = {name: HUES[i % len(HUES)] for i, name in enumerate(names)}
    count = max(1, int(rows.max()) + 1 if len(rows) else 1)
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(12, 1.1 + 0.23 * count), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for tour, at in zip(tours.itertuples(), rows, strict=True):
            start, end = tour.from_month - 1, min(tour.to_month, GANTT_MONTHS)
            bar = Rectangle((start, at - 0.4), end - start, 0.8, facecolor=colour[tour.contributor], edgecolor="white")
            axes.add_patch(bar)
            axes.text((start + end) / 2, at, tour.contributor, ha="center", va="center", color="white", fontsize=6)
        axes.set(xlim=(0, min(GANTT_MONTHS, plan.horizon_months)), ylim=(count - 0.4, -0.6))
        axes.set_xticks(range(0, min(GANTT_MONTHS, plan.horizon_months) + 1, 6))
        axes.set(xlabel="months since the decision", ylabel=f"{called}, one row a post")
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _rows(tours: pd.DataFrame) -> np.ndarray:
    """Return the row of each tour, the first that is free; tours that hand over share a post but not a row."""
    free: list[float] = []
    rows = np.zeros(len(tours), int)
    for i, tour in enumerate(tours.itertuples()):
        at = next((k for k, end in enumerate(free) if end <= tour.from_month - 1), len(free))
        if at == len(free):
            free.append(0.0)
        free[at], rows[i] = tour.to_month, at
    return rows


def filled_figure(plan: ForcePlan, called: dict[str, str]) -> Figure:
    """Return the share of posts filled by unit type and month over the whole horizon."""
    posts = plan.posts.groupby(["unit_type", "month"], sort=False)[["wanted", "short"]].sum().reset_index()
    posts = posts[posts["wanted"] > 0]
    share = (1 - posts["short"] / posts["wanted"]).to_numpy(float)
    table = posts.assign(share=share).pivot(index="unit_type", columns="month", values="share")
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(12, 1.3 + 0.28 * len(table)), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        colours = mpl.colormaps["RdYlBu"].with_extremes(bad="#f4f6f8")
        picture = axes.pcolormesh(
            np.append(table.columns.to_numpy() - 1, table.columns.max()),
            np.arange(len(table) + 1),
            np.ma.masked_invalid(table.to_numpy(float)),
            cmap=colours,
            vmin=0,
            vmax=1,
            rasterized=True,
        )
        axes.set_yticks(np.arange(len(table)) + 0.5, [called.get(name, name) for name in table.index])
        axes.invert_yaxis()
        axes.set_xlabel("months since the decision")
        axes.set_xticks(range(0, plan.horizon_months + 1, 60 if plan.horizon_months > 120 else 12))
        figure.colorbar(picture, ax=axes, label="share of posts filled", fraction=0.03, pad=0.01)
    return figure


def ladder_figure(plans: Sequence[Sequence[ForcePlan]], titles: Sequence[str]) -> Figure:
    """Return the share of post-months filled by scenario and rung of the backstop, in a grid of numbers."""
    share = np.array([[plan.filled_share for plan in row] for row in plans])
    months = np.array([[plan.months_sustained for plan in row] for row in plans])
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(11, 1.2 + 0.55 * len(plans)), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        axes.imshow(share, cmap="RdYlBu", vmin=0, vmax=1, aspect="auto")
        for (i, k), value in np.ndenumerate(share):
            shade = "white" if value < 0.2 or value > 0.85 else INK
            text = f"{value:.0%}\n{months[i, k]} months"
            axes.text(k, i, text, ha="center", va="center", color=shade, fontsize=8)
        axes.set_xticks(range(share.shape[1]), [_rung_word(p) for p in plans[0]], fontsize=8)
        axes.set_yticks(range(len(titles)), titles, fontsize=8)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return figure


def _rung_word(plan: ForcePlan) -> str:
    return RUNG_WORDS[plan.backstop.level]


def places_figure(given: PlacesGiven, plan: PlacesPlan) -> Figure:
    """Return a map: land, the line, sites guarded or not, hubs, air bases, and what batteries cover low and high."""
    shown = plan.guard[plan.guard["held_by"] == "host"]
    everything = pd.concat([plan.guard[["lon_deg", "lat_deg"]], plan.fighter_bases[["lon_deg", "lat_deg"]]])
    west, south = (float(v) for v in everything.min() - MARGIN_DEG)
    east, north = (float(v) for v in everything.max() + MARGIN_DEG)
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    width = 12.0
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(width, width * (north - south) * stretch / (east - west) + 0.7), facecolor="white")
        axes = figure.add_axes((0.01, 0.09, 0.98, 0.9), facecolor=WATER)
        _land(axes, shapely.clip_by_rect(given.land, west, south, east, north))
        _batteries(axes, plan.batteries)
        strip = given.front.strip
        axes.plot(strip.lon_deg, strip.lat_deg, color="#a01830", linewidth=2.4, solid_capstyle="round")
        _sites(axes, shown)
        _marks(axes, plan)
        _names(axes, shown)
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect=stretch)
        _legend(figure)
    return figure


def _land(axes: Axes, land: shapely.Geometry) -> None:
    for polygon in shapely.get_parts(land):
        if polygon.geom_type == "Polygon" and not polygon.is_empty:
            rings = [polygon.exterior, *polygon.interiors]
            outline = Outline.make_compound_path(*(Outline(shapely.get_coordinates(r)) for r in rings))
            axes.add_patch(mpl.patches.PathPatch(outline, facecolor=LAND, edgecolor="#c4ccd2", linewidth=0.5))


def _batteries(axes: Axes, batteries: pd.DataFrame) -> None:
    """Draw the ground a battery covers against low and high targets, from radar horizon and reach."""
    for altitude, alpha in ((HIGH_M, 0.10), (LOW_M, 0.28)):
        patches = [
            mpl.patches.Polygon(_circle(b.lon_deg, b.lat_deg, radius), closed=True)
            for b, radius in zip(batteries.itertuples(), batteries[f"radius_{altitude}_m_km"], strict=True)
            if radius > 0
        ]
        axes.add_collection(PatchCollection(patches, facecolor=REACH, edgecolor=REACH, alpha=alpha, linewidth=0.6))


def _circle(lon: float, lat: float, radius_km: float) -> np.ndarray:
    azimuth = np.linspace(0, 360, 91)
    many = np.full_like(azimuth, 1.0)
    lons, lats, _ = GEOD.fwd(lon * many, lat * many, azimuth, 1000 * radius_km * many)
    return np.stack([lons, lats], axis=1)


def _sites(axes: Axes, shown: pd.DataFrame) -> None:
    guarded = shown["guarded"].to_numpy(bool)
    lon, lat = shown["lon_deg"].to_numpy(float), shown["lat_deg"].to_numpy(float)
    axes.scatter(lon[guarded], lat[guarded], s=34, color=GUARDED, edgecolor="white", linewidth=0.6, zorder=4)
    axes.scatter(lon[~guarded], lat[~guarded], s=22, facecolor="white", edgecolor=UNGUARDED, linewidth=1.0, zorder=3)


def _marks(axes: Axes, plan: PlacesPlan) -> None:
    none = plan.guard[plan.guard["held_by"] != "host"]
    axes.scatter(none["lon_deg"], none["lat_deg"], marker="x", s=30, color=INK, linewidth=1.2, zorder=4)
    axes.scatter(plan.hubs["lon_deg"], plan.hubs["lat_deg"], marker="s", s=70, facecolor="none", edgecolor=HUB,
                 linewidth=1.6, zorder=5)  # fmt: skip
    bases = plan.fighter_bases
    axes.scatter(bases["lon_deg"], bases["lat_deg"], marker="^", s=46, color=HUB, edgecolor="white", zorder=4)


def _names(axes: Axes, shown: pd.DataFrame) -> None:
    """Name nuclear plants and the largest cities, each only where no name written before it is near."""
    order = shown.assign(first=shown["kind"] == "nuclear_plant", size=shown["population"].fillna(0.0))
    order = order.sort_values(["first", "size"], ascending=False)
    written: list[tuple[float, float]] = []
    for site in order[order["first"] | (order["size"] > 2e5)].itertuples():
        if all(abs(site.lon_deg - x) > 1.7 or abs(site.lat_deg - y) > 0.32 for x, y in written):
            at = (float(site.lon_deg), float(site.lat_deg))
            axes.annotate(str(site.name), at, (5, 4), textcoords="offset points", fontsize=8.5, color=INK, zorder=6)
            written.append((site.lon_deg, site.lat_deg))


def _legend(figure: Figure) -> None:
    dot = {"linestyle": "none", "markersize": 6}
    handles = [
        Line2D([], [], marker="o", color=GUARDED, label="site guarded", **dot),  # type: ignore[arg-type]
        Line2D([], [], marker="o", color="white", markeredgecolor=UNGUARDED, label="site left unguarded", **dot),  # type: ignore[arg-type]
        Line2D([], [], marker="x", color=INK, label="no access", **dot),  # type: ignore[arg-type]
        Line2D([], [], marker="s", color="white", markeredgecolor=HUB, label="reaction force", **dot),  # type: ignore[arg-type]
        Line2D([], [], marker="^", color=HUB, label="air base of the reserve", **dot),  # type: ignore[arg-type]
        Patch(facecolor=REACH, alpha=0.45, label=f"covered against targets at {LOW_M} m"),
        Patch(facecolor=REACH, alpha=0.15, label="... at 10,000 m"),
        Line2D([], [], color="#a01830", linewidth=2.4, label="line of contact, generalised"),
    ]
    figure.legend(handles=handles, ncols=4, loc="lower center", frameon=False, fontsize=9.5)
