"""The log of acts that conditions and clocks ask about: what was given, what is on record, what was seen."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from truceline.agreement import Agreement
from truceline.agreement.readings import variants
from truceline.agreement.terms import Act, Clause, Condition
from truceline.errors import RequestError
from truceline.findings.judge_rows import Rows, instants
from truceline.findings.judge_scope import SURE
from truceline.findings.tables import ACT_LOG
from truceline.observations.tables import empty, new_table


class ActLog:
    """The log of acts as arrays, in time order."""

    def __init__(self, table: pd.DataFrame) -> None:
        ordered = table.sort_values("time", kind="stable")
        self.time_ns = instants(ordered["time"])
        self.until_ns = instants(ordered["until"])
        self.event = ordered["event"].to_numpy(object)
        self.party = ordered["party"].to_numpy(object)
        self.outcome = ordered["outcome"].to_numpy(object)
        self.zone = ordered["zone"].to_numpy(object)
        self.distance_km = ordered["distance_km"].fillna(0.0).to_numpy(float)


def check_log(table: pd.DataFrame) -> None:
    """Raise RequestError when a log lacks what it must have."""
    for name in ("time", "event"):
        if name not in table:
            raise RequestError(f"the log of acts has no column '{name}'.", todo=f"Columns read: {', '.join(ACT_LOG)}.")


def whole_log(agreement: Agreement, rows: Rows, log: pd.DataFrame | None, now: datetime | None) -> pd.DataFrame:
    """Return the log with the agreement's records and the sightings' own acts added."""
    if log is not None:
        check_log(log)
    given = new_table(ACT_LOG, {c: log[c] for c in ACT_LOG if c in log}) if log is not None else empty(ACT_LOG)
    recorded = _recorded(agreement.records)
    parts = [given, recorded, _acts_seen(agreement, rows)]
    kept = [p for p in parts if len(p)]
    whole = pd.concat(kept, ignore_index=True) if kept else empty(ACT_LOG)
    return whole if now is None else whole[whole["time"] <= pd.Timestamp(now)]


def _recorded(records: tuple[Act, ...]) -> pd.DataFrame:
    columns = {
        "time": [pd.Timestamp(r.time.latest) for r in records],
        "event": [r.event for r in records],
        "party": [r.by for r in records],
        "outcome": [r.outcome for r in records],
        "zone": [r.zone for r in records],
        "until": [pd.Timestamp(r.until.earliest) if r.until else pd.NaT for r in records],
        "text": [r.says for r in records],
    }
    return new_table(ACT_LOG, columns) if records else empty(ACT_LOG)


def _acts_seen(agreement: Agreement, rows: Rows) -> pd.DataFrame:
    """Return the sightings that conditions may ask about: sure acts by known parties.

    Most conditions ask whether something had happened before: the first of each act and party answers that.
    """
    conditions = [c for v in variants(agreement) for c in _conditions(v.clause)]
    if not conditions or "act" not in rows.table or "party" not in rows.table:
        return empty(ACT_LOG)
    kept = (rows.codes("act")[0] >= 0) & rows.one_of("party", rows.party_ids) & (rows.chance >= SURE)
    kept &= ~rows.one_of("act", ("",))
    seen = pd.DataFrame(
        {"time": rows.time_ns[kept], "event": rows.text("act")[kept], "party": rows.text("party")[kept]}
    )
    seen = seen.sort_values("time", kind="stable")
    if all(c.within is None and c.held is None for c in conditions):
        seen = seen.drop_duplicates(["event", "party"])
    return new_table(
        ACT_LOG, {**{k: seen[k] for k in ("event", "party")}, "time": pd.to_datetime(seen["time"], utc=True)}
    )


def _conditions(clause: Clause) -> tuple[Condition, ...]:
    permits = clause.all_of + clause.needs
    return permits + tuple(c for exemption in clause.exempt for c in exemption.when)
