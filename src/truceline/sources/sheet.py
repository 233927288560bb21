"""A sheet of sightings to judge: one row each, columns named as `truceline judge` documents them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from truceline.errors import SourceError
from truceline.findings.tables import SIGHTINGS
from truceline.observations import new_table
from truceline.observations.times import Words, read_times
from truceline.sources.options import Aside
from truceline.sources.rows import Batch, read_delimited

ALIASES = {
    "sighting": "id",
    "time_start": "time",
    "longitude": "lon",
    "lon_deg": "lon",
    "lng": "lon",
    "latitude": "lat",
    "lat_deg": "lat",
}
_TIMES = ("time_end", "launch_time")


def read_sightings(path: Path, *, timezone: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sightings of a sheet (SIGHTINGS columns, and any `offset_km@line`) and the rows set aside.

    Raises
    ------
    SourceError
        If the file is not there, is not a sheet, or has no `id` or `time` column.
    """
    aside = Aside("sightings")
    tables = [_sightings(batch, aside, timezone) for batch in read_delimited(path, aside=aside, score=_score)]
    if not tables:
        return new_table(SIGHTINGS, {}, length=0), aside.take()
    return pd.concat(tables, ignore_index=True), aside.take()


def _score(names: list[str]) -> int:
    return sum(_ours(name) in SIGHTINGS or "@" in name for name in names)


def _ours(name: str) -> str:
    plain = str(name).strip().lower().replace(" ", "_")
    return ALIASES.get(plain, plain if "@" not in plain else str(name).strip())


def _sightings(batch: Batch, aside: Aside, timezone: str | None) -> pd.DataFrame:
    frame = batch.frame.rename(columns=_ours)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    for needed in ("id", "time"):
        if needed not in frame:
            raise SourceError(
                f"there is no column '{needed}'.",
                where=str(batch.path),
                todo=f"Its columns are {', '.join(map(str, batch.frame.columns))}.",
            )
    reason, todo = np.full(len(frame), "", object), np.full(len(frame), "", object)
    columns: dict[str, object] = {}
    for name in ("time", *(t for t in _TIMES if t in frame)):
        columns[name] = _time(frame[name].astype(str).str.strip(), name, timezone, reason, todo)
    for name in frame.columns:
        kind = "number" if "@" in str(name) else SIGHTINGS.get(str(name))
        if kind == "number":
            columns[str(name)] = _number(frame[name], str(name), reason, todo)
        elif kind == "text":
            columns[str(name)] = frame[name].astype(str).str.strip()
    good = reason == ""
    raw = frame[~good].astype(str).agg(",".join, axis=1)
    aside.add(batch.path, line=batch.line[~good], reason=reason[~good], todo=todo[~good], raw=raw.to_numpy())
    extra = {name: columns.pop(name) for name in list(columns) if "@" in name}
    table = new_table(SIGHTINGS, columns, length=len(frame))
    return table.assign(**extra)[good].reset_index(drop=True)


def _time(said: pd.Series, name: str, timezone: str | None, reason: Words, todo: Words) -> pd.Series:
    """Read a column of times; only `time` itself may not be blank."""
    times = read_times(said, zone=timezone)
    blank = (said == "").to_numpy() & (name != "time")
    bad = (times.reason != "") & (reason == "") & ~blank
    reason[bad], todo[bad] = times.reason[bad], times.todo[bad]
    return times.start


def _number(said: pd.Series, name: str, reason: Words, todo: Words) -> pd.Series:
    text = said.astype(str).str.strip()
    value = pd.to_numeric(text, errors="coerce")
    bad = (value.isna() & (text != "")).to_numpy() & (reason == "")
    reason[bad] = name + " '" + text[bad].to_numpy(object) + "' is not a number."
    todo[bad] = "Write digits."
    lat, lon = name == "lat", name == "lon"
    if lat or lon:
        most = 90 if lat else 180
        far = (value.abs() > most).to_numpy() & (reason == "")
        reason[far] = name + " '" + text[far].to_numpy(object) + f"' is outside -{most}...{most}."
        todo[far] = "Write degrees; are longitude and latitude swapped, or is it degrees and minutes?"
    return value
