"""How far the nearest opposing piece stood: worked out from the other sightings of the run, where none says it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from truceline.agreement.terms import Clause
from truceline.findings.judge_rows import HOUR_NS, NO, Bools, Floats, Rows
from truceline.findings.judge_scope import items_truth
from truceline.geodesy import DEGREE, GEOD

OPPOSING = "opposing"  # `of` of a zone measured to the other side's pieces
WITHIN_H = 24.0  # two sightings this far apart in time may still be of pieces that stood there together (assumption)
_DAY_NS = int(WITHIN_H * HOUR_NS)


def nearest_opposing(rows: Rows, whole: Rows, clause: Clause) -> tuple[Floats, Floats]:
    """Return (km to the nearest opposing piece, its one-sigma error in km), both nan where none is known.

    Opposing are the sightings of another party, of items the clause is about, with a place, within 24 hours. Pieces
    nobody saw may stand nearer, so the distance is at most this.
    """
    distance, sigma = np.full(rows.length, np.nan), np.full(rows.length, np.nan)
    party = whole.parties()
    known = np.isfinite(whole.number("lon")) & np.isfinite(whole.number("lat")) & (party != "")
    known &= items_truth(whole, clause.items) != NO
    mine = rows.parties()
    placed = np.isfinite(rows.number("lon")) & np.isfinite(rows.number("lat"))
    for name in sorted({str(p) for p in mine} - {""}):
        others = np.flatnonzero(known & (party != name))
        asked = np.flatnonzero(placed & (mine == name))
        if len(others) and len(asked):
            at = _nearest(rows, asked, whole, others)
            found = at >= 0
            distance[asked[found]] = _km(rows, asked[found], whole, at[found])
            sigma[asked[found]] = np.nan_to_num(whole.number("sigma_m")[at[found]]) / 1000
    return distance, sigma


def _nearest(
    rows: Rows, asked: npt.NDArray[np.intp], whole: Rows, others: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Return, for each row asked for, the nearest of the others within 24 hours; -1 without any. Day by day."""
    out = np.full(len(asked), -1)
    day, other_day = rows.time_ns[asked] // _DAY_NS, whole.time_ns[others] // _DAY_NS
    for d in np.unique(day).tolist():
        about = others[np.abs(other_day - d) <= 1]
        todo = np.flatnonzero(day == d)
        if not len(about):
            continue
        tree = cKDTree(_vectors(whole, about))
        k = 1
        while len(todo):
            _, at = tree.query(_vectors(rows, asked[todo]), k=min(k, len(about)))
            at = np.asarray(at).reshape(len(todo), -1)
            near = np.abs(whole.time_ns[about[at]] - rows.time_ns[asked[todo], None]) <= _DAY_NS
            hit: Bools = near.any(axis=1)
            out[todo[hit]] = about[at[hit, near[hit].argmax(axis=1)]]
            todo = todo[~hit] if k < len(about) else todo[:0]
            k *= 4
    return out


def _vectors(rows: Rows, at: npt.NDArray[np.intp]) -> Floats:
    lon, lat = rows.number("lon")[at] * DEGREE, rows.number("lat")[at] * DEGREE
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _km(rows: Rows, mine: npt.NDArray[np.intp], whole: Rows, other: npt.NDArray[np.intp]) -> Floats:
    _, _, metres = GEOD.inv(
        rows.number("lon")[mine], rows.number("lat")[mine], whole.number("lon")[other], whole.number("lat")[other]
    )
    return np.asarray(metres, float) / 1000
