"""Records to plain mappings and back, by their own field names and types: one grammar for all of it."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from truceline.agreement.quantities import Distance, Moment, read_distance, read_duration, read_moment, write_duration
from truceline.errors import AgreementError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading needs to know: the file's name, its own time zone, and the line each key path stands on."""

    file: str
    zone: str | None = None
    lines: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def where(self, path: str) -> str:
        """Return the place of a key path, such as 'minsk.yaml, line 12, clauses[0].zone'."""
        known = path
        while known and known not in self.lines:
            known = known.rpartition(".")[0] if not known.endswith("]") else known.rpartition("[")[0]
        parts = [self.file, f"line {self.lines[known]}" if known in self.lines else "", path]
        return ", ".join(part for part in parts if part)

    def wrong(self, path: str, what: str, todo: str) -> AgreementError:
        """Return the error for a value that cannot stand at a path."""
        return AgreementError(what, where=self.where(path), todo=todo)


@functools.cache
def grammar(cls: type) -> dict[str, tuple[str, Any, bool]]:
    """Return key -> (attribute, type, required) of a record class."""
    hints = typing.get_type_hints(cls)
    return {
        f.metadata.get("key", f.name): (
            f.name,
            hints[f.name],
            f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING,
        )
        for f in dataclasses.fields(cls)
    }


def read_record(cls: type, value: Any, reader: Reader, path: str = "") -> Any:
    """Return a record of `cls` from a mapping; unknown or missing keys and wrong types are errors with a hint."""
    rules = grammar(cls)
    if not isinstance(value, Mapping):
        raise reader.wrong(path, f"{_shown(value)} stands where keys belong.", f"Write keys: {', '.join(rules)}.")
    made = {}
    for key, part in value.items():
        inner = f"{path}.{key}" if path else str(key)
        if key not in rules:
            guess = did_you_mean(str(key), rules)
            hint = f"Did you mean '{guess}'?" if guess else f"Known here: {', '.join(rules)}."
            raise reader.wrong(inner, f"the key '{key}' is not known.", hint)
        name, kind, _ = rules[key]
        made[name] = read_value(kind, part, reader, inner)
    missing = [key for key, (name, _, required) in rules.items() if required and name not in made]
    if missing:
        raise reader.wrong(path, f"'{missing[0]}' is missing.", f"Add the key '{missing[0]}'.")
    return cls(**made)


def read_value(kind: Any, value: Any, reader: Reader, path: str) -> Any:
    """Return a value of a type from its plain form."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else read_value(next(a for a in args if a is not type(None)), value, reader, path)
    if origin is tuple:
        several = value if isinstance(value, list | tuple) else [value]
        return tuple(read_value(args[0], part, reader, f"{path}[{i}]") for i, part in enumerate(several))
    if origin is typing.Literal:
        return _read_choice(args, value, reader, path)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(args[1], value, reader, path)
    if dataclasses.is_dataclass(kind) and kind not in (Distance, Moment):
        return read_record(typing.cast(type, kind), value, reader, path)
    return _read_scalar(kind, value, reader, path)


def _read_choice(choices: tuple[Any, ...], value: Any, reader: Reader, path: str) -> str:
    if value in choices and isinstance(value, str):
        return value
    guess = did_you_mean(str(value), choices)
    hint = f"Did you mean '{guess}'?" if guess else f"Choose from: {', '.join(c for c in choices if c)}."
    raise reader.wrong(path, f"{_shown(value)} is not one of the choices.", hint)


def _read_mapping(kind: Any, value: Any, reader: Reader, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise reader.wrong(path, f"{_shown(value)} stands where keys belong.", "Write 'name: value' pairs.")
    return {str(k): v if kind is Any else read_value(kind, v, reader, f"{path}.{k}") for k, v in value.items()}


def _read_scalar(kind: Any, value: Any, reader: Reader, path: str) -> Any:
    where = reader.where(path)
    if kind is Moment:
        if isinstance(value, date):  # an unquoted time: YAML has already dropped its words
            value = value.isoformat() if not isinstance(value, datetime) else value.isoformat("T")
        return read_moment(value, zone=reader.zone, where=where)
    if kind is Distance:
        return read_distance(value, where=where)
    if kind is timedelta:
        return read_duration(value, where=where)
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise reader.wrong(path, f"{_shown(value)} is not yes or no.", "Write true or false.")
    if kind is float:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        raise reader.wrong(path, f"{_shown(value)} is not a number.", "Write a number without a unit.")
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise reader.wrong(path, f"{_shown(value)} is not text.", "Write text; put yes, no, on and off in quotes.")
    return str(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def write_value(value: Any) -> Any:
    """Return the plain form of a record or value, leaving out what equals its default."""
    if isinstance(value, Distance | Moment):
        return value.said
    if isinstance(value, timedelta):
        return write_duration(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _write_record(value)
    if isinstance(value, tuple | list):
        return [write_value(part) for part in value]
    if isinstance(value, Mapping):
        return {key: write_value(part) for key, part in value.items()}
    return value


def _write_record(record: Any) -> dict[str, Any]:
    made = {}
    for f in dataclasses.fields(record):
        value = getattr(record, f.name)
        if f.default is not dataclasses.MISSING:
            default: Any = f.default
        else:
            default = f.default_factory() if f.default_factory is not dataclasses.MISSING else dataclasses.MISSING
        if value != default:
            made[f.metadata.get("key", f.name)] = write_value(value)
    return made
