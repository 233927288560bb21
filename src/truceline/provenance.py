"""Who said it, in which file, by which method and version: names and digests that never depend on the machine."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import RequestError

VERSION = "0.1.0"
EXACT_WHOLE = 2**53  # from here on a double no longer holds every whole number


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who or what made a judgement, and by which version of which method."""

    method: str
    method_version: str = VERSION
    made_by: str = "automatic"


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, so that equal values have equal bytes. Rejects nan."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def plain(value: Any) -> Any:
    """Return a value in the types JSON has, so that equal values come out equal whatever their dtype.

    None, nan and NaT are None; infinities the texts "inf" and "-inf"; whole numbers int; times ISO text in UTC, to
    the second or, when they have a fraction, to the nanosecond; tuples, lists and arrays lists.

    Raises
    ------
    RequestError
        For a time without a zone, a key that is not text, or any other type.

    Examples
    --------
    >>> plain({"b": (1.0, float("nan")), "a": float("inf")})
    {'b': [1, None], 'a': 'inf'}
    """
    kind = type(value)  # the common ones first: there are millions of them
    if kind is str:
        return value
    if kind is float:
        return _plain_number(value)
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    return None if value is None or value is pd.NaT or value is pd.NA else _plain_other(value)


def _plain_other(value: Any) -> Any:
    if isinstance(value, np.generic):
        return plain(pd.Timestamp(value) if isinstance(value, np.datetime64) else value.item())
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _plain_number(value)
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    if isinstance(value, tuple | list | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return _plain_time(value)
    raise RequestError(f"a value of type {type(value).__name__} has no form in JSON: {str(value)[:100]}")


def _plain_number(value: float) -> Any:
    if isinstance(value, float):
        if value.is_integer() and abs(value) < EXACT_WHOLE:
            return int(value)
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
    return value


def _plain_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    if not all(isinstance(key, str) for key in value):
        raise RequestError(f"a mapping with keys that are not text has no form in JSON: {str(value)[:100]}")
    return {key: plain(item) for key, item in value.items()}


def _plain_time(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise RequestError(f"the time {value} has no zone.", todo="Convert it to UTC first.")
    moment = pd.Timestamp(value).tz_convert(UTC).tz_localize(None)
    whole = moment.microsecond == 0 and moment.nanosecond == 0
    return str(moment.isoformat(timespec="seconds" if whole else "nanoseconds")) + "Z"


def stable_id(prefix: str, *parts: object) -> str:
    """Return a short name that is the same wherever the same parts are read.

    Examples
    --------
    >>> stable_id("obs", "viirs", 1) == stable_id("obs", "viirs", 1)
    True
    """
    text = "\x1f".join(str(part) for part in parts)
    return f"{prefix}-{digest(text.encode())[:12]}"
