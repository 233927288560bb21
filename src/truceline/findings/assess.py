"""Assess: every incident against every clause, with what is not known about it carried through to the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.findings.judge import judge
from truceline.findings.severity import severity
from truceline.findings.tables import FINDINGS
from truceline.observations.tables import new_table
from truceline.provenance import VERSION

METHOD = "assess"
# A breach is called only when it is this probable over existence, act, place and time; below the floor the clause's
# own verdict stands. Between them the honest answer is that it is not settled.
CALL_VIOLATION, CALL_OPEN = 0.9, 0.1

_CARRIED = ("item", "system", "calibre_mm", "operator", "party", "chainage_km", "offset_km", "sigma_m")


def assess(
    incidents: pd.DataFrame,
    agreements: Sequence[Agreement],
    *,
    lines: tuple[LineOfContact, ...],
    log: pd.DataFrame | None = None,
    now: datetime | None = None,
) -> pd.DataFrame:
    """Return the FINDINGS table: one row per incident, clause and interpretation that applies.

    P(breach) = P(exists) x sum over acts of P(act) x P(clause breached | act, place, time). An incident that may have
    fallen on either side of a clause's hours is judged at both ends of its interval. An incident that only thermal
    sensors support is at most "indeterminate", with the probability that it is not background: fire is not fighting.
    """
    if not len(incidents):
        return new_table(FINDINGS, {}, length=0)
    cases = _cases(incidents)
    judged = pd.concat([judge(a, cases, lines=lines, log=log, now=now) for a in agreements], ignore_index=True)
    if not len(judged):
        return new_table(FINDINGS, {}, length=0)
    weighed = judged.merge(cases[["id", "incident_id", "weight"]], left_on="sighting", right_on="id")
    weighed["mass"] = weighed["weight"] * weighed["probability"].fillna(0.5)
    key = ["incident_id", "clause", "interpretation", "party"]
    first = weighed.sort_values(["weight", "sighting"], ascending=[False, True]).drop_duplicates(key)
    total = weighed.groupby(key, as_index=False)["mass"].sum()
    mixed = weighed.groupby(key, as_index=False)["verdict"].nunique().rename(columns={"verdict": "kinds"})
    found = first.drop(columns="mass").merge(total, on=key).merge(mixed, on=key)
    found = found.merge(
        incidents[["incident_id", "p_exists", "sensors", "settle", "act", "item", "count_max"]], on="incident_id"
    )
    return _findings(found)


def _cases(incidents: pd.DataFrame) -> pd.DataFrame:
    """Return what is judged: incident x act x end of its time interval, each with its weight (summing to 1)."""
    one = incidents.reset_index(drop=True)
    acts = one["p_acts"].map(lambda pairs: list(pairs) or [("", 1.0)])
    long = one.loc[one.index.repeat(acts.map(len))].reset_index(drop=True)
    pairs = [pair for several in acts for pair in several]
    long["act"] = [act for act, _ in pairs]
    long["weight"] = [float(p) for _, p in pairs]
    # heat by itself is no act; it is judged as the fire it might come from, and capped below
    long["act"] = long["act"].replace("heat", "fire")
    early, late = long.assign(time=long["time_start"]), long.assign(time=long["time_end"])
    spread = (long["time_end"] > long["time_start"]).to_numpy()
    early["weight"] = np.where(spread, early["weight"] / 2, early["weight"])
    late = late[spread].assign(weight=late["weight"][spread] / 2)
    cases = pd.concat([early, late], ignore_index=True)
    cases["id"] = cases["incident_id"] + "|" + cases["act"] + "|" + cases.index.astype(str)
    cases["count"] = cases["count_max"]
    return cases.rename(columns={"lon_deg": "lon", "lat_deg": "lat"})[
        ["id", "incident_id", "weight", "time", "lon", "lat", "act", "count", *_CARRIED]
    ]


def _findings(found: pd.DataFrame) -> pd.DataFrame:
    """Return findings from the combined judgements: the verdict follows the probability, thermal-only is capped."""
    breach = np.clip(found["p_exists"].to_numpy(float) * found["mass"].to_numpy(float), 0, 1)
    thermal = found["sensors"].map(lambda kinds: tuple(kinds) == ("thermal",)).to_numpy(bool)
    at_stake = found["verdict"].isin(["violation", "indeterminate"]).to_numpy() | (found["kinds"].to_numpy() > 1)
    verdict = found["verdict"].to_numpy(object)
    verdict = np.where(at_stake & (breach >= CALL_VIOLATION) & ~thermal, "violation", verdict)
    verdict = np.where(at_stake & (breach < CALL_VIOLATION) & (breach >= CALL_OPEN), "indeterminate", verdict)
    verdict = np.where(at_stake & (breach < CALL_OPEN), "indeterminate", verdict)
    verdict = np.where(at_stake & thermal, "indeterminate", verdict)
    reason = found["reason"].astype(object).to_numpy()
    reason = np.where(at_stake & thermal, "only heat was seen: " + found["settle"].astype(object).to_numpy(), reason)
    ids = found["incident_id"] + "|" + found["clause"] + "|" + found["interpretation"] + "|" + found["party"]
    table = new_table(
        FINDINGS,
        {
            "finding_id": "fin-" + ids.str.removeprefix("inc-"),
            "incident_id": found["incident_id"],
            "clause": found["clause"],
            "interpretation": found["interpretation"],
            "party": found["party"],
            "verdict": verdict,
            "probability": np.where(at_stake, breach, 0.0),
            "margin": found["margin"],
            "margin_unit": found["margin_unit"],
            "reason": reason,
            "severity": severity(found["act"], found["item"], found["count_max"]),
            "intent": "undetermined",
            "method": METHOD,
            "method_version": VERSION,
        },
        length=len(found),
    )
    return table.sort_values("finding_id", ignore_index=True)
