"""NASA FIRMS active fires: VIIRS and MODIS, archive and near real time, CSV; and date-only history, parquet.

A detection says that something was hot, never why. Columns: FIRMS attributes tables (VIIRS VNP14IMGT, MODIS MCD14).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import SourceError
from truceline.observations import Readings
from truceline.sources.columns import plain
from truceline.sources.firms_passes import infer_passes, read_cloud
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.rows import Batch, read_delimited, read_parquet
from truceline.sources.sightings import Draft, read_files

NAME = "firms"
DESCRIPTION = "NASA FIRMS active fire detections (VIIRS, MODIS): where and when something was hot."

# theirs -> ours: the variants of VIIRS and MODIS files
COLUMNS: dict[str, str] = {
    "latitude": "lat",
    "longitude": "lon",
    "acq_date": "date",
    "acq_time": "clock",
    "bright_ti4": "brightness",
    "brightness": "brightness",
    "scan": "scan",
    "track": "track",
    "satellite": "satellite",
    "instrument": "instrument",
    "confidence": "confidence",
    "version": "version",
    "frp": "frp",
    "daynight": "daynight",
    "type": "type",
}
REQUIRED = ("lat", "lon", "date")
PIXEL_SHARE = 0.4  # of a pixel, one sigma each way: the middle of 0.3-0.5 (0.15-0.4 km for VIIRS)
SIGMA_NO_PIXEL_M = 400.0  # where the pixel's size is not given: 0.4 of a 1 km pixel, the larger of the two sensors'
_CONFIDENCE = {"l": "low", "n": "nominal", "h": "high", "low": "low", "nominal": "nominal", "high": "high"}


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return detections, and the satellite passes that made them as looks.

    Own options: `cloud`, the path of a CSV with a date and a cloud column (0-1); `cloud_column`, which one where
    it has several (the last by default).

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    chosen = read_options(options, also=("cloud", "cloud_column"), timezone="UTC")
    cloud = read_cloud(chosen.more.get("cloud"), chosen.more.get("cloud_column"))
    found, pixels = read_detections(path_or_paths, source=source, options=options)
    return replace(found, looks=infer_passes([pixels], source=source, cloud=cloud))


def read_detections(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> tuple[Readings, pd.DataFrame]:
    """Return detections without looks, and what `infer_passes` tells the passes from: for files of which more may come.

    Takes the options of `read`.
    """
    chosen = read_options(options, also=("cloud", "cloud_column"), timezone="UTC")
    passes: list[pd.DataFrame] = []
    found = read_files(
        path_or_paths, source=source, drafts=lambda path, aside: _drafts(path, source, chosen, aside, passes)
    )
    kept = [table for table in passes if len(table)]
    return found, pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()


def _drafts(
    path: Path, source: str, options: Options, aside: Aside, passes: list[pd.DataFrame]
) -> Iterator[tuple[Draft, dict[str, str]]]:
    mapped = {plain(theirs): ours for theirs, ours in {**COLUMNS, **options.map}.items()}
    batches: Iterator[Batch] = (
        read_parquet(path)
        if path.suffix == ".parquet"
        else read_delimited(path, aside=aside, score=partial(_score, mapped=mapped))
    )
    for batch in batches:
        found = {mapped[plain(name)]: name for name in batch.frame if plain(name) in mapped}
        missing = [our for our in REQUIRED if our not in found]
        if missing:
            raise SourceError(
                f"this is no FIRMS file: it has no {' and no '.join(missing)} column.",
                where=path.name,
                todo="Use the source 'table', or name the columns with map.",
            )
        draft = _draft(batch, found, source, options)
        yield draft, found
        passes.append(_pixels(draft, found))


def _score(names: list[str], *, mapped: Mapping[str, str]) -> int:
    return sum(plain(name) in mapped for name in names)


def _draft(batch: Batch, found: Mapping[str, str], source: str, options: Options) -> Draft:
    draft = Draft(batch, source=source, options=options)
    draft.columns |= {"sensor": "thermal", "act": "heat"}
    date = _words(draft, found, "date", lambda said: said[:10])
    times = draft.times(date + _clock(draft, found) if "clock" in found else date)
    draft.columns["time_start"], draft.columns["time_end"] = times.start, times.end
    draft.place(lon=draft.column(found["lon"]), lat=draft.column(found["lat"]))
    scan, track = (_number(draft, found, name) for name in ("scan", "track"))
    pixel_m = PIXEL_SHARE * 1000 * np.sqrt(scan * track)
    assumed = SIGMA_NO_PIXEL_M if options.sigma_m is None else options.sigma_m
    draft.columns["sigma_m"] = np.where(np.isnan(pixel_m) | (options.sigma_m is not None), assumed, pixel_m)
    draft.columns["strength"] = _number(draft, found, "frp")
    draft.columns["confidence"] = _words(draft, found, "confidence", lambda c: _CONFIDENCE.get(c.lower(), c))
    draft.columns["daynight"] = _words(draft, found, "daynight", lambda d: d.upper() if d.upper() in {"D", "N"} else "")
    named = _words(draft, found, "satellite")
    for name in ("instrument", "version"):
        if name in found:
            named = named + " " + _words(draft, found, name)
    draft.columns["text"] = named
    return draft


def _clock(draft: Draft, found: Mapping[str, str]) -> pd.Series:
    """Return ' HH:MM' from HHMM, HH:MM, HH:MM:SS or the number 5 (00:05); what is none of these stays as it is."""
    return _words(draft, found, "clock", _clock_text)


def _clock_text(said: str) -> str:
    digits = said.removesuffix(".0")
    if len(digits) <= 4 and digits.isascii() and digits.isdigit():
        digits = digits.zfill(4)
        return f" {digits[:2]}:{digits[2:]}"
    return f" {said.zfill(5)}"


def _number(draft: Draft, found: Mapping[str, str], name: str) -> npt.NDArray[np.float64]:
    if name not in found:
        return np.full(draft.length, np.nan)
    return draft.number(draft.column(found[name]), called=name)


def _words(draft: Draft, found: Mapping[str, str], name: str, read_word: Callable[[str], str] = str) -> pd.Series:
    """Return a column of few different words, each read once; "" where the file lacks it."""
    if name not in found:
        return pd.Series("", index=range(draft.length), dtype=object)
    codes, unique = pd.factorize(draft.column(found[name]), use_na_sentinel=False)
    return pd.Series(np.array([read_word(str(word).strip()) for word in unique], object)[codes])


def _pixels(draft: Draft, found: Mapping[str, str]) -> pd.DataFrame:
    """Return what the usable rows tell about passes: satellite, time, place, pixel; nothing where times are dates."""
    if "clock" not in found:
        return pd.DataFrame()
    table = pd.DataFrame(
        {
            "satellite": _words(draft, found, "satellite"),
            "instrument": _instrument(draft, found),
            "time": draft.columns["time_start"],
            "lon_deg": draft.columns["lon_deg"],
            "lat_deg": draft.columns["lat_deg"],
            "track_km": _number(draft, found, "track"),
        }
    )
    return table[draft.reason == ""]


def _instrument(draft: Draft, found: Mapping[str, str]) -> pd.Series | str:
    """Return the instrument; where no column says it, by the brightness column that only one of the two has."""
    if "instrument" in found:
        return _words(draft, found, "instrument", str.upper)
    return "VIIRS" if plain(found.get("brightness", "")) == "bright_ti4" else "MODIS"
