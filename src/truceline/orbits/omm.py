"""Orbit mean-elements messages (CCSDS 502.0-B) as JSON, KVN or CSV to records. These forms carry no checksum."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from truceline.errors import RequestError, did_you_mean
from truceline.orbits.elements import Elements
from truceline.orbits.tle import Bad

# key of the message -> field, and the bounds its value must lie in
_NUMBERS: dict[str, tuple[str, float, float]] = {
    "MEAN_MOTION": ("revolutions_per_day", 0.0, 18.0),
    "ECCENTRICITY": ("eccentricity", 0.0, math.inf),
    "INCLINATION": ("inclination_deg", 0.0, 180.0),
    "RA_OF_ASC_NODE": ("node_deg", -360.0, 360.0),
    "ARG_OF_PERICENTER": ("perigee_deg", -360.0, 360.0),
    "MEAN_ANOMALY": ("anomaly_deg", -360.0, 360.0),
}
_OPTIONAL = {"BSTAR": "drag_per_radius", "MEAN_MOTION_DOT": "acceleration_rev_d2", "MEAN_MOTION_DDOT": "jerk_rev_d3"}
_MUST_BE = {
    "CENTER_NAME": {"EARTH"},
    "REF_FRAME": {"TEME"},
    "TIME_SYSTEM": {"UTC"},
    "MEAN_ELEMENT_THEORY": {"SGP", "SGP4", "SGP/SGP4", "SGP4/SDP4"},
}
_BEGINS = ("CCSDS_OMM_VERS", "OBJECT_NAME")
_AGAIN = "Fetch the message again."

Found = Iterator[tuple[int, Elements | Bad]]


def read_omm_json(text: str, *, where: str) -> Found:
    """Yield (number of the message, set or what is wrong with it) of a JSON list of messages, or of one."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise RequestError(f"the text is no JSON ({error}).", where=where, todo=_AGAIN) from error
    for number, message in enumerate(said if isinstance(said, list) else [said], 1):
        if isinstance(message, Mapping):
            yield number, _read(message)
        else:
            yield number, Bad(name="", reason=f"message {number} is no set of keys and values.", todo=_AGAIN)


def read_omm_kvn(text: str) -> Found:
    """Yield (line of its first key, set or what is wrong with it) of lines KEY = value."""
    message: dict[str, str] = {}
    began = 0
    for number, line in enumerate(text.splitlines(), 1):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or key.startswith(("COMMENT", "#")):
            continue
        # a new message begins at its version, or at its name where the version is left out
        if key == _BEGINS[0] or (key == _BEGINS[1] and key in message):
            if message:
                yield began, _read(message)
            message, began = {}, number
        began = began or number
        message[key] = value.split("[")[0].strip()  # units in brackets
    if message:
        yield began, _read(message)


def read_omm_csv(text: str) -> Found:
    """Yield (line, set or what is wrong with it) of a table with the message's keys as header."""
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    for row in rows:
        yield rows.line_num, _read({k: v for k, v in row.items() if k is not None and v is not None})


def _read(message: Mapping[str, Any]) -> Elements | Bad:
    said = {str(key).strip().upper(): str(value).strip() for key, value in message.items() if value not in (None, "")}
    name = said.get("OBJECT_NAME") or said.get("NORAD_CAT_ID", "")
    try:
        return _elements(name, said)
    except ValueError as error:
        return Bad(name=name, reason=str(error), todo=_AGAIN)


def _elements(name: str, said: Mapping[str, str]) -> Elements:
    for key, allowed in _MUST_BE.items():
        if said.get(key, "").upper() not in {"", *allowed}:
            raise ValueError(f"{key} is '{said[key]}'; only {' or '.join(sorted(allowed))} can be propagated here.")
    fields: dict[str, Any] = {field: _number(said, key, low, high) for key, (field, low, high) in _NUMBERS.items()}
    for key, field in _OPTIONAL.items():
        if key in said:
            fields[field] = _number(said, key, -math.inf, math.inf)
    if fields["eccentricity"] >= 1:
        raise ValueError(f"the eccentricity is {fields['eccentricity']:g}: a hyperbolic orbit does not come back.")
    return Elements(
        name=name or str(_whole(said, "NORAD_CAT_ID")),
        norad_id=_whole(said, "NORAD_CAT_ID"),
        epoch=_epoch(said),
        revolution=_whole(said, "REV_AT_EPOCH") if "REV_AT_EPOCH" in said else 0,
        **fields,
    )


def _value(said: Mapping[str, str], key: str) -> str:
    if key not in said:
        near = did_you_mean(key, said)
        raise ValueError(f"{key} is missing." + (f" Is it '{near}'?" if near and near not in _NUMBERS else ""))
    return said[key]


def _number(said: Mapping[str, str], key: str, low: float, high: float) -> float:
    text = _value(said, key)
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{key} is '{text}', not a number.") from None
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{key} is {text}, outside {low:g} to {high:g}.")
    return value


def _whole(said: Mapping[str, str], key: str) -> int:
    return round(_number(said, key, 0, 1e9))


def _epoch(said: Mapping[str, str]) -> datetime:
    text = _value(said, "EPOCH")
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"EPOCH is '{text}', not a time such as 2026-03-11T04:01:21.802.") from None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
