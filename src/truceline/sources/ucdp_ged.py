"""UCDP Georeferenced Event Dataset (CSV, also gzipped): fatal events, with the days and places they may span."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from truceline.observations import Readings
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.rows import Batch
from truceline.sources.sightings import Draft, read_files
from truceline.sources.tagged import level, named_batches, text_of

NAME = "ucdp_ged"
DESCRIPTION = "UCDP GED events with at least one death; deaths are the count, the sides are kept as text."

REQUIRED = ("date_start", "date_end", "latitude", "longitude")
# where_prec 1: the place; 2: within about 25 km; 3: district; 4: province; 5: a line or vague area; 6: country;
# 7: air or sea (UCDP GED codebook). Metres for one sigma are assumed from these extents.
SIGMA_M = {1: 2_000.0, 2: 12_500.0, 3: 20_000.0, 4: 70_000.0, 5: 50_000.0, 6: 300_000.0, 7: 300_000.0}


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return one observation per event, from its first local day to its last: set `timezone`.

    `count_min` and `count_max` are the low and high estimates of deaths, `count_said` the best.

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    chosen = read_options(options)
    return read_files(path_or_paths, source=source, drafts=lambda path, aside: _drafts(path, source, chosen, aside))


def _drafts(path: Path, source: str, options: Options, aside: Aside) -> Iterator[tuple[Draft, Mapping[str, str]]]:
    for batch in named_batches(path, required=REQUIRED, kind="UCDP GED", options=options, aside=aside):
        yield _draft(batch, source, options), {name: name for name in batch.frame}


def _draft(batch: Batch, source: str, options: Options) -> Draft:
    draft = Draft(batch, source=source, options=options)
    first = draft.times(text_of(draft, "date_start").str.slice(0, 10))
    last = draft.times(text_of(draft, "date_end").str.slice(0, 10))
    draft.columns |= {"sensor": "report", "act": "hostile_act", "time_start": first.start, "time_end": last.end}
    draft.mark((last.end < first.start).to_numpy(), "date_end is before date_start.", "Correct one of the two.")
    draft.place(lon=draft.column("longitude"), lat=draft.column("latitude"))
    sigma_m = level(draft, "where_prec", SIGMA_M, worst=6)
    draft.columns["sigma_m"] = sigma_m if options.sigma_m is None else np.maximum(sigma_m, options.sigma_m)
    for our, theirs in (("count_min", "low"), ("count_max", "high")):
        if theirs in batch.frame:
            draft.columns[our] = draft.number(text_of(draft, theirs), called=f"deaths ({theirs})")
    draft.columns["count_said"] = text_of(draft, "best")
    draft.columns["place"] = text_of(draft, "where_coordinates")
    draft.columns["text"] = (
        "sides: "
        + text_of(draft, "side_a")
        + " / "
        + text_of(draft, "side_b")
        + "; "
        + text_of(draft, "source_headline").str.slice(0, 300)
    )
    draft.columns["confidence"] = (
        "date_prec "
        + _code(draft, "date_prec")
        + ", where_prec "
        + _code(draft, "where_prec")
        + ", event_clarity "
        + _code(draft, "event_clarity")
    )
    return draft


def _code(draft: Draft, name: str) -> Any:
    return text_of(draft, name).str.replace(r"\.0$", "", regex=True)
