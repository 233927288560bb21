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
from truceline.incidents import IncidentSettings, make_incidents
from truceline.observations import Readings
from truceline.sensors.recorded import cover
from truceline.sensors.sight import assumptions
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
    made = make_incidents(
        readings.observations,
        readings.looks,
        strip=brief.strip,
        period=brief.period,
        history=history,
        places=brief.places,
        settings=brief.settings,
    )
    incidents = made.incidents
    tell("coverage")
    coverage = cover(readings.looks, strip=brief.strip, period=brief.period, kinds=brief.kinds)
    tell("findings")
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
        looks=readings.looks,
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
            *early_warnings(status, incidents, readings.looks, brief.period),
        ),
        assumptions=pd.concat([made.assumptions, assumptions()], ignore_index=True),
        credits=brief.credits,
        digests=readings.digests,
        background=made.background,
        fixed_sources=made.masked,
    )
