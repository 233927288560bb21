"""What the watch makes of an exercise, judged by the rooms a real mission is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from truceline.findings.assess import assess
from truceline.findings.force import hours_in_force
from truceline.findings.status import sector_status
from truceline.incidents import make_incidents, weigh_standing
from truceline.observations import Readings
from truceline.simulate.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """Incidents, findings and status of one run."""

    incidents: pd.DataFrame
    findings: pd.DataFrame
    status: pd.DataFrame


def judge_readings(readings: Readings, stage: Stage, *, now: datetime | None = None) -> Judged:
    """Return what monitoring concludes from readings; its coverage is the stage's, worked out once."""
    asked = stage.asked
    made = make_incidents(
        readings.observations,
        readings.looks,
        strip=asked.strip,
        period=asked.period,
        places=asked.places,
        settings=asked.settings,
    )
    incidents = weigh_standing(made, readings.observations, stage.standing, asked.settings).incidents
    findings = assess(incidents, asked.agreements, lines=asked.lines, now=now or asked.period.end)
    status = sector_status(
        incidents,
        findings,
        stage.coverage,
        sectors=asked.sectors,
        in_force=hours_in_force(asked.agreements[0], asked.period),
        period=asked.period,
        timezone=asked.timezone,
    )
    return Judged(incidents=incidents, findings=findings, status=status)
