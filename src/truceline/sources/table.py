"""Anybody's table of events: CSV, TSV, XLSX, GeoJSON, KML or KMZ, with its columns recognised by their usual names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import SourceError
from truceline.observations import Readings
from truceline.observations.counts import read_counts
from truceline.observations.times import plain_iso
from truceline.observations.words import to_acts, to_items
from truceline.sources.columns import count_known, recognise
from truceline.sources.documents import read_geojson, read_kml, read_xlsx
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.rows import Batch, read_delimited, read_parquet
from truceline.sources.sightings import Draft, Seen, read_files, readings

NAME = "table"
DESCRIPTION = "Anybody's table of events (CSV, TSV, XLSX, GeoJSON, KML, KMZ); columns are recognised by their names."

_CLOCK = re.compile(r"(?:\d{1,2}[:.h]\d\d(?:[:.]\d\d)?\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?)?")
Flags = npt.NDArray[np.bool_]
KEEP_BY = ("time_start", "time_end", "lon_deg", "lat_deg", "sensor")
Keep = Callable[[Mapping[str, Any]], Flags]  # columns of KEEP_BY -> which rows to keep
SIGMA_M = 1000.0  # assumed where a table says nothing: a report placed to its settlement
_TEXTS = ("place", "text", "party", "system", "operator", "confidence", "origin", "reliability", "credibility")


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return the observations of one or more files; see `stream` for a file larger than memory.

    Own options: `act` and `sensor`, for tables that do not say them.

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    chosen = read_options(options, also=("act", "sensor"))
    return read_files(path_or_paths, source=source, drafts=lambda path, aside: _drafts(path, source, chosen, aside))


def stream(
    path: str | Path, *, source: str, options: Mapping[str, Any] | None = None, keep: Keep | None = None
) -> Iterator[Readings]:
    """Yield a file's readings a few ten thousand rows at a time, so that a file of any size can be read.

    What `read` would return is `gather` of all of them, but for the digest of the file. `keep` gets the columns of the
    rows read so far and says which to keep; the others leave no trace here, so whoever gives it counts them.
    """
    chosen = read_options(options, also=("act", "sensor"))
    seen, aside = Seen(), Aside(source)
    for draft, found in _drafts(Path(path), source, chosen, aside):
        if keep is not None:
            usable = draft.reason == ""
            kept = ~usable
            kept[usable] = keep({name: _column(draft, name, usable) for name in KEEP_BY})
            draft = draft if kept.all() else draft.only(kept)
        part = draft.observations(aside, seen)
        yield readings(part, set_aside=aside.take(), recognised=found)
    left = aside.take()
    if len(left):
        yield readings(None, set_aside=left)


def _column(draft: Draft, name: str, rows: Flags) -> Any:
    value = draft.columns[name]
    return value[rows] if isinstance(value, pd.Series | np.ndarray) else np.full(int(rows.sum()), value)


def _drafts(path: Path, source: str, options: Options, aside: Aside) -> Iterator[tuple[Draft, dict[str, str]]]:
    found: dict[str, str] = {}
    for batch in _batches(path, options, aside):
        found = found or _required(recognise(list(batch.frame), options.map, where=path.name), batch)
        yield draft_events(batch, found, source, options), found


def _batches(path: Path, options: Options, aside: Aside) -> Iterator[Batch]:
    score = partial(count_known, mapped=options.map)
    kind = path.suffix.lower()
    if kind in {".xlsx", ".xlsm"}:
        return read_xlsx(path, score=score)
    if kind in {".geojson", ".json"}:
        return read_geojson(path)
    if kind in {".kml", ".kmz"}:
        return read_kml(path)
    if kind == ".parquet":
        return read_parquet(path)
    return read_delimited(path, aside=aside, score=score)


def _required(found: dict[str, str], batch: Batch) -> dict[str, str]:
    missing = [our for our in ("lat", "lon") if our not in found]
    if "time" not in found and "date" not in found:
        missing.append("time")
    if missing:
        raise SourceError(
            f"no column is recognised as {' or '.join(missing)} among {', '.join(map(str, batch.frame))}.",
            where=batch.path.name,
            todo="Name it with map (theirs: ours) or --map theirs=ours.",
        )
    return found


def draft_events(batch: Batch, found: Mapping[str, str], source: str, options: Options) -> Draft:
    """Return a draft of rows whose columns are known; `found` gives theirs for each of ours."""
    draft = Draft(batch, source=source, options=options)

    def said(our: str) -> pd.Series | None:
        return draft.column(found[our]) if our in found else None

    times = draft.times(_when(said("date"), said("time")))
    draft.columns["time_start"], draft.columns["time_end"] = times.start, times.end
    if "time_end" in found:
        _end(draft, draft.column(found["time_end"]))
    draft.place(lon=draft.column(found["lon"]), lat=draft.column(found["lat"]))
    draft.columns["sigma_m"] = _sigma(draft, said("sigma_m"))
    items = said("item")
    draft.columns["item"] = to_items(items) if items is not None else ""
    acts = said("act")
    default = options.more.get("act", "presence" if items is not None else "")
    draft.columns["act"] = to_acts(acts).replace("", default) if acts is not None else default
    draft.columns["sensor"] = options.more.get("sensor", "report")
    for our in (*_TEXTS, "sensor"):
        column = said(our)
        if column is not None:
            blank = draft.columns.get(our, "")
            draft.columns[our] = column.replace("", blank) if blank else column
    for our in ("calibre_mm", "strength"):
        column = said(our)
        if column is not None:
            draft.columns[our] = draft.number(column, called=found[our])
    counts = said("count")
    if counts is not None:
        draft.columns["count_min"], draft.columns["count_max"] = read_counts(counts)
        draft.columns["count_said"] = counts
    return draft


def _when(date: pd.Series | None, time: pd.Series | None) -> pd.Series:
    """Return the written time: its own column, or a date and a clock side by side."""
    if date is None or time is None:
        return date if time is None else time
    joined = date.astype(str) + " " + time.astype(str)
    odd = ~plain_iso(joined)[0]
    if odd.any():
        codes, unique = pd.factorize(time[odd].astype(str).str.strip())
        bare = np.array([_CLOCK.fullmatch(text) is not None for text in unique], bool)[codes]
        clock = np.array([f" {text.zfill(5)}" if text else "" for text in unique], object)[codes]
        joined[odd] = (date[odd].astype(str) + clock).where(bare, time[odd])
    return joined


def _end(draft: Draft, said: pd.Series) -> None:
    blank = said.astype(str).str.strip() == ""
    if blank.all():
        return
    later = draft.times(said.where(~blank, draft.columns["time_start"].astype(str)))
    before = (later.end < draft.columns["time_start"]).to_numpy()
    draft.mark(before, "the end is before the start.", "Correct one of the two.")
    draft.columns["time_end"] = later.end.where(~blank, draft.columns["time_end"])


def _sigma(draft: Draft, said: pd.Series | None) -> Any:
    assumed = SIGMA_M if draft.options.sigma_m is None else draft.options.sigma_m
    if said is None:
        return np.full(draft.length, assumed)
    value = draft.number(said, called="location error")
    return np.where(np.isnan(value), assumed, value)
