"""Cursor-on-Target: an event of either form to the few fields that are kept, and those to observations.

Truceline follows nobody. Only types of event that the feed's settings map to a sensor and an act are kept, and of them
only what, when and where; the positions of units, vehicles and people (`a-...`) and everything else are set aside, and
of what is set aside nothing is kept but its digest and the count. Names, remarks, courses and groups are never kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from defusedxml import ElementTree
from google.protobuf.message import DecodeError
from takproto.proto import TakMessage

from truceline.feeds.cot_frames import Frame
from truceline.feeds.json_bodies import BodyError, load_json
from truceline.feeds.messages import Message, receive, withhold
from truceline.feeds.rows import Row, Rows, Said, cell
from truceline.feeds.settings import Feed, Takes
from truceline.provenance import canonical_json

UNKNOWN_M = 9_999_999.0  # how Cursor-on-Target writes an error that is not known
FIELDS = ("type", "uid", "time", "start", "lat", "lon", "ce")
TRACK = "a position of a unit, vehicle or person is not taken."
_TYPE = re.compile(r"[A-Za-z0-9](-[A-Za-z0-9.]{1,12}){0,14}")
_NO_EVENT = "it is no event with a type and a point."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TODO = "Map the types that are alarms of a sensor under types in feeds.yaml."


def sift(feed: Feed, frame: Frame, *, via: str = "") -> Message | None:
    """Return the message that an event is, withheld where its content may not be kept; None for a sign of life.

    The body of one that is kept holds FIELDS alone, as canonical JSON, whichever form it came in.
    """
    try:
        if frame.form == "junk":
            raise BodyError("these bytes are no event.", _TODO)
        event = _from_xml(frame.body) if frame.form == "xml" else _from_proto(frame.body)
    except BodyError as error:
        return withhold(feed.feed_id, frame.body, why=error.what, via=via)
    kind = event["type"]
    if kind.startswith("t-x-"):
        return None  # the protocol's own talk: pings and offers of versions
    if kind.split("-")[0] == "a":
        return withhold(feed.feed_id, frame.body, why=TRACK, via=via)
    if kind not in feed.takes:
        return withhold(feed.feed_id, frame.body, why=f"type '{kind}' is not mapped to a sensor.", via=via)
    return receive(feed.feed_id, canonical_json(event), via=via)


def read_cot(feed: Feed, messages: Iterable[Message]) -> Said:
    """Return what messages of a cot feed say."""
    rows = Rows(feed=feed)
    for message in messages:
        try:
            rows.add_row(message, _row(feed, message.body))
        except BodyError as error:
            rows.put_aside(message, error.what, error.todo)
    return rows.said()


def _from_xml(body: bytes) -> dict[str, str]:
    try:
        event = ElementTree.fromstring(body, forbid_dtd=True)
    except Exception as error:  # the parser, its guards and its codecs each fail in their own way
        # what was said is not repeated: it may be a position
        raise BodyError(f"it is no XML ({type(error).__name__}).") from error
    point = event.find("point")
    if event.tag != "event" or point is None or not _TYPE.fullmatch(event.get("type", "")):
        raise BodyError(_NO_EVENT)
    told = {name: event.get(name, "") for name in ("type", "uid", "time", "start")}
    return _fields(told | {name: point.get(name, "") for name in ("lat", "lon", "ce")})


def _from_proto(body: bytes) -> dict[str, str]:
    message = TakMessage()
    try:
        message.ParseFromString(body)
    except (DecodeError, ValueError, TypeError) as error:
        raise BodyError("it is no message of the TAK protocol.") from error
    if not message.HasField("cotEvent"):
        return dict.fromkeys(FIELDS, "") | {"type": "t-x-takcontrol"}
    event = message.cotEvent
    if not _TYPE.fullmatch(event.type):
        raise BodyError(_NO_EVENT)
    told: dict[str, Any] = {"type": event.type, "uid": event.uid, "lat": event.lat, "lon": event.lon, "ce": event.ce}
    return _fields(told | {"time": _from_ms(event.sendTime), "start": _from_ms(event.startTime)})


def _from_ms(ms: int) -> str:
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError as error:
        raise BodyError("its time is no time.") from error


def _fields(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields as text that is the same whichever form an event came in."""
    try:
        out = {name: cell(told[name])[:200] for name in FIELDS}
    except ValueError as error:
        raise BodyError("it holds text that is no Unicode.") from error
    for name in ("lat", "lon", "ce"):
        try:
            out[name] = repr(float(out[name]))
        except ValueError as error:
            if out[name]:
                raise BodyError(f"its {name} is no number.") from error
    for name in ("time", "start"):
        out[name] = _same_form(out[name])
    return out


def _same_form(said: str) -> str:
    try:
        at = datetime.fromisoformat(said)
        return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at.tzinfo else said
    except (ValueError, OverflowError):
        return said


def _row(feed: Feed, body: bytes) -> Row:
    event = load_json(body)
    if not isinstance(event, Mapping) or set(event) != set(FIELDS) or not all(type(v) is str for v in event.values()):
        raise BodyError("it is no event as Truceline keeps them.", _TODO)
    takes = feed.takes.get(event["type"])
    if takes is None:
        raise BodyError("its type is not mapped to a sensor.", _TODO)
    try:
        told = {name: cell(value) for name, value in event.items()}
    except ValueError as error:
        raise BodyError("it holds text that is no Unicode.") from error
    return {
        # one alarm is told again and again until it is stale: the same uid and start are the same alarm
        "id": json.dumps([told["type"], told["uid"], told["start"]]) if told["uid"] else "",
        "time": told["start"],
        "reported_at": told["time"],
        "lat": told["lat"],
        "lon": told["lon"],
        "sigma_m": _sigma_m(told["ce"], takes),
        "act": takes.act,
        "sensor": takes.sensor,
        "as": takes.sensor_id,
    }


def _sigma_m(ce: str, takes: Takes) -> str:
    """Return one sigma: the event's circular error, which the standard has as just that, or the settings'.

    0 and 9999999 both say that it is not known.
    """
    try:
        known = 0 < float(ce) < UNKNOWN_M
    except ValueError:
        known = False
    if known:
        return ce
    if takes.sigma_m is None:
        raise BodyError("its location error is not known.", "Set sigma_m for its type in feeds.yaml.")
    return str(takes.sigma_m)
