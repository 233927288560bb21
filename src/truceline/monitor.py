"""The whole journey on one screen: what the sources saw, carried through to findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.findings.assess import assess
from truceline.findings.attribution import attribute
from truceline.findings.claims import ledger
from truceline.findings.clocks import start_clocks
from truceline.findings.early_warning import early_warnings, far_from_line
from truceline.findings.force import hours_in_force
from truceline.findings.status import exposure_box, sector_status
from truceline.findings.tables import Assessment
from truceline.findings.workbench import Workbench
from truceline.incidents import Incidents, IncidentSettings, make_incidents, weigh_standing
from truceline.observations import LOOKS, Readings, new_table
from truceline.observations.outages import Outage
from truceline.observations.silenced import heard_looks, silence_told, silent_hours
from truceline.provenance import stable_id
from truceline.sensors.cover import cover_deployment
from truceline.sensors.coverage import Coverage
from truceline.sensors.deployment import Deployment
from truceline.sensors.recorded import CELL_KM, cover
from truceline.sensors.scene import CELL_KM as FINE_KM
from truceline.sensors.sight import RECORDED, assumptions
from truceline.sensors.silence import StandingBy, standing_by
from truceline.sensors.silent import silent_passes
from truceline.strip import Strip
from truceline.timespan import Timespan


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a monitoring run is asked: which place, which days, which agreement."""

    mission_id: str
    title: str
    timezone: str
    report_day_ends: str
    period: Timespan
    agreements: tuple[Agreement, ...]  # the first is the one the report is about
    strip: Strip
    lines: tuple[LineOfContact, ...]
    sectors: pd.DataFrame
    places: pd.DataFrame
    kinds: tuple[str, ...]
    settings: IncidentSettings
    credits: tuple[str, ...]
    deployment: Deployment | None = None  # what watches, where the mission says so; else recorded looks alone count
    outages: tuple[Outage, ...] = ()  # when live feeds were silent

    @property
    def silent(self) -> dict[str, tuple[Timespan, ...]]:
        """The hours in which nothing could be heard of a sensor or source."""
        return silent_hours(self.outages, self.period)

    @property
    def heard(self) -> Deployment | None:
        """What watches, with what could not be heard of it."""
        return self.deployment.silenced(self.silent) if self.deployment and self.outages else self.deployment


def watch(brief: Brief, looks: pd.DataFrame) -> Coverage:
    """Return how well the line was watched: by the sensors the mission names, else by the looks that were recorded.

    Recorded people (patrols, posts) count besides the deployment; recorded passes do so only where the deployment has
    no satellite of that kind, because the orbit knows every pass and the records only those that detected something.
    What reports through a feed that was silent did not watch in those hours.
    """
    return watch_beside(brief, looks, watch_deployed(brief))


def watch_deployed(brief: Brief) -> Coverage | None:
    """Return how well the line was watched by the sensors the mission names; None where it names none."""
    deployed = brief.heard
    if deployed is None:
        return None
    fine = FINE_KM if deployed.posts else CELL_KM  # satellites alone see no difference between neighbouring kilometres
    known = cover_deployment(deployed, strip=brief.strip, period=brief.period, kinds=brief.kinds, cell_km=fine)
    return known.coarser(CELL_KM)


def watch_beside(brief: Brief, looks: pd.DataFrame, known: Coverage | None) -> Coverage:
    """Return how well the line was watched by recorded looks, beside what the mission names."""
    looks = heard_looks(looks, brief.silent)
    if brief.deployment is not None and brief.deployment.orbits("thermal", brief.period):
        looks = looks[looks["sensor"] != "thermal"]
    recorded = cover(looks, strip=brief.strip, period=brief.period, kinds=brief.kinds)
    return recorded if known is None else known.beside(recorded)


def known_looks(brief: Brief, looks: pd.DataFrame) -> pd.DataFrame:
    """Return the looks with those added that saw nothing: passes of the sources' satellites that no row tells of."""
    deployed = brief.heard
    if deployed is None:
        return looks
    silent = silent_passes(deployed, looks, strip=brief.strip, period=brief.period)
    ids = [stable_id("look", s, t) for s, t in zip(silent["source"], silent["time_start"], strict=True)]
    columns = {name: silent[name] for name in silent}
    known = {"look_id": ids, "sensor": "thermal", "detections": 0.0, "basis": "pass computed from element sets"}
    added = new_table(LOOKS, {**columns, **known}, length=len(silent))
    return pd.concat([looks, added], ignore_index=True).sort_values(["time_start", "look_id"], ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run found before anything is judged: all looks, the incidents, and how well the line was watched."""

    looks: pd.DataFrame
    made: Incidents
    coverage: Coverage
    standing: StandingBy | None = None  # whose silence counts


def monitor(
    brief: Brief,
    readings: Readings,
    *,
    now: datetime,
    claims: pd.DataFrame,
    history: pd.DataFrame | None = None,
    log: pd.DataFrame | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Assessment:
    """Carry everything the sources saw during one period through to findings.

    Pure: the same brief, readings and `now` give the same assessment. `tell` is called with the name of each step.
    """
    tell("incidents")
    looks = known_looks(brief, readings.looks)
    made = make_incidents(
        readings.observations,
        looks,
        strip=brief.strip,
        period=brief.period,
        history=history,
        places=brief.places,
        settings=brief.settings,
    )
    stood = standing(brief)
    made = weigh_standing(made, readings.observations, stood, brief.settings)
    tell("coverage")
    seen = Seen(looks=looks, made=made, coverage=watch(brief, looks), standing=stood)
    tell("findings")
    return conclude(brief, readings, seen, now=now, claims=claims, log=log)


def conclude(
    brief: Brief,
    readings: Readings,
    seen: Seen,
    *,
    now: datetime,
    claims: pd.DataFrame,
    log: pd.DataFrame | None = None,
) -> Assessment:
    """Judge what was seen: findings, status, attributions, clocks, and everything a report reads."""
    incidents, coverage = seen.made.incidents, seen.coverage
    findings = assess(incidents, brief.agreements, lines=brief.lines, log=log, now=now)
    in_force = hours_in_force(brief.agreements[0], brief.period)
    status = sector_status(
        incidents,
        findings,
        coverage,
        sectors=brief.sectors,
        in_force=in_force,
        period=brief.period,
        timezone=brief.timezone,
    )
    return Assessment(
        mission_id=brief.mission_id,
        title=brief.title,
        timezone=brief.timezone,
        report_day_ends=brief.report_day_ends,
        period=brief.period,
        in_force=in_force,
        now=now,
        agreement=brief.agreements[0],
        strip=brief.strip,
        lines=brief.lines,
        sectors=brief.sectors,
        places=brief.places,
        observations=readings.observations,
        looks=seen.looks,
        set_aside=readings.set_aside,
        incidents=incidents,
        findings=findings,
        status=status,
        coverage=coverage.table(),
        attributions=attribute(incidents, readings.observations, findings),
        clocks=start_clocks(findings, incidents, brief.agreements[0], now=now),
        claims=ledger(claims, incidents),
        exposure=exposure_box(coverage, in_force=in_force),
        warnings=(
            *far_from_line(readings.observations, brief.strip),
            *said_of_watch(brief),
            *early_warnings(status, incidents, seen.looks, brief.period),
        ),
        assumptions=pd.concat([seen.made.assumptions, assumed(brief)], ignore_index=True),
        credits=brief.credits,
        digests=readings.digests,
        background=seen.made.background,
        fixed_sources=seen.made.masked,
        also=brief.agreements[1:],
        workbench=Workbench.of(seen.made, standing=seen.standing, settings=brief.settings, log=log),
    )


def standing(brief: Brief) -> StandingBy | None:
    """Return the sensors that stood by, whose silence counts; None where the mission names none."""
    deployed = brief.heard
    if deployed is None:
        return None
    return standing_by(deployed, strip=brief.strip, period=brief.period)


def said_of_watch(brief: Brief) -> list[str]:
    """Return a warning for each sensor of the mission that could not count, and for each feed that was silent."""
    silent = silence_told(brief.outages, brief.period)
    if brief.deployment is None:
        return silent
    rows = brief.deployment.outside(brief.period).itertuples()
    return [*(f"Sensor {row.sensor} was left out of the coverage: {row.reason}" for row in rows), *silent]


def assumed(brief: Brief) -> pd.DataFrame:
    """Return the numbers behind the coverage: those of what watches, and of the mission's kinds of violation."""
    sensors = set(RECORDED) if brief.deployment is None else {"present", *brief.deployment.kinds()}
    return assumptions(sensors=sensors, kinds=brief.kinds)
