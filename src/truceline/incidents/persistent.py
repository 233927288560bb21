"""Fixed heat sources: works, flares and tips that burn on many days whatever the front does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats
from scipy.sparse import csgraph

from truceline.geodesy import metres_per_degree_each
from truceline.incidents.exposure import days_of
from truceline.incidents.settings import IncidentSettings
from truceline.incidents.tables import MASKED
from truceline.observations import empty, new_table
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CELL_KM = 0.5
ROW = 1 << 20  # keys of grid cells: row number x ROW + column
LEAST_SPREAD = 0.5  # share of the record between the first and last day: a week's battle is not a fixed source
LEAST_SD = 0.5  # of ln(FRP): the same steelworks reads a factor 1.6 apart with the angle of view


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedSources:
    """The sites found, and which observation lies on which of them (-1: none)."""

    sites: pd.DataFrame  # MASKED
    site_of: Ints  # (observation,)

    def chance_of_strength(self, strength: Floats) -> Floats:
        """Return, per observation, the chance that its site burns at least so strongly; 1 off the sites.

        Student's t on ln(FRP) with the site's own median and spread: few detections leave a wide tail.
        """
        out = np.ones(len(self.site_of))
        on = (self.site_of >= 0) & (strength > 0)
        site = self.site_of[on]
        middle, spread, number = (
            self.sites[c].to_numpy(float)[site] for c in ("ln_strength", "ln_strength_sd", "detections")
        )
        z = (np.log(strength[on]) - middle) / spread
        out[on] = np.nan_to_num(stats.t.sf(z, np.maximum(number - 1, 1)), nan=1.0)
        return out


def find_fixed_sources(thermal: pd.DataFrame, strip: Strip, settings: IncidentSettings) -> FixedSources:
    """Return the fixed heat sources among thermal detections.

    A half-kilometre cell is of a fixed source when it and its eight neighbours show detections on at least
    `persistent_days` distinct days and on `persistent_share` of the days of the record, spread over at least
    half of it. Adjoining cells are one site. Nothing is deleted: the site becomes its own high background.
    """
    none = FixedSources(sites=empty(MASKED), site_of=np.full(len(thermal), -1, np.int64))
    placed = np.isfinite(thermal["lon_deg"].to_numpy(float)) & np.isfinite(thermal["lat_deg"].to_numpy(float))
    if not placed.any():
        return none
    day = days_of(thermal["time_start"])
    key = np.full(len(thermal), -1, np.int64)
    key[placed] = _grid_keys(thermal["lon_deg"].to_numpy(float)[placed], thermal["lat_deg"].to_numpy(float)[placed])
    recorded = len(np.unique(day[placed]))
    cells = _busy_cells(key[placed], day[placed], max(settings.persistent_days, settings.persistent_share * recorded))
    if not len(cells):
        return none
    site_of_cell = _join_neighbours(cells)
    at = np.clip(np.searchsorted(cells, key), 0, len(cells) - 1)
    site_of = np.where(cells[at] == key, site_of_cell[at], -1)
    return FixedSources(sites=_list_sites(thermal, site_of, day, recorded, strip), site_of=site_of)


def _grid_keys(lon: Floats, lat: Floats) -> Ints:
    """Return half-kilometre cell keys; rows of equal latitude, columns of equal width within a degree of it."""
    row = np.floor(lat * 111.2 / CELL_KM).astype(np.int64)
    band = np.round(lat)  # columns are as wide as at the nearest whole degree, so that neighbours line up
    width = metres_per_degree_each(np.unique(band))[0] / 1000
    column = np.floor(lon * width[np.searchsorted(np.unique(band), band)] / CELL_KM).astype(np.int64)
    return np.asarray(row * ROW + column + ROW // 2)


def _busy_cells(key: Ints, day: Ints, least_days: float) -> Ints:
    """Return the sorted keys of cells whose neighbourhood is lit on enough days, over long enough."""
    pairs = _unique_pairs(key, day)
    own, lit = np.unique(pairs[:, 0], return_counts=True)
    steps = [r * ROW + c for r in (-1, 0, 1) for c in (-1, 0, 1)]
    # no neighbourhood is lit on more days than its cells are in all: few cells are left to look at closely
    hopeful = own[
        sum(np.where(_find(own, own + step) >= 0, lit[_find(own, own + step)], 0) for step in steps) >= least_days
    ]
    around = np.concatenate([pairs + np.array([[step, 0]]) for step in steps]) if len(hopeful) else pairs[:0]
    around = around[_find(hopeful, around[:, 0]) >= 0] if len(hopeful) else around
    if not len(around):
        return own[:0]
    around = _unique_pairs(around[:, 0], around[:, 1])
    starts = np.flatnonzero(np.r_[True, np.diff(around[:, 0]) > 0])
    days = np.diff(np.r_[starts, len(around)])
    spread = np.maximum.reduceat(around[:, 1], starts) - np.minimum.reduceat(around[:, 1], starts) + 1
    record = day.max() - day.min() + 1
    return np.asarray(around[starts, 0][(days >= least_days) & (spread >= LEAST_SPREAD * record)])


def _find(sorted_keys: Ints, wanted: Ints) -> Ints:
    """Return where each wanted key stands among sorted ones; -1 where it does not."""
    at = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)
    return np.where(sorted_keys[at] == wanted, at, -1)


def _unique_pairs(key: Ints, day: Ints) -> Ints:
    order = np.lexsort([day, key])
    key, day = key[order], day[order]
    first = np.r_[True, (np.diff(key) != 0) | (np.diff(day) != 0)]
    return np.stack([key[first], day[first]], axis=1)


def _join_neighbours(cells: Ints) -> Ints:
    """Return the site number of each cell: adjoining cells share one."""
    links = []
    for step in (1, ROW - 1, ROW, ROW + 1):
        at = np.clip(np.searchsorted(cells, cells + step), 0, len(cells) - 1)
        hit = np.flatnonzero(cells[at] == cells + step)
        links.append(np.stack([hit, at[hit]]))
    pairs = np.concatenate(links, axis=1)
    graph = sparse.coo_matrix((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(cells), len(cells)))
    return np.asarray(csgraph.connected_components(graph, directed=False)[1], dtype=np.int64)


def _list_sites(thermal: pd.DataFrame, site_of: Ints, day: Ints, recorded: int, strip: Strip) -> pd.DataFrame:
    on = site_of >= 0
    rows = pd.DataFrame(
        {
            "site": site_of[on],
            "lon": thermal["lon_deg"].to_numpy(float)[on],
            "lat": thermal["lat_deg"].to_numpy(float)[on],
            "day": day[on],
            "night": np.where(thermal["daynight"].to_numpy()[on] == "N", day[on], -1),
            "ln": np.log(np.maximum(thermal["strength"].to_numpy(float)[on], 0.01)),
        }
    )
    by = rows.groupby("site")
    nights = rows[rows["night"] >= 0].groupby("site")["night"].nunique().reindex(by.ngroup().unique(), fill_value=0)
    lon, lat = by["lon"].median().to_numpy(), by["lat"].median().to_numpy()
    chainage, offset = strip.place(lon_deg=lon, lat_deg=lat)
    days = by["day"].nunique().to_numpy()
    return new_table(
        MASKED,
        {
            "site": [f"heat-{a:.3f}-{b:.3f}" for a, b in zip(lon, lat, strict=True)],
            "lon_deg": lon,
            "lat_deg": lat,
            "chainage_km": chainage,
            "offset_km": offset,
            "days": days,
            "nights": nights.sort_index().to_numpy(),
            "of_days": np.full(len(lon), recorded),
            "detections": by.size().to_numpy(),
            "ln_strength": by["ln"].median().to_numpy(),
            "ln_strength_sd": np.maximum(by["ln"].std().fillna(LEAST_SD).to_numpy(), LEAST_SD),
            "why": [f"detections within 1 km on {d} of {recorded} days of the record" for d in days],
        },
    )
