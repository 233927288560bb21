"""The JSON Schema of an agreement file, made from the records themselves so that it cannot drift from them."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from truceline.agreement.plain import grammar
from truceline.agreement.quantities import UNITS_KM, Distance, Moment
from truceline.agreement.terms import Agreement

_TEXT = {"type": ["string", "number"]}  # an id such as 13 is read as text
_LEAVES: dict[Any, dict[str, Any]] = {
    str: _TEXT,
    float: {"type": "number"},
    bool: {"type": "boolean"},
    timedelta: {"type": "string", "pattern": "^P", "description": "an ISO 8601 duration, such as PT24H or P14D"},
    Distance: {"type": "string", "description": f"a number and its unit ({', '.join(UNITS_KM)}), such as '15 km'"},
    Moment: {"type": "string", "description": "an ISO 8601 time, a date, or 'earliest..latest'"},
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an agreement file; keys that are not listed are not allowed."""
    definitions: dict[str, Any] = {}
    _record(Agreement, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Truceline agreement",
        "$ref": "#/$defs/Agreement",
        "$defs": dict(sorted(definitions.items())),
    }


def _record(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}  # holds the place, so that records may contain one another
        rules = grammar(cls)
        definitions[cls.__name__] = {
            "type": "object",
            "description": str(cls.__doc__).split("\n")[0],
            "properties": {key: _value(kind, definitions) for key, (_, kind, _) in rules.items()},
            "required": [key for key, (_, _, required) in rules.items() if required],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _value(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind in _LEAVES:
        return _LEAVES[kind]
    if kind is Any:
        return {}
    if origin in (types.UnionType, typing.Union):
        return _value(next(a for a in args if a is not type(None)), definitions)
    if origin is typing.Literal:
        return {"enum": list(args)}
    if origin is tuple:
        one = _value(args[0], definitions)
        return {"anyOf": [{"type": "array", "items": one}, one]}  # one alone may stand without brackets
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _value(args[1], definitions)}
    assert dataclasses.is_dataclass(kind) and isinstance(kind, type)
    return _record(kind, definitions)
