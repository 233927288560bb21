"""Consequence clocks: the agreement's own next steps, each with its owner and the time it falls due.

A clock reminds people of the steps they agreed. It recommends none.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from truceline.agreement import Agreement
from truceline.findings.tables import CLOCKS
from truceline.observations.tables import new_table


def start_clocks(
    findings: pd.DataFrame, incidents: pd.DataFrame, agreement: Agreement, *, now: datetime
) -> pd.DataFrame:
    """Return one CLOCKS row per violation and step of the agreement's ladder, overdue first.

    T0 is the end of the incident's time interval: a step cannot fall due before the breach can have happened. An
    agreement without a ladder starts no clock; the linter says so.
    """
    breaches = findings[findings["verdict"] == "violation"].drop_duplicates(["incident_id"])
    if not len(breaches) or not agreement.ladder:
        return new_table(CLOCKS, {}, length=0)
    at = breaches.merge(incidents[["incident_id", "time_end"]], on="incident_id")
    parts = []
    for step in agreement.ladder:
        after = step.within if step.within is not None else step.at
        due = at["time_end"] + after if after is not None else pd.Series(pd.NaT, index=at.index)
        parts.append(
            pd.DataFrame(
                {
                    "incident_id": at["incident_id"],
                    "clause": at["clause"],
                    "severity": at["severity"],
                    "step": step.action or step.says or step.step_id,
                    "started": at["time_end"],
                    "due": due,
                    "owner": step.owner,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    overdue = table["due"].notna() & (table["due"] < pd.Timestamp(now))
    table["state"] = overdue.map({True: "overdue", False: "running"}).where(table["due"].notna(), "no due time agreed")
    table = table.sort_values(
        ["state", "severity", "due", "incident_id", "step"], ascending=[True, False, True, True, True]
    )
    table = pd.concat([table[table["state"] == "overdue"], table[table["state"] != "overdue"]])
    return new_table(CLOCKS, {name: table[name].reset_index(drop=True) for name in CLOCKS}, length=len(table))
