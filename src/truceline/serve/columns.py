"""Properties of features, read from the columns of a table where they lie: a million rows are not held twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.provenance import EXACT_WHOLE, plain
from truceline.serve.encoding import MOST_WORDS
from truceline.serve.mapped import Mapped

Rows = npt.NDArray[np.int64]
_LOOKED_AT = 1_000  # cells of a column that tell whether it holds texts: columns are of one kind throughout


class Column:
    """One property of every feature. `at` says in which row of the table each feature lies; None: in its own."""

    def __init__(self, values: pd.Series, at: Rows | None = None) -> None:
        self._values, self._kind = _taken(values)
        self._at = at
        self._few = self._values.coded if isinstance(self._values, Mapped) else None
        self._words: tuple[npt.NDArray[np.int32], pd.Index] | None = None  # this and the next: made when asked for
        self._marks: tuple[npt.NDArray[np.uint64], Rows] | None = None

    def __len__(self) -> int:
        """Return how many features there are."""
        return len(self._values if self._at is None else self._at)

    @property
    def is_filter(self) -> bool:
        """Whether features can be asked for by it: texts, numbers and flags, not lists and not times."""
        return self._kind in ("text", "number", "flag")

    def values(self, rows: Rows | None = None) -> npt.NDArray[Any]:
        """Return the values of some features as they lie in the table, or of all."""
        at = self._at if rows is None else rows if self._at is None else self._at[rows]
        if self._few is not None:
            codes, words = self._few
            return np.asarray(words[codes if at is None else codes[at]])
        return np.asarray(self._values if at is None else self._values[at])

    def plain(self, rows: Rows) -> list[Any]:
        """Return the values of some features in the types JSON has, the same as `provenance.plain` gives."""
        found = self.values(rows)
        if self._kind == "time":
            return _time_texts(found)
        if found.dtype.kind == "f":
            return list(map(_number, found.tolist()))
        if found.dtype.kind in "iub":
            return list(found.tolist())
        return list(map(_PLAIN.get(self._kind, plain), found.tolist()))

    def equal(self, said: str, name: str, rows: Rows | None) -> npt.NDArray[np.bool_]:
        """Return which of some features, or of all, have a value, as a request writes it."""
        if self._kind == "flag":
            return np.asarray(self.values(rows) == (said.casefold() == "true"))
        if self._kind == "number":
            try:
                return np.asarray(self.values(rows) == float(said))
            except ValueError as error:
                raise RequestError(f"{name}={said} is not a number.") from error
        codes, words = self._coded()
        if not len(codes):
            return np.asarray(self.values(rows) == said)
        wanted = words.get_indexer([said])[0]
        at = self._at if rows is None else rows if self._at is None else self._at[rows]
        return np.asarray((codes if at is None else codes[at]) == (wanted if wanted >= 0 else -2))

    def find(self, said: str) -> int | None:
        """Return the first feature that has a text, or None; for columns in which nearly every text is another."""
        if isinstance(self._values, Mapped):
            return _first(np.flatnonzero(self._values.isin([said])), self._at)
        if self._marks is None:
            marks = pd.util.hash_array(self._values, categorize=False)
            order = np.argsort(marks, kind="stable")
            self._marks = marks[order], order
        marks, order = self._marks
        mark = pd.util.hash_array(np.array([said], dtype=object), categorize=False)[0]
        low, high = np.searchsorted(marks, mark, side="left"), np.searchsorted(marks, mark, side="right")
        return _first([row for row in order[low:high].tolist() if self._values[row] == said], self._at)

    def _coded(self) -> tuple[npt.NDArray[np.int32], pd.Index]:
        """Return each row's text as a number, and the texts; nothing where nearly every text is another."""
        if self._words is None:
            codes, words = np.empty(0, np.int32), np.empty(0, object)
            if self._few is not None:
                codes, words = self._few[0], self._few[1][:-1]  # without nan
            elif not isinstance(self._values, Mapped):
                numbers, different = pd.factorize(self._values)
                if len(different) <= MOST_WORDS:
                    codes, words = numbers.astype(np.int32), different
            self._words = codes, pd.Index(words)
        return self._words


def columns_of(table: pd.DataFrame, at: Rows | None = None, *, without: Sequence[str] = ()) -> dict[str, Column]:
    """Return the columns of a table by name, some left out."""
    return {str(name): Column(table[name], at) for name in table.columns if name not in without}


def _taken(column: pd.Series) -> tuple[npt.NDArray[Any] | Mapped, str]:
    """Return a column's values as they lie, times in UTC, and the kind of them. Neither is a copy."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return np.asarray(column.array, dtype="datetime64[ns]"), "time"
    if isinstance(column.array, Mapped):
        return column.array, column.array.kind
    values = np.asarray(column)
    if values.dtype.kind == "b":
        return values, "flag"
    if values.dtype.kind in "iuf":
        return values, "number"
    said = pd.api.types.infer_dtype(values[:_LOOKED_AT], skipna=True)
    return values, "text" if said in ("string", "empty") else "other"


def _number(value: float) -> Any:
    if value - value != 0:
        return plain(value)
    return int(value) if value.is_integer() and abs(value) < EXACT_WHOLE else value


def _pairs(cell: Any) -> Any:
    return [[name, _number(value)] for name, value in cell] if type(cell) is tuple else plain(cell)


def _texts(cell: Any) -> Any:
    return list(cell) if type(cell) is tuple else plain(cell)


# what `provenance.plain` gives, by kinds of which it need not be asked for every part
_PLAIN = {"texts": _texts, "pairs": _pairs}


def _first(rows: Rows | list[int], at: Rows | None) -> int | None:
    """Return the first feature among rows of the table, or None."""
    if not len(rows):
        return None
    return int(rows[0]) if at is None else int(np.flatnonzero(at == rows[0])[0])


def _time_texts(times: npt.NDArray[np.datetime64]) -> list[Any]:
    whole = times.astype("datetime64[s]")
    texts: list[Any] = [f"{text}Z" for text in np.datetime_as_string(whole, unit="s").tolist()]
    odd = np.flatnonzero(times != whole)  # also where there is no time: it equals nothing
    for place, text in zip(odd.tolist(), np.datetime_as_string(times[odd], unit="ns").tolist(), strict=True):
        texts[place] = None if text == "NaT" else f"{text}Z"
    return texts
