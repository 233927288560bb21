"""Rows of messages, in our columns, to observations: whole batches at once, whatever number of messages they come from.

What becomes of a row depends on that row alone, so that any batch of messages says the same as its messages one by one.
Whether a time lies in the future depends on now and is asked when the state is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.feeds.messages import Message
from truceline.feeds.settings import Feed
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, empty, new_table, same_text
from truceline.observations.identity import row_hashes, row_ids
from truceline.sources.columns import NAMES
from truceline.sources.options import Aside, read_options
from truceline.sources.rows import Batch
from truceline.sources.sightings import Draft
from truceline.sources.table import draft_events

HORIZON = "2200-01-01T00:00:00Z"  # what lies after this is no time
COLUMNS = (*NAMES, "rest", "as")  # ours; `rest`: what else a row says; `as`: the sensor that it comes from
_TWO_WAYS = r"\s*\d{1,2}[/-]\d{1,2}[/-]\d"  # a day or a month first: a column could tell, a single row cannot
_RAW = 500

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What some messages say. `pixels` is what tells of a satellite's passes, for the state to infer them from all."""

    observations: pd.DataFrame
    set_aside: pd.DataFrame
    looks: pd.DataFrame = field(default_factory=lambda: empty(LOOKS))
    pixels: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows on their way to observations, and messages that hold none."""

    feed: Feed
    rows: list[Row] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of each row's message
    lines: list[int] = field(default_factory=list)
    aside: list[tuple[str, int, str, str, str]] = field(default_factory=list)

    def add_row(self, message: Message, row: Row, line: int = 1) -> None:
        """Add a row of a message; `line` is its number in it."""
        self.rows.append(row)
        self.names.append(message.short)
        self.lines.append(line)

    def put_aside(self, message: Message, why: str, todo: str, *, line: int = 0) -> None:
        """Set a message aside."""
        raw = message.body[:_RAW].decode("utf-8", "replace")
        self.aside.append((message.short, line, why, todo, raw))

    def said(self) -> Said:
        """Return what all of it says."""
        aside = _table(self.feed, self.aside)
        if not self.rows:
            return Said(observations=empty(OBSERVATIONS), set_aside=aside)
        observations, wrong = _observations(self)
        return Said(observations=observations, set_aside=stacked([aside, wrong], SET_ASIDE))


def stacked(tables: Iterable[pd.DataFrame], schema: Mapping[str, str]) -> pd.DataFrame:
    """Return several tables of one schema as one."""
    kept = [table for table in tables if len(table)]
    return pd.concat(kept, ignore_index=True) if kept else empty(schema)


def together(several: Iterable[Said]) -> Said:
    """Return what several batches say as one."""
    parts = list(several)
    pixels = [part.pixels for part in parts if len(part.pixels)]
    return Said(
        observations=stacked([part.observations for part in parts], OBSERVATIONS),
        set_aside=stacked([part.set_aside for part in parts], SET_ASIDE),
        looks=stacked([part.looks for part in parts], LOOKS),
        pixels=pd.concat(pixels, ignore_index=True) if pixels else pd.DataFrame(),
    )


def cell(value: Any) -> str:
    """Return a value of a message as the text that tables read.

    Raises
    ------
    ValueError
        For text that is no Unicode.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    if not text.isascii():
        text.encode()  # a lone surrogate, which JSON may write, has no bytes
    return text.strip()


def _table(feed: Feed, aside: list[tuple[str, int, str, str, str]]) -> pd.DataFrame:
    if not aside:
        return empty(SET_ASIDE)
    columns = dict(zip(("file", "line", "reason", "todo", "raw"), zip(*aside, strict=True), strict=True))
    return new_table(SET_ASIDE, {"source": feed.source, **{k: list(v) for k, v in columns.items()}}, length=len(aside))


def _observations(rows: Rows) -> tuple[pd.DataFrame, pd.DataFrame]:
    feed, path = rows.feed, Path(rows.feed.feed_id)
    frame = pd.DataFrame({name: [row.get(name, "") for row in rows.rows] for name in COLUMNS}, dtype=object)
    options = read_options({**feed.options, "now": HORIZON}, also=("act", "sensor"))
    item = frame["item"].to_numpy(object) != ""
    presence = np.where(item, "presence", str(options.more.get("act", "")))
    frame["act"] = frame["act"].where(frame["act"] != "", pd.Series(presence))
    line = np.array(rows.lines, np.int64)
    found = {name: name for name in NAMES}
    draft = draft_events(Batch(frame=frame, line=line, path=path), found, feed.source, options)
    _refuse(draft, frame, options.day_first)
    draft.columns["reported_at"] = _stamp(draft, frame["reported_at"])
    draft.columns["source"] = frame["as"].where(frame["as"] != "", pd.Series(same_text(feed.source, len(frame))))
    draft.columns["observation_id"] = _ids(frame, feed)
    draft.columns["ref"] = np.array([f"{n}:{i}" for n, i in zip(rows.names, rows.lines, strict=True)], object)
    return _finished(draft, np.array(rows.names, object))


def _refuse(draft: Draft, frame: pd.DataFrame, day_first: bool | None) -> None:
    """Mark what a table would take and a message may not have."""
    if day_first is None:
        for name in ("time", "date", "time_end"):
            two = frame[name].str.match(_TWO_WAYS).to_numpy(bool)
            why = "'{}' can be read two ways: the day first, or the month."
            draft.mark(two, why, "Write 2026-04-11T16:00:00Z, or set day_first.", said=frame[name])
    for name in ("lon_deg", "lat_deg", "sigma_m"):
        odd = ~np.isfinite(np.asarray(draft.columns[name], float))
        draft.mark(odd, f"{name} is not a number.", "Give the place in degrees and its error in metres.")
    nowhere = np.asarray(draft.columns["sigma_m"], float) <= 0
    draft.mark(nowhere, "the location error is 0.", "Give one sigma in metres, or leave it out.")
    draft.mark((frame["act"] == "").to_numpy(), "nothing says what happened.", "Give an act, or set the option act.")


def _stamp(draft: Draft, said: pd.Series) -> pd.Series:
    """Return the source's own time stamps; none where it gives none."""
    blank = said == ""
    filled = said.where(~blank, draft.columns["time_start"].astype(str))
    return draft.times(filled).start.mask(blank)


def _ids(frame: pd.DataFrame, feed: Feed) -> Any:
    """Return the rows' names: by the source's own id where it gives one, else by all that the row says."""
    own = frame["id"] != ""
    whole = row_hashes(feed.feed_id, {name: frame[name] for name in COLUMNS if name != "reported_at"}, len(frame))
    named = row_hashes(feed.feed_id, {"id": frame["id"]}, len(frame))
    return row_ids("obs", np.where(own.to_numpy(), named, whole))


def _finished(draft: Draft, names: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    good = np.flatnonzero(draft.reason == "")
    bad = np.flatnonzero(draft.reason != "")
    aside = Aside(draft.source)
    frame = draft.batch.frame
    for name in dict.fromkeys(names[bad]):
        of = bad[names[bad] == name]
        raw = [",".join(filter(None, row)) for row in frame.iloc[of].itertuples(index=False, name=None)]
        aside.add(Path(name), line=draft.batch.line[of], reason=draft.reason[of], todo=draft.todo[of], raw=raw)
    kept = draft.only(draft.reason == "")
    return new_table(OBSERVATIONS, kept.columns, length=len(good)), aside.take()
