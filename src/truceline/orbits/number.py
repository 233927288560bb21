"""The number of an orbit in its repeat cycle, from where its ascending node lies on the Earth."""

from __future__ import annotations

import numpy as np

from truceline.orbits.kernel import states
from truceline.orbits.swath import Repeat
from truceline.orbits.track import Floats, Track

_EARTH_RAD_S = 7.2921158553e-5  # turning of the Earth against the mean equinox


def relative_orbits(track: Track, seconds: Floats, repeat: Repeat) -> Floats:
    """Return the number in the repeat cycle of the orbit flown at each instant, (n,) seconds of the track.

    An orbit begins at its ascending node. The angle flown since then follows from position and velocity (inertial), the
    time from that angle and the mean angular speed of the repeat cycle; node and Earth have turned on meanwhile.
    """
    at = states(track.seconds, track.position_km, track.velocity_km_s, seconds)
    position, velocity = at[:, :3], at[:, 3:].copy()
    velocity[:, 0] -= _EARTH_RAD_S * position[:, 1]
    velocity[:, 1] += _EARTH_RAD_S * position[:, 0]
    pole = np.cross(position, velocity)
    node = np.stack([-pole[:, 1], pole[:, 0], np.zeros(len(pole))], axis=1)
    across = np.cross(pole / np.linalg.norm(pole, axis=1, keepdims=True), node)
    flown = np.remainder(np.arctan2((position * across).sum(axis=1), (position * node).sum(axis=1)), 2 * np.pi)
    # in one orbit the ground track moves west by days / orbits of a turn
    turned = 360.0 * repeat.days / repeat.orbits * flown / (2 * np.pi)
    longitude = np.degrees(np.arctan2(node[:, 1], node[:, 0])) + turned
    return repeat.numbers(longitude).astype(float)
