"""Coverage: the probability that a violation at each strip cell and hour would have been seen.

1 - product over looks of (1 - visibility x detection x survival of the trace until the look). Looks of one instrument
under one cloud are treated as independent; the coverage of several instruments is therefore an upper value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.light import SUNRISE_DEG, sun_elevation_deg
from truceline.sensors.sight import PRESENT
from truceline.sensors.thermal import FIRES, VIIRS_DAY, VIIRS_NIGHT, clear_share, detection_probability
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
STEP_H = 1.0
CELL_KM = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage arrays: cells along the line x hourly steps, for each kind of violation."""

    cell_km: Floats  # (c,) start of each cell along the line
    width_km: Floats  # (c,) width of each cell; the last may be short
    steps: pd.DatetimeIndex  # (s,) start of each step, UTC
    step_h: Floats  # (s,) length of each step; the last may be short
    daylight: npt.NDArray[np.bool_]  # (c, s)
    looked: Floats  # (c, s) chance that something hot living an hour was looked at
    seen: dict[str, Floats]  # kind -> (c, s), middle assumptions
    seen_low: dict[str, Floats]
    seen_high: dict[str, Floats]

    def table(self) -> pd.DataFrame:
        """Return one row per cell, step and kind, with the columns of the COVERAGE schema."""
        c, s = self.looked.shape
        parts = [
            pd.DataFrame(
                {
                    "cell_km": np.repeat(self.cell_km, s),
                    "time_start": np.tile(self.steps, c),
                    "kind": kind,
                    "looked": self.looked.ravel(),
                    "seen": seen.ravel(),
                    "seen_low": self.seen_low[kind].ravel(),
                    "seen_high": self.seen_high[kind].ravel(),
                    "daylight": self.daylight.ravel(),
                }
            )
            for kind, seen in self.seen.items()
        ]
        return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seeing:
    """What the looks come to, before any kind of violation is named."""

    inside: npt.NDArray[np.bool_]  # (l, c)
    visible: Floats  # (l,) share of the ground open to a thermal look; 0 for other sensors
    night: npt.NDArray[np.bool_]  # (l,)
    hours: Floats  # (l, 2)
    present: Floats  # (c, s)

    def of(self, kind: str, case: int) -> Floats:
        """Return (c, s): the chance that a violation of the kind in each step was seen by anything."""
        fire = FIRES[kind]
        by_day = detection_probability(VIIRS_DAY, fire.power_mw[case], case=case)
        by_night = detection_probability(VIIRS_NIGHT, fire.power_mw[case], case=case)
        chance = self.visible * np.where(self.night, by_night, by_day)
        ln_missed = _lasting(self.inside, chance, self.hours, life_h=fire.life_h[case], shape=self.present.shape)
        by_satellite = fire.p_fire[case] * (1 - np.exp(ln_missed))
        return 1 - (1 - by_satellite) * (1 - self.present * PRESENT[kind][case])


def cover(looks: pd.DataFrame, *, strip: Strip, period: Timespan, kinds: Sequence[str]) -> Coverage:
    """Return how well each cell was watched in each hour of the period.

    Cells are 10 km along the line, judged at their middle on the line; steps are one hour. Cost is linear in
    cells x hours x looks per hour.
    """
    cell = np.arange(0.0, max(strip.length_km, 1e-9), CELL_KM)
    width = np.minimum(CELL_KM, strip.length_km - cell)
    steps = pd.date_range(period.start, period.end, freq=f"{int(STEP_H * 3600)}s", inclusive="left")
    step_h = np.minimum(STEP_H, (pd.Timestamp(period.end) - steps).total_seconds().to_numpy() / 3600)
    lon, lat = strip.locate(chainage_km=cell + width / 2)
    daylight = sun_elevation_deg(steps, lon_deg=lon, lat_deg=lat).T > SUNRISE_DEG
    inside = _footprints(looks, lon, lat)
    visible = clear_share(looks["cloud"].to_numpy(float))
    shape = (len(cell), len(steps))
    hours = _hours(looks, period)
    times = pd.DatetimeIndex(looks["time_start"])
    night = (
        sun_elevation_deg(times, lon_deg=lon.mean(keepdims=True), lat_deg=lat.mean(keepdims=True))[:, 0] < SUNRISE_DEG
    )
    seeing = _Seeing(
        inside=inside,
        visible=np.where(looks["sensor"].eq("thermal"), visible, 0.0),
        night=night,
        hours=hours,
        present=_presence(looks, inside, hours, shape),
    )
    by_case = [{kind: seeing.of(kind, case) for kind in kinds} for case in range(3)]
    return Coverage(
        cell_km=cell,
        width_km=width,
        steps=steps,
        step_h=step_h,
        daylight=daylight,
        looked=np.maximum(1 - np.exp(_lasting(inside, seeing.visible, hours, life_h=1.0, shape=shape)), seeing.present),
        seen_low=by_case[0],
        seen=by_case[1],
        seen_high=by_case[2],
    )


def _footprints(looks: pd.DataFrame, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Return (looks, cells): whether each look's box holds each cell."""
    west, east = looks["west_deg"].to_numpy()[:, None], looks["east_deg"].to_numpy()[:, None]
    south, north = looks["south_deg"].to_numpy()[:, None], looks["north_deg"].to_numpy()[:, None]
    return np.asarray((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))


def _hours(looks: pd.DataFrame, period: Timespan) -> Floats:
    """Return (looks, 2): start and end of each look in hours since the period began."""
    start = pd.Timestamp(period.start)
    ends = [(looks[name] - start).dt.total_seconds().to_numpy(float) / 3600 for name in ("time_start", "time_end")]
    return np.stack(ends, axis=1)


def _lasting(
    inside: npt.NDArray[np.bool_], chance: Floats, hours: Floats, *, life_h: float, shape: tuple[int, int]
) -> Floats:
    """Return ln of the chance that no instantaneous look caught a trace of exponential life begun in each step."""
    ln_missed = np.zeros(shape)
    middle = np.arange(shape[1]) * STEP_H + STEP_H / 2
    for i in np.flatnonzero(chance > 0):
        at = hours[i, 0]
        first, last = np.searchsorted(middle, [at - 6 * life_h, at + STEP_H / 2])
        age = np.maximum(at - middle[first:last], 0)
        ln_missed[inside[i], first:last] += np.log1p(-np.minimum(chance[i] * np.exp(-age / life_h), 1 - 1e-12))
    return ln_missed


def _presence(looks: pd.DataFrame, inside: npt.NDArray[np.bool_], hours: Floats, shape: tuple[int, int]) -> Floats:
    """Return (cells, steps): the share of each step during which somebody was present and looking."""
    present = np.zeros(shape)
    step = np.arange(shape[1]) * STEP_H
    for i in np.flatnonzero(~looks["sensor"].eq("thermal").to_numpy()):
        share = np.clip(np.minimum(hours[i, 1], step + STEP_H) - np.maximum(hours[i, 0], step), 0, STEP_H) / STEP_H
        present[inside[i]] = np.maximum(present[inside[i]], share)
    return present
