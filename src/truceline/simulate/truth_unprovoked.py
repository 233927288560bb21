"""What nothing provoked: Poisson streams by kind, side, hour, season and stretch of line, before deterrence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.simulate.truth_growth import Events
from truceline.simulate.truth_scenario import SIDES, Scenario, Stretch, check_length
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]

STRETCH_KM = 20.0  # of line that share a rate


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
