"""JSON and GeoJSON bodies, pushed or pulled, to rows: one event, a list of them, or a FeatureCollection."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from truceline.errors import SourceError
from truceline.feeds.messages import Message
from truceline.feeds.rows import Row, Rows, Said, cell
from truceline.feeds.settings import Feed
from truceline.provenance import canonical_json
from truceline.sources.columns import recognise
from truceline.sources.documents import where_of

MOST_ROWS = 50_000  # of one message
_CHECK = "Send one JSON object, a list of them, or GeoJSON, in UTF-8."
_PLAIN = (str, int, float, bool, type(None))


class BodyError(ValueError):
    """A body, or a row of one, cannot be used. `todo` says what to do."""

    def __init__(self, what: str, todo: str = _CHECK) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


def read_json(feed: Feed, messages: Iterable[Message]) -> Said:
    """Return what messages of an http feed say."""
    rows = Rows(feed=feed)
    mapped = tuple(sorted((str(a), str(b)) for a, b in (feed.options.get("map") or {}).items()))
    for message in messages:
        try:
            held = list(_events(load_json(message.body)))
        except BodyError as error:
            rows.put_aside(message, error.what, error.todo)
            continue
        _add(rows, message, held, mapped)
    return rows.said()


def load_json(body: bytes) -> Any:
    """Return what JSON text says.

    Raises
    ------
    BodyError
        If it is no UTF-8 or no JSON, holds a number JSON does not have (NaN), or lists within lists without end.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BodyError(f"byte {error.start + 1} is no UTF-8.") from error
    except RecursionError as error:
        raise BodyError("it is nested too deeply.") from error
    except ValueError as error:  # also a number of thousands of digits
        raise BodyError(f"it is no JSON: {str(error)[:120]}.") from error


def _no_constant(said: str) -> Any:
    raise ValueError(f"{said} is no number in JSON")


def _events(said: Any) -> Iterator[Any]:
    if isinstance(said, Mapping) and said.get("type") == "FeatureCollection":
        said = said.get("features")
        if not isinstance(said, list):
            raise BodyError("its features are no list.")
    held = said if isinstance(said, list) else [said]
    if len(held) > MOST_ROWS:
        raise BodyError(f"it holds {len(held):,} rows.", f"Send at most {MOST_ROWS:,} at once.")
    yield from held


def _add(rows: Rows, message: Message, held: list[Any], mapped: tuple[tuple[str, str], ...]) -> None:
    for line, one in enumerate(held, 1):
        try:
            row = _row(one, mapped)
        except BodyError as error:
            rows.put_aside(message, error.what, error.todo, line=line)
        else:
            rows.add_row(message, row, line)


def _row(one: Any, mapped: tuple[tuple[str, str], ...]) -> Row:
    if not isinstance(one, Mapping):
        raise BodyError(f"an event is {'a ' + type(one).__name__ if one is not None else 'null'}, no object.")
    said = dict(one)
    if said.get("type") == "Feature":
        own = said.get("id")
        properties = said.get("properties") or {}
        if not isinstance(properties, Mapping):
            raise BodyError("the feature's properties are no object.")
        said = {**properties, **_place(said.get("geometry"))}
        if own is not None:
            said.setdefault("id", own)
    ours = _ours(tuple(map(str, said)), mapped)
    row, rest = {}, {}
    for name, value in said.items():
        if name not in ours:
            rest[str(name)] = value
            continue
        if not isinstance(value, _PLAIN):
            raise BodyError(f"'{name}' is a {type(value).__name__}, no text or number.")
        row[ours[name]] = _cell(value)
    row["rest"] = _told(rest)
    return row


def _cell(value: Any) -> str:
    try:
        return cell(value)
    except ValueError as error:
        raise BodyError("it holds text that is no Unicode.") from error


def _told(rest: Mapping[str, Any]) -> str:
    if not rest:
        return ""
    try:
        return canonical_json(rest).decode()
    except (ValueError, RecursionError) as error:
        raise BodyError("it holds text that is no Unicode, or a number without end.") from error


def _place(geometry: Any) -> dict[str, str]:
    if geometry is not None and not isinstance(geometry, Mapping):
        raise BodyError("the geometry is no object.")
    try:
        return where_of(geometry)
    except Exception as error:  # shapes fail in many ways on what is no shape
        raise BodyError(f"the geometry cannot be read: {str(error)[:100]}.") from error


@lru_cache(maxsize=1000)
def _ours(names: tuple[str, ...], mapped: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Return theirs -> ours for the names one event has; the same for the same names, whatever else came with it."""
    known = {theirs: ours for theirs, ours in mapped if theirs in names}
    try:
        found = recognise(list(names), known, where="message")
    except SourceError as error:
        raise BodyError(error.what, error.todo) from error
    return {theirs: ours for ours, theirs in found.items()}
