"""Rows added to a table that is in order: where each belongs, and the table with them in their places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]


def sortable(values: npt.NDArray[np.float64]) -> Ints:
    """Return whole numbers in the order of floats, nan last; 0 and -0 are one.

    Examples
    --------
    >>> sortable(np.array([1.5, -2.0, np.inf, np.nan])).argsort().tolist()
    [1, 0, 2, 3]
    """
    bits = (np.asarray(values, float) + 0.0).view(np.int64)
    ordered = np.where(bits < 0, bits ^ np.int64(0x7FFF_FFFF_FFFF_FFFF), bits)
    return np.where(np.isnan(values), np.iinfo(np.int64).max, ordered)


def places_in_order(held: tuple[Ints, Words], new: tuple[Ints, Words]) -> Ints:
    """Return, for each new row, the number of held rows that come before it.

    Each is (keys, ids): keys (n, k) in order of importance, and ids to tell rows of equal keys apart. Both come in
    order. A held row of the same keys and id comes after the new one.
    """
    at: Ints = np.empty(len(new[0]), np.int64)
    low, high = _spans(np.ascontiguousarray(held[0]), np.ascontiguousarray(new[0]))
    for i, (a, b, name) in enumerate(zip(low.tolist(), high.tolist(), new[1], strict=True)):
        at[i] = a if a == b else bisect_left(held[1], name, a, b)
    return at


@numba.njit(cache=True, nogil=True)
def _before(a, b, least):  # type: ignore[no-untyped-def]
    """Return whether key a comes before key b; of equal keys, what `least` says."""
    for k in range(len(a)):
        if a[k] != b[k]:
            return a[k] < b[k]
    return least


@numba.njit(cache=True, nogil=True)
def _spans(held, new):  # type: ignore[no-untyped-def]
    """Return the first and past the last held row with the keys of each new row."""
    ends = np.empty((2, len(new)), np.int64)
    for i in range(len(new)):
        for last in range(2):
            low, high = 0, len(held)
            while low < high:
                middle = (low + high) // 2
                if _before(held[middle], new[i], last == 1):
                    low = middle + 1
                else:
                    high = middle
            ends[last, i] = low
    return ends[0], ends[1]


def with_rows(held: pd.DataFrame, new: pd.DataFrame, at: Ints) -> pd.DataFrame:
    """Return the held rows with new ones before the held rows numbered `at`, in rising order."""
    order = np.insert(np.arange(len(held)), at, len(held) + np.arange(len(new)))
    return pd.DataFrame({name: _taken([held[name], new[name]], order) for name in held}, copy=False)


def gathered(tables: Sequence[pd.DataFrame], order: Ints) -> pd.DataFrame:
    """Return rows of several tables of the same columns, numbered through all of them, in any order."""
    return pd.DataFrame({name: _taken([t[name] for t in tables], order) for name in tables[0]}, copy=False)


def _taken(columns: Sequence[pd.Series], order: Ints) -> Any:
    if isinstance(columns[0].dtype, pd.CategoricalDtype):
        return pd.api.types.union_categoricals(columns, ignore_order=True).take(order)
    if isinstance(columns[0].dtype, np.dtype):
        return np.concatenate([column.to_numpy() for column in columns])[order]
    if columns[0].dtype.kind == "O":  # texts and lists that lie in a file
        columns = [column.astype(columns[0].dtype, copy=False) for column in columns]
    return pd.concat(columns, ignore_index=True).array.take(order)
