"""A draft of observations while a batch of rows is read: what is known of each row, and why some cannot be used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import SourceError
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, new_table, once_in_order
from truceline.observations.identity import row_hashes, row_ids
from truceline.observations.places import check_places, read_degrees
from truceline.observations.times import Times, Words, mark, no_marks, read_times
from truceline.sources.options import Aside, Options
from truceline.sources.rows import Batch

_FILE_BITS = 40  # a file's number and a line of it in one integer


class Seen:
    """The rows met so far, by hash: 16 bytes a row, in sorted runs that are merged as they grow."""

    def __init__(self) -> None:
        self._runs: list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]] = []
        self._files: list[str] = []

    def earlier(self, hashes: npt.NDArray[np.uint64], lines: npt.NDArray[np.int64], path: Path) -> Words:
        """Return what an earlier row with the same hash is ("line 2", "line 2 of a.csv") or "", and remember these."""
        if path.name not in self._files:
            self._files.append(path.name)
        number = self._files.index(path.name)
        places = lines + (number << _FILE_BITS)
        unique, inverse = np.unique(hashes, return_inverse=True)
        first = np.full(len(unique), np.iinfo(np.int64).max)
        np.minimum.at(first, inverse, places)
        known = self._look_up(unique)
        self._remember(unique[known < 0], first[known < 0])
        before = np.where(known >= 0, known, first)[inverse]
        out = np.full(len(hashes), "", object)
        for i in np.flatnonzero((known[inverse] >= 0) | (before != places)):
            file, line = divmod(int(before[i]), 1 << _FILE_BITS)
            out[i] = f"line {line}" if file == number else f"line {line} of {self._files[file]}"
        return out

    def _look_up(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        out = np.full(len(hashes), -1)
        for known, places in self._runs:
            at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            out = np.where(known[at] == hashes, places[at], out)
        return out

    def _remember(self, hashes: npt.NDArray[np.uint64], places: npt.NDArray[np.int64]) -> None:
        while self._runs and len(self._runs[-1][0]) <= len(hashes):
            old, old_places = self._runs.pop()
            hashes, places = np.concatenate([old, hashes]), np.concatenate([old_places, places])
            order = np.argsort(hashes)
            hashes, places = hashes[order], places[order]
        if len(hashes):
            self._runs.append((hashes, places))


class Draft:
    """One batch on its way to observations."""

    def __init__(self, batch: Batch, *, source: str, options: Options) -> None:
        self.batch = batch
        self.source = source
        self.options = options
        self.length = len(batch.line)
        self.reason, self.todo = no_marks(self.length)
        self.columns: dict[str, Any] = {
            "source": source,
            "party": options.party,
            "reliability": options.reliability,
            "credibility": "6",
        }

    def column(self, name: str) -> pd.Series:
        """Return a column of the file."""
        return self.batch.frame[name]

    def mark(self, rows: npt.NDArray[np.bool_], why: str, what: str, *, said: pd.Series | None = None) -> None:
        """Give rows a reason for which they cannot be used; `{}` in it is the row's `said`."""
        mark(self.reason, self.todo, rows, why, what, said=said)

    def _mark_as(self, reason: Words, todo: Words) -> None:
        """Mark the rows that a reader of one column could not read, unless they have a reason already."""
        rows = np.flatnonzero(reason != "")
        rows = rows[self.reason[rows] == ""]
        self.reason[rows], self.todo[rows] = reason[rows], todo[rows]

    def times(self, said: pd.Series) -> Times:
        """Read times in the source's zone; marks those that cannot be read or lie in the future."""
        times = read_times(said, zone=self.options.timezone, day_first=self.options.day_first)
        self._mark_as(times.reason, times.todo)
        late = (times.start > pd.Timestamp(self.options.latest)).to_numpy()
        self.mark(late, "time '{}' lies in the future.", "Correct it, or set now.", said=said)
        return times

    def place(self, *, lon: pd.Series, lat: pd.Series) -> None:
        """Read the location; marks rows without one."""
        for our, said, axis in (("lat_deg", lat, "latitude"), ("lon_deg", lon, "longitude")):
            value, reason, todo = read_degrees(said, axis=axis)
            self._mark_as(reason, todo)
            self.columns[our] = value
        check_places(self.columns["lon_deg"], self.columns["lat_deg"], self.reason, self.todo, near=self.options.near)

    def number(self, said: pd.Series, *, called: str) -> npt.NDArray[np.float64]:
        """Read a column of numbers of 0 or more (blank is nan); marks rows where it is something else."""
        value: npt.NDArray[np.float64] = pd.to_numeric(said, errors="coerce").to_numpy(float, copy=True)
        odd = ~np.isfinite(value)
        if odd.any():
            again = said[odd].astype(str).str.strip().str.replace(",", ".", regex=False)
            value[odd] = pd.to_numeric(again, errors="coerce")
            blank = said.astype(str).str.strip().str.lower().isin(["", "nan", "none", "null", "n/k", "-"]).to_numpy()
            wrong = ~np.isfinite(value) & ~blank
            self.mark(wrong, called + " '{}' is not a number.", "Write digits.", said=said)
            value[~np.isfinite(value)] = np.nan
        self.mark(value < 0, f"{called} is negative.", "Give 0 or more.")
        return value

    def only(self, rows: npt.NDArray[np.bool_]) -> Draft:
        """Return a draft of some of the rows."""
        at = np.flatnonzero(rows)
        frame = self.batch.frame.iloc[at].reset_index(drop=True)
        batch = Batch(frame=frame, line=self.batch.line[at], path=self.batch.path)
        part = Draft(batch, source=self.source, options=self.options)
        part.columns = {name: _taken(value, at) for name, value in self.columns.items()}
        part.reason, part.todo = self.reason[at], self.todo[at]
        return part

    def observations(self, aside: Aside, seen: Seen, identity: dict[str, pd.Series] | None = None) -> pd.DataFrame:
        """Return the observations of the usable rows; the others, and rows met before, are set aside.

        `identity` is what makes a row itself; by default all its cells.
        """
        who = {f"cell {name}": self.column(name) for name in self.batch.frame} if identity is None else dict(identity)
        for name in ("lon_deg", "lat_deg", "time_start", "time_end", "act"):
            if isinstance(self.columns.get(name), (pd.Series, np.ndarray)):
                who[name] = pd.Series(self.columns[name])
        hashes = row_hashes(self.source, who, self.length)
        good = self.reason == ""
        before = np.full(self.length, "", object)
        before[good] = seen.earlier(hashes[good], self.batch.line[good], self.batch.path)
        self.mark(before != "", "duplicate of {}.", "Nothing: it is kept once.", said=pd.Series(before))
        self._put_aside(aside)
        kept = np.flatnonzero(self.reason == "")
        self.columns["observation_id"] = row_ids("obs", hashes)
        if "ref" not in self.columns:
            name = self.batch.path.name
            self.columns["ref"] = np.array([f"{name}:{line}" for line in self.batch.line.tolist()], object)
        taken = {name: _taken(value, kept) for name, value in self.columns.items()}
        return new_table(OBSERVATIONS, taken, length=len(kept))

    def _put_aside(self, aside: Aside) -> None:
        out = np.flatnonzero(self.reason != "")
        if len(out):
            raw = [",".join(map(str, row)) for row in self.batch.frame.iloc[out].itertuples(index=False, name=None)]
            aside.add(self.batch.path, line=self.batch.line[out], reason=self.reason[out], todo=self.todo[out], raw=raw)


def _taken(value: Any, at: npt.NDArray[np.intp]) -> Any:
    if isinstance(value, pd.Series):
        return value.take(at).reset_index(drop=True)
    return value[at] if isinstance(value, np.ndarray) else value


Drafts = Callable[[Path, Aside], Iterator[tuple[Draft, Mapping[str, str]]]]


def read_files(path_or_paths: str | Path | Iterable[str | Path], *, source: str, drafts: Drafts) -> Readings:
    """Return the readings of one or more files, each row once; a file that cannot be read is set aside whole.

    Raises
    ------
    SourceError
        If none of the files can be read.
    """
    paths = as_paths(path_or_paths)
    aside, seen = Aside(source), Seen()
    errors: list[SourceError] = []
    parts: list[pd.DataFrame] = []
    recognised: dict[str, str] = {}
    digests: dict[str, str] = {}
    for path in paths:
        try:
            for draft, found in drafts(path, aside):
                recognised.update(found)
                parts.append(draft.observations(aside, seen))
            digests[path.name] = file_digest(path)
        except SourceError as error:
            errors.append(error)
            aside.add(path, line=0, reason=error.what, todo=error.todo)
    if errors and len(errors) == len(paths):
        raise errors[0]
    return readings(once_in_order(parts, consume=True), set_aside=aside.take(), recognised=recognised, digests=digests)


def readings(
    part: pd.DataFrame | None,
    *,
    looks: pd.DataFrame | None = None,
    set_aside: pd.DataFrame | None = None,
    recognised: Mapping[str, str] | None = None,
    digests: Mapping[str, str] | None = None,
) -> Readings:
    """Return readings of which only some tables are filled."""
    return Readings(
        observations=empty(OBSERVATIONS) if part is None else part,
        looks=empty(LOOKS) if looks is None else looks,
        set_aside=empty(SET_ASIDE) if set_aside is None else set_aside,
        recognised=recognised or {},
        digests=digests or {},
    )


def as_paths(path_or_paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """Return one or more paths as a list, each once."""
    several = [path_or_paths] if isinstance(path_or_paths, str | Path) else list(path_or_paths)
    if not several:
        raise SourceError("no file is named.", todo="Name one or more files.")
    return list(dict.fromkeys(Path(p) for p in several))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
