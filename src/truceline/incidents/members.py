"""Observations laid out incident by incident, and what can be read off each incident's members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import metres_per_degree_each
from truceline.incidents.fuse import SATELLITES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST_SIGMA_M = 10.0  # nothing is located better than this, whatever a file says
UNSAID_SIGMA_M = 5000.0  # of a place given without its error


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Observations sorted by incident; `starts` is the first row of each incident, `group` its witness groups."""

    rows: pd.DataFrame
    incident: Ints  # (row,) numbered from 0 without a gap
    starts: Ints  # (incident,)
    group: Ints  # (row,) witness group, numbered across all incidents
    fix: Ints  # (row,) independent fix of place, likewise
    fix_incident: Ints  # (fix,)
    group_incident: Ints  # (group,)
    group_name: npt.NDArray[np.object_]  # (group,)

    @property
    def number(self) -> int:
        """How many incidents there are."""
        return len(self.starts)

    def reduce(self, how: np.ufunc, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return one value per incident from one per row."""
        return np.asarray(how.reduceat(values, self.starts)) if len(self.starts) else values[:0]

    def lists(self, values: npt.NDArray[np.object_]) -> list[tuple[object, ...]]:
        """Return each incident's values as a tuple."""
        every, ends = values.tolist(), np.r_[self.starts[1:], len(values)].tolist()
        return [tuple(every[a:b]) for a, b in zip(self.starts.tolist(), ends, strict=True)]


def lay_out(rows: pd.DataFrame, incident: Ints) -> Members:
    """Return the observations sorted by incident and otherwise in the order they came, with witness groups.

    What is one witness: all detections by one kind of satellite, what shares an origin, or the row itself.
    """
    order = np.argsort(incident, kind="stable")
    rows, incident = rows.take(order), incident[order]
    starts = np.flatnonzero(np.r_[True, np.diff(incident) > 0]) if len(rows) else np.zeros(0, np.int64)
    sensors, (origin, origins) = rows["sensor"].cat, pd.factorize(rows["origin"])
    satellite = sensors.categories.isin(SATELLITES)[sensors.codes] if len(rows) else np.zeros(0, bool)
    kinds, own = len(sensors.categories), rows["observation_id"].to_numpy(object)
    named = np.r_[sensors.categories.to_numpy(object), np.asarray(origins, dtype=object)]
    key = np.where(satellite, sensors.codes, np.where(named[kinds + origin] != "", kinds + origin, -1))
    key = np.where(key >= 0, key, len(named) + np.arange(len(rows)))
    # kinds of satellite first, then named origins, then rows that are their own witness
    rank = np.where(key < kinds, key, kinds + (key >= len(named)))
    group, first = _numbered(incident, key, rank)
    key = key[first]
    # reports matched to the same place name err together, whoever wrote them
    spot = len(named) + pd.factorize(rows["lon_deg"].to_numpy() + 1j * rows["lat_deg"].to_numpy())[0]
    spot = np.where(satellite, sensors.codes, spot)
    fix, first_fix = _numbered(incident, spot, np.minimum(spot, kinds))
    return Members(
        rows=rows,
        incident=incident,
        starts=starts,
        group=group,
        fix=fix,
        fix_incident=incident[first_fix],
        group_incident=incident[first],
        group_name=np.where(key < len(named), named[np.minimum(key, len(named) - 1)], own[first]),
    )


def _numbered(incident: Ints, key: Ints, rank: Ints) -> tuple[Ints, Ints]:
    """Return (number of each row's pair of incident and key, first row of each pair), numbered incident by incident.

    Within an incident by rank, then by where the pair first occurs, so that no other incident has a say in the order.
    """
    _, first, pair = np.unique(incident * (key.max(initial=0) + 1) + key, return_index=True, return_inverse=True)
    order = np.lexsort([first, rank[first], incident[first]])
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    return number[pair], first[order]


def only_value(members: Members, column: str) -> npt.NDArray[np.object_]:
    """Return the one value a text column has in each incident; "" when it has none or several."""
    names = members.rows[column].cat.categories
    codes = members.rows[column].cat.codes.to_numpy(np.int64)
    blank = np.append(names == "", True)[codes]
    low = members.reduce(np.minimum, np.where(blank, len(names), codes))
    high = members.reduce(np.maximum, np.where(blank, -1, codes))
    words = np.append(names.to_numpy(object), "")
    return np.asarray(words[np.where(low == high, low, len(names))])


def tightest_times(members: Members, use: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the shortest span (ns) that touches the span of every member in use.

    Where all overlap it is what they share; two instants give the time between them.
    """
    start = members.rows["time_start"].to_numpy("datetime64[ns]").astype("int64")
    end = np.maximum(members.rows["time_end"].to_numpy("datetime64[ns]").astype("int64"), start)
    top, bottom = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    latest = members.reduce(np.maximum, np.where(use, start, bottom))
    earliest = members.reduce(np.minimum, np.where(use, end, top))
    return np.minimum(latest, earliest), np.maximum(latest, earliest)


def locate_members(members: Members, use: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Return (lon_deg, lat_deg, sigma_m) of each incident by inverse-variance weighting of the members in use.

    What one kind of satellite saw, or what was matched to one place, is one fix, by its best member: forty
    pixels of a fire, or forty reports from a town, do not place it forty times better. Where members scatter
    more than their errors say, the error grows to match (Birge ratio).
    """
    lon, lat, sigma = (members.rows[c].to_numpy(float) for c in ("lon_deg", "lat_deg", "sigma_m"))
    good = use & np.isfinite(lon) & np.isfinite(lat)
    sigma = np.maximum(np.nan_to_num(sigma, nan=UNSAID_SIGMA_M), LEAST_SIGMA_M)
    in_group = np.bincount(members.fix, good, minlength=len(members.fix_incident))[members.fix]
    weight = np.where(good, 1 / (sigma**2 * np.maximum(in_group, 1)), 0.0)
    total = _sum(members, weight)
    first = np.nan_to_num(lon[members.starts]), np.nan_to_num(lat[members.starts])
    step_lon, step_lat = (np.where(good, v - f[members.incident], 0.0) for v, f in zip((lon, lat), first, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_lon, mean_lat = (_sum(members, weight * v) / total for v in (step_lon, step_lat))
        kx, ky = metres_per_degree_each(first[1])
        i = members.incident
        miss2 = ((step_lon - mean_lon[i]) * kx[i]) ** 2 + ((step_lat - mean_lat[i]) * ky[i]) ** 2
        number = _sum(members, good.astype(float))
        birge = _sum(members, np.where(good, miss2 / sigma**2, 0.0)) / np.maximum(2 * (number - 1), 1)
        best = np.full(len(members.fix_incident), np.inf)
        np.minimum.at(best, members.fix, np.where(good, sigma, np.inf))
        fixes = np.bincount(members.fix_incident, 1 / best**2, minlength=members.number)
        error = np.sqrt(np.maximum(birge, 1.0) / fixes)
    return first[0] + mean_lon, first[1] + mean_lat, np.where(np.isfinite(error), error, np.nan)


def _sum(members: Members, values: Floats) -> Floats:
    return np.asarray(members.reduce(np.add, values), dtype=float)
