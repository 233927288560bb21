"""Checks of what a sensors.yaml says: keys, numbers, probabilities, hours and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from truceline.errors import MissionError, RequestError, did_you_mean
from truceline.sensors.deployment import Duty
from truceline.timespan import parse_instant

Said = Mapping[str, Any]
POSITIVE = (
    "swath_km",
    "speed_kmh",
    "band_km",
    "number",
    "every_km",
    "height_m",
    "elements",
    "max_deg",
    "half_width_km",
)
SHARES = ("jamming_share", "tasking")
RATES = ("false_alarms_per_day",)


class Unusable(Exception):
    """One sensor cannot be used: what is wrong and what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


def check_keys(said: Said, known: set[str], where: str) -> None:
    """Raise MissionError, naming the nearest known key, where a key is not known."""
    for key in said:
        if key not in known:
            guess = did_you_mean(str(key), known)
            hint = f"Did you mean '{guess}'?" if guess else f"Known keys: {', '.join(sorted(known))}."
            raise MissionError(f"key '{key}' is not known.", where=where, todo=hint)


def check_numbers(one: Said) -> None:
    """Refuse values no sensor can have."""
    for key, value in one.items():
        if key in {"number", "elements", *POSITIVE, *SHARES, *RATES, "from_km", "to_km", "lon_deg", "lat_deg"} and (
            isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value)
        ):
            raise Unusable(f"{key} is {value!r}, which is not a number.", "Write a plain number.")
        if key in POSITIVE and value <= 0:
            raise Unusable(f"{key} is {value:g}.", "It must be above nought.")
        if key in RATES and value < 0:
            raise Unusable(f"{key} is {value:g}.", "It must be 0 or more.")
        if key in SHARES and not 0 <= value <= 1:
            raise Unusable(f"{key} is {value:g}, which is no probability.", "Write a share between 0 and 1.")


def duty_of(one: Said, timezone: str) -> Duty:
    """Return when a sensor is on, from its `from`, `to` and `hours`; times without a zone are in the mission's."""
    start, end = (_instant(one.get(key), timezone) for key in ("from", "to"))
    if start is not None and end is not None and end <= start:
        raise Unusable(f"it is on duty from {start} to {end}.", "The end comes after the start.")
    hours = str(one.get("hours", "00:00-24:00"))
    try:
        first, last = (_hour(part) for part in hours.split("-"))
    except ValueError as error:
        raise Unusable(f"hours are '{hours}'.", "Write local hours such as 18:00-06:00.") from error
    return Duty(start=start, end=end, from_h=first, to_h=last)


def _hour(text: str) -> float:
    hour, minute = text.strip().split(":")
    value = int(hour) + int(minute) / 60
    if not 0 <= value <= 24:
        raise ValueError(text)
    return value


def _instant(value: Any, timezone: str) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_instant(value, zone=timezone)
    except RequestError as error:
        raise Unusable(error.what, error.todo) from error
