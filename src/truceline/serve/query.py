"""Which features a request asks for: box, time, property filters and page, as OGC API Features has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from truceline.errors import RequestError, UnknownNameError
from truceline.serve.columns import Rows
from truceline.serve.features import Collection, Times
from truceline.timespan import parse_instant

LIMIT, MOST = 100, 10_000
PLAIN = frozenset({"bbox", "bbox-crs", "datetime", "limit", "offset", "f"})
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One request for features."""

    box: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT
    offset: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)


def read_query(said: Mapping[str, str], collection: Collection) -> Query:
    """Return the query of a request's parameters.

    Raises
    ------
    RequestError
        For a value that cannot be used, or a parameter that is neither one of the standard's nor a property.
    """
    filters = {name: value for name, value in said.items() if name not in PLAIN}
    for name in filters:
        if name not in queryables(collection):
            raise RequestError(str(UnknownNameError("parameter or property", name, [*PLAIN, *queryables(collection)])))
    if said.get("bbox-crs", _CRS84) != _CRS84:
        raise RequestError(f"bbox-crs '{said['bbox-crs']}' is not known.", todo=f"Only {_CRS84} is.")
    since, until = _span(said["datetime"]) if "datetime" in said else (None, None)
    return Query(
        box=_box(said["bbox"]) if "bbox" in said else None,
        since=since,
        until=until,
        limit=min(MOST, _whole(said.get("limit", str(LIMIT)), "limit", least=1)),
        offset=_whole(said.get("offset", "0"), "offset", least=0),
        properties=filters,
    )


def queryables(collection: Collection) -> list[str]:
    """Return the properties a request may filter by: texts, numbers and flags, not lists and not times."""
    return [name for name, column in collection.columns.items() if column.is_filter]


def matching(collection: Collection, query: Query) -> Rows:
    """Return the row numbers of every feature that matches, in order; the page is cut from them.

    A box keeps what it touches; a feature without a place is in no box. A time keeps what it overlaps; a feature
    without a time is always kept, as the standard asks.
    """
    rows = None if query.box is None else collection.shapes.touching(query.box)
    if query.since is not None and collection.end is not None:
        rows = _kept(rows, ~(_of(collection.end, rows) < _ns(query.since)))
    if query.until is not None and collection.start is not None:
        rows = _kept(rows, ~(_of(collection.start, rows) > _ns(query.until)))
    for name, value in query.properties.items():
        rows = _kept(rows, collection.columns[name].equal(value, name, rows))
    return np.arange(collection.size) if rows is None else rows


def _of(times: Times, rows: Rows | None) -> Times:
    return times if rows is None else times[rows]


def _kept(rows: Rows | None, keep: npt.NDArray[np.bool_]) -> Rows:
    return np.flatnonzero(keep) if rows is None else rows[keep]


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise RequestError(f"bbox '{text}' is not four numbers.", todo="Write bbox=31,46,39,51.") from error
    if len(numbers) == 6:  # with heights, which nothing here has
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(np.isfinite, numbers)) or numbers[1] > numbers[3]:
        raise RequestError(f"bbox '{text}' is not west,south,east,north.", todo="Write bbox=31,46,39,51.")
    west, south, east, north = numbers
    return west, south, east, north


def _span(text: str) -> tuple[datetime | None, datetime | None]:
    parts = text.split("/")
    if len(parts) > 2 or all(part in ("", "..") for part in parts):
        raise RequestError(f"datetime '{text}' is not a time or a span.", todo="Write START/END, .. for an open end.")
    ends = [None if part in ("", "..") else _instant(part) for part in parts]
    since, until = ends[0], ends[-1]
    if since and until and until < since:
        raise RequestError(f"datetime '{text}' ends before it starts.")
    return since, until


def _instant(text: str) -> datetime:
    # in a URL an unescaped plus arrives as a space
    return parse_instant(text.replace(" ", "+"), zone="UTC" if len(text) == 10 else None, where="datetime")


def _ns(instant: datetime) -> np.datetime64:
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "ns")


def _whole(text: str, name: str, *, least: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) < least:
        raise RequestError(f"{name} '{text}' is not a whole number from {least}.")
    return int(text)
