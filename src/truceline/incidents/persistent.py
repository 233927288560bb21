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


def find_fixed_sources(
    thermal: pd.DataFrame, strip: Strip, settings: IncidentSettings, history: pd.DataFrame | None = None
) -> FixedSources:
    """Return the fixed heat sources among thermal detections, and, if given, those of other years.

    A half-kilometre cell is of a fixed source when it and its eight neighbours show detections on at least
    `persistent_days` distinct days and on `persistent_share` of the days of the record, spread over at least
    half of it; in this record or in the history. Adjoining cells are one site. Nothing is deleted: the site
    becomes its own high background. `site_of` is for `thermal` alone.
    """
    records = [_Record.of(table) for table in (thermal, history) if table is not None]
    lit = [_busy_cells(r.key[r.key >= 0], r.day[r.key >= 0], _least_days(r, settings)) for r in records]
    cells = np.unique(np.concatenate(lit))
    if not len(cells):
        return FixedSources(sites=empty(MASKED), site_of=np.full(len(thermal), -1, np.int64))
    site_of_cell = _join_neighbours(cells)
    for record in records:
        at = _find(cells, record.key)
        record.rows["site"] = np.where(at >= 0, site_of_cell[at], -1)
    return FixedSources(sites=_list_sites(records, strip), site_of=records[0].rows["site"].to_numpy())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """The detections of one stretch of time, with their grid cells (-1: no place) and days."""

    rows: pd.DataFrame
    key: Ints
    day: Ints
    days: int  # distinct days with any detection

    @classmethod
    def of(cls, thermal: pd.DataFrame) -> _Record:
        lon, lat = thermal["lon_deg"].to_numpy(float), thermal["lat_deg"].to_numpy(float)
        placed = np.isfinite(lon) & np.isfinite(lat)
        key, day = np.full(len(thermal), -1, np.int64), days_of(thermal["time_start"])
        key[placed] = _grid_keys(lon[placed], lat[placed])
        rows = pd.DataFrame(
            {
                "lon": lon,
                "lat": lat,
                "day": day,
                "night": np.where((thermal["daynight"] == "N").to_numpy(), day, np.nan),
                "ln": np.log(thermal["strength"].where(thermal["strength"] > 0).to_numpy(float)),
            }
        )
        return cls(rows=rows, key=key, day=day, days=len(np.unique(day[placed])))


def _least_days(record: _Record, settings: IncidentSettings) -> float:
    return max(settings.persistent_days, settings.persistent_share * record.days)


def _grid_keys(lon: Floats, lat: Floats) -> Ints:
    """Return half-kilometre cell keys; rows of equal latitude, columns of equal width within a degree of it."""
    row = np.floor(lat * 111.2 / CELL_KM).astype(np.int64)
    band = np.round(lat)  # columns are as wide as at the nearest whole degree, so that neighbours line up
    width = metres_per_degree_each(np.unique(band))[0] / 1000
    column = np.floor(lon * width[np.searchsorted(np.unique(band), band)] / CELL_KM).astype(np.int64)
    return np.asarray(row * ROW + column + ROW // 2)


def _busy_cells(key: Ints, day: Ints, least_days: float) -> Ints:
    """Return the sorted keys of cells whose neighbourhood is lit on enough days, over long enough."""
    if not len(key):
        return key
    pairs = _unique_pairs(key, day)
    own, lit = np.unique(pairs[:, 0], return_counts=True)
    steps = [r * ROW + c for r in (-1, 0, 1) for c in (-1, 0, 1)]
    # no neighbourhood is lit on more days than its cells are in all: few cells are left to look at closely
    at = np.stack([_find(own, own + step) for step in steps])
    hopeful = own[np.where(at >= 0, lit[at], 0).sum(axis=0) >= least_days]
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


def _list_sites(records: list[_Record], strip: Strip) -> pd.DataFrame:
    """Return the MASKED table; days are of the record that knows the site on more of them."""
    number = 1 + max(int(record.rows["site"].max()) for record in records if len(record.rows))
    nunique = np.zeros((len(records), number))
    nights = np.zeros((len(records), number))
    for k, record in enumerate(records):
        by = record.rows[record.rows["site"] >= 0].groupby("site")[["day", "night"]].nunique()
        nunique[k, by.index], nights[k, by.index] = by["day"], by["night"]
    of_days = np.array([record.days for record in records], dtype=float)
    which = np.argmax(nunique, axis=0)
    every = pd.concat([record.rows[record.rows["site"] >= 0] for record in records], ignore_index=True)
    by = every.groupby("site")
    lon, lat, middle = (by[name].median().to_numpy() for name in ("lon", "lat", "ln"))
    chainage, offset = strip.place(lon_deg=lon, lat_deg=lat)
    # the spread of the middle half, as a normal law's: a strike on the site must not widen what is usual there
    spread = (by["ln"].quantile(0.75) - by["ln"].quantile(0.25)).to_numpy() * 0.7413
    days, dark, of = nunique[which, range(number)], nights[which, range(number)], of_days[which]
    return new_table(
        MASKED,
        {
            "site": [f"heat-{a:.3f}-{b:.3f}" for a, b in zip(lon, lat, strict=True)],
            "lon_deg": lon,
            "lat_deg": lat,
            "chainage_km": chainage,
            "offset_km": offset,
            "days": days,
            "nights": dark,
            "of_days": of,
            "detections": by.size().to_numpy(),
            "ln_strength": middle,
            "ln_strength_sd": np.fmax(spread, LEAST_SD),
            "why": [
                f"detections within 1 km on {a:.0f} of {b:.0f} days of {'other years' if k else 'the record'}"
                for a, b, k in zip(days, of, which, strict=True)
            ],
        },
    )
