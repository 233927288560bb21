"""Columns packed for the page: small whole numbers as base64, so that a hundred thousand rows are read in no time.

A packed column is {"type", "at", "per"}: little-endian numbers of that type, each worth 1 / `per`; the largest
number of the type stands for a missing value.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

TYPES: dict[str, np.dtype[Any]] = {
    "u1": np.dtype("<u1"),
    "u2": np.dtype("<u2"),
    "u4": np.dtype("<u4"),
    "i4": np.dtype("<i4"),
}


def packed(values: npt.ArrayLike, kind: str, *, per: int = 1) -> dict[str, Any]:
    """Return numbers as a packed column; nan, and what the type cannot hold, is missing.

    Examples
    --------
    >>> packed([1.5, float("nan")], "u1", per=2)
    {'type': 'u1', 'at': 'A/8=', 'per': 2}
    """
    dtype = TYPES[kind]
    low, missing = np.iinfo(dtype).min, np.iinfo(dtype).max
    whole = np.round(np.asarray(values, float) * per)
    good = (whole >= low) & (whole < missing)
    return {"type": kind, "at": _base64(np.where(good, whole, missing).astype(dtype)), "per": per}


def coded(column: pd.Series) -> dict[str, Any]:
    """Return texts that repeat as the list of the different ones, in order, and for each row its number in it."""
    different = sorted(set(column))  # not by factorize, which takes a text of one NUL for an empty one
    return of_list(different, column.map({text: i for i, text in enumerate(different)}).to_numpy(np.int64))


def of_list(different: Sequence[Any], numbers: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Return the different values and, packed, the number of each row's among them."""
    kind = next(name for name in ("u1", "u2", "u4") if len(different) < np.iinfo(TYPES[name]).max)
    return {"of": list(different)} | packed(numbers, kind)


def unpacked(column: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Return the numbers of a packed column as the page reads them, nan where missing."""
    raw = np.frombuffer(base64.b64decode(column["at"]), TYPES[column["type"]])
    return np.where(raw == np.iinfo(raw.dtype).max, np.nan, raw / column["per"])


def _base64(numbers: npt.NDArray[Any]) -> str:
    return base64.b64encode(numbers.tobytes()).decode("ascii")
