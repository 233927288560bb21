"""Invented truth: violations along a line as self-exciting point processes in strip space, grown by generation.

Some begin unprovoked (`truth_unprovoked`), each breeds further ones (`truth_growth`). Deterrence thins: each comes
about with probability exp(-deterrence x Q), where Q is the chance that it would be seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations import new_table
from truceline.sensors.coverage import Coverage
from truceline.sensors.facts import MID
from truceline.sensors.kinds import violation
from truceline.simulate.truth_growth import Events, grow
from truceline.simulate.truth_scenario import SIDES, KindRule, Scenario
from truceline.simulate.truth_unprovoked import begin
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]

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
