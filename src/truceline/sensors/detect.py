"""How long until a violation is seen: the distribution of the time from its beginning to the first detection."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.sensors.chain import CLOUD_MEMORY_H, JAM_MEMORY_H, JAM_SHARE, LIFE_H, TASKED
from truceline.sensors.facts import MID
from truceline.sensors.kinds import Violation, violation
from truceline.sensors.scene import Scene

Floats = npt.NDArray[np.float64]
HORIZON_H = 14 * 24
EVERY_H = 5  # between the starts that are followed; no divisor of a day, so that every hour of it has its turn
PLACES = 240  # cells at which they are followed, about

DELAYS: dict[str, str] = {
    "kind": "object",
    "detected": "float64",  # share of violations that are seen at all, of those begun early enough to be followed
    "median_h": "float64",  # from beginning to detection, of those detected; nan when none is
    "p90_h": "float64",
    "worst_h": "float64",  # the longest that happens to one in a thousand of them
    "median_all_h": "float64",  # of all, inf where fewer than half are ever seen
    "p90_all_h": "float64",
}


def time_to_detect(scene: Scene, kinds: Sequence[str]) -> pd.DataFrame:
    """Return one row per kind (DELAYS) under the middle assumptions: quantiles over places, hours and chance.

    Starts are followed every five hours at some cells of every node, for up to 14 days or the period's end. A violation
    whose trace ends unseen is never detected.
    """
    rows = [(kind, *_quantiles(_delays(scene, violation(kind)))) for kind in kinds]
    return pd.DataFrame(rows, columns=list(DELAYS)).astype(DELAYS)


def _quantiles(mass: Floats) -> tuple[float, ...]:
    """Return detected share and quantiles of (hours + 1,) mass whose last entry is 'never'."""
    total = mass.sum()
    found = mass[:-1].sum()
    if found <= 0:
        return (0.0, np.nan, np.nan, np.nan, np.inf, np.inf)
    within = np.cumsum(mass[:-1])

    def at(share: float, of: float) -> float:
        wanted = share * of
        if wanted > within[-1] * (1 + 1e-9):
            return np.inf
        i = int(np.searchsorted(within, wanted * (1 - 1e-12)))
        before = within[i - 1] if i else 0.0
        return float(i + (wanted - before) / max(within[i] - before, 1e-300))

    among = [at(share, found) for share in (0.5, 0.9, 0.999)]
    return (float(found / total), *among, at(0.5, total), at(0.9, total))


def _delays(scene: Scene, one: Violation) -> Floats:
    """Return (horizon + 1,): mass of detections by whole hours of delay, and of what is never detected."""
    hours = len(scene.steps)
    mass = np.zeros(min(HORIZON_H, hours) + 1)
    trace = one.trace(MID) if one.life_h(MID) else 0.0
    new_day = scene.steps.hour.to_numpy() == 0
    clear = scene.clear(one.kind, MID)
    constants = scene.constants(max(one.life_h(MID), 1e-3), MID)
    for traced, share in ((True, trace), (False, 1 - trace)):
        if share <= 0:
            continue
        chance = scene.looks.chance(one.kind, case=MID, traced=traced)
        missed = scene.standing.missed(one.kind, case=MID, traced=traced or not one.lasting)
        looked = chance if traced or one.lasting else np.zeros_like(chance)
        for node in range(len(scene.night)):
            rows = slice(scene.looks.edges[node], scene.looks.edges[node + 1])
            times = scene.looks.time_h[rows]
            first = np.searchsorted(times, np.arange(hours + 1)).astype(np.int64)
            under = (times, looked[rows], scene.looks.needs_sky[rows], scene.looks.needs_task[rows], first)
            row = scene.standing.regime * 2 + scene.night[node] if len(missed) else np.zeros(hours, np.int64)
            cells = _some(scene, node) if len(missed) else np.zeros(1, np.int64)
            weight = share * (scene.grid.edges[node + 1] - scene.grid.edges[node]) / len(cells)
            for cell in cells:
                stood = missed[:, :, cell].astype(float) if len(missed) else np.ones((1, 1))
                _follow(under, (row, clear[node], new_day, stood), constants, (one.lasting, EVERY_H, weight), mass)
    mass[-1] -= mass[:-1].sum()
    return mass


def _some(scene: Scene, node: int) -> npt.NDArray[np.int64]:
    """Return cells of a node, spread over it both ways."""
    first, last = scene.grid.edges[node], scene.grid.edges[node + 1]
    number = min(last - first, max(2, -(-PLACES // len(scene.night))))
    return np.asarray(first + ((np.arange(number) + 0.5) * (last - first) / number).astype(np.int64))


@numba.njit(cache=True, nogil=True)
def _follow(looks, by_hour, constants, how, mass):  # type: ignore[no-untyped-def]
    """Follow violations begun at the middle of every few hours forwards, adding their detections to `mass` by delay.

    The last of `mass` gets all that began: the caller takes off what was found.
    """
    row, clear, new_day, stood = by_hour
    lasting, every, share = how
    horizon, jams = len(mass) - 1, stood.shape[1]
    p_jam = np.array([1.0, 0.0]) if jams == 1 else np.array([1 - constants[JAM_SHARE], constants[JAM_SHARE]])
    p_task = np.array([1 - constants[TASKED], constants[TASKED]])
    state = np.empty((2, 2, 2))  # jammed, tasked, sky shut
    for begin in range(0, len(row), every):
        _begin(state, share, p_jam, p_task, clear[begin])
        mass[horizon] += share
        # of what lasts, half began too late in its hour for the hour's watch
        here = stood[row[begin]]
        mass[0] += _stand(state, 0.5 * (1 + here) if lasting else here)
        now = begin + 0.5
        for h in range(begin, min(len(row), begin + horizon)):
            if h > begin:
                if new_day[h]:
                    _redraw(state, p_task)
                now = _step(state, float(h), now, clear[h], constants, p_jam)
            now = _pass_over(state, looks, (h, begin, now, clear[h]), constants, p_jam, mass)
            if lasting and h > begin:
                now = _step(state, max(h + 0.5, now), now, clear[h], constants, p_jam)
                mass[min(int(now - begin - 0.5), horizon - 1)] += _stand(state, stood[row[h]])
            if state.sum() < 1e-5 * share:
                break


@numba.njit(cache=True, nogil=True)
def _pass_over(state, looks, when, constants, p_jam, mass):  # type: ignore[no-untyped-def]
    """The looks of one hour from `now` on."""
    times, chance, sky, task, first = looks
    h, begin, now, clear = when
    for i in range(first[h], first[h + 1]):
        if times[i] >= now and chance[i] > 0:
            now = _step(state, times[i], now, clear, constants, p_jam)
            mass[min(int(now - begin - 0.5), len(mass) - 2)] += _detect(state, chance[i], sky[i], task[i])
    return now


@numba.njit(cache=True, nogil=True)
def _begin(state, share, p_jam, p_task, clear):  # type: ignore[no-untyped-def]
    for j in range(2):
        for t in range(2):
            state[j, t, 0] = share * p_jam[j] * p_task[t] * clear
            state[j, t, 1] = share * p_jam[j] * p_task[t] * (1 - clear)


@numba.njit(cache=True, nogil=True)
def _stand(state, missed):  # type: ignore[no-untyped-def]
    """An hour of the posts: return what they find, and take it off."""
    found = 0.0
    for j in range(missed.shape[0]):
        found += (1 - missed[j]) * state[j].sum()
        state[j] *= missed[j]
    return found


@numba.njit(cache=True, nogil=True)
def _step(state, then, now, clear, constants, p_jam):  # type: ignore[no-untyped-def]
    """Go on to `then`: some end, the sky and the jamming change."""
    dt = then - now
    if dt <= 0:
        return now
    alive = np.exp(-dt / constants[LIFE_H])
    keep = np.exp(-dt / constants[CLOUD_MEMORY_H])
    held = np.exp(-dt / max(constants[JAM_MEMORY_H], 1e-6))
    for j in range(2):
        for t in range(2):
            both = state[j, t, 0] + state[j, t, 1]
            state[j, t, 0] = alive * (keep * state[j, t, 0] + (1 - keep) * clear * both)
            state[j, t, 1] = alive * (keep * state[j, t, 1] + (1 - keep) * (1 - clear) * both)
    for t in range(2):
        for s in range(2):
            both = state[0, t, s] + state[1, t, s]
            for j in range(2):
                state[j, t, s] = held * state[j, t, s] + (1 - held) * p_jam[j] * both
    return then


@numba.njit(cache=True, nogil=True)
def _redraw(state, p_task):  # type: ignore[no-untyped-def]
    """A new day: whether the line is tasked is drawn anew."""
    for j in range(2):
        for s in range(2):
            both = state[j, 0, s] + state[j, 1, s]
            state[j, 0, s] = p_task[0] * both
            state[j, 1, s] = p_task[1] * both


@numba.njit(cache=True, nogil=True)
def _detect(state, chance, sky, task):  # type: ignore[no-untyped-def]
    """A look in the states in which it looks: return what it finds, and take it off."""
    found = 0.0
    for j in range(2):
        for t in range(1 if task else 0, 2):
            for s in range(1 if sky else 2):
                found += chance * state[j, t, s]
                state[j, t, s] *= 1 - chance
    return found
