"""A mission: everything a run needs, read once and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import MissionError
from truceline.feeds import Feed, read_feeds
from truceline.findings.tables import CLAIMS
from truceline.mission.stretches import box_round
from truceline.monitor import Brief, monitor
from truceline.monitoring import Monitoring
from truceline.observations import LOOKS, OBSERVATIONS, Readings, empty, gather
from truceline.planning import Planning, make_plan, read_plan
from truceline.simulate import Outlook, Setting, outlook, read_setting
from truceline.sources import read_source
from truceline.sources.claims import read_claims
from truceline.timespan import Timespan, iso

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """One entry of sources.yaml."""

    source_id: str
    kind: str
    files: tuple[Path, ...]
    credit: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    history: bool = False  # detections of other years, for the background alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a mission's sources say."""

    readings: Readings
    claims: pd.DataFrame  # CLAIMS
    history: pd.DataFrame | None  # OBSERVATIONS of heat in other years


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """A mission read from its folder. `monitor` carries it through to a report."""

    folder: Path
    brief: Brief
    sources: tuple[SourceEntry, ...]
    warnings: tuple[str, ...] = ()
    held: tuple[Readings, ...] = ()  # read already, when the mission was made

    def read(self, *, now: datetime, tell: Tell = lambda step: None) -> tuple[Readings, pd.DataFrame]:
        """Return everything the sources say, and the parties' claims.

        A time more than a year after `now` and the period is a slip and set aside.
        """
        latest = max(now, self.brief.period.end) + timedelta(days=366)
        readings, claims = list(self.held), []
        for entry in self.sources:
            if entry.history:
                continue
            tell(f"reading {entry.source_id}")
            options = {"now": iso(latest), **entry.options}
            if entry.kind == "claims":
                claims.append(read_claims(entry.files, source=entry.source_id, options=options))
            readings.append(read_source(entry.kind, entry.files, source=entry.source_id, options=options))
        return gather(readings), pd.concat(claims, ignore_index=True) if claims else empty(CLAIMS)

    def read_history(self, *, tell: Tell = lambda step: None) -> Readings | None:
        """Return the detections of heat in other years that tell what burns anyway; None when no source has any.

        What lies in the period itself is left out: it may not testify to its own background.
        """
        read = []
        for entry in (e for e in self.sources if e.history):
            tell(f"reading {entry.source_id}")
            found = read_source(entry.kind, entry.files, source=entry.source_id, options=entry.options)
            heat = found.observations
            heat = heat[(heat["sensor"] == "thermal").to_numpy()]
            if not len(heat):
                raise MissionError(
                    f"source '{entry.source_id}' is called history and holds no detection of heat.",
                    where=str(self.folder / "sources.yaml"),
                    todo="Only heat has a background; leave 'history' out, or name files of other years' detections.",
                )
            period = self.brief.period
            inside = ((heat["time_start"] < period.end) & (heat["time_end"] >= period.start)).to_numpy()
            # files of other years may well be called as those of this one
            digests = {f"{entry.source_id}/{name}": value for name, value in found.digests.items()}
            read.append(replace(found, observations=heat[~inside], digests=digests))
        return gather(read) if read else None

    def monitor(self, *, now: datetime | None = None, tell: Tell = lambda step: None) -> Monitoring:
        """Watch the mission's period and return what was concluded. `now` defaults to the period's end."""
        now = now or self.brief.period.end
        given = self.gather(now=now, tell=tell)
        assessment = monitor(self.brief, given.readings, now=now, claims=given.claims, history=given.history, tell=tell)
        return Monitoring(assessment=assessment, recognised=given.readings.recognised, notes=self.warnings)

    def gather(self, *, now: datetime, tell: Tell = lambda step: None) -> Given:
        """Return what `monitor` is given: all the sources say, the claims, and detections of other years."""
        readings, claims = self.read(now=now, tell=tell)
        past = self.read_history(tell=tell)
        if past is not None:
            # what was set aside and read of them is told; their rows are no observations of this period
            none = replace(past, observations=empty(OBSERVATIONS), looks=empty(LOOKS), recognised={})
            readings = gather([readings, none])
        return Given(readings=readings, claims=claims, history=None if past is None else past.observations)

    def feeds(self) -> tuple[Feed, ...]:
        """Return the live feeds of feeds.yaml; none where there is no such file."""
        path = self.folder / "feeds.yaml"
        if not path.is_file():
            return ()
        deployed = self.brief.deployment
        sensors: set[str] = set()
        if deployed is not None:
            posts = {post.sensor_id for post in deployed.posts}
            sensors = posts | {one.sensor_id for one in deployed.orbiting} | set(deployed.left_out["sensor"])
        return read_feeds(
            path.read_text(encoding="utf-8"),
            folder=self.folder,
            where=str(path),
            sensors=sensors,
            sources={entry.source_id for entry in self.sources},
            box=box_round(self.brief.strip, 1.0),
        )

    def outlook(self, *, draws: int = 100_000, seed: int = 1, tell: Tell = lambda step: None) -> Outlook:
        """Return how long the ceasefire might hold under the assumptions of outlook.yaml, or the stated ranges."""
        file = self.folder / "outlook.yaml"
        setting = read_setting(file.read_text(encoding="utf-8"), where=str(file)) if file.exists() else Setting()
        return outlook(setting, draws=draws, rng=np.random.default_rng(seed), tell=tell)

    def plan(
        self,
        scenarios: Sequence[str] = (),
        *,
        draws: int = 0,
        horizon_months: int | None = None,
        seed: int = 1,
        tell: Tell = lambda step: None,
    ) -> Planning:
        """Plan the mission's force and places: the scenarios named, or all, at every rung of the backstop.

        `draws` plans are drawn from every number's range, on the same draws with and without the backstop.
        """
        brief = self.brief
        line = next(line for line in brief.lines if line.strip is brief.strip)
        given = read_plan(
            self.folder,
            title=brief.title,
            agreement=brief.agreements[0],
            line=line,
            period=brief.period,
            timezone=brief.timezone,
        )
        return make_plan(given, scenarios=scenarios, draws=draws, horizon_months=horizon_months, seed=seed, tell=tell)

    def during(self, *, start: datetime | None = None, end: datetime | None = None) -> Mission:
        """Return the same mission over another period."""
        period = Timespan(start=start or self.brief.period.start, end=end or self.brief.period.end)
        return replace(self, brief=replace(self.brief, period=period))
