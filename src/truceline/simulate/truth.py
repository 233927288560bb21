"""Invented truth: violations along a line as self-exciting point processes in strip space, grown by generation.

Branching construction of a Hawkes process (Hawkes and Oakes 1974): some begin unprovoked at rates that depend on kind,
side, place, hour and season; each breeds a Poisson number of further ones, by its own side and by the other, at
exponential delays and normal distances. Deterrence thins: each comes about with probability exp(-deterrence x Q), where
Q is the chance that it would be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.observations import new_table
from truceline.sensors.coverage import Coverage
from truceline.sensors.facts import MID
from truceline.sensors.kinds import violation
from truceline.simulate.truth_scenario import SIDES, Answers, KindRule, Scenario, Stretch, check_length
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TRUTH = {
    "event": "number",  # its number, in order of time
    "kind": "text",
    "side": "text",  # first or second: who did it
    "cause": "text",  # unprovoked, the name of a stretch, answer (own side) or retaliation (the other's)
    "parent": "number",  # event it answers; -1 for none
    "time": "time",
    "time_end": "time",  # until when anything of it can be seen: a fire that burns, a gun that stays
    "trace": "flag",  # it left the trace its kind may leave
    "chainage_km": "number",
    "offset_km": "number",
    "lon_deg": "number",
    "lat_deg": "number",
}
STRETCH_KM = 20.0  # of line that share a rate


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


def make_truth(
    scenario: Scenario,
    *,
    strip: Strip,
    period: Timespan,
    timezone: str = "UTC",
    watched: Coverage | None = None,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the violations of a period (the TRUTH table), in order of time. `watched` is what deters.

    Raises
    ------
    RequestError
        When the period never ends or the rates expect more events than can be held.
    """
    kinds = list(scenario.kinds)
    rules = list(scenario.kinds.values())
    seeds = begin(scenario, length_km=strip.length_km, period=period, timezone=timezone, rng=rng)
    events = grow(
        seeds,
        scenario.answers,
        np.array([rule.answered for rule in rules]),
        end_h=period.hours,
        length_km=strip.length_km,
        kept=np.exp(-scenario.deterrence * _chance_seen(watched, kinds, strip.length_km)),
        rng=rng,
    )
    return _table(events, kinds, rules, scenario, strip, period, rng)


def begin(scenario: Scenario, *, length_km: float, period: Timespan, timezone: str, rng: np.random.Generator) -> Events:
    """Return the events that nothing provoked, before deterrence."""
    hours = pd.date_range(period.start, period.end, freq="h", inclusive="left")
    local = hours.tz_convert(timezone)
    start = (hours - pd.Timestamp(period.start)).total_seconds().to_numpy() / 3600
    length = np.minimum(1.0, period.hours - start)
    broken = np.ones(len(hours))
    if scenario.breakdown is not None:
        broken[start >= 24 * scenario.breakdown.day] = scenario.breakdown.factor
    edges = np.linspace(0, length_km, max(1, round(length_km / STRETCH_KM)) + 1)
    weight = np.exp(rng.normal(0, scenario.uneven, len(edges) - 1))
    weight /= weight.mean()
    streams: list[tuple[float, Floats, Floats, int, int, int]] = []
    for k, rule in enumerate(scenario.kinds.values()):
        rate = _by(rule.by_hour, local.hour) * _by(rule.by_month, local.month - 1) * broken * length
        for side, share in enumerate((rule.first_side_share, 1 - rule.first_side_share)):
            mean = rule.per_day / 24 * length_km / 1000 * share * rate.sum()
            streams.append((mean, rate, weight * np.diff(edges), side, k, -1))
    kinds = list(scenario.kinds)
    for number, own in enumerate(scenario.stretches):
        if own.from_km >= length_km:
            raise RequestError(
                f"'{own.called}' begins at km {own.from_km:g} of a line of {length_km:.0f} km.", todo="Correct from_km."
            )
        rate, place = _own_rate(own, start, length), np.clip(edges, own.from_km, own.to_km)
        side = SIDES.index(own.side)
        streams.append((own.per_day / 24 * rate.sum(), rate, np.diff(place), side, kinds.index(own.kind), number))
    check_length(period.hours / 24, sum(s[0] for s in streams) / (1 - scenario.answers.ratio))
    parts = []
    ends = np.r_[start, period.hours]
    for mean, rate, place, side, kind, cause in streams:
        n = rng.poisson(mean)
        along = (
            edges if cause < 0 else np.clip(edges, scenario.stretches[cause].from_km, scenario.stretches[cause].to_km)
        )
        parts.append(
            Events(
                time_h=_spread(rate, ends, n, rng),
                chainage_km=_spread(place, along, n, rng),
                side=np.full(n, side),
                kind=np.full(n, kind),
                cause=np.full(n, cause),
                parent=np.full(n, -1),
            )
        )
    return Events(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in Events.__slots__})


def _own_rate(own: Stretch, start: Floats, length: Floats) -> Floats:
    """Return (hours,): hours of the stretch's own rate in each hour, rising to it when it is a build-up."""
    day = start / 24
    on = (day >= own.from_day) & (day < own.to_day)
    last = min(own.to_day, float(day[-1]) + 1 / 24)
    risen = np.clip((day - own.from_day) / max(last - own.from_day, 1e-9), 0, 1) if own.ramp else 1.0
    return np.asarray(on * length * risen, float)


def _by(relative: tuple[float, ...], which: pd.Index) -> Floats:
    """Return the relative rate of each hour; 1 everywhere when none is said."""
    if not relative:
        return np.ones(len(which))
    values = np.asarray(relative)
    return np.asarray((values / values.mean())[np.asarray(which)])


def _spread(weight: Floats, edges: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Return n draws from a density that is constant between edges, with those weights."""
    total = np.r_[0, np.cumsum(weight)]
    return np.asarray(np.interp(rng.random(n) * total[-1], total, edges), float)


def _chance_seen(watched: Coverage | None, kinds: list[str], length_km: float) -> Floats:
    """Return (kinds, cells, hours) the chance of being seen, in equal cells; 0 where nothing watches."""
    if watched is None:
        return np.zeros((len(kinds), 1, 1))
    none = np.zeros(watched.looked.shape, np.float32)
    seen = np.stack([np.asarray(watched.seen.get(kind, none), np.float64) for kind in kinds])
    # cells of coverage may end with a short one: read it off at the middles of as many equal ones
    number = seen.shape[1]
    middle = (np.arange(number) + 0.5) * length_km / number
    return np.asarray(seen[:, np.clip(np.searchsorted(watched.cell_km, middle, side="right") - 1, 0, number - 1)])


def _table(
    events: Events,
    kinds: list[str],
    rules: list[KindRule],
    scenario: Scenario,
    strip: Strip,
    period: Timespan,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(events)
    depth = np.array([rule.depth_km for rule in rules])[events.kind]
    own_ground = np.array([rule.own_ground for rule in rules])[events.kind]
    own_sign = np.where(events.side == 0, 1.0, -1.0)  # the first party's ground has positive offsets
    offset = np.where(own_ground, own_sign, -own_sign) * rng.exponential(depth)
    laws = [violation(kind) for kind in kinds]
    trace = rng.random(n) < np.array([law.trace(MID) if law.trace_means else 1.0 for law in laws])[events.kind]
    life = rng.exponential(1.0, n) * np.array([law.life_h(MID) for law in laws])[events.kind]
    lasts = np.array([law.lasting for law in laws])[events.kind] | trace
    lon, lat = strip.locate(chainage_km=events.chainage_km, offset_km=offset)
    order = np.argsort(events.time_h, kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    start = pd.Timestamp(period.start)
    names = np.array([*(s.called for s in scenario.stretches), "answer", "retaliation", "unprovoked"], object)
    bred = events.parent >= 0
    by_other = bred & (events.side != events.side[np.maximum(events.parent, 0)]) if n else bred
    cause = np.where(
        bred, np.where(by_other, len(names) - 2, len(names) - 3), np.where(events.cause < 0, -1, events.cause)
    )
    columns = {
        "event": rank,
        "kind": np.array(kinds, object)[events.kind],
        "side": np.array(SIDES, object)[events.side],
        "cause": names[cause],
        "parent": np.where(bred, rank[np.maximum(events.parent, 0)] if n else -1, -1),
        "time": start + pd.to_timedelta(events.time_h, unit="h"),
        "time_end": start + pd.to_timedelta(events.time_h + np.where(lasts, life, 0.0), unit="h"),
        "trace": trace,
        "chainage_km": events.chainage_km,
        "offset_km": offset,
        "lon_deg": lon,
        "lat_deg": lat,
    }
    return new_table(TRUTH, columns, length=n).take(order).reset_index(drop=True)
