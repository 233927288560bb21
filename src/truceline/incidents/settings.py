"""Every number that incident making assumes, with its range and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from truceline.errors import RequestError, UnknownNameError
from truceline.incidents.tables import ASSUMPTIONS
from truceline.observations import new_table


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSettings:
    """The assumptions of incident making; `RANGES` holds the honest range, unit and source of each."""

    base_rate_per_cell_day: float = 0.01
    prior_at_most: float = 0.5
    verified_lr: float = 100.0
    cell_km: float = 5.0
    block_km: float = 50.0
    season_half_width_d: float = 15.0
    control_from_km: float = 25.0
    control_to_km: float = 60.0
    shrink_clumps: float = 2.0
    cloud_unknown: float = 0.5
    heat_seen: float = 0.5
    heat_seen_again: float = 0.4
    fire_yield: float = 0.02
    hostile_share_of_heat: float = 0.035
    act_confusion: float = 0.1
    max_extent_km: float = 5.0
    heat_persistence_h: float = 3.0
    report_rounding_h: float = 0.5
    max_interval_h: float = 72.0
    persistent_days: float = 5.0
    persistent_share: float = 0.1
    event_sources: tuple[str, ...] = ()  # sources whose rows are events already: two of their rows are two events

    def __post_init__(self) -> None:
        for name, (_, _, unit, _) in RANGES.items():
            value = getattr(self, name)
            if not (0 <= value <= 1 if unit in {"probability", "share"} else value > 0):
                raise RequestError(
                    f"assumption '{name}' is {value} {unit}.", todo="Shares lie in 0-1, lengths and times above 0."
                )
        if not 0 < self.prior_at_most <= 0.5:
            raise RequestError(
                f"prior_at_most is {self.prior_at_most}.", todo="Give a chance above 0 and not above 0.5."
            )
        if not 0 < self.base_rate_per_cell_day < 0.5:
            raise RequestError(
                f"base_rate_per_cell_day is {self.base_rate_per_cell_day}.",
                todo="Give a rate above 0 and below 0.5: evidence decides, not an even start.",
            )
        if self.control_to_km <= self.control_from_km:
            raise RequestError("the control band ends before it begins.", todo="Make control_to_km the larger.")


# name -> (low, high, unit, source); the low and high are what a sensitivity run should try
RANGES: dict[str, tuple[float, float, str, str]] = {
    "base_rate_per_cell_day": (
        0.001,
        0.2,
        "per cell and day",
        "assumption: happenings of one kind in one strip cell on one day, before any evidence",
    ),
    "prior_at_most": (
        0.2,
        0.5,
        "probability",
        "choice: however long the line and the span a report covers, evidence decides",
    ),
    "verified_lr": (
        30,
        300,
        "likelihood ratio",
        "judgement: a monitoring mission's own sighting graded A1, that is completely reliable and confirmed "
        "(Admiralty code, NATO AJP-2.1), is wrong once where it would be right a hundred times",
    ),
    "cell_km": (1, 20, "km", "choice: length of a strip cell"),
    "block_km": (20, 200, "km", "choice: stretch of line whose cells share a background"),
    "season_half_width_d": (7, 31, "d", "choice: same-season window, after OPERA DIST-ALERT (15 days each way)"),
    "control_from_km": (15, 40, "km", "choice: the control band begins beyond most tube artillery"),
    "control_to_km": (40, 100, "km", "choice: the control band ends while land use is still alike"),
    "shrink_clumps": (0.5, 10, "fires", "choice: weight of the whole line's rate in each block's (gamma-Poisson)"),
    "cloud_unknown": (0.19, 0.78, "share", "ERA5 means over eastern Ukraine, August and December"),
    "heat_seen": (0.2, 0.9, "probability", "judgement: an extra fire of the size seen shows in a day of looks"),
    "heat_seen_again": (0.1, 0.7, "probability", "judgement: a fire seen once shows again in another clear look"),
    "fire_yield": (
        0.0,
        0.04,
        "probability",
        "reported artillery place-days with a fire within 2 km on clear days of 2023: 5.7 % against 5.5 % two or "
        "three weeks away and 1.7 % in 2021 (VIINA reports, NASA FIRMS)",
    ),
    "hostile_share_of_heat": (
        0.0,
        0.70,
        "probability",
        "the same comparison: (5.7 - 5.5) / 5.7, at most (5.7 - 1.7) / 5.7",
    ),
    "act_confusion": (0.0, 0.3, "probability", "judgement: the act named is only right about its broader kind"),
    "max_extent_km": (1, 15, "km", "choice: observations further apart are never one incident"),
    "heat_persistence_h": (1, 12, "h", "judgement: a fire of mean life 1 h smoulders on to the next pass"),
    "report_rounding_h": (0.1, 2, "h", "choice: reported times are rounded to the half hour"),
    "max_interval_h": (24, 168, "h", "choice: a report about a longer time is not tied to any one happening"),
    "persistent_days": (3, 30, "d", "choice: fewest distinct days of a fixed heat source"),
    "persistent_share": (0.02, 0.5, "share", "choice: a fixed source is seen on this share of days, cloud included"),
}


def settings_from(mapping: Mapping[str, Any], *, where: str = "assumptions") -> IncidentSettings:
    """Return the settings a plain mapping states, such as a mission's `assumptions:` block; the rest by default.

    Raises UnknownNameError for a key that is no assumption, with the nearest that is, and RequestError for a
    value that is no number or out of bounds.
    """
    known = [f.name for f in fields(IncidentSettings)]
    given: dict[str, Any] = {}
    for key, value in mapping.items():
        if key not in known:
            raise UnknownNameError("assumption", str(key), known, where=where)
        given[key] = _names(value, where) if key == "event_sources" else _number(key, value, where)
    try:
        return IncidentSettings(**given)
    except RequestError as error:
        raise RequestError(error.what, where=where, todo=error.todo) from None


def _number(key: str, value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RequestError(f"{key} is '{value}', not a number.", where=where, todo="Give one number.")
    return float(value)


def _names(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise RequestError(
            f"event_sources is '{value}', not a list of names.", where=where, todo="Write [first, second]."
        )
    return tuple(value)


def list_assumptions(settings: IncidentSettings, learnt: pd.DataFrame) -> pd.DataFrame:
    """Return the ASSUMPTIONS table: one row for each number these settings assume, then those `learnt`."""
    names = [f.name for f in fields(settings) if f.name in RANGES]
    rows = [RANGES[name] for name in names]
    assumed = new_table(
        ASSUMPTIONS,
        {
            "name": names,
            "value": [getattr(settings, name) for name in names],
            "low": [row[0] for row in rows],
            "high": [row[1] for row in rows],
            "unit": [row[2] for row in rows],
            "source": [row[3] for row in rows],
        },
    )
    return pd.concat([assumed, learnt], ignore_index=True)
