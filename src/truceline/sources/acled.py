"""ACLED event data (CSV export). Its two actors are who took part, never who did it: no party is set from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.observations import Readings
from truceline.observations.words import ACT_WORDS, to_acts
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.rows import Batch
from truceline.sources.sightings import Draft, read_files
from truceline.sources.tagged import level, named_batches, text_of

NAME = "acled"
DESCRIPTION = "ACLED conflict events (CSV export); actors are kept as text and never become an attribution."

REQUIRED = ("event_date", "latitude", "longitude")
# geo_precision 1: the named place; 2: near it or part of a region; 3: a region, at its capital. Metres are assumed.
SIGMA_M = {1: 2_000.0, 2: 10_000.0, 3: 50_000.0}
# time_precision 1: the day; 2: some day of a week, given as its middle; 3: of a month. Days before and after.
SPREAD_DAYS = {1: 0, 2: 3, 3: 15}


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return one observation per event. Dates are local days: set `timezone`.

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    chosen = read_options(options)
    return read_files(path_or_paths, source=source, drafts=lambda path, aside: _drafts(path, source, chosen, aside))


def _drafts(path: Path, source: str, options: Options, aside: Aside) -> Iterator[tuple[Draft, Mapping[str, str]]]:
    for batch in named_batches(path, required=REQUIRED, kind="ACLED", options=options, aside=aside):
        yield _draft(batch, source, options), {name: name for name in batch.frame}


def _draft(batch: Batch, source: str, options: Options) -> Draft:
    draft = Draft(batch, source=source, options=options)
    times = draft.times(draft.column("event_date"))
    spread = pd.to_timedelta(level(draft, "time_precision", SPREAD_DAYS, worst=3), unit="D")
    draft.columns |= {"sensor": "report", "time_start": times.start - spread, "time_end": times.end + spread}
    draft.place(lon=draft.column("longitude"), lat=draft.column("latitude"))
    sigma_m = level(draft, "geo_precision", SIGMA_M, worst=3)
    draft.columns["sigma_m"] = sigma_m if options.sigma_m is None else np.maximum(sigma_m, options.sigma_m)
    narrow, broad = text_of(draft, "sub_event_type"), text_of(draft, "event_type")
    known = narrow.str.lower().isin(ACT_WORDS) | (broad == "")
    draft.columns["act"] = to_acts(narrow.where(known, broad.where(narrow == "", narrow)))
    draft.columns["place"] = text_of(draft, "location")
    actors = text_of(draft, "actor1") + " / " + text_of(draft, "actor2")
    deaths = text_of(draft, "fatalities")
    draft.columns["text"] = (
        "actors: " + actors + "; deaths: " + deaths.where(deaths != "", "not stated") + "; " + text_of(draft, "notes")
    )
    draft.columns["confidence"] = (
        "geo_precision " + text_of(draft, "geo_precision") + ", time_precision " + text_of(draft, "time_precision")
    )
    return draft
