"""sensors.yaml of a mission: its mapping, checked, to a deployment; what cannot be used is left out and said.

An unknown kind or key is an error, because a slip there would silently change the answer. A value that makes no sense
(a swath below nought, a probability above 1) takes that one sensor out; the others still count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from truceline.errors import RequestError, UnknownNameError
from truceline.orbits import Elements, find_swath, swaths
from truceline.sensors.acoustic import Acoustic
from truceline.sensors.camera import Camera
from truceline.sensors.deployment import Conditions, Deployment, Orbiting, Post, left_out_table
from truceline.sensors.deployment_checks import Said, Unusable, check_keys, check_numbers, duty_of
from truceline.sensors.drone import TYPES, Drone
from truceline.sensors.optical import Optical
from truceline.sensors.people import Patrol, Reports
from truceline.sensors.radar import SEES, Radar
from truceline.sensors.sar import Sar
from truceline.sensors.seismic import Seismic
from truceline.sensors.sight import SensorModel
from truceline.sensors.thermal import Thermal
from truceline.strip import Strip

FILE_KEYS = {"schema", "elements", "cloud", "cloud_column", "conditions", "satellites", "sensors"}
CONDITION_KEYS = {"half_width_km", "jamming_share", "tasking"}
SATELLITE_KEYS = {"id", "instrument", "satellites", "from", "to", "max_deg"}
COMMON_KEYS = {"id", "kind", "from", "to", "hours"}
POINT_KEYS = {"lon_deg", "lat_deg", "at_km", "offset_km", "from_km", "to_km", "every_km"}
KIND_KEYS: dict[str, set[str]] = {
    "drone": {"from_km", "to_km", "band_km", "number", "type", "swath_km", "speed_kmh"},
    "camera": POINT_KEYS | {"height_m"},
    "acoustic": POINT_KEYS | {"false_alarms_per_day"},
    "seismic": POINT_KEYS | {"elements"},
    "radar": POINT_KEYS | {"type", "height_m"},
    "patrol": POINT_KEYS | {"number", "by_night"},
    "report": set(),
}
IN_ORBIT: dict[str, Callable[..., SensorModel]] = {"thermal": Thermal, "optical": Optical, "sar": Sar}
PATROL_STEP_KM = 5.0


def read_deployment(
    said: Said, *, strip: Strip, elements: Sequence[Elements], timezone: str, where: str = "sensors.yaml"
) -> Deployment:
    """Return the deployment that a sensors.yaml describes.

    Raises
    ------
    MissionError, UnknownNameError
        On a key, kind of sensor or instrument that is not known; names the nearest that is.
    """
    check_keys(said, FILE_KEYS, where)
    conditions, rows = _conditions(said.get("conditions") or {}, where)
    orbiting: list[Orbiting] = []
    posts: list[Post] = []
    for i, one in enumerate(said.get("satellites") or ()):
        name = str(one.get("id", one.get("instrument", f"satellites {i + 1}")))
        check_keys(one, SATELLITE_KEYS, f"{where}, satellites '{name}'")
        try:
            made = _orbiting(one, name, timezone, f"{where}, satellites '{name}'")
            _check_twice(made, orbiting)
            orbiting.append(made)
        except Unusable as error:
            rows.append((name, error.what, error.todo))
    for i, one in enumerate(said.get("sensors") or ()):
        name = str(one.get("id", f"sensor {i + 1}"))
        _check_kind(one, f"{where}, sensor '{name}'")
        try:
            posts += _posts(one, name, strip, timezone, conditions)
        except Unusable as error:
            rows.append((name, error.what, error.todo))
    return Deployment(
        posts=tuple(posts),
        orbiting=tuple(orbiting),
        elements=tuple(elements),
        conditions=conditions,
        timezone=timezone,
        left_out=left_out_table(rows),
    )


def _check_kind(one: Said, where: str) -> None:
    kind = str(one.get("kind", ""))
    if kind not in KIND_KEYS:
        raise UnknownNameError("kind of sensor", kind, KIND_KEYS, where=where)
    check_keys(one, COMMON_KEYS | KIND_KEYS[kind], where)


def _check_twice(made: Orbiting, others: Sequence[Orbiting]) -> None:
    """Refuse an instrument of a satellite that another entry has: its looks would count twice."""
    for other in others:
        both = set(made.swath.norad_ids) & set(other.swath.norad_ids)
        if both and made.swath.instrument == other.swath.instrument:
            numbers = ", ".join(str(n) for n in sorted(both))
            raise Unusable(
                f"{made.swath.instrument} of satellite {numbers} is in '{other.sensor_id}' already.", "Name it once."
            )


def _conditions(said: Said, where: str) -> tuple[Conditions, list[tuple[str, str, str]]]:
    check_keys(said, CONDITION_KEYS, f"{where}, conditions")
    kept: dict[str, Any] = {}
    rows = []
    for key, value in said.items():
        try:
            check_numbers({key: value})
            kept[key] = float(value)
        except Unusable as error:
            rows.append((f"conditions, {key}", error.what, error.todo + " The library's range is used."))
    return Conditions(**kept), rows


def _orbiting(one: Said, name: str, timezone: str, where: str) -> Orbiting:
    instrument = str(one.get("instrument", ""))
    if instrument not in swaths():
        raise UnknownNameError("instrument", instrument, swaths(), where=where)
    check_numbers(one)
    swath = find_swath(instrument)
    if "satellites" in one:
        swath = replace(swath, norad_ids=tuple(int(number) for number in one["satellites"]))
    if "max_deg" in one:
        try:
            swath = replace(swath, max_deg=float(one["max_deg"]))
        except RequestError as error:
            raise Unusable(error.what, error.todo) from error
    model = IN_ORBIT[swath.kind](name=name, instrument=instrument)
    return Orbiting(sensor_id=name, model=model, swath=swath, duty=duty_of(one, timezone))


def _posts(one: Said, name: str, strip: Strip, timezone: str, conditions: Conditions) -> list[Post]:
    """Return the post, or posts, of one entry."""
    check_numbers(one)
    duty, kind = duty_of(one, timezone), one["kind"]
    if kind == "report":
        return [Post(sensor_id=name, model=Reports(name=name), from_km=0.0, to_km=strip.length_km, duty=duty)]
    if kind == "drone":
        first, last = _stretch(one, strip)
        band = float(one.get("band_km", 2 * conditions.half_width_km))
        drone = Drone(
            name=name,
            stretch_km=last - first,
            band_km=band,
            type=_choice(one, "type", "male", TYPES),
            number=float(one.get("number", 1.0)),
            swath_km=float(one.get("swath_km", 0.0)),
            speed_kmh=float(one.get("speed_kmh", 0.0)),
        )
        return [Post(sensor_id=name, model=drone, from_km=first, to_km=last, band_km=band, duty=duty)]
    at_km, offset, share = _places(one, strip, moving=kind == "patrol")
    if "lon_deg" in one or "lat_deg" in one:
        lon, lat = np.array([float(one.get("lon_deg", np.nan))]), np.array([float(one.get("lat_deg", np.nan))])
        if not (abs(lon) <= 180).all() or not (abs(lat) <= 90).all():
            raise Unusable(f"it stands at {lon[0]}, {lat[0]}.", "Give lon_deg and lat_deg, both in degrees.")
    else:
        lon, lat = strip.locate(chainage_km=at_km, offset_km=offset)
    model = _standing(one, kind, name)
    return [
        Post(sensor_id=name, model=model, lon_deg=float(x), lat_deg=float(y), share=share, duty=duty)
        for x, y in zip(lon, lat, strict=True)
    ]


def _standing(one: Said, kind: str, name: str) -> SensorModel:
    if kind == "camera":
        return Camera(name=name, height_m=float(one.get("height_m", 18.0)))
    if kind == "acoustic":
        return Acoustic(name=name, false_alarms_per_day=one.get("false_alarms_per_day"))
    if kind == "seismic":
        return Seismic(name=name, elements=int(one.get("elements", 24)))
    if kind == "radar":
        return Radar(name=name, type=_choice(one, "type", "ground", SEES), height_m=float(one.get("height_m", 10.0)))
    return Patrol(name=name, by_night=bool(one.get("by_night", False)))


def _choice(one: Said, key: str, default: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    value = str(one.get(key, default))
    if value not in known:
        raise UnknownNameError(f"{one['kind']} {key}", value, known)
    return value


def _stretch(one: Said, strip: Strip) -> tuple[float, float]:
    first, last = float(one.get("from_km", 0.0)), float(one.get("to_km", strip.length_km))
    if not 0 <= first < last or first >= strip.length_km:
        raise Unusable(
            f"it covers km {first:g} to {last:g} of a line of {strip.length_km:.0f} km.", "Give from_km below to_km."
        )
    return first, min(last, strip.length_km)


def _places(one: Said, strip: Strip, *, moving: bool) -> tuple[np.ndarray[Any, Any], float, float]:
    """Return chainages, offset and the share of the duty spent at each."""
    offset = float(one.get("offset_km", 0.0))
    if "at_km" in one:
        at = np.atleast_1d(np.asarray(one["at_km"], float))
        if not ((at >= 0) & (at <= strip.length_km)).all():
            raise Unusable(f"it stands at km {one['at_km']} of a line of {strip.length_km:.0f} km.", "Correct at_km.")
        return at, offset, 1.0
    if "lon_deg" in one or "lat_deg" in one:
        return np.zeros(1), offset, 1.0
    if "from_km" not in one:
        raise Unusable("it stands nowhere.", "Give lon_deg and lat_deg, or at_km, or from_km, to_km and every_km.")
    first, last = _stretch(one, strip)
    step = PATROL_STEP_KM if moving else float(one.get("every_km", 10.0))
    at = np.arange(first + min(step, last - first) / 2, last, step)
    return at, offset, min(1.0, float(one.get("number", 1)) / len(at)) if moving else 1.0
