"""SensorThings observations over MQTT to rows (OGC 18-088, 8.2.7; topics: 14.3.1).

A message's body is its topic, a line feed and the payload, because the topic says which datastream it belongs to.
A result of false, null or below the datastream's `at_least` detected nothing: the sensor is heard, and no more is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from truceline.feeds.json_bodies import BodyError, load_json
from truceline.feeds.messages import Message
from truceline.feeds.rows import Row, Rows, Said, cell
from truceline.feeds.settings import Feed, Takes

_STREAM = re.compile(r"Datastreams\(([^()]{1,200})\)")
_KEY = re.compile(r"'(.*)'")  # ids that are text are quoted in paths


def wrapped(topic: str, payload: bytes) -> bytes:
    """Return the body of the message that came under a topic."""
    return topic.encode("utf-8", "replace") + b"\n" + payload


def read_things(feed: Feed, messages: Iterable[Message]) -> Said:
    """Return what messages of an mqtt feed say."""
    rows = Rows(feed=feed)
    for message in messages:
        try:
            row = _row(feed, message.body)
        except BodyError as error:
            rows.put_aside(message, error.what, error.todo)
            continue
        if row:
            rows.add_row(message, row)
    return rows.said()


def _row(feed: Feed, body: bytes) -> Row:
    topic, _, payload = body.partition(b"\n")
    said = load_json(payload)
    if not isinstance(said, Mapping) or "result" not in said:
        raise BodyError("it is no Observation: it has no result.", "Send Observations as OGC 18-088 has them.")
    stream = _stream(said, topic.decode("utf-8", "replace"))
    takes = feed.takes.get(stream)
    if takes is None:
        raise BodyError(f"datastream '{stream[:60]}' is not known.", "Name it under datastreams in feeds.yaml.")
    strength = _strength(said["result"], takes)
    if strength is None:
        return {}
    start, end = _times(said.get("phenomenonTime"))
    own = said.get("@iot.id")
    return {
        # an id of its own is one of the whole service; without it a datastream has one observation a time
        "id": _text(own) if own is not None else f"{stream} {start}/{end}",
        "time": start,
        "time_end": end,
        "reported_at": _instant(said.get("resultTime"), "resultTime") if said.get("resultTime") else "",
        "act": takes.act,
        "sensor": takes.sensor,
        "as": takes.sensor_id,
        "strength": strength,
        "sigma_m": "" if takes.sigma_m is None else str(takes.sigma_m),
        **_place(said, takes),
    }


def _stream(said: Mapping[str, Any], topic: str) -> str:
    inline = said.get("Datastream")
    if isinstance(inline, Mapping) and "@iot.id" in inline:
        return _text(inline["@iot.id"])
    for text in (topic, said.get("Datastream@iot.navigationLink")):
        found = _STREAM.search(text) if isinstance(text, str) else None
        if found:
            quoted = _KEY.fullmatch(found[1])
            return quoted[1] if quoted else found[1]
    raise BodyError("nothing says which datastream it belongs to.", "Publish under v1.1/Datastreams(ID)/Observations.")


def _strength(result: Any, takes: Takes) -> str | None:
    """Return the result as text, "" for one that is no number, or None where nothing was detected."""
    if result is None or result is False or result == "":
        return None
    if result is True:
        return ""
    if isinstance(result, int | float):
        low = 0.0 if takes.at_least is None else takes.at_least
        return None if (result < low if takes.at_least is not None else result == low) else str(result)
    if isinstance(result, str):
        return ""
    raise BodyError(f"the result is a {type(result).__name__}.", "Send a number, text, true or false.")


def _times(said: Any) -> tuple[str, str]:
    if not said:
        raise BodyError("it has no phenomenonTime.", "Say when it happened.")
    start, slash, end = _text(said).partition("/")
    first = _instant(start, "phenomenonTime")
    return first, _instant(end, "phenomenonTime") if slash else ""


def _instant(said: Any, called: str) -> str:
    text = _text(said)
    if not re.search(r"(?:[Zz]|[+-]\d\d:?\d\d)$", text):
        raise BodyError(f"{called} '{text[:60]}' has no time zone.", "Write it like 2026-04-11T13:00:00Z.")
    return text


def _place(said: Mapping[str, Any], takes: Takes) -> dict[str, str]:
    """Return where: the feature of interest's point, else the place the datastream's settings give."""
    feature = said.get("FeatureOfInterest")
    where = feature.get("feature") if isinstance(feature, Mapping) else said.get("location")
    if isinstance(where, Mapping) and isinstance(where.get("geometry"), Mapping):
        where = where["geometry"]
    if where is not None:
        pair = where.get("coordinates") if isinstance(where, Mapping) and where.get("type") == "Point" else None
        if not isinstance(pair, list) or len(pair) < 2:
            raise BodyError("the feature of interest is no point.", "Send {type: Point, coordinates: [lon, lat]}.")
        return {"lon": _text(pair[0]), "lat": _text(pair[1])}
    if takes.lon_deg is None or takes.lat_deg is None:
        raise BodyError("nothing says where it was.", "Send a FeatureOfInterest, or set lon_deg and lat_deg.")
    return {"lon": str(takes.lon_deg), "lat": str(takes.lat_deg)}


def _text(said: Any) -> str:
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        raise BodyError(f"a {type(said).__name__} stands where text or a number should.")
    try:
        return cell(said)
    except ValueError as error:
        raise BodyError("it holds text that is no Unicode.") from error
