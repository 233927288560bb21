"""What feeds.yaml says of a feed, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from truceline.observations.places import Box

KINDS = ("firms", "http", "cot", "mqtt", "folder")
SILENT_AFTER_MIN = {"firms": 720.0, "http": 60.0, "cot": 60.0, "mqtt": 60.0, "folder": 1440.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What one type of event, or one datastream, is taken for."""

    sensor: str  # as in the observations table: acoustic, seismic, radar, camera ...
    act: str
    sensor_id: str = ""  # of sensors.yaml; "" where there is no such entry
    sigma_m: float | None = None  # where the message does not say how sure the place is
    lon_deg: float | None = None  # where the message does not say the place
    lat_deg: float | None = None
    at_least: float | None = None  # a result below this detected nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed. Of the settings after `sources` each kind uses its own; the file's reader refuses the others."""

    feed_id: str
    kind: str
    called: str
    silent_after_min: float
    sensors: tuple[str, ...] = ()  # ids of sensors.yaml that report through it
    sources: tuple[str, ...] = ()  # entries of sources.yaml that it carries on
    options: Mapping[str, Any] = field(default_factory=dict)  # of the source that reads it
    every_min: float = 15.0  # firms, http that is pulled
    product: str = ""  # firms
    box: Box | None = None
    days: int = 2
    url: str = ""  # http; "" is pushed to
    key_header: str = ""
    key_env: str = ""
    connect: str = ""  # cot
    listen: str = ""
    takes: Mapping[str, Takes] = field(default_factory=dict)  # cot: by type; mqtt: by datastream
    broker: str = ""  # mqtt
    topics: tuple[str, ...] = ()
    tls: bool = False
    user_env: str = ""
    password_env: str = ""
    path: Path | None = None  # folder
    reader: str = "table"

    @property
    def source(self) -> str:
        """The source its rows name: the entry of sources.yaml that it carries on, else itself."""
        return self.sources[0] if len(self.sources) == 1 else self.feed_id

    @property
    def silent_after(self) -> timedelta:
        """How long it may say nothing before it counts as silent."""
        return timedelta(minutes=self.silent_after_min)

    @property
    def reaches_back(self) -> timedelta:
        """How far back an answer tells: a shorter silence is made good by the next one."""
        return timedelta(days=self.days - 1) if self.kind == "firms" else timedelta()
