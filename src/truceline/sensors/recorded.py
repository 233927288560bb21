"""Coverage from recorded looks alone, where a mission does not say which sensors watch.

A thermal look is a box at an instant under a known cloud; people who are present are a box through some hours. A pass
that detected nothing anywhere is not among the records: `cover_deployment` knows it from the orbit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.light import SUNRISE_DEG, sun_elevation_deg
from truceline.sensors.chain import sweep
from truceline.sensors.coverage import STEP_H, Coverage, Table, hourly_steps
from truceline.sensors.facts import CASES, fact, has_fact
from truceline.sensors.kinds import violation
from truceline.sensors.thermal import FIRES, VIIRS_DAY, VIIRS_NIGHT, clear_share, detection_probability
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
CELL_KM = 10.0


def cover(looks: pd.DataFrame, *, strip: Strip, period: Timespan, kinds: Sequence[str]) -> Coverage:
    """Return how well each cell was watched in each hour of the period, from the table LOOKS.

    Cells are 10 km along the line, judged at their middle on the line. The sky between looks is that of the nearest
    look, and stays as it is for some hours. Cost is linear in cells x (hours + looks).
    """
    cell = np.arange(0.0, max(strip.length_km, 1e-9), CELL_KM)
    width = np.minimum(CELL_KM, strip.length_km - cell)
    steps, step_h = hourly_steps(period)
    lon, lat = strip.locate(chainage_km=cell + width / 2)
    looks = looks.sort_values("time_start", kind="stable")
    inside, hours = _footprints(looks, lon, lat), _hours(looks, period)
    hot = np.flatnonzero(looks["sensor"].eq("thermal").to_numpy() & (hours[:, 0] >= 0) & (hours[:, 0] < len(steps)))
    shape = (len(cell), len(steps))
    present = _presence(looks, inside, hours, shape)
    times = pd.DatetimeIndex(looks["time_start"])[hot]
    sun = sun_elevation_deg(times, lon_deg=lon.mean(keepdims=True), lat_deg=lat.mean(keepdims=True))[:, 0]
    cloud, at = looks["cloud"].to_numpy(float)[hot], hours[hot, 0]

    def fires_seen(chance: Floats, *, exponent: float, life_h: float) -> Floats:
        clear = _sky(at, clear_share(cloud, exponent=exponent), len(steps))
        return _walk(inside[hot], at, chance, clear, life_h=life_h, shape=shape)

    def seen(kind: str, case: int) -> Table:
        by_satellite: Floats | float = 0.0
        if kind in FIRES:
            law, exponent = violation(kind), fact("cloud.exponent.fire").against(case)
            power = law.number("power_mw", case)
            day, night = (detection_probability(curve, power, case=case) for curve in (VIIRS_DAY, VIIRS_NIGHT))
            chance = np.where(sun < SUNRISE_DEG, night, day)
            by_satellite = law.trace(case) * fires_seen(chance, exponent=exponent, life_h=law.life_h(case))
        key = f"present.{kind}"
        notices = fact(key).for_it(case) if has_fact(key) else 0.0
        return np.asarray(1 - (1 - by_satellite) * (1 - present * notices), np.float32)

    by_case = [{kind: seen(kind, case) for kind in kinds} for case in CASES]
    open_to = fires_seen(np.ones(len(hot)), exponent=fact("cloud.exponent.fire").mid, life_h=1.0)
    return Coverage(
        cell_km=cell,
        width_km=width,
        steps=steps,
        step_h=step_h,
        daylight=sun_elevation_deg(steps, lon_deg=lon, lat_deg=lat).T > SUNRISE_DEG,
        looked=np.asarray(np.maximum(open_to, present), np.float32),
        seen_low=by_case[0],
        seen=by_case[1],
        seen_high=by_case[2],
    )


def _walk(inside: Bools, at: Floats, chance: Floats, clear: Floats, *, life_h: float, shape: tuple[int, int]) -> Floats:
    """Return (cells, steps): the chance that a fire begun in each step was seen by a look at its cell."""
    out = np.zeros(shape)
    none = np.zeros((0, 1, 1), np.float32)
    constants = np.array([life_h, fact("cloud.memory_known_h").mid, 0.0, 1.0, 1.0])
    row, days = np.zeros(shape[1], np.int64), np.zeros(shape[1], bool)
    walked: dict[bytes, Floats] = {}
    for cell in range(shape[0]):
        rows = inside[:, cell]
        key = rows.tobytes()  # neighbours are mostly under the same looks
        if key not in walked:
            sky, seen = np.ones(int(rows.sum()), bool), np.empty((shape[1], 1), np.float32)
            first = np.searchsorted(at[rows], np.arange(shape[1] + 1)).astype(np.int64)
            under = (at[rows], chance[rows].astype(np.float32), sky, ~sky, first)
            sweep(under, (row, clear, days), none, constants, seen)
            walked[key] = seen[:, 0].astype(float)
        out[cell] = walked[key]
    return out


def _sky(at: Floats, clear: Floats, hours: int) -> Floats:
    """Return (hours,): the chance of an open sky, that of the look nearest in time."""
    if not len(at):
        return np.full(hours, 0.5)
    middle = np.arange(hours) + STEP_H / 2
    after = np.clip(np.searchsorted(at, middle), 0, len(at) - 1)
    before = np.maximum(after - 1, 0)
    return np.asarray(clear[np.where(np.abs(at[before] - middle) <= np.abs(at[after] - middle), before, after)])


def _footprints(looks: pd.DataFrame, lon: Floats, lat: Floats) -> Bools:
    """Return (looks, cells): whether each look's box holds each cell."""
    west, east = looks["west_deg"].to_numpy()[:, None], looks["east_deg"].to_numpy()[:, None]
    south, north = looks["south_deg"].to_numpy()[:, None], looks["north_deg"].to_numpy()[:, None]
    return np.asarray((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))


def _hours(looks: pd.DataFrame, period: Timespan) -> Floats:
    """Return (looks, 2): start and end of each look in hours since the period began."""
    start = pd.Timestamp(period.start)
    ends = [(looks[name] - start).dt.total_seconds().to_numpy(float) / 3600 for name in ("time_start", "time_end")]
    return np.stack(ends, axis=1)


def _presence(looks: pd.DataFrame, inside: Bools, hours: Floats, shape: tuple[int, int]) -> Floats:
    """Return (cells, steps): the share of each step during which somebody was present and looking."""
    present = np.zeros(shape)
    step = np.arange(shape[1]) * STEP_H
    for i in np.flatnonzero(~looks["sensor"].eq("thermal").to_numpy()):
        share = np.clip(np.minimum(hours[i, 1], step + STEP_H) - np.maximum(hours[i, 0], step), 0, STEP_H) / STEP_H
        present[inside[i]] = np.maximum(present[inside[i]], share)
    return present
