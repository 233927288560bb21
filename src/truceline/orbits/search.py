"""The search for passes along one track: what is worth a look, and what the walk found there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from truceline.orbits.kernel import INCIDENCE, OFF_NADIR, OUT, walk
from truceline.orbits.swath import Swath
from truceline.orbits.track import A_KM, E2, NODE_S, Floats, Track

_SIDES = {"both": 0.0, "left": 1.0, "right": -1.0}
_PLUMB_RAD = np.radians(0.5)  # the vertical leans up to 0.2 degrees from the Earth's centre, at the place and above it


def search(track: Track, cells: Floats, swath: Swath, span: Floats) -> Floats:
    """Return the passes (p, 9) of one satellite's instrument over the cells; columns as in `kernel.walk`.

    cells: (c, 6) of `places`; span: (c, 2) seconds between which each cell's passes must peak.
    """
    far = np.linalg.norm(track.position_km, axis=1)
    if not np.isfinite(far).any():
        return np.empty((0, OUT))
    reach = _reach_rad(swath, float(np.nanmax(far)))
    step = NODE_S * float(np.nanmax(np.linalg.norm(track.velocity_km_s, axis=1) / far))
    runs = _worth_a_look(track, far, cells, reach + 2 * step)
    kind = INCIDENCE if swath.limit == "incidence" else OFF_NADIR
    # half a step: of the two nodes either side of any instant, the satellite is no further from one
    near = np.cos(min(np.pi, reach + 0.55 * step))
    limits = (kind, float(np.cos(np.radians(swath.max_deg))), float(swath.min_deg), _SIDES[swath.side], float(near))
    arrays = (track.seconds, track.position_km, track.velocity_km_s)
    room = len(cells) * (len(runs) + int(NODE_S * (runs[:, 1] - runs[:, 0]).sum() / 4000))
    while True:
        found = np.empty((min(room, 5_000_000), OUT))
        number = walk(arrays, runs, cells, limits, span, found)
        if number <= len(found):
            return found[:number].copy()  # the room was larger
        room = number


def _reach_rad(swath: Swath, far_km: float) -> float:
    """Return the angle at the Earth's centre, satellite to place, beyond which the instrument reaches nothing."""
    least = A_KM * np.sqrt(1 - E2)  # the smallest radius reaches furthest round
    most = np.radians(swath.max_deg)
    if swath.limit == "incidence":
        zenith, off_nadir = most, np.arcsin(min(1.0, least / far_km * np.sin(most)))
    else:
        zenith, off_nadir = np.arcsin(min(1.0, far_km / least * np.sin(most))), most
    horizon = np.arccos(min(1.0, least / far_km))
    return float(min(zenith - off_nadir if zenith < np.pi / 2 else horizon, horizon) + 2 * _PLUMB_RAD)


def _worth_a_look(track: Track, far: Floats, cells: Floats, reach: float) -> npt.NDArray[np.int64]:
    """Return (r, 2): first and last node of each stretch in which the satellite may come within reach of any cell.

    The cells lie within a cap round their mean direction; the satellite must be within the cap and the reach.
    """
    up = cells[:, :3] / np.linalg.norm(cells[:, :3], axis=1, keepdims=True)
    mean = up.mean(axis=0)
    near = np.isfinite(far)
    if np.linalg.norm(mean) > 1e-6:  # cells all round the Earth have no middle
        middle = mean / np.linalg.norm(mean)
        cap = np.arccos(np.clip(up @ middle, -1, 1)).max()
        away = np.arccos(np.clip(np.nan_to_num(track.position_km @ middle / far), -1, 1))
        near &= away <= cap + reach
    edges = np.diff(np.r_[0, near.astype(np.int8), 0])
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return np.stack([first, last], axis=1)[last > first].astype(np.int64)
