"""Fires that are no violation: crop burning, industry that burns day and night, wildfire; seen by the same sensors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations import empty, new_table
from truceline.sensors.facts import MID
from truceline.sensors.thermal import INSTRUMENTS, Thermal, detection_probability, pixel_area_km2
from truceline.simulate.eyes import Eyes
from truceline.simulate.sightings import FRP_SPREAD, SEEN, delays, scattered
from truceline.simulate.truth_scenario import Clutter
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]

FIRES_TABLE = {
    "cause": "text",  # crop | industry | wildfire
    "time": "time",
    "time_end": "time",
    "power_mw": "number",
    "chainage_km": "number",
    "offset_km": "number",
    "lon_deg": "number",
    "lat_deg": "number",
}
# judgement throughout, after sensors.md, section 2: a crop fire has the power and life of the fire a shell leaves
CROP_MW, CROP_SPREAD, CROP_H, CROP_HOURS = 3.0, 0.8, 1.0, (9.0, 18.0)
INDUSTRY_MW = (4.0, 40.0)
WILD_MW, WILD_H, WILD_DAYS, WILD_SPOTS, WILD_KM = 20.0, 6.0, (1.0, 5.0), 40, 3.0


def burn(
    clutter: Clutter, *, strip: Strip, period: Timespan, timezone: str = "UTC", rng: np.random.Generator
) -> pd.DataFrame:
    """Return the fires of a period that are no violation, within the clutter's reach of the line."""
    thousand_km, hours = strip.length_km / 1000, period.hours
    made = [
        _crop(clutter, thousand_km, period, timezone, rng),
        _industry(rng.poisson(clutter.industry_sites * thousand_km), hours, rng),
        _wild(rng.poisson(clutter.wildfires * thousand_km * hours / 720), hours, rng),
    ]
    cause = np.repeat(["crop", "industry", "wildfire"], [len(m[0]) for m in made]).astype(object)
    start_h, life_h, power, at, near = (np.concatenate(column) for column in zip(*made, strict=True))
    n = len(cause)
    spots = cause == "wildfire"
    # places of one wildfire lie together: `at` and `near` hold its centre as shares of the strip
    chainage = np.clip(at * strip.length_km + spots * rng.normal(0, WILD_KM, n), 0, strip.length_km)
    offset = (2 * near - 1) * clutter.out_to_km + spots * rng.normal(0, WILD_KM, n)
    lon, lat = strip.locate(chainage_km=chainage, offset_km=offset)
    start = pd.Timestamp(period.start)
    return new_table(
        FIRES_TABLE,
        {
            "cause": cause,
            "time": start + pd.to_timedelta(start_h, unit="h"),
            "time_end": start + pd.to_timedelta(np.minimum(start_h + life_h, hours), unit="h"),
            "power_mw": power,
            "chainage_km": chainage,
            "offset_km": offset,
            "lon_deg": lon,
            "lat_deg": lat,
        },
        length=n,
    )


def _crop(
    clutter: Clutter, thousand_km: float, period: Timespan, timezone: str, rng: np.random.Generator
) -> tuple[Floats, ...]:
    hours = pd.date_range(period.start, period.end, freq="h", inclusive="left")
    local = hours.tz_convert(timezone)
    month = np.asarray(clutter.crop_by_month)[local.month - 1] / np.mean(clutter.crop_by_month)
    by_day = (local.hour >= CROP_HOURS[0]) & (local.hour < CROP_HOURS[1])
    rate = clutter.crop_per_day * thousand_km * month * by_day / (CROP_HOURS[1] - CROP_HOURS[0])
    start_h = np.repeat(np.arange(len(hours)), rng.poisson(rate)).astype(float)
    n = len(start_h)
    power = CROP_MW * np.exp(rng.normal(0, CROP_SPREAD, n))
    return start_h + rng.random(n), rng.exponential(CROP_H, n), power, rng.random(n), rng.random(n)


def _industry(n: int, hours: float, rng: np.random.Generator) -> tuple[Floats, ...]:
    return np.zeros(n), np.full(n, hours), rng.uniform(*INDUSTRY_MW, n), rng.random(n), rng.random(n)


def _wild(fires: int, hours: float, rng: np.random.Generator) -> tuple[Floats, ...]:
    begins, lasts = rng.random(fires) * hours, rng.uniform(*WILD_DAYS, fires) * 24
    at, near = rng.random(fires), rng.random(fires)
    of = np.repeat(np.arange(fires), WILD_SPOTS)
    start_h = np.minimum(begins[of] + rng.random(len(of)) * lasts[of], hours)
    power = WILD_MW * np.exp(rng.normal(0, 0.5, len(of)))
    return start_h, rng.exponential(WILD_H, len(of)), power, at[of], near[of]


def see_fires(fires: pd.DataFrame, eyes: Eyes, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return what thermal satellites made of the fires (SEEN, event -1), by the curves that see a violation's fire."""
    looks, grid = eyes.scene.looks, eyes.scene.grid
    start = eyes.scene.steps[0]
    from_h, to_h = ((fires[c] - start).dt.total_seconds().to_numpy() / 3600 for c in ("time", "time_end"))
    node = grid.node[eyes.cell_of(fires["chainage_km"].to_numpy(), fires["offset_km"].to_numpy())]
    which, look = eyes.look_rows(node, from_h, to_h)
    open_ = eyes.can_look(look, "strike")
    which, look = which[open_], look[open_]
    parts = [empty(SEEN)]
    for i, orbiting in enumerate(looks.orbiting):
        model = orbiting.model
        if not isinstance(model, Thermal):
            continue
        mine = looks.which[look] == i
        fire, at = which[mine], look[mine]
        by_day, by_night, height, nadir, merged = INSTRUMENTS.get(model.instrument, INSTRUMENTS["modis"])
        area = pixel_area_km2(looks.view.off_nadir_deg[at], height_km=height, nadir_km=nadir, merged=merged)
        power, night = fires["power_mw"].to_numpy()[fire], looks.view.night[at]
        day_chance, night_chance = (
            detection_probability(curve, power, area_km2=area, case=MID) for curve in (by_day, by_night)
        )
        found = rng.random(len(at)) < np.where(night, night_chance, day_chance)
        fire, at, area, power, night = (v[found] for v in (fire, at, area, power, night))
        sigma_km = model.sigma_km().mid
        lon, lat = scattered(fires["lon_deg"].to_numpy()[fire], fires["lat_deg"].to_numpy()[fire], sigma_km, rng)
        late = delays(model.latency_h(), len(at), rng)
        columns = {
            "event": np.full(len(at), -1.0),
            "sensor_id": eyes.names[at],
            "sensor": "thermal",
            "time": start + pd.to_timedelta(looks.time_h[at], unit="h"),
            "arrived": start + pd.to_timedelta(looks.time_h[at] + late, unit="h"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": np.full(len(at), 1000 * sigma_km),
            "act": "heat",
            "strength": power * np.exp(rng.normal(0, FRP_SPREAD, len(at))),
            "pixel_km2": area,
            "night": night,
        }
        if len(at):
            parts.append(new_table(SEEN, columns, length=len(at)))
    return pd.concat(parts[1:], ignore_index=True) if len(parts) > 1 else parts[0]
