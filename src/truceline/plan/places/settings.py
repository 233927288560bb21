"""What the plan of places assumes, each with its range and source; a mission states its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from truceline.agreement import load_yaml
from truceline.errors import PlanError, UnknownNameError
from truceline.plan.places.guard import POSTURES

RULES = ("median", "center", "cover")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesSettings:
    """The assumptions of the plan of places; `RANGES` holds the honest range, unit and source of each number."""

    posture: str = "guard"
    exclusion_km: float = 30.0
    reaction_units: int = 6
    reaction_rule: str = "center"
    reaction_within_min: float = 240.0
    fighter_hosts: tuple[str, ...] = ("PL", "RO")
    station_h: float = 0.25
    neighbours: tuple[str, ...] = ("PL", "RO", "SK")
    batteries_inside: int = 8
    batteries_outside: int = 4
    battery: str = "long"
    battery_stands_off_km: float = 60.0
    cell_km: float = 10.0
    belligerents: tuple[str, ...] = ()
    art19_until: date | None = None
    request_until: date | None = None
    stations_at_sea: int = 1
    frigate_t: float = 4900.0
    passage_d: float = 9.0
    in_yard_share: float = 0.5
    hunters: int = 4
    sea_corridor_km2: float = 1000.0

    def __post_init__(self) -> None:
        for name in RANGES:
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise PlanError(f"assumption '{name}' is {value}.", todo="Give a finite number of 0 or more.")
        for name, known in (("posture", POSTURES), ("reaction_rule", RULES), ("battery", ("long", "medium"))):
            if getattr(self, name) not in known:
                raise UnknownNameError(name, str(getattr(self, name)), known)


# name -> (low, high, unit, source)
RANGES: dict[str, tuple[float, float, str, str]] = {
    "exclusion_km": (20, 100, "km", "judgement: beyond most tube artillery; the terms of an agreement may say more"),
    "reaction_units": (2, 12, "units", "choice of the plan"),
    "reaction_within_min": (120, 480, "min", "choice of the plan"),
    "station_h": (0.1, 1.0, "h", "judgement: least time over the place that is worth the flight"),
    "batteries_inside": (0, 16, "batteries", "choice of the plan"),
    "batteries_outside": (0, 8, "batteries", "choice of the plan"),
    "battery_stands_off_km": (40, 150, "km", "judgement: out of reach of most rocket artillery"),
    "cell_km": (5, 20, "km", "choice: size of a cell of territory"),
    "stations_at_sea": (0, 3, "stations", "choice of the plan"),
    "frigate_t": (4200, 8500, "t", "Type 23 4,900 t, Type 45 7,350-8,500 t (secondary)"),
    "passage_d": (6, 14, "d", "judgement: 2,800-3,500 nm from north-west Europe at 15 knots, and the Straits"),
    "in_yard_share": (
        0.3,
        0.6,
        "share",
        "about 47 % of British escorts were available in late 2024 (ukdefencejournal)",
    ),
    "hunters": (2, 20, "ships", "the Black Sea mine group activates four at a time (checked)"),
    "sea_corridor_km2": (300, 3000, "km2", "judgement: some 300 km from Pivdennyi to Constanta, 1-10 km wide"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesFile:
    """What a mission's places file says: the host, how its line is prolonged, corridors, and the settings."""

    host: str
    beyond_start: tuple[tuple[float, float], ...] = ()
    beyond_end: tuple[tuple[float, float], ...] = ()
    corridors: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    settings: PlacesSettings = PlacesSettings()


def read_places_file(text: str, *, where: str = "places.yaml") -> PlacesFile:
    """Return what YAML text says. Raises PlanError or UnknownNameError, naming the key."""
    said, _ = load_yaml(text, where=where)
    if not isinstance(said, dict):
        raise PlanError("it is not a list of keys.", where=where, todo="Write host: XX.")
    known = [one.name for one in dataclasses.fields(PlacesFile)]
    for key in said:
        if key not in known:
            raise UnknownNameError("key", str(key), known, where=where)
    host = said.get("host")
    if not isinstance(host, str) or len(host) != 2:
        raise PlanError(f"host is '{host}'.", where=where, todo="Give the host's two-letter code.")
    corridors = said.get("corridors") or {}
    return PlacesFile(
        host=host,
        beyond_start=_points(said.get("beyond_start") or [], f"{where}, beyond_start", least=0),
        beyond_end=_points(said.get("beyond_end") or [], f"{where}, beyond_end", least=0),
        corridors={str(k): _points(v, f"{where}, corridors.{k}", least=2) for k, v in corridors.items()},
        settings=places_settings_from(said.get("settings") or {}, where=f"{where}, settings"),
    )


def _points(value: Any, where: str, *, least: int) -> tuple[tuple[float, float], ...]:
    try:
        points = tuple((float(lon), float(lat)) for lon, lat in value)
    except (TypeError, ValueError):
        raise PlanError(f"'{value}' is no list of places.", where=where, todo="Write [[lon, lat], ...].") from None
    for lon, lat in points:
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise PlanError(f"{lon:g}, {lat:g} is no place.", where=where, todo="Longitude first, in degrees.")
    if len(points) < least:
        raise PlanError(f"it has {len(points)} places.", where=where, todo=f"Give at least {least}.")
    return points


def places_settings_from(mapping: Mapping[str, Any], *, where: str) -> PlacesSettings:
    """Return the settings a plain mapping states, such as a mission's `places:` block; the rest by default.

    Raises
    ------
    PlanError, UnknownNameError
        For a key that is no assumption, a number that is none, or a date not written as one.
    """
    fields = {field.name: field for field in dataclasses.fields(PlacesSettings)}
    made: dict[str, Any] = {}
    for key, value in mapping.items():
        if key not in fields:
            raise UnknownNameError("assumption", str(key), fields, where=where)
        made[key] = _value(key, value, fields[key].default, where)
    try:
        return PlacesSettings(**made)
    except PlanError as error:
        raise PlanError(error.what, where=where, todo=error.todo) from error
    except UnknownNameError as error:
        raise PlanError(error.what, where=where, todo=error.todo) from error


def _value(key: str, value: Any, default: Any, where: str) -> Any:
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise PlanError(f"'{key}' is {value}.", where=where, todo="Give a list of two-letter codes.")
        return tuple(value)
    if default is None:
        if not isinstance(value, date | None):
            raise PlanError(f"'{key}' is {value}.", where=where, todo="Write YYYY-MM-DD.")
        return value
    if isinstance(default, str):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PlanError(f"'{key}' is {value}.", where=where, todo="Give a number.")
    if isinstance(default, int) and value != int(value):
        raise PlanError(f"'{key}' is {value}.", where=where, todo="Give a whole number.")
    return type(default)(value)
