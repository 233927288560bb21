"""The three tables every source fills: what was seen, when anybody looked, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations.versions import standing, standing_of

# column -> kind: "text" (never missing, "" when not known), "time" (UTC, NaT when not known),
# "number" (float, nan when not known), "flag" (bool), "list" (tuple or list of text, in result tables)
Schema = Mapping[str, str]

OBSERVATIONS: Schema = {
    "observation_id": "text",  # stable: the same row of the same source always has the same id
    "source": "text",  # the entry of sources.yaml it came from, such as viirs-noaa20
    "sensor": "text",  # thermal | optical | radar | drone | camera | acoustic | seismic | patrol | report | claim
    "act": "text",  # a word of vocabulary.ACTS; "heat" is a thermal detection and says nothing of its cause
    "time_start": "time",  # it happened at or after this ...
    "time_end": "time",  # ... and at or before this (equal for an instant; a whole local day for a date)
    "lon_deg": "number",
    "lat_deg": "number",
    "sigma_m": "number",  # one-sigma location error, each way; never missing where there is a location
    "place": "text",
    "party": "text",  # the party the SOURCE says did it; never an attribution of ours
    "item": "text",  # a word of vocabulary.ITEMS
    "system": "text",  # named system as written
    "calibre_mm": "number",
    "operator": "text",  # who operated the item when not a party (OSCE, UN ...)
    "count_min": "number",
    "count_max": "number",  # inf for "over 100", "uncountable"
    "count_said": "text",  # the count as written
    "strength": "number",  # the sensor's own measure; FRP in MW for thermal
    "confidence": "text",  # as the source writes it
    "daynight": "text",  # D | N | ""
    "origin": "text",  # observations sharing an origin are one witness; "" means its own
    "reliability": "text",  # Admiralty A-F; F is the default
    "credibility": "text",  # Admiralty 1-6; 6 is the default
    "reported_at": "time",  # when it became available to us
    "text": "text",
    "ref": "text",  # file and line
}

LOOKS: Schema = {
    "look_id": "text",
    "source": "text",
    "sensor": "text",
    "time_start": "time",
    "time_end": "time",
    "west_deg": "number",  # footprint as a box for now; coverage makes it exact
    "south_deg": "number",
    "east_deg": "number",
    "north_deg": "number",
    "cloud": "number",  # share of the footprint hidden by cloud, 0-1; nan when not known
    "detections": "number",  # 0 is a look that saw nothing, and is kept
    "basis": "text",  # how we know somebody looked
}

SET_ASIDE: Schema = {
    "source": "text",
    "file": "text",
    "line": "number",
    "reason": "text",  # a short sentence: what is wrong, with its value
    "todo": "text",  # what to do
    "raw": "text",  # the row as it stood, cut to 500 characters
}

_DTYPES = {
    "text": "object",
    "time": "datetime64[ns, UTC]",
    "number": "float64",
    "flag": "bool",
    "list": "object",
}


def empty(schema: Schema) -> pd.DataFrame:
    """Return a table with the columns of a schema and no rows."""
    return new_table(schema, {}, length=0)


def new_table(schema: Schema, columns: Mapping[str, Any], *, length: int | None = None) -> pd.DataFrame:
    """Return a table of the schema from some of its columns; the rest are filled as "not known".

    Raises
    ------
    KeyError
        If a column is not in the schema: a slip of the programmer, not of the user.
    """
    extra = set(columns) - set(schema)
    if extra:
        raise KeyError(f"columns outside the schema: {sorted(extra)}")
    if length is None:
        length = max((len(c) for c in columns.values() if hasattr(c, "__len__") and not isinstance(c, str)), default=0)
    made = {name: _column(kind, columns.get(name), length) for name, kind in schema.items()}
    # the columns as they are, not copied side by side into blocks: nothing here changes a table in place
    return pd.DataFrame(made, index=pd.RangeIndex(length), copy=False)


def same_text(text: str, length: int) -> npt.NDArray[np.object_]:
    """Return one text for each of many rows, held once: `np.full` would write it out for each."""
    column = np.empty(length, object)
    column.fill(text)
    return column


def _column(kind: str, value: Any, length: int) -> Any:
    """Return one column of that kind and length; `value` is one for all, one per row, or None for "not known"."""
    if value is None:
        return _not_known(kind, length)
    if kind == "text" and isinstance(value, str):
        return same_text(value, length)
    series = pd.Series(value.array if isinstance(value, pd.Series) else value, index=pd.RangeIndex(length))
    if kind == "time":
        times = series if series.dtype == _DTYPES["time"] else pd.to_datetime(series, utc=True).astype(_DTYPES["time"])
        return times.array
    if kind == "number":
        return pd.to_numeric(series).to_numpy("float64")
    if kind == "text":
        missing = series.isna()
        return (series.astype("object").where(~missing, "") if missing.any() else series).to_numpy(object)
    return series.astype(_DTYPES[kind]).array


def _not_known(kind: str, length: int) -> Any:
    if kind == "time":
        return pd.DatetimeIndex(np.full(length, np.datetime64("NaT", "ns")), tz="UTC").array
    return np.full(length, {"number": np.nan, "flag": False}.get(kind, ""), _DTYPES[kind])


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What reading one or more sources gave. `read` counts the rows met: observations + set aside."""

    observations: pd.DataFrame
    looks: pd.DataFrame
    set_aside: pd.DataFrame
    recognised: Mapping[str, str]  # our column -> the file's column, for the user to see
    digests: Mapping[str, str]  # file name -> SHA-256 of what was read


def gather(readings: Iterable[Readings]) -> Readings:
    """Return several readings as one, observations in time order, each observation, look and row set aside once.

    Neither the order of the sources matters nor that of their rows, nor how often a row comes: rows are sorted by
    time, then id, and of two versions of one observation `once_in_order` says which stands.
    """
    several = list(readings)
    looks = _stack([r.looks for r in several], LOOKS)
    looks = looks[standing(looks["look_id"], looks, ("time_end", "detections"))]
    recognised = {k: v for r in several for k, v in r.recognised.items()}
    return Readings(
        observations=once_in_order([r.observations for r in several]),
        looks=looks.sort_values(["time_start", "look_id"], ignore_index=True),
        set_aside=_put_aside([r.set_aside for r in several]),
        recognised=recognised,
        digests=_every_digest(several),
    )


def once_in_order(tables: Iterable[pd.DataFrame], *, consume: bool = False) -> pd.DataFrame:
    """Return tables of observations as one, each observation once, by time, then id.

    Of several versions of one observation the one reported last stands; of those reported together the one whose
    content has the largest hash. Which came first has no say.

    Column by column; with `consume` the tables are emptied on the way, so that a million rows are held twice only one
    column at a time. Ids are compared only where times are equal.
    """
    kept = [table for table in tables if len(table)]
    if not kept:
        return empty(OBSERVATIONS)
    time, ids = (pd.Series(_whole(name, kept)) for name in ("time_start", "observation_id"))
    time = time.astype("int64")
    rank = np.zeros(len(ids), np.int64)
    tied = np.flatnonzero(time.duplicated(keep=False))
    rank[tied[np.argsort(ids.to_numpy(object)[tied].astype("U"))]] = np.arange(len(tied))
    order = np.lexsort((rank, time))
    order = order[standing_of(ids, kept)[order]]
    if len(kept) == 1 and len(order) == len(ids) and (np.diff(order) == 1).all():
        return kept[0].reset_index(drop=True)  # as it is: no second copy
    columns = {}
    for name in list(kept[0]):
        columns[name] = _whole(name, kept).take(order)
        for table in kept if consume else ():
            del table[name]
    return pd.DataFrame(columns, copy=False)


def _put_aside(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows set aside, each once, in order of their source, file and line."""
    rows = _stack(tables, SET_ASIDE)
    if len(rows) > 1:
        rows = rows.drop_duplicates().sort_values(["source", "file", "line", "reason", "raw"], ignore_index=True)
    return rows


def _every_digest(several: list[Readings]) -> dict[str, str]:
    """Return file name -> SHA-256; a name read with other content too is told once more for each."""
    pairs = sorted({pair for r in several for pair in r.digests.items()})
    digests: dict[str, str] = {}
    for name, value in pairs:
        digests[name if digests.get(name, value) == value else f"{name} ({value[:12]})"] = value
    return digests


def _whole(name: str, tables: list[pd.DataFrame]) -> Any:
    """Return one column of several tables as one array."""
    columns = [table[name] for table in tables]
    if columns[0].dtype.kind == "M":
        return pd.concat(columns, ignore_index=True).array
    return np.concatenate([column.to_numpy() for column in columns])


def _stack(tables: list[pd.DataFrame], schema: Schema) -> pd.DataFrame:
    kept = [t for t in tables if len(t)]
    return pd.concat(kept, ignore_index=True) if kept else empty(schema)
