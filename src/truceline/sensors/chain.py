"""The heart of coverage: what becomes of a violation that began at any moment, walked backwards through the hours.

A violation lasts an exponential time, so that what is still to come does not depend on how long it has lasted. One walk
from the end of the period to its beginning therefore gives, for every hour, the chance that a violation begun in it was
seen, exactly, with its life as a common cause of all looks. The walk carries what looks share as states: is the sky
over the place open, is the block jammed, were the tasked satellites given this line today. Cost: hours + looks.
"""

from __future__ import annotations

import numba
import numpy as np

# what `sweep` is told in its array of constants
LIFE_H, CLOUD_MEMORY_H, JAM_SHARE, JAM_MEMORY_H, TASKED = 0, 1, 2, 3, 4
OPEN, SHUT = 0, 1  # states of the sky
ONE = np.float32(1.0)


@numba.njit(cache=True, nogil=True, fastmath=True)
def sweep(looks, by_hour, missed, constants, out):  # type: ignore[no-untyped-def]
    """Fill `out` (hours, cells): the chance that a violation begun in each hour was seen.

    looks: times_h, (l,) rising hours from the start; chance, (l,) of detection under an open sky and, for agile ones,
    when tasked; needs_sky, needs_task, (l,) flags; first, (hours + 1,) number of each hour's first look. by_hour: row,
    (hours,) of `missed`; clear, (hours,) chance of an open sky; new_day, (hours,) whether a new draw of tasking begins.
    missed, (rows, jam states, cells): chance that the sensors that stand there miss it for an hour; no rows at all when
    none stand there. A violation begins at any moment of its hour with equal chance.
    """
    times_h, chance, needs_sky, needs_task, first = looks
    row, clear, new_day = by_hour
    hours, cells = out.shape
    standing = missed.shape[0] > 0
    jams = missed.shape[1]
    tasks = 2 if needs_task.any() else 1
    life, memory = constants[LIFE_H], constants[CLOUD_MEMORY_H]
    jam, keep_jam = constants[JAM_SHARE], np.exp(-1.0 / max(constants[JAM_MEMORY_H], 1e-6))
    task = constants[TASKED]
    share = np.empty((2, 2))
    for j in range(jams):
        for t in range(tasks):
            p_jam = 1.0 if jams == 1 else (jam if j == 1 else 1 - jam)
            share[j, t] = p_jam * (1.0 if tasks == 1 else (task if t == 1 else 1 - task))
    fixed = (share, life, memory, jams, tasks)
    seen = np.zeros((2, 2, 2, cells), np.float32)
    for h in range(hours - 1, -1, -1):
        v = np.float32(clear[h])
        if h + 1 < hours:
            if clear[h + 1] != clear[h]:
                _couple(seen, clear[h], clear[h + 1])
            if tasks == 2 and new_day[h + 1]:
                _mix(seen[:, 0], seen[:, 1], np.float32(task), np.float32(0.0))
            if jams == 2:
                _mix(seen[0], seen[1], np.float32(jam), np.float32(keep_jam))
        total = out[h]
        total[:] = 0
        now = h + 1.0
        i = first[h + 1] - 1
        stood = not standing
        while i >= first[h] or not stood:
            if not stood and (i < first[h] or times_h[i] <= h + 0.5):
                now = _back(seen, total, h + 0.5, now, v, fixed)
                _stand(seen, missed[row[h]], jams, tasks)
                stood = True
            else:
                now = _back(seen, total, times_h[i], now, v, fixed)
                _look(seen, np.float32(chance[i]), needs_sky[i], needs_task[i], jams, tasks)
                i -= 1
        _back(seen, total, float(h), now, v, fixed)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _back(seen, total, then, now, clear, fixed):  # type: ignore[no-untyped-def]
    """Go back from `now` to `then`: some end in between, the sky changes; add what began in between to `total`."""
    share, life, memory, jams, tasks = fixed
    dt = now - then
    if dt <= 0:
        return then
    alive = np.exp(-dt / life)
    keep = np.float32(alive * np.exp(-dt / memory))
    level = np.float32(alive) - keep
    weight = life * (1 - np.exp(-dt / life))  # the integral of exp(-t / life)
    shut = ONE - clear
    for j in range(jams):
        for t in range(tasks):
            part = np.float32(weight * share[j, t])
            up, down = seen[j, t, OPEN], seen[j, t, SHUT]
            for c in range(total.shape[0]):
                mean = clear * up[c] + shut * down[c]
                total[c] += part * mean
                up[c] = level * mean + keep * up[c]
                down[c] = level * mean + keep * down[c]
    return then


@numba.njit(cache=True, nogil=True, fastmath=True)
def _stand(seen, missed, jams, tasks):  # type: ignore[no-untyped-def]
    """An hour of the sensors that stand there: missed, (jam states, cells)."""
    for j in range(jams):
        miss = missed[j]
        for t in range(tasks):
            for s in range(2):
                here = seen[j, t, s]
                for c in range(here.shape[0]):
                    here[c] = ONE - miss[c] * (ONE - here[c])


@numba.njit(cache=True, nogil=True, fastmath=True)
def _look(seen, chance, needs_sky, needs_task, jams, tasks):  # type: ignore[no-untyped-def]
    """A look in the states in which it looks: what was missed before it is seen with its chance."""
    left = ONE - chance
    for j in range(jams):
        for t in range(tasks):
            if needs_task and t == 0:
                continue
            for s in range(1 if needs_sky else 2):
                here = seen[j, t, s]
                for c in range(here.shape[0]):
                    here[c] = chance + left * here[c]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _mix(off, on, share, keep):  # type: ignore[no-untyped-def]
    """Relax two states towards their mean, keeping the share `keep` of their difference."""
    rest = ONE - share
    for k in range(off.shape[0]):
        for s in range(2):
            a, b = off[k, s], on[k, s]
            for c in range(a.shape[0]):
                mean = share * b[c] + rest * a[c]
                a[c] = mean + keep * (a[c] - mean)
                b[c] = mean + keep * (b[c] - mean)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _couple(seen, before, after):  # type: ignore[no-untyped-def]
    """Carry the sky over an hour at which its chance of being open changes.

    The sky is open where one draw lies under the chance; the draw stays. P(open after | open) = min(1, after / before),
    P(open after | shut) = max(0, (after - before) / (1 - before)): the marginal stays what it should be.
    """
    stay = np.float32(min(1.0, after / before)) if before > 0 else np.float32(0.0)
    gain = np.float32(max(0.0, (after - before) / (1 - before))) if before < 1 else np.float32(0.0)
    for j in range(2):
        for t in range(2):
            a, b = seen[j, t, OPEN], seen[j, t, SHUT]
            for c in range(a.shape[0]):
                up, down = a[c], b[c]
                a[c] = down + stay * (up - down)
                b[c] = down + gain * (up - down)
