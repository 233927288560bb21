"""Which found incident is which invented violation: episodes, gates and one-to-one assignment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from truceline.incidents.associate import family_of
from truceline.simulate.sightings import ACTS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EPISODE_H, EPISODE_KM = 0.5, 2.0  # a pause or a distance from which a new episode begins (monitoring.md 3.5)
TOLERANCES = ((1.0, 0.5), (3.0, 1.0), (5.0, 3.0))  # km, h; the middle one is the headline
SIGMAS = 2.0  # of the incident's own stated error, on top


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """The answer of one matching: of each episode its incident or -1, of each incident its episode or -1."""

    incident_of: Ints  # (episodes,)
    episode_of: Ints  # (incidents,)
    near_any: npt.NDArray[np.bool_]  # (incidents,) some violation lies within the gate, taken or not
    away_km: Floats  # (episodes,) distance of the pair; nan when missed


def episodes(truth: pd.DataFrame) -> Ints:
    """Return the episode of each violation, numbered from 0 in order of time.

    Violations of one family and side that follow each other within half an hour and 2 km are one episode: what a
    monitor would count as one incident.
    """
    if not len(truth):
        return np.zeros(0, np.int64)
    family = pd.factorize(_family(truth["kind"]) + truth["side"])[0]
    hours = (truth["time"] - truth["time"].iloc[0]).dt.total_seconds().to_numpy() / 3600
    far = 1e6
    points = np.stack(
        [hours / EPISODE_H, truth["chainage_km"] / EPISODE_KM, truth["offset_km"] / EPISODE_KM, family * far]
    )
    pairs = cKDTree(points.T).query_pairs(1.0, p=np.inf, output_type="ndarray")
    n = len(truth)
    linked = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, label = connected_components(linked, directed=False)
    return np.asarray(pd.factorize(label)[0], np.int64)


def _family(kinds: pd.Series) -> pd.Series:
    return kinds.map({kind: family_of(ACTS.get(kind, kind)) for kind in kinds.unique()})


def match(truth: pd.DataFrame, episode: Ints, incidents: pd.DataFrame, *, km: float, hours: float) -> Matched:
    """Return the one-to-one assignment of incidents to episodes of least total distance, within the gates.

    A pair may match when some violation of the episode lies within `km` plus two of the incident's sigmas, and the
    hours in which anything of it could be seen come within `hours` of the incident's, and both are of one family of
    acts.
    """
    number = int(episode.max()) + 1 if len(episode) else 0
    gated = _gated(truth, incidents, km=km, hours=hours)
    best = (
        gated.assign(episode=episode[gated["event_row"]]).groupby(["episode", "incident"], as_index=False)["cost"].min()
    )
    incident_of, episode_of = np.full(number, -1), np.full(len(incidents), -1)
    away = np.full(number, np.nan)
    for e, i, cost in _assign(best):
        incident_of[e], episode_of[i], away[e] = i, e, cost
    near = np.zeros(len(incidents), bool)
    near[gated["incident"].to_numpy(np.int64)] = True
    return Matched(incident_of=incident_of, episode_of=episode_of, near_any=near, away_km=away)


def _gated(truth: pd.DataFrame, incidents: pd.DataFrame, *, km: float, hours: float) -> pd.DataFrame:
    """Return event_row, incident, cost (km) of the pairs within the gates."""
    columns = {"event_row": np.zeros(0, np.int64), "incident": np.zeros(0, np.int64), "cost": np.zeros(0)}
    placed = np.flatnonzero(
        np.isfinite(incidents["lon_deg"].to_numpy(float)) & np.isfinite(incidents["sigma_m"].to_numpy(float))
    )
    if not len(truth) or not len(placed):
        return pd.DataFrame(columns)
    there, here = _flat(incidents.iloc[placed], truth), _flat(truth, truth)
    reach = km + SIGMAS * incidents["sigma_m"].to_numpy(float)[placed] / 1000
    lists = cKDTree(here).query_ball_point(there, reach)
    incident = np.repeat(placed, [len(found) for found in lists])
    at = np.repeat(np.arange(len(placed)), [len(found) for found in lists])
    event = np.array([e for found in lists for e in found], np.int64)
    slack = pd.Timedelta(hours=hours)
    start, end = (incidents[c].to_numpy("datetime64[ns]")[incident] for c in ("time_start", "time_end"))
    from_, to = (truth[c].to_numpy("datetime64[ns]")[event] for c in ("time", "time_end"))
    meets = (from_ - slack <= end) & (start <= to + slack)
    same = _family(truth["kind"]).to_numpy(object)[event] == incidents["act"].map(family_of).to_numpy(object)[incident]
    kept = meets & same
    cost = np.hypot(*(there[at] - here[event]).T)
    return pd.DataFrame({"event_row": event[kept], "incident": incident[kept], "cost": cost[kept]})


def _flat(table: pd.DataFrame, origin: pd.DataFrame) -> Floats:
    """Return (n, 2) km east and north, at the scale of the origin's mean latitude: within some 5 % along a front."""
    lat = table["lat_deg"].to_numpy(float)
    middle = np.radians(float(origin["lat_deg"].mean()))
    east = (table["lon_deg"].to_numpy(float) - float(origin["lon_deg"].mean())) * 111.32 * np.cos(middle)
    return np.stack([east, lat * 111.2], axis=1)


def _assign(pairs: pd.DataFrame) -> list[tuple[int, int, float]]:
    """Return (episode, incident, cost) of the cheapest assignment with the most pairs, component by component."""
    if not len(pairs):
        return []
    e, e_names = pd.factorize(pairs["episode"])
    i, i_names = pd.factorize(pairs["incident"])
    n = len(e_names)
    graph = coo_matrix((np.ones(len(pairs)), (e, n + i)), shape=(n + len(i_names),) * 2)
    _, label = connected_components(graph, directed=False)
    cost, out = pairs["cost"].to_numpy(), []
    order = np.argsort(label[e], kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(label[e][order])) + 1):
        left, right = np.unique(e[rows]), np.unique(i[rows])
        table = np.full((len(left), len(right)), 1e6)
        table[np.searchsorted(left, e[rows]), np.searchsorted(right, i[rows])] = cost[rows]
        for a, b in zip(*optimize.linear_sum_assignment(table), strict=True):
            if table[a, b] < 1e6:
                out.append((int(e_names[left[a]]), int(i_names[right[b]]), float(table[a, b])))
    return out


def gospa_terms(matched: Matched, *, cut_km: float = 5.0) -> tuple[Floats, Floats]:
    """Return the terms of squared GOSPA of order 2, in km2: of each episode, and of each incident.

    A pair adds its squared distance, what is missed or false half the squared cut-off (alpha = 2). Rahmathullah,
    Garcia-Fernandez and Svensson 2017.
    """
    paired = np.isfinite(matched.away_km)
    near = np.minimum(np.nan_to_num(matched.away_km), cut_km) ** 2
    return np.where(paired, near, cut_km**2 / 2), np.where(matched.episode_of < 0, cut_km**2 / 2, 0.0)
