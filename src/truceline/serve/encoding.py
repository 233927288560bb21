"""Texts and lists as Arrow holds them, and back: what a column is before and after it lies in a file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Objects = npt.NDArray[np.object_]
MOST_WORDS = 30_000  # different texts or lists in a column that is kept as numbers
_LOOKED_AT = 10_000  # cells that tell whether a column has few different ones
TEXT = pa.large_string()


def objects_of(held: pa.Array) -> Objects:
    """Return the cells of an Arrow array of texts or lists as text or tuples; nan where there is none."""
    cells = _lists(held) if pa.types.is_large_list(held.type) else held.to_numpy(zero_copy_only=False).astype(object)
    if held.null_count:
        cells[held.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return cells


def _lists(held: pa.Array) -> Objects:
    inner, ends = held.flatten(), np.diff(held.offsets.to_numpy()).cumsum().tolist()
    flat: list[Any] = (
        list(zip(objects_of(inner.field(0)).tolist(), inner.field(1).to_numpy().tolist(), strict=True))
        if pa.types.is_struct(inner.type)
        else objects_of(inner).tolist()
    )
    return cells_of([tuple(flat[a:b]) for a, b in zip([0, *ends], ends, strict=False)])


def encoded(cells: Objects) -> pa.Array | None:
    """Return cells as Arrow holds them; None where they are not all texts, or all lists of texts or of pairs."""
    nothing = pd.isna(cells)
    known = cells[~nothing] if nothing.any() else cells
    kinds = set(map(type, known.tolist()))
    if not (kinds <= {str} or kinds <= {tuple, list}):
        return None
    plain = known if kinds <= {str} else cells_of(list(map(tuple, known.tolist())))
    try:
        found = _few(plain)
        made = _arrow(plain if found is None else found[1])
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return None
    if made is None:
        return None
    at = np.arange(len(known)) if found is None else found[0]
    if nothing.any():
        whole = np.full(len(cells), -1, np.int64)
        whole[~nothing] = at
        at = whole
    missing = nothing if nothing.any() else None
    if found is not None:
        return pa.DictionaryArray.from_arrays(pa.array(at.astype(np.int32), mask=missing), made)
    return made if missing is None else made.take(pa.array(at, mask=missing))


def _few(cells: Objects) -> tuple[npt.NDArray[np.int64], Objects] | None:
    """Return each cell's number and the different cells; None where they are many."""
    try:
        if len(set(cells[:_LOOKED_AT].tolist())) * 2 > min(len(cells), _LOOKED_AT):
            return None
        codes, different = numbered(cells)
    except TypeError:  # lists within lists
        return None
    return None if len(different) > MOST_WORDS else (codes, different)


def numbered(cells: Objects) -> tuple[npt.NDArray[np.int64], Objects]:
    """Return each cell's number in order of first appearance, and the different cells; none may be missing."""
    seen: dict[Any, int] = {}  # not by factorize, which takes a text of one NUL for an empty one
    codes = np.fromiter((seen.setdefault(cell, len(seen)) for cell in cells.tolist()), np.int64, len(cells))
    return codes, cells_of(list(seen))


def _arrow(cells: Objects) -> pa.Array | None:
    """Return texts, tuples of texts or tuples of pairs, none missing, as one Arrow array."""
    if not len(cells) or isinstance(cells[0], str):
        return pa.array(cells, TEXT)
    flat = list(chain.from_iterable(cells))
    ends = pa.array(np.r_[0, np.cumsum(np.fromiter(map(len, cells), np.int64, len(cells)))])
    kinds = set(map(type, flat))
    if kinds <= {str}:
        return pa.LargeListArray.from_arrays(ends, pa.array(flat, TEXT))
    if not kinds <= {tuple, list} or set(map(len, flat)) != {2}:
        return None
    names, numbers = zip(*flat, strict=True)
    if set(map(type, names)) != {str} or set(map(type, numbers)) != {float}:
        return None
    pairs = pa.StructArray.from_arrays([pa.array(names, TEXT), pa.array(numbers)], ["0", "1"])
    return pa.LargeListArray.from_arrays(ends, pairs)


def cells_of(values: Sequence[Any]) -> Objects:
    """Return values as an array of objects, lists and tuples as one cell each."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
