"""Passes that a feed says nothing of: the satellite came over and its instrument reported nothing.

A feed of detections names only the passes that saw something; the orbit knows them all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.orbits import find_passes
from truceline.sensors.deployment import Deployment
from truceline.strip import Strip
from truceline.timespan import Timespan

SAME = pd.Timedelta(minutes=15)  # a pass and a look nearer in time than this are one: the next pass is an hour away
EVERY_KM = 10.0
REACH_DEG = 0.2  # of the box about the cells a pass covered
SILENT = ("source", "time_start", "time_end", "west_deg", "south_deg", "east_deg", "north_deg", "cloud")


def silent_passes(deployment: Deployment, looks: pd.DataFrame, *, strip: Strip, period: Timespan) -> pd.DataFrame:
    """Return the SILENT rows: one for each pass over the line of which no look of its source tells.

    Only instruments count whose id in sensors.yaml is that of a source with looks: without its feed nobody knows what a
    satellite saw, and only on the UTC days from a source's first look to its last, which are the days its files cover.
    A pass that has no element set in reach is not in it, nor one in a gap of the instrument's duty: of what no feed
    could tell nobody knows that it saw nothing.
    """
    at_km = np.arange(EVERY_KM / 2, max(strip.length_km, EVERY_KM), EVERY_KM)
    lon, lat = strip.locate(chainage_km=at_km)
    sets = deployment.placeable(period)
    parts = [pd.DataFrame(columns=list(SILENT))]
    for one in deployment.orbiting:
        known = looks.loc[looks["source"] == one.sensor_id, "time_start"]
        own = [e for e in sets if e.norad_id in one.swath.norad_ids]
        if one.swath.kind != "thermal" or not len(known) or not own:
            continue
        found = find_passes(own, [one.swath], lon_deg=lon, lat_deg=lat, period=period)
        untold = _untold(found, known, lon, lat).assign(source=one.sensor_id)
        heard = [~one.duty.in_gap(pd.DatetimeIndex(untold[name])) for name in ("time_start", "time_end")]
        parts.append(untold[heard[0] & heard[1]])
    kept = pd.concat([p for p in parts if len(p)] or parts, ignore_index=True)
    cover = deployment.conditions.cloud or {}
    kept["cloud"] = [cover.get(t.strftime("%Y-%m-%d"), np.nan) for t in kept["time_start"]]
    return kept[list(SILENT)]


def _untold(
    found: pd.DataFrame,
    known: pd.Series,
    lon: np.ndarray[tuple[int], np.dtype[np.float64]],
    lat: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> pd.DataFrame:
    """Return one row a pass, with the box of the cells it covered, of those that no look is near in time to."""
    found = found.sort_values(["norad_id", "time_peak"])
    new = (found["norad_id"].diff() != 0) | (found["time_peak"].diff() > SAME)
    cell = found["cell"].to_numpy()
    each = found.assign(lon=lon[cell], lat=lat[cell]).groupby(new.cumsum().to_numpy())
    passes = each.agg(
        time_start=("time_peak", "min"),
        time_end=("time_peak", "max"),
        west_deg=("lon", "min"),
        east_deg=("lon", "max"),
        south_deg=("lat", "min"),
        north_deg=("lat", "max"),
    )
    for low, high in (("west_deg", "east_deg"), ("south_deg", "north_deg")):
        passes[low], passes[high] = passes[low] - REACH_DEG, passes[high] + REACH_DEG
    times = np.sort(known.to_numpy("datetime64[ns]"))
    start = passes["time_start"].to_numpy("datetime64[ns]")
    after = np.clip(np.searchsorted(times, start), 0, len(times) - 1)
    nearest = np.minimum(np.abs(times[after] - start), np.abs(times[np.maximum(after - 1, 0)] - start))
    covered = passes["time_start"].between(known.min().floor("D"), known.max().floor("D") + pd.Timedelta(days=1))
    return passes[covered & (nearest > SAME.to_timedelta64())]
