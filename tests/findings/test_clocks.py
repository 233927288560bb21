from datetime import timedelta

import pandas as pd

from truceline.agreement import parse_agreement
from truceline.findings.clocks import start_clocks
from truceline.findings.tables import FINDINGS
from truceline.incidents.tables import INCIDENTS
from truceline.observations import new_table
from truceline.timespan import parse_instant

# The ladder reported in February 2026: a response within 24 h, a coordinated one 72 h after the first breach
LADDER = """
id: ladder
title: Ladder
status: fictional
time_zone: UTC
parties: [{id: A}, {id: B}]
clauses: [{id: quiet, kind: prohibit_act, says: quiet, acts: [fire]}]
ladder:
  - {id: warn, action: warning, owner: commission, start: breach, within: PT24H}
  - {id: respond, action: coordinated response, owner: guarantors, start: breach, at: PT72H}
"""
T0 = pd.Timestamp("2026-01-01T10:00Z")


def clocks(*, now: str, ladder: str = LADDER, verdict: str = "violation") -> pd.DataFrame:
    findings = new_table(FINDINGS, {"incident_id": ["inc-1"], "clause": "quiet", "verdict": verdict, "severity": 2.0})
    incidents = new_table(INCIDENTS, {"incident_id": ["inc-1"], "time_start": [T0], "time_end": [T0]})
    return start_clocks(findings, incidents, parse_agreement(ladder, where="test"), now=parse_instant(now))


def test_a_breach_at_ten_is_due_a_step_in_24_and_72_hours():
    table = clocks(now="2026-01-01T12:00Z").set_index("step")
    assert table.loc["warning", "due"] == T0 + timedelta(hours=24)
    assert table.loc["coordinated response", "due"] == T0 + timedelta(hours=72)
    assert set(table["state"]) == {"running"}


def test_what_is_overdue_comes_first():
    table = clocks(now="2026-01-02T12:00Z")
    assert table["state"].tolist() == ["overdue", "running"]
    assert table["step"].iloc[0] == "warning"


def test_only_a_violation_starts_a_clock():
    assert len(clocks(now="2026-01-02T12:00Z", verdict="indeterminate")) == 0


def test_an_agreement_without_a_ladder_starts_none():
    assert len(clocks(now="2026-01-02T12:00Z", ladder=LADDER[: LADDER.index("\nladder:")])) == 0
