"""VIINA-style news reports (parquet or CSV): place-matched headlines with labels. Reports, not events; no actor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.observations import Readings
from truceline.observations.identity import row_hashes, row_ids
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.rows import Batch
from truceline.sources.sightings import Draft, read_files
from truceline.sources.tagged import named_batches, text_of

NAME = "viina"
DESCRIPTION = "VIINA-style news reports: one observation per report, place and kind of act; no actor."

REQUIRED = ("datetime", "lon", "lat", "event_type")
# label -> act. Two labels lost their last letters upstream: firefighb is firefight.
ACTS = {
    "artillery": "shelling",
    "airstrike": "air_strike",
    "uav": "drone_strike",
    "ied": "explosion",
    "raid": "assault",
    "armor": "assault",
    "firefight": "small_arms_fire",
    "firefighb": "small_arms_fire",
}
SIGMA_M = 2_000.0  # assumed: a place name matched to its settlement
# A post follows its event by a log-normal delay, median 20 min, sigma 1.2: 95 % within 144 min.
DELAY = pd.Timedelta(minutes=144)


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return one observation per report and act it names; reports that name none are set aside.

    Times are Europe/Kyiv unless `timezone` says otherwise. A report with a clock is of an event up to 144 minutes
    before it; one with a date alone is of the whole local day. Reports of one text on one day share an origin.

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    chosen = read_options(options, timezone="Europe/Kyiv")
    return read_files(path_or_paths, source=source, drafts=lambda path, aside: _drafts(path, source, chosen, aside))


def _drafts(path: Path, source: str, options: Options, aside: Aside) -> Iterator[tuple[Draft, Mapping[str, str]]]:
    for batch in named_batches(path, required=REQUIRED, kind="VIINA", options=options, aside=aside):
        found = {name: name for name in batch.frame}
        for part in _by_act(batch):
            yield _draft(part, source, options), found


def _by_act(batch: Batch) -> Iterator[Batch]:
    """Yield the rows that name each act in turn, then those that name none."""
    labels = batch.frame["event_type"].astype(object).where(batch.frame["event_type"].notna(), "").astype(str)
    bare = np.ones(len(labels), bool)
    for act in dict.fromkeys(ACTS.values()):
        names = "|".join(label for label, ours in ACTS.items() if ours == act)
        rows = labels.str.contains(rf"(?:^|\|)(?:{names})(?:\||$)").to_numpy()
        bare &= ~rows
        yield _part(batch, rows, act)
    yield _part(batch, bare, "")


def _part(batch: Batch, rows: np.ndarray[Any, np.dtype[np.bool_]], act: str) -> Batch:
    frame = batch.frame[rows].reset_index(drop=True).assign(act=act)
    return Batch(frame=frame, line=batch.line[rows], path=batch.path)


def _draft(batch: Batch, source: str, options: Options) -> Draft:
    draft = Draft(batch, source=source, options=options)
    labels = text_of(draft, "event_type")
    draft.mark(
        (draft.column("act") == "").to_numpy(),
        "the report names no act (labels: '{}').",
        "Nothing: there is nothing in it to judge.",
        said=labels,
    )
    said = text_of(draft, "datetime")
    dated = (said.str.len() <= 10) | said.str.endswith("00:00:00")
    times = draft.times(said.where(~dated, said.str.slice(0, 10)))
    draft.columns |= {
        "sensor": "report",
        "act": draft.column("act"),
        "time_start": times.start.where(dated, times.start - DELAY),
        "time_end": times.end,
        "reported_at": times.end.mask(dated),
        "sigma_m": SIGMA_M if options.sigma_m is None else options.sigma_m,
        "place": text_of(draft, "place_name"),
    }
    draft.place(lon=draft.column("lon"), lat=draft.column("lat"))
    headline = text_of(draft, "headline")
    draft.columns["text"] = "labels: " + labels + "; " + headline
    day = said.str.slice(0, 10)
    shared = row_ids("report", row_hashes(source, {"headline": headline, "day": day}, draft.length))
    draft.columns["origin"] = np.where(headline == "", "", shared)
    return draft
