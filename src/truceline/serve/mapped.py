"""Columns of texts and lists that lie in a file: pandas reads them where they are, and holds no object for each cell.

A million incidents are three million rows of some seventy columns. As Python objects they are 2.6 GB, all of them in
memory; here they are read from the disk as they are asked for, and the system lets go of what nobody reads.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.extensions import ExtensionArray, ExtensionDtype
from pandas.api.indexers import check_array_indexer

from truceline.serve.encoding import TEXT, Objects, cells_of, encoded, numbered, objects_of


class MappedDtype(ExtensionDtype):  # type: ignore[misc]
    """The type of a column of texts, or of tuples of texts or of (text, number) pairs."""

    name = "mapped"
    type = object
    kind = "O"
    na_value = np.nan

    @classmethod
    def construct_array_type(cls) -> builtins.type[Mapped]:
        """Return the array's class."""
        return Mapped


class Mapped(ExtensionArray):  # type: ignore[misc]
    """A column as Arrow holds it. Its cells read as those it was made from: str, or tuple; nan where there is none.

    `held` is text, a list of texts, a list of (text, number) pairs, or numbers into few different ones of these.
    """

    def __init__(self, held: pa.Array, words: Objects | None = None) -> None:
        self.held = held
        self._dtype = MappedDtype()
        if words is None and pa.types.is_dictionary(held.type):
            words = np.append(objects_of(held.dictionary), [np.nan])
        self._words = words  # the different cells, and nan for none

    @property
    def dtype(self) -> MappedDtype:
        """The type."""
        return self._dtype

    @property
    def nbytes(self) -> int:
        """How many bytes it refers to, in memory or in a file."""
        return int(self.held.nbytes)

    @property
    def kind(self) -> str:
        """What a cell is: "text", "texts" (a tuple) or "pairs" (a tuple)."""
        held = self.held.type.value_type if pa.types.is_dictionary(self.held.type) else self.held.type
        if not pa.types.is_large_list(held):
            return "text"
        return "pairs" if pa.types.is_struct(held.value_type) else "texts"

    @property
    def is_text(self) -> bool:
        """Whether its cells are texts, and not lists."""
        return self.kind == "text"

    @property
    def coded(self) -> tuple[npt.NDArray[np.int32], Objects] | None:
        """Each cell's number among the different cells, and these, nan the last; None where nearly all are different.

        A number of -1 is no cell.
        """
        if self._words is None:
            return None
        codes = self.held.indices
        return (codes.fill_null(-1) if codes.null_count else codes).to_numpy(zero_copy_only=True), self._words

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.held)

    def __iter__(self) -> Iterator[Any]:
        """Yield the cells."""
        return iter(np.asarray(self))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Return the cells as objects."""
        found = self.coded
        made = objects_of(self.held) if found is None else found[1][found[0]]
        return made if dtype is None else made.astype(dtype, copy=False)

    def __getitem__(self, item: Any) -> Any:
        """Return one cell, or some as an array."""
        item = check_array_indexer(self, item)
        if isinstance(item, int | np.integer):
            at = int(item) + (len(self) if item < 0 else 0)
            if not 0 <= at < len(self):
                raise IndexError(item)
            return np.asarray(self[at : at + 1])[0]
        if isinstance(item, slice):
            start, stop, step = item.indices(len(self))
            if step == 1:
                return type(self)(self.held.slice(start, max(0, stop - start)), self._words)
            item = np.arange(start, stop, step)
        return self.take(np.flatnonzero(item) if np.asarray(item).dtype == bool else item)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Put other cells in the place of some, at the price of all cells of the column."""
        cells = np.asarray(self)
        key = check_array_indexer(self, key)
        cells[key] = value
        made = type(self)(_held(cells))
        self.held, self._words = made.held, made._words

    def __eq__(self, other: object) -> Any:
        """Return which cells equal a text, or cell by cell those of another column."""
        if isinstance(other, pd.Series | pd.Index | pd.DataFrame):
            return NotImplemented
        if isinstance(other, str) and self.is_text:
            return self.isin([other])
        return np.asarray(np.asarray(self) == (np.asarray(other) if isinstance(other, Mapped) else other), dtype=bool)

    def __ne__(self, other: object) -> Any:
        """Return which cells do not."""
        same = self.__eq__(other)
        return NotImplemented if same is NotImplemented else ~same

    def __add__(self, other: Any) -> Objects:
        """Return the texts with others after them."""
        return np.asarray(np.asarray(self) + (np.asarray(other) if isinstance(other, Mapped) else other))

    def __radd__(self, other: Any) -> Objects:
        """Return the texts with others before them."""
        return np.asarray(other + np.asarray(self))

    def isna(self) -> npt.NDArray[np.bool_]:
        """Return where there is no cell."""
        return np.asarray(self.held.is_null().to_numpy(zero_copy_only=False))

    def isin(self, values: Any) -> npt.NDArray[np.bool_]:
        """Return which cells are among some."""
        if not self.is_text:
            return np.asarray(pd.Series(np.asarray(self)).isin(list(values)))
        wanted = pa.array([value for value in values if isinstance(value, str)], TEXT)
        found = self.coded
        if found is None:
            return np.asarray(pc.is_in(self.held, value_set=wanted).to_numpy(zero_copy_only=False))
        codes, _ = found
        among = pc.is_in(self.held.dictionary, value_set=wanted).to_numpy(zero_copy_only=False)
        return np.asarray(np.append(among, False)[codes])

    def take(self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None) -> Self:
        """Return some of the cells. With `allow_fill`, -1 stands for a cell that is not there."""
        at = np.asarray(indices, dtype=np.int64)
        low = at.min(initial=0)
        if len(at) and (at.max() >= len(self) or low < (-1 if allow_fill else -len(self))):
            raise IndexError("out of bounds")
        if allow_fill:
            made = type(self)(self.held.take(pa.array(at, mask=at < 0)), self._words)
            if (at < 0).any() and fill_value is not None and not (isinstance(fill_value, float)):
                made[at < 0] = fill_value
            return made
        return type(self)(self.held.take(pa.array(np.where(at < 0, at + len(self), at))), self._words)

    def copy(self) -> Self:
        """Return another array over the same cells; what is set in one does not change the other."""
        return type(self)(self.held, self._words)

    def factorize(self, use_na_sentinel: bool = True) -> tuple[npt.NDArray[np.intp], Mapped]:
        """Return each cell's number in order of first appearance, and the different cells."""
        found = self.coded
        if found is None:
            cells, nothing = np.asarray(self), self.isna()
            codes = np.full(len(cells), -1, np.int64)
            codes[~nothing], different = numbered(cells[~nothing])
        else:
            codes, seen = pd.factorize(np.where(found[0] < 0, np.nan, found[0]))
            different = found[1][seen.astype(np.int64)]
        if not use_na_sentinel and (codes < 0).any():
            codes, different = np.where(codes < 0, len(different), codes), np.append(different, [np.nan])
        return codes, type(self)(_held(different))

    def _values_for_factorize(self) -> tuple[Objects, float]:
        return np.asarray(self), np.nan

    def _values_for_argsort(self) -> Objects:
        return np.asarray(self)

    @classmethod
    def _from_sequence(cls, scalars: Iterable[Any], *, dtype: Any = None, copy: bool = False) -> Self:
        return cls(_held(cells_of(list(scalars))))

    @classmethod
    def _from_factorized(cls, values: Any, original: Mapped) -> Self:
        return cls(_held(np.asarray(values, dtype=object)))

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Mapped]) -> Self:
        to_concat = [one for one in to_concat if len(one)] or to_concat[:1]
        if len({one.held.type for one in to_concat}) == 1:
            whole = pa.chunked_array([one.held for one in to_concat])
            with contextlib.suppress(pa.ArrowNotImplementedError):  # numbers into different lists
                made = whole.unify_dictionaries().combine_chunks()
                return cls(made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made)
        return cls(_held(np.concatenate([np.asarray(one) for one in to_concat])))


def _held(cells: Objects) -> pa.Array:
    made = encoded(cells)
    if made is None:
        raise TypeError("a column that is mapped holds texts, or tuples of texts or of (text, number) pairs")
    return made
