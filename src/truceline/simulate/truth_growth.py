"""How violations breed: the branching construction of a Hawkes process (Hawkes and Oakes 1974), in one kernel.

Each event breeds a Poisson number of further ones, by its own side and by the other, at exponential delays and normal
distances; each comes about with the chance that deterrence leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from truceline.simulate.truth_scenario import Answers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Events:
    """Events as arrays; `parent` is a row of the same arrays, -1 for those that nothing provoked."""

    time_h: Floats
    chainage_km: Floats
    side: Ints
    kind: Ints
    cause: Ints  # -1 unprovoked; else the number of a stretch
    parent: Ints

    def __len__(self) -> int:
        return len(self.time_h)

    def only(self, rows: Bools) -> Events:
        """Return some of the events, parents as they are."""
        return Events(**{name: getattr(self, name)[rows] for name in self.__slots__})


def grow(
    seeds: Events,
    answers: Answers,
    answered: Bools,
    *,
    end_h: float,
    length_km: float,
    kept: Floats,
    rng: np.random.Generator,
) -> Events:
    """Return the seeds and all they breed before `end_h`. `answered`, (kinds,), says which kinds breed.

    `kept`, (kinds, cells, hours), gives the chance that an event that would happen does, in equal cells along the line;
    what is thinned away breeds nothing. Beyond the ends of the line the place is mirrored, so that no mass is lost.
    Expected number without thinning: seeds / (1 - ratio).
    """
    law = np.array(
        [answers.ratio, answers.other / max(answers.ratio, 1e-300), answers.delay_h, answers.reach_km, end_h, length_km]
    )
    columns = (seeds.time_h, seeds.chainage_km, seeds.side, seeds.kind, seeds.cause)
    made = _grow(rng, columns, answered, np.ascontiguousarray(kept, float), law)
    return Events(**dict(zip(Events.__slots__, made, strict=True)))


@numba.njit(cache=True)
def _happens(rng, kept, kind, place, time, length):  # type: ignore[no-untyped-def]
    cell = min(int(place / length * kept.shape[1]), kept.shape[1] - 1)
    return rng.random() < kept[kind, cell, min(int(time), kept.shape[2] - 1)]


@numba.njit(cache=True)
def _grow(rng, seeds, breeds, kept, law):  # type: ignore[no-untyped-def]
    """Return the columns of Events, one generation after another.

    `law` holds ratio, share of the other side, delay, reach, end of the period and length of the line.
    """
    times, places, sides, kinds, causes = seeds
    end, length = law[4], law[5]
    room = 4 * len(times) + 64
    time, place = np.empty(room), np.empty(room)
    side, kind = np.empty(room, np.int64), np.empty(room, np.int64)
    cause, parent = np.empty(room, np.int64), np.empty(room, np.int64)
    made = 0
    for i in range(len(times)):
        if _happens(rng, kept, kinds[i], places[i], times[i], length):
            time[made], place[made], side[made] = times[i], places[i], sides[i]
            kind[made], cause[made], parent[made] = kinds[i], causes[i], -1
            made += 1
    at = 0
    while at < made:
        number = rng.poisson(law[0]) if breeds[kind[at]] else 0
        if made + number > room:
            room = 2 * (made + number)
            time, place = _longer(time, room), _longer(place, room)
            side, kind = _longer(side, room), _longer(kind, room)
            cause, parent = _longer(cause, room), _longer(parent, room)
        for _ in range(number):
            when = time[at] + rng.exponential(law[2])
            where = place[at] + rng.normal(0.0, law[3])
            where = min(max(length - abs(length - abs(where)), 0.0), length)
            by_other = rng.random() < law[1]
            if when < end and _happens(rng, kept, kind[at], where, when, length):
                time[made], place[made], side[made] = when, where, 1 - side[at] if by_other else side[at]
                kind[made], cause[made], parent[made] = kind[at], -1, at
                made += 1
        at += 1
    return time[:made], place[:made], side[:made], kind[:made], cause[:made], parent[:made]


@numba.njit(cache=True)
def _longer(values, room):  # type: ignore[no-untyped-def]
    out = np.empty(room, values.dtype)
    out[: len(values)] = values
    return out
