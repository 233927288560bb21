"""The search for passes over one place: a walk along a track's nodes, and roots between them."""

from __future__ import annotations

import numba
import numpy as np

INCIDENCE, OFF_NADIR = 0, 1  # what a limit is set on
OUT = 9  # columns of a found pass: see `walk`

_A, _E2 = 6378.137, 6.69437999014e-3
_NEAR_S = 1e-3  # roots are found to a millisecond or better


@numba.njit(cache=True, nogil=True, error_model="numpy")
def state(seconds, position, velocity, k, t):  # type: ignore[no-untyped-def]
    """Return (x, y, z, vx, vy, vz) at t in step k: the cubic through both ends' positions and velocities (Hermite)."""
    h = seconds[k + 1] - seconds[k]
    s = (t - seconds[k]) / h
    a, b = (1 + 2 * s) * (1 - s) ** 2, s * s * (3 - 2 * s)
    c, d = h * s * (1 - s) ** 2, h * s * s * (s - 1)
    da = 6 * s * (s - 1) / h
    dc, dd = (1 - s) * (1 - 3 * s), s * (3 * s - 2)
    p, q, u, w = position[k], position[k + 1], velocity[k], velocity[k + 1]
    return (
        a * p[0] + b * q[0] + c * u[0] + d * w[0],
        a * p[1] + b * q[1] + c * u[1] + d * w[1],
        a * p[2] + b * q[2] + c * u[2] + d * w[2],
        da * (p[0] - q[0]) + dc * u[0] + dd * w[0],
        da * (p[1] - q[1]) + dc * u[1] + dd * w[1],
        da * (p[2] - q[2]) + dc * u[2] + dd * w[2],
    )


@numba.njit(cache=True, nogil=True, error_model="numpy")
def states(seconds, position, velocity, at):  # type: ignore[no-untyped-def]
    """Return (n, 6), `state` at each of some instants within the track."""
    out = np.empty((len(at), 6))
    for i in range(len(at)):
        k = min(max(np.searchsorted(seconds, at[i]) - 1, 0), len(seconds) - 2)
        out[i] = state(seconds, position, velocity, k, at[i])
    return out


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _rise(place, s):  # type: ignore[no-untyped-def]
    """Return the sine of the elevation of a state over a place, its rate per second, and the range."""
    dx, dy, dz = s[0] - place[0], s[1] - place[1], s[2] - place[2]
    rho = np.sqrt(dx * dx + dy * dy + dz * dz)
    sine = (place[3] * dx + place[4] * dy + place[5] * dz) / rho
    along = (dx * s[3] + dy * s[4] + dz * s[5]) / rho
    return sine, (place[3] * s[3] + place[4] * s[4] + place[5] * s[5] - sine * along) / rho, rho


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _cos_off_nadir(place, s, rho):  # type: ignore[no-untyped-def]
    """Return the cosine of the angle at the satellite between straight down (geodetic) and the place."""
    r = np.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
    sine2 = (s[2] / r) ** 2
    n = _A * (1 + 0.5 * _E2 * sine2)
    height = r - _A * (1 - 0.5 * _E2 * sine2)
    z = s[2] * (n + height) / (n * (1 - _E2) + height)
    down = np.sqrt(s[0] * s[0] + s[1] * s[1] + z * z)
    dot = s[0] * (s[0] - place[0]) + s[1] * (s[1] - place[1]) + z * (s[2] - place[2])
    return min(1.0, max(-1.0, dot / (down * rho)))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _within(place, s, sine, rho, limits):  # type: ignore[no-untyped-def]
    """Return a value that is at least 0 where the place lies within the outer limit, and rises inward."""
    if limits[0] == INCIDENCE:
        return sine - limits[1]
    # on the far side of the Earth the angle at the satellite is small again: the place must see the satellite too
    return min(sine, _cos_off_nadir(place, s, rho) - limits[1])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _root(track, k, span, place, limits, of_rate):  # type: ignore[no-untyped-def]
    """Return the instant in `span` (from, value there, to, value there; opposite signs) at which the value is 0.

    The value is the rate of elevation, or else `_within`. Regula falsi (Illinois; Dowell & Jarratt 1971).
    """
    a, fa, b, fb = span
    t = a
    for _ in range(60):
        slope = (fb - fa) / (b - a)
        t = b - fb / slope
        s = state(track[0], track[1], track[2], k, t)
        sine, f, rho = _rise(place, s)
        if not of_rate:
            f = _within(place, s, sine, rho, limits)
        if abs(f) <= _NEAR_S * abs(slope):
            break
        if f * fb < 0:
            a, fa = b, fb
        else:
            fa *= 0.5
        b, fb = t, f
    return t


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _tell(place, s, out):  # type: ignore[no-untyped-def]
    """Fill what the pass looks like at its peak: off-nadir and view zenith (degrees), range, side, northward."""
    sine, _, rho = _rise(place, s)
    out[4] = np.degrees(np.arccos(_cos_off_nadir(place, s, rho)))
    out[5] = np.degrees(np.arccos(min(1.0, max(-1.0, sine))))
    out[6] = rho
    # left of the way it flies over the turning Earth is up x velocity
    left_x, left_y, left_z = s[1] * s[5] - s[2] * s[4], s[2] * s[3] - s[0] * s[5], s[0] * s[4] - s[1] * s[3]
    toward = left_x * (place[0] - s[0]) + left_y * (place[1] - s[1]) + left_z * (place[2] - s[2])
    out[7] = 1.0 if toward >= 0 else -1.0
    out[8] = 1.0 if s[5] > 0 else 0.0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _counts(row, kind, least, side, low, high):  # type: ignore[no-untyped-def]
    """Return whether a pass peaks in its span, on the side looked to, and not nearer to nadir than the inner limit."""
    if not low <= row[2] < high or (side != 0 and row[7] != side):
        return False
    return bool((row[5] if kind == INCIDENCE else row[4]) >= least)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _trace(track, first, last, place, limits, points):  # type: ignore[no-untyped-def]
    """Fill `points` from node to node and return their number: the nodes, and each highest and lowest between them.

    Columns: instant, step it lies in, `_within` there, sine of elevation (-2 where not highest). Between two points the
    elevation only rises or only falls.
    """
    seconds, position, velocity = track
    number = 0
    rising, rate = False, 0.0
    for k in range(first, last + 1):
        step = max(k - 1, first)
        p, v = position[k], velocity[k]
        s = (p[0], p[1], p[2], v[0], v[1], v[2])
        sine, rate_here, rho = _rise(place, s)
        if k > first and rising != (rate_here > 0):
            t = _root(track, step, (seconds[step], rate, seconds[k], rate_here), place, limits, True)
            top = state(seconds, position, velocity, step, t)
            sine_top, _, rho_top = _rise(place, top)
            points[number, 0], points[number, 1] = t, step
            points[number, 2] = _within(place, top, sine_top, rho_top, limits)
            points[number, 3] = sine_top if rising else -2.0
            number += 1
        points[number, 0], points[number, 1] = seconds[k], step
        points[number, 2] = _within(place, s, sine, rho, limits)
        points[number, 3] = -2.0
        number += 1
        rate, rising = rate_here, rate_here > 0
    return number


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _edge(track, points, i, place, limits):  # type: ignore[no-untyped-def]
    """Return when the outer limit is crossed between points i - 1 and i."""
    span = (points[i - 1, 0], points[i - 1, 2], points[i, 0], points[i, 2])
    return _root(track, int(points[i, 1]), span, place, limits, False)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _window(position, place, cos_near, k, last):  # type: ignore[no-untyped-def]
    """Return the next stretch from node k on, (first, last), at whose inner nodes the satellite is near the place.

    The first is beyond `last` where there is none.
    """
    first = last + 1
    size = np.sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
    for i in range(k, last + 1):
        p = position[i]
        across = p[0] * place[0] + p[1] * place[1] + p[2] * place[2]
        near = across > cos_near * size * np.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
        if near and first > last:
            first = i
        elif not near and first <= last:
            return max(first - 1, k), i
    return (max(first - 1, k), last) if first <= last else (first, last)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _pick(track, points, n, place, limits, span, room):  # type: ignore[no-untyped-def]
    """Fill `room` with the passes among n points and return their number; columns as in `walk`, without the cell."""
    number = 0
    begin, top = points[0, 0], -1
    for i in range(n):
        if i > 0 and points[i - 1, 2] < 0 <= points[i, 2]:
            begin, top = _edge(track, points, i, place, limits), -1
        if points[i, 2] >= 0 and points[i, 3] > -2 and (top < 0 or points[i, 3] > points[top, 3]):
            top = i
        ends = i > 0 and points[i, 2] < 0 <= points[i - 1, 2]
        if top >= 0 and (ends or i == n - 1):
            row = room[number]
            row[1], row[2] = begin, points[top, 0]
            row[3] = _edge(track, points, i, place, limits) if ends else points[i, 0]
            _tell(place, state(track[0], track[1], track[2], int(points[top, 1]), row[2]), row)
            if _counts(row, limits[0], limits[2], limits[3], span[0], span[1]):
                number += 1
            top = -1
    return number


@numba.njit(cache=True, nogil=True, error_model="numpy")
def walk(track, runs, cells, limits, span, found):  # type: ignore[no-untyped-def]
    """Fill `found` with the passes over every cell and return their number; more than its length means: too small.

    track: (seconds, position, velocity) of the nodes. runs: (r, 2) first and last node of each stretch worth a look.
    cells: (c, 6) of `places`. limits: (kind, cosine of the outer limit, inner limit in degrees, side: 0 both, 1 left,
    -1 right, cosine of the angle at the Earth's centre beyond which a node cannot matter). span: (c, 2) seconds between
    which each cell's passes must peak. Columns of `found`: cell, start, peak, end (s), off-nadir, view zenith (deg),
    range (km), side (1 left), northward (1).

    A pass is one unbroken stretch within the outer limit, however its elevation goes up and down, and its peak is the
    highest elevation in it. A pass still open where the track ends is closed there.
    """
    points = np.empty((3 * len(track[0]) + 3, 4))
    some = np.empty((len(track[0]) + 1, OUT))
    number = 0
    for c in range(len(cells)):
        for j in range(len(runs)):
            first, last = _window(track[1], cells[c], limits[4], runs[j, 0], runs[j, 1])
            while first <= runs[j, 1]:
                n = _trace(track, first, last, cells[c], limits, points)
                for i in range(_pick(track, points, n, cells[c], limits, span[c], some)):
                    if number < len(found):
                        found[number] = some[i]
                        found[number, 0] = c
                    number += 1
                if last == runs[j, 1]:
                    break
                first, last = _window(track[1], cells[c], limits[4], last, runs[j, 1])
    return number
