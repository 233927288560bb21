"""Early warning: what deserves a second look although nothing was established. Quiet is never called safe."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.findings.status import NOT_OBSERVED
from truceline.strip import Strip
from truceline.timespan import Timespan

NEAR_KM = 100.0  # a line with nothing this near to it is probably the wrong line


def early_warnings(
    status: pd.DataFrame, incidents: pd.DataFrame, looks: pd.DataFrame, period: Timespan
) -> tuple[str, ...]:
    """Return short statements, each with the numbers it rests on; none means none of these signs was met."""
    return tuple([*_unwatched(status), *_silent_sources(looks, period), *_rising(incidents, period)])


def far_from_line(observations: pd.DataFrame, strip: Strip) -> tuple[str, ...]:
    """Return a warning when every located observation lies more than 100 km from the line."""
    return said_of_nearest(nearest_km(observations, strip))


def nearest_km(observations: pd.DataFrame, strip: Strip) -> float:
    """Return how far from the line the nearest located observation lies; infinite when none is located."""
    lon, lat = (observations[name].to_numpy(float) for name in ("lon_deg", "lat_deg"))
    located = np.isfinite(lon)
    if not located.any():
        return np.inf
    _, offset = strip.place(lon_deg=lon[located], lat_deg=lat[located])
    return float(np.nanmin(np.abs(offset)))


def said_of_nearest(nearest: float) -> tuple[str, ...]:
    """Return the warning of `far_from_line` for the distance of the nearest observation."""
    if nearest <= NEAR_KM or np.isinf(nearest):
        return ()
    return (
        f"No observation lies within {NEAR_KM:.0f} km of the line; the nearest is {nearest:.0f} km away. "
        "Is it the right line, and are longitude and latitude in their places?",
    )


def _unwatched(status: pd.DataFrame) -> list[str]:
    in_force = status[status["exposure_h"] > 0]
    blind = in_force[in_force["status"] == NOT_OBSERVED]
    if not len(blind):
        return []
    return [
        f"{len(blind)} of {len(in_force)} sector-days in force were not observed: "
        "their quiet says nothing about what happened there."
    ]


def _silent_sources(looks: pd.DataFrame, period: Timespan) -> list[str]:
    """Return a warning for each source that stopped looking more than a day before the period ended."""
    last = looks.groupby("source")["time_end"].max().sort_index()
    return [
        f"Source {source} has not looked since {at:%Y-%m-%d %H:%M} UTC, "
        f"{(period.end - at.floor('s').to_pydatetime()).total_seconds() / 3600:.0f} h before the period ended."
        for source, at in last.items()
        if (period.end - at.floor("s").to_pydatetime()).total_seconds() > 86400
    ]


def _rising(incidents: pd.DataFrame, period: Timespan) -> list[str]:
    """Return a warning when the last third of the period holds most of the expected number of happenings."""
    if not len(incidents) or period.hours < 72:
        return []
    late_start = period.start + (period.end - period.start) * 2 / 3
    late = incidents["time_start"] >= late_start
    expected, recent = incidents["p_exists"].sum(), incidents.loc[late, "p_exists"].sum()
    if expected < 5 or recent < expected / 2:
        return []
    return [
        f"Activity is building: {recent:.0f} of {expected:.0f} expected happenings fall in the last third of the "
        "period. The weather may share in this; see the exposure box."
    ]
