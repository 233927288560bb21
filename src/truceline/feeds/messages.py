"""Messages: what a feed said, byte for byte, under a name that the same bytes always have.

A message is in the record before it is acknowledged. When it came is written beside it and is no part of what makes two
messages equal: the same bytes of the same feed are one message, however often they come.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from truceline.provenance import digest
from truceline.timespan import iso

KIND = "message"
LARGEST = 16_000_000  # bytes of one message; a day of one satellite's detections over a country has some 1,000,000
_SHOWN = 16  # hexadecimal digits of the digest that a table names a message by: 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a feed. `via` says how it came, for people to read; it does not make it another message."""

    feed: str
    body: bytes  # empty where it is withheld
    sha256: str  # of the bytes that came
    withheld: str = ""  # why the body is not kept
    via: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The name of its entry in the record."""
        return f"{self.feed} {self.sha256}"

    @property
    def short(self) -> str:
        """The name that rows and references carry."""
        return self.sha256[:_SHOWN]


def receive(feed: str, body: bytes, *, via: str = "") -> Message:
    """Return the message that bytes of a feed are."""
    return Message(feed=feed, body=body, sha256=digest(body), via=via)


def withhold(feed: str, body: bytes, *, why: str, via: str = "") -> Message:
    """Return a message of which only the digest is kept, and why."""
    return Message(feed=feed, body=b"", sha256=digest(body), withheld=why, via=via)


def to_entry(message: Message, *, received: datetime) -> dict[str, Any]:
    """Return the row of the record that a message is; bytes that are no text are written in base64."""
    try:
        told = {"body": message.body.decode("utf-8")}
    except UnicodeDecodeError:
        told = {"body": base64.b64encode(message.body).decode("ascii"), "encoding": "base64"}
    if message.withheld:
        told = {"withheld": message.withheld}
    return {
        "message": message.name,
        "feed": message.feed,
        "sha256": message.sha256,
        "received": iso(received),
        "via": message.via,
        **told,
    }


def from_entry(row: Mapping[str, Any]) -> Message:
    """Return the message that a row of the record holds."""
    body = str(row.get("body", ""))
    packed = row.get("encoding") == "base64"
    return Message(
        feed=str(row["feed"]),
        body=base64.b64decode(body) if packed else body.encode("utf-8", "surrogatepass"),
        sha256=str(row["sha256"]),
        withheld=str(row.get("withheld", "")),
        via=str(row.get("via", "")),
    )
