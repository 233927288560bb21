"""Sightings and the log of acts as arrays: text as codes, times as nanoseconds, so that clauses judge whole columns."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError, did_you_mean
from truceline.findings.tables import SIGHTINGS
from truceline.vocabulary import SYSTEMS, names_system

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Instants = npt.NDArray[np.int64]
Spread = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats, list[str]]

NO, OPEN, YES = 0.0, 0.5, 1.0  # Kleene's three truth values: and is min, or is max, not is 1 - x
HOUR_NS = 3_600_000_000_000
NEVER = np.iinfo(np.int64).max
ALWAYS = np.iinfo(np.int64).min
UNNAMED = {"unknown", "undetermined", "not known", "?"}  # words for no party at all


class Rows:
    """The columns of a sightings table; a column that is missing reads as "not known"."""

    def __init__(self, table: pd.DataFrame, party_ids: Sequence[str]) -> None:
        _check_columns(table)
        self.table = table
        self.party_ids = tuple(party_ids)
        self.length = len(table)
        self._whole: Rows | None = None  # of which these rows are a part, at _index
        self._index = np.arange(0)
        self._codes: dict[str, tuple[npt.NDArray[np.intp], list[str]]] = {}
        self._known: dict[object, npt.NDArray[Any]] = {}
        self._spread: Spread | None = None
        self.ids = table["id"].astype("object").to_numpy()
        self.time_ns = instants(table["time"])
        if (self.time_ns == ALWAYS).any():
            first = self.ids[int(np.argmax(self.time_ns == ALWAYS))]
            raise RequestError(f"sighting '{first}' has no time.", todo="Give each sighting a time, or leave it out.")
        end = self.instant("time_end")
        self.time_end_ns = np.where(end == ALWAYS, self.time_ns, np.maximum(end, self.time_ns))
        self.chance = np.clip(self.number("p_exists", missing=1.0) * self.number("p_act", missing=1.0), 0.0, 1.0)

    def only(self, index: npt.NDArray[np.intp]) -> Rows:
        """Return some of the rows; their columns are cut from these when they are asked for."""
        part = copy.copy(self)
        part._whole, part._index, part.length = self, index, len(index)
        part._codes, part._known, part._spread = {}, {}, None
        part.ids, part.time_ns, part.time_end_ns = self.ids[index], self.time_ns[index], self.time_end_ns[index]
        part.chance = self.chance[index]
        return part

    def known(self, key: object, made: Callable[[Rows], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return `made(rows)`, worked out once for all rows and cut for a part of them. Do not write to it."""
        if key not in self._known:
            whole = self._whole
            self._known[key] = made(self) if whole is None else whole.known(key, made)[self._index]
        return self._known[key]

    def number(self, name: str, *, missing: float = np.nan) -> Floats:
        """Return a number column; where it is not known, `missing`."""
        values: Floats = self.known(("number", name), lambda rows: rows._read_number(name)).copy()
        return values if np.isnan(missing) else np.where(np.isnan(values), missing, values)

    def _read_number(self, name: str) -> Floats:
        if name not in self.table:
            return np.full(self.length, np.nan)
        return np.asarray(pd.to_numeric(self.table[name], errors="coerce").to_numpy(float, na_value=np.nan), float)

    def instant(self, name: str) -> Instants:
        """Return a time column; ALWAYS where it is not known."""
        if name not in self.table:
            return np.full(self.length, ALWAYS)
        return self.known(("instant", name), lambda rows: instants(rows.table[name]))

    def codes(self, name: str) -> tuple[npt.NDArray[np.intp], list[str]]:
        """Return a text column as (code of each row, the distinct texts)."""
        if name not in self._codes:
            if self._whole is not None:
                codes, words = self._whole.codes(name)
                self._codes[name] = codes[self._index], words
            elif name in self.table:
                codes, values = pd.factorize(self.table[name].astype("object").where(self.table[name].notna(), ""))
                self._codes[name] = codes, [str(v).strip() for v in values]
            else:
                self._codes[name] = np.zeros(self.length, np.intp), [""]
        return self._codes[name]

    def spread_acts(self) -> Spread:
        """Return `p_acts` laid end to end: the row of each entry, its act as a code, its chance, and the acts.

        Unpacked once for all clauses; ask the whole for it, not a part.
        """
        if self._spread is None:
            self._spread = self._read_spread()
        return self._spread

    def _read_spread(self) -> Spread:
        spread = self.table["p_acts"].map(lambda pairs: tuple(pairs) if isinstance(pairs, tuple | list) else ())
        row = np.repeat(np.arange(self.length), spread.map(len).to_numpy(np.intp))
        entries = [pair for pairs in spread for pair in pairs]
        codes, words = pd.factorize(np.array([str(word) for word, _ in entries], object))
        return row, codes, np.array([chance for _, chance in entries], float), [str(word) for word in words]

    def text(self, name: str) -> npt.NDArray[np.object_]:
        """Return a text column, '' where not known."""
        return self.each(name, lambda word: word, kind=object)

    def each(self, name: str, of: Callable[[str], object], kind: type = float) -> npt.NDArray[Any]:
        """Return `of(text)` for each row, computed once per distinct text."""
        codes, values = self.codes(name)
        return np.array([of(v) for v in values] or [None], dtype=kind)[codes] if self.length else np.empty(0, kind)

    def one_of(self, name: str, words: Sequence[str]) -> Bools:
        """Return whether each row's text is one of some words."""
        return np.asarray(self.each(name, lambda word: word in words, kind=bool), bool)

    def parties(self) -> npt.NDArray[np.object_]:
        """Return the party of each row, '' where it is not known."""
        return self.each("party", party_of, kind=object)

    def each_item(self, of: Callable[[str], object]) -> npt.NDArray[Any]:
        """Return `of(item)` for each row, computed once per distinct item."""
        codes, words = pd.factorize(self.item_words())
        return np.array([of(str(w)) for w in words] or [0.0], dtype=float)[codes] if self.length else np.empty(0)

    def calibre_mm(self) -> Floats:
        """Return the calibre: as stated, else that of the named system, else nan."""
        known = self.each("system", lambda word: _of_system(word)[1])
        stated = self.number("calibre_mm")
        return np.where(np.isnan(stated), np.where(known > 0, known, np.nan), stated)

    def item_words(self) -> npt.NDArray[np.object_]:
        """Return the item: as stated, else that of the named system, else ''."""
        return self.known("item words", Rows._read_items)

    def _read_items(self) -> npt.NDArray[np.object_]:
        stated = self.text("item")
        return np.where(stated == "", self.each("system", lambda word: _of_system(word)[0], kind=object), stated)


def party_of(word: str) -> str:
    """Return the party a word names, '' for words that name none."""
    return "" if word.casefold() in UNNAMED else word


def _of_system(word: str) -> tuple[str, float]:
    return next((known for name, known in SYSTEMS.items() if word and names_system(word, name)), ("", 0.0))


def _check_columns(table: pd.DataFrame) -> None:
    for name in ("id", "time"):
        if name not in table:
            guess = did_you_mean(name, [str(c) for c in table.columns])
            hint = f"Is it '{guess}'?" if guess else f"Columns read: {', '.join(SIGHTINGS)}."
            raise RequestError(f"the sightings have no column '{name}'.", todo=hint)


def instants(column: pd.Series) -> Instants:
    """Return times as UTC nanoseconds; ALWAYS where missing. Times without a zone are refused."""
    if not isinstance(column.dtype, pd.DatetimeTZDtype):
        if len(column) and pd.api.types.is_datetime64_dtype(column.dtype) and column.notna().any():
            raise RequestError(
                "the times have no time zone.", todo="Say '...Z' or '...+03:00', or localise the column."
            )
        column = pd.to_datetime(column, utc=True)
    return np.asarray(column.astype("datetime64[ns, UTC]").astype("int64"), np.int64)
