"""Outages: when a live feed said nothing, so that what it would have told of was not watched through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from truceline.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One silence of one feed: from `start` until just before `end`, both UTC.

    `sensors` are ids of sensors.yaml and `sources` entries of sources.yaml: those that report through the feed.
    """

    feed: str
    sensors: tuple[str, ...]
    sources: tuple[str, ...]
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if getattr(self, name).tzinfo is None:
                raise RequestError(
                    f"the {name} of the outage of '{self.feed}' ({getattr(self, name)}) has no time zone.",
                    todo="Give it in UTC.",
                )
        if self.end < self.start:
            raise RequestError(f"the outage of '{self.feed}' cannot end ({self.end}) before it starts ({self.start}).")
