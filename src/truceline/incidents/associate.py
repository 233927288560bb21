"""Which observations are of one happening: association in space and time, of bounded extent, in linear time."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import DEGREE, metres_per_degree
from truceline.incidents.settings import IncidentSettings
from truceline.observations.order import sortable
from truceline.vocabulary import ACTS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

GATE = 9.21  # chi-square with 2 degrees of freedom, 99 %
HOUR_NS = 3_600_000_000_000
_COLUMN = 10_000_000  # keys of grid cells: column x this + row


def associate(observations: pd.DataFrame, settings: IncidentSettings) -> Ints:
    """Return the incident number of each observation, (n,), numbered from 0 in order of time.

    An observation joins the nearest incident of its kind that it could be of: within the 99 % gate of both
    location errors and `max_extent_km` of the incident's first observation, with times that meet to within
    `heat_persistence_h` (heat) or `report_rounding_h`. Otherwise it begins an incident. Because everything is
    measured from the first observation, a chain of neighbours cannot grow along the line. Rows must come
    `in_order`. Two rows of one of the `event_sources` never join. Without a place, or over a time longer than
    `max_interval_h`, an observation stands alone.
    """
    start = _nanoseconds(observations["time_start"])
    end = np.maximum(_nanoseconds(observations["time_end"]), start)
    zero = start[0] if len(start) else 0  # hours from the first, so that a shift of all times changes nothing
    lon, lat, sigma = (observations[c].to_numpy(float) for c in ("lon_deg", "lat_deg", "sigma_m"))
    heat = (observations["act"] == "heat").to_numpy()
    start_h, end_h = (start - zero) / HOUR_NS, (end - zero) / HOUR_NS
    # a span says its own error: two reports of successive days do not meet at midnight
    rounding = np.where(end_h - start_h < settings.report_rounding_h, settings.report_rounding_h, 0.0)
    slack = np.where(heat, settings.heat_persistence_h, rounding)
    placed = np.isfinite(lon) & np.isfinite(lat)
    cell_x, cell_y = _cells(np.where(placed, lon, 0.0), np.where(placed, lat, 0.0), settings.max_extent_km)
    numbers: Ints = _lead(
        np.stack([lon, lat, np.nan_to_num(sigma) / 1000, start_h, end_h, slack], axis=1),
        _families(observations),
        _event_bits(observations["source"], settings.event_sources),
        ~placed | (end_h - start_h > settings.max_interval_h),
        cell_x,
        cell_y,
        settings.max_extent_km,
    )
    return numbers


def _cells(lon: Floats, lat: Floats, extent_km: float) -> tuple[Ints, Ints]:
    """Return grid cells at least as wide and tall as the gate everywhere the observations lie."""
    farthest = min(float(np.abs(lat).max(initial=0.0)), 85.0)
    wide = extent_km * 1010 / metres_per_degree(farthest * DEGREE)[0]
    tall = extent_km * 1010 / metres_per_degree(0.0)[1]
    return np.floor(lon / wide).astype(np.int64), np.floor(lat / tall).astype(np.int64)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return observations by time, precision, strength (strongest first) and id: however they came, the same."""
    keys = order_keys(table)
    order = np.lexsort(keys.T[::-1])
    same = (np.diff(keys[order], axis=0) == 0).all(axis=1)
    tied = np.append(same, False) | np.insert(same, 0, False) if len(order) else np.zeros(0, bool)
    if tied.any():  # ids are compared only where nothing else tells rows apart: text is slow to sort
        sub = order[tied]
        group = np.cumsum(~np.insert(same, 0, False)[tied])
        ids = table["observation_id"].to_numpy()[sub]
        rank = np.empty(len(sub), np.int64)
        rank[np.argsort(ids, kind="stable")] = np.arange(len(sub))
        order[tied] = sub[np.lexsort([rank, group])]
    return table.take(order)


def order_keys(table: pd.DataFrame) -> Ints:
    """Return (n, 4): time_start, time_end, sigma_m and strength as whole numbers in the order of `in_order`."""
    return np.stack(
        [
            _nanoseconds(table["time_start"]),
            _nanoseconds(table["time_end"]),
            sortable(table["sigma_m"].to_numpy(float)),
            sortable(-table["strength"].to_numpy(float)),
        ],
        axis=1,
    )


def _nanoseconds(times: pd.Series) -> Ints:
    return np.asarray(times.to_numpy("datetime64[ns]").astype("int64"))


def family_of(act: str) -> str:
    """Return the word under which acts may be one happening: the broadest below 'hostile_act'.

    Heat may be of any fire, so it keeps company with acts of fire.
    """
    if act in {"heat", "hostile_act", ""}:
        return "fire"
    seen = act
    while ACTS.get(seen, "") not in {"", "hostile_act"}:
        seen = ACTS[seen]
    return seen


def _families(table: pd.DataFrame) -> Ints:
    """Return a code per row: acts of one family; for things other than fire also the same item and system."""
    acts, names = pd.factorize(table["act"])
    words = np.array([family_of(str(name)) for name in names], dtype=object)
    families, kinds = pd.factorize(words)
    family = np.asarray(families, dtype=np.int64)[acts]
    other = np.append(kinds != "fire", False)[family]
    if other.any():
        things = table.loc[other, ["item", "system"]].astype(str).assign(family=family[other])
        family[other] = len(kinds) + things.groupby(["family", "item", "system"], sort=True).ngroup().to_numpy()
    return np.asarray(family, dtype=np.int64)


def _event_bits(source: pd.Series, event_sources: tuple[str, ...]) -> Ints:
    """Return a bit for each row of a source whose rows are events already, 0 for others."""
    bits = np.zeros(len(source), np.int64)
    for k, name in enumerate(sorted(set(event_sources))):
        bits[(source == name).to_numpy()] = 1 << (k % 62)
    return bits


# columns of the observation array handed to the kernel
_LON, _LAT, _SIGMA, _START, _END, _SLACK = range(6)


@numba.njit(cache=True, nogil=True)
def _score(row, seed, late, early, extent):  # type: ignore[no-untyped-def]
    """Return how ill an observation fits an open incident, inf where it cannot be of it."""
    kx, ky = metres_per_degree(row[_LAT] * DEGREE)
    x, y = (row[_LON] - seed[_LON]) * kx / 1000, (row[_LAT] - seed[_LAT]) * ky / 1000
    d2 = x * x + y * y
    own = max(row[_SIGMA] ** 2 + seed[_SIGMA] ** 2, 1e-6)
    pause = max(0.0, row[_START] - max(late, early), min(late, early) - row[_END])
    slack = max(row[_SLACK], seed[_SLACK])
    if pause > slack or d2 > extent * extent or d2 > GATE * own:
        return np.inf
    return d2 / own + (pause / max(slack, 1e-9)) ** 2


@numba.njit(cache=True, nogil=True)
def _first(heads, key):  # type: ignore[no-untyped-def]
    if key in heads:  # a get() with a default gives numba an optional number, which cannot index
        return heads[key]
    return -1


@numba.njit(cache=True, nogil=True)
def _lead(rows, family, bits, alone, cell_x, cell_y, extent):  # type: ignore[no-untyped-def]
    """Return incident numbers by leader clustering over a hash of grid cells; rows come in canonical order.

    Each cell keeps a linked list of its open incidents; one that can take nothing more is dropped when met, so
    the work per observation is bounded by what is open around it.
    """
    n = len(rows)
    out, seed, after = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    taken = np.empty(n, np.int64)  # bits of the event sources that have a row in it
    core = np.empty((n, 2))  # latest start and earliest end of the members: together the core time
    heads = numba.typed.Dict.empty(numba.int64, numba.int64)
    slackest = rows[:, _SLACK].max() if n else 0.0
    made = 0
    for i in range(n):
        best, least = -1, np.inf
        for near in range(0 if alone[i] else 9):
            key = (cell_x[i] + near // 3 - 1) * _COLUMN + cell_y[i] + near % 3 - 1
            at, before = _first(heads, key), -1
            while at >= 0:
                if rows[i, _START] - max(core[at, 0], core[at, 1]) > slackest:
                    # rows come by start: nothing can join this one any more
                    if before < 0:
                        heads[key] = after[at]
                    else:
                        after[before] = after[at]
                else:
                    if family[seed[at]] == family[i] and not taken[at] & bits[i]:
                        score = _score(rows[i], rows[seed[at]], core[at, 0], core[at, 1], extent)
                        if score < least or (score == least and score < np.inf and at < best):
                            best, least = at, score
                    before = at
                at = after[at]
        if best < 0:
            best, made = made, made + 1
            taken[best] = bits[i]
            seed[best], core[best, 0], core[best, 1], after[best] = i, rows[i, _START], rows[i, _END], -1
            if not alone[i]:
                key = cell_x[i] * _COLUMN + cell_y[i]
                after[best] = _first(heads, key)
                heads[key] = best
        else:
            taken[best] |= bits[i]
            core[best, 0], core[best, 1] = max(core[best, 0], rows[i, _START]), min(core[best, 1], rows[i, _END])
        out[i] = best
    return out
