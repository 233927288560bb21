"""Outages: when a live feed said nothing, so that what it would have told of was not watched through it."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.timespan import Timespan


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One silence of one feed.

    `sensors` are ids of sensors.yaml and `sources` entries of sources.yaml: those that report through the feed.
    """

    feed: str
    sensors: tuple[str, ...]
    sources: tuple[str, ...]
    span: Timespan
