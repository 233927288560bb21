"""feeds.yaml of a mission: its text, checked, to feeds. Secrets are never in it, only the names of variables."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from truceline.agreement import load_yaml
from truceline.errors import MissionError, UnknownNameError
from truceline.feeds.settings import KINDS, SILENT_AFTER_MIN, Feed, Takes
from truceline.feeds.settings_values import Said, Values
from truceline.observations.places import Box
from truceline.sensors.deployment_checks import check_keys
from truceline.sources.columns import NAMES
from truceline.sources.fetch import MOST_DAYS, PRODUCTS
from truceline.sources.options import read_options
from truceline.sources.registry import source_names

COMMON_KEYS = {"id", "kind", "called", "silent_after_min", "sensors", "sources"}
KIND_KEYS: dict[str, set[str]] = {
    "firms": {"product", "box", "days", "every_min", "options"},
    "http": {"url", "every_min", "key_header", "key_env", "options"},
    "cot": {"connect", "listen", "types"},
    "mqtt": {"broker", "topics", "tls", "user_env", "password_env", "datastreams"},
    "folder": {"path", "reader", "options"},
}
TAKES_KEYS = {"sensor", "act", "as", "sigma_m", "lon_deg", "lat_deg", "at_least"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TRACKS = (
    "Truceline takes no positions of forces, vehicles or people (SCOPE.md). Name types of events, such as b-m-p-s-p-i."
)


def read_feeds(
    text: str, *, folder: Path, where: str, sensors: Collection[str], sources: Collection[str], box: Box
) -> tuple[Feed, ...]:
    """Return the feeds of a feeds.yaml.

    `sensors` and `sources` are the ids that the mission's sensors.yaml and sources.yaml have, `box` what surrounds its
    line, for feeds that name none, and `folder` what paths start from.

    Raises
    ------
    MissionError, UnknownNameError
        On a key or name that is not known, with the nearest that is, and on a value that cannot be.
    """
    said, _ = load_yaml(text, where=where)
    if not isinstance(said, Mapping):
        raise MissionError("it does not hold keys and values.", where=where)
    check_keys(said, {"schema", "feeds"}, where)
    made: dict[str, Feed] = {}
    for i, one in enumerate(said.get("feeds") or ()):
        if not isinstance(one, Mapping):
            raise MissionError(f"feed {i + 1} does not hold keys and values.", where=where)
        feed = _feed(one, Values(one, f"{where}, feed '{one.get('id', i + 1)}'", folder, box))
        if feed.feed_id in made:
            raise MissionError(f"two feeds are called '{feed.feed_id}'.", where=where, todo="Give each its own id.")
        _check_names("sensor", [*feed.sensors, *_named(feed)], sensors, f"{where}, feed '{feed.feed_id}'")
        _check_names("source", feed.sources, sources, f"{where}, feed '{feed.feed_id}'")
        made[feed.feed_id] = feed
    return tuple(made.values())


def _named(feed: Feed) -> list[str]:
    return [takes.sensor_id for takes in feed.takes.values() if takes.sensor_id]


def _check_names(kind: str, names: Collection[str], known: Collection[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known, where=where)


def _feed(said: Said, reader: Values) -> Feed:
    kind = str(said.get("kind", ""))
    if kind not in KINDS:
        raise UnknownNameError("kind of feed", kind, KINDS, where=reader.where)
    check_keys(said, COMMON_KEYS | KIND_KEYS[kind], reader.where)
    name = reader.text("id")
    if not _NAME.fullmatch(name):
        raise reader.wrong("id", "Use up to 64 letters, digits, points, hyphens and underscores.")
    return Feed(
        feed_id=name,
        kind=kind,
        called=reader.text("called", name),
        silent_after_min=reader.number("silent_after_min", SILENT_AFTER_MIN[kind], least=1),
        sensors=reader.words("sensors"),
        sources=reader.words("sources"),
        **_OWN[kind](reader),
    )


def _firms(reader: Values) -> dict[str, Any]:
    product = reader.text("product", "VIIRS_NOAA20_NRT")
    if product not in PRODUCTS:
        raise UnknownNameError("FIRMS product", product, PRODUCTS, where=reader.where)
    box = reader.said.get("box", list(reader.box))
    if not (isinstance(box, list) and len(box) == 4 and all(type(v) in (int, float) for v in box)):
        raise reader.wrong("box", "Give west, south, east, north in degrees.")
    return {
        "product": product,
        "box": tuple(float(v) for v in box),
        "days": int(reader.number("days", 2, least=1, most=MOST_DAYS)),
        "every_min": reader.number("every_min", 15, least=1),
        "options": _checked(reader, ("cloud", "cloud_column")),
    }


def _http(reader: Values) -> dict[str, Any]:
    url = reader.text("url")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password):
        # not shown: it may hold a password
        raise MissionError(
            "'url' is not an address that can be asked.",
            where=reader.where,
            todo="Write https://host/path; names and passwords go into key_header and key_env.",
        )
    header, variable = reader.text("key_header"), reader.variable("key_env")
    if bool(header) != bool(variable):
        raise MissionError("key_header and key_env go together.", where=reader.where, todo="Give both, or neither.")
    return {
        "url": url,
        "key_header": header,
        "key_env": variable,
        "every_min": reader.number("every_min", 5, least=1 / 60),
        "options": _checked(reader, ("act", "sensor")),
    }


def _cot(reader: Values) -> dict[str, Any]:
    ends = [key for key in ("connect", "listen") if key in reader.said]
    if len(ends) != 1:
        raise MissionError("a cot feed has 'connect' or 'listen', one of the two.", where=reader.where)
    address = {ends[0]: reader.address(ends[0], port=8087)}
    if ends == ["listen"] and not _names_a_place(address["listen"]):
        raise reader.wrong("listen", "Name the one address to listen at, such as 127.0.0.1:8087.")
    takes = _takes(reader, "types")
    for kind in takes:
        if not re.fullmatch(r"[A-Za-z0-9](-[A-Za-z0-9.]{1,12}){1,14}", kind) or kind.split("-")[0] in {"a", "t"}:
            raise MissionError(f"the type '{kind}' cannot be taken.", where=reader.where, todo=_TRACKS)
    return {**address, "takes": takes}


def _names_a_place(address: str) -> bool:
    try:
        return not ipaddress.ip_address(address.rpartition(":")[0].strip("[]")).is_unspecified
    except ValueError:
        return True


def _mqtt(reader: Values) -> dict[str, Any]:
    tls, takes = reader.flag("tls"), _takes(reader, "datastreams")
    return {
        "broker": reader.address("broker", port=8883 if tls else 1883),
        # OGC 18-088, 14.3.1: the topic of a datastream's observations is their resource path
        "topics": reader.words("topics") or tuple(f"v1.1/Datastreams({name})/Observations" for name in takes),
        "tls": tls,
        "user_env": reader.variable("user_env"),
        "password_env": reader.variable("password_env"),
        "takes": takes,
    }


def _folder(reader: Values) -> dict[str, Any]:
    kind = reader.text("reader", "table")
    if kind not in source_names():
        raise UnknownNameError("reader", kind, source_names(), where=reader.where)
    path = reader.text("path")
    if not path:
        raise MissionError("'path' is missing.", where=reader.where, todo="Name the folder to watch.")
    return {"path": reader.folder / path, "reader": kind, "options": reader.options()}


def _checked(reader: Values, also: tuple[str, ...]) -> dict[str, Any]:
    options = reader.options()
    for ours in read_options(options, also=also).map.values():
        if ours not in NAMES:
            raise UnknownNameError("column", ours, NAMES, where=f"{reader.where}, options map")
    if "cloud" in options:
        options["cloud"] = str(reader.folder / options["cloud"])
    return options


def _takes(reader: Values, key: str) -> dict[str, Takes]:
    said = reader.said.get(key)
    if not isinstance(said, Mapping) or not said:
        raise MissionError(
            f"'{key}' is missing.", where=reader.where, todo=f"Say what each is: {key}: {{NAME: {{sensor, act}}}}."
        )
    return {str(name): _one_taken(one, f"{reader.where}, {key} '{name}'", reader) for name, one in said.items()}


def _one_taken(said: Any, where: str, reader: Values) -> Takes:
    if not isinstance(said, Mapping) or not {"sensor", "act"} <= set(said):
        raise MissionError("it needs a sensor and an act.", where=where, todo="Such as {sensor: acoustic, act: fire}.")
    check_keys(said, TAKES_KEYS, where)
    own = Values(said, where, reader.folder, reader.box)
    limits = {"sigma_m": (1e-9, math.inf), "lon_deg": (-180.0, 180.0), "lat_deg": (-90.0, 90.0)}
    numbers = {
        name: own.number(name, 0.0, least=least, most=most) for name, (least, most) in limits.items() if name in said
    }
    if "at_least" in said:
        numbers["at_least"] = own.number("at_least", 0.0, least=-math.inf)
    if ("lon_deg" in said) != ("lat_deg" in said):
        raise MissionError("lon_deg and lat_deg go together.", where=where, todo="Give both, or neither.")
    return Takes(sensor=own.text("sensor"), act=own.text("act"), sensor_id=own.text("as"), **numbers)


_OWN: dict[str, Callable[[Values], dict[str, Any]]] = {
    "firms": _firms,
    "http": _http,
    "cot": _cot,
    "mqtt": _mqtt,
    "folder": _folder,
}
