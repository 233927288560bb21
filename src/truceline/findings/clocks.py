"""Consequence clocks: the agreement's own next steps, each with its owner and the time it falls due.

A clock reminds people of the steps they agreed. It recommends none.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Agreement
from truceline.findings.tables import CLOCKS
from truceline.observations.order import places_in_order, sortable, with_rows
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
    table["state"] = _states(table, now)
    table = table.sort_values(
        ["state", "severity", "due", "incident_id", "step"], ascending=[True, False, True, True, True]
    )
    table = pd.concat([table[table["state"] == "overdue"], table[table["state"] != "overdue"]])
    return new_table(CLOCKS, {name: table[name].reset_index(drop=True) for name in CLOCKS}, length=len(table))


def clocks_again(held: pd.DataFrame, begun: pd.DataFrame, *, now: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return clocks that ran before and those begun, as `start_clocks` has them together; and those that are new.

    New are also those whose state is another now.
    """
    state = _states(held, now)
    turned = (state != held["state"]).to_numpy()
    moved = held[turned].assign(state=state[turned])
    new = pd.concat([part for part in (moved, begun) if len(part)] or [begun], ignore_index=True)
    keys, ids = _order(new)
    order = np.lexsort([ids.astype("U"), *keys.T[::-1]])
    held, new = held[~turned], new.iloc[order]
    return with_rows(held, new, places_in_order(_order(held), (keys[order], ids[order]))), new


def clock_ids(clocks: pd.DataFrame) -> pd.Series:
    """Return what each clock is called in the record."""
    return clocks["incident_id"] + "|" + clocks["clause"] + "|" + clocks["step"]


def _states(table: pd.DataFrame, now: datetime) -> pd.Series:
    overdue = table["due"].notna() & (table["due"] < pd.Timestamp(now))
    return overdue.map({True: "overdue", False: "running"}).where(table["due"].notna(), "no due time agreed")


def _order(table: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Return (keys, ids) in whose order clocks stand: overdue first, gravest first, soonest first."""
    due = table["due"].to_numpy("datetime64[ns]").astype("int64")
    keys = [
        table["state"].map({"overdue": 0, "no due time agreed": 1, "running": 2}).to_numpy(np.int64),
        sortable(-table["severity"].to_numpy(float)),
        np.where(table["due"].isna().to_numpy(), np.iinfo(np.int64).max, due),
    ]
    # ids of incidents are all of one length
    return np.stack(keys, axis=1), (table["incident_id"] + "|" + table["step"]).to_numpy(object)
