"""Assess: every incident against every clause, with what is not known about it carried through to the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.agreement.readings import variants
from truceline.findings.force import hours_in_force
from truceline.findings.judge import judge, looks_across
from truceline.findings.severity import severity
from truceline.findings.tables import FINDINGS
from truceline.observations.tables import new_table
from truceline.provenance import VERSION
from truceline.timespan import Timespan

METHOD = "assess"

# incident column -> sighting column
_SIGHTING = {
    "incident_id": "id",
    "time_start": "time",
    "time_end": "time_end",
    "lon_deg": "lon",
    "lat_deg": "lat",
    "sigma_m": "sigma_m",
    "party": "party",
    "operator": "operator",
    "item": "item",
    "system": "system",
    "calibre_mm": "calibre_mm",
    "count_max": "count",
    "p_exists": "p_exists",
    "p_acts": "p_acts",
}


def assess(
    incidents: pd.DataFrame,
    agreements: Sequence[Agreement],
    *,
    lines: tuple[LineOfContact, ...],
    log: pd.DataFrame | None = None,
    now: datetime | None = None,
    by_itself: bool | None = None,
) -> pd.DataFrame:
    """Return the FINDINGS table: one row per incident, clause and interpretation that applies.

    Clauses that do not apply to an incident give no row; an incident with no row is one to which nothing applies.

    An incident that only thermal sensors support is judged as the fire it might come from, and is at most
    "indeterminate", with the probability that it is not background: fire is not fighting. `by_itself` is that of
    `judge`: with True an incident's findings depend on no other incident.
    """
    if not len(incidents):
        return new_table(FINDINGS, {}, length=0)
    incidents = incidents[_may_bind(incidents, agreements)]
    if not len(incidents):
        return new_table(FINDINGS, {}, length=0)
    thermal = incidents["sensors"].map(lambda kinds: tuple(kinds) == ("thermal",)).to_numpy(bool)
    sightings = incidents[list(_SIGHTING)].rename(columns=_SIGHTING)
    sightings["p_acts"] = [
        (("fire", 1.0),) if heat else pairs for heat, pairs in zip(thermal, sightings["p_acts"], strict=True)
    ]
    judged = pd.concat(
        [
            judge(a, sightings, lines=lines, log=log, now=now, drop_not_applicable=True, by_itself=by_itself)
            for a in agreements
        ],
        ignore_index=True,
    )
    if not len(judged):
        return new_table(FINDINGS, {}, length=0)
    about = incidents[["incident_id", "p_exists", "settle", "act", "item", "count_max"]].assign(thermal=thermal)
    found = judged.merge(about, left_on="sighting", right_on="incident_id")
    found = found.sort_values(["incident_id", "clause", "interpretation", "party"], ignore_index=True)
    return _findings(found)


def across(agreements: Sequence[Agreement]) -> frozenset[str]:
    """Return which of the agreements' clauses set incidents beside one another, as clause|interpretation."""
    every = [variant for agreement in agreements for variant in variants(agreement)]
    return frozenset(f"{v.clause.clause_id}|{v.label}" for v in every if looks_across(v))


def _may_bind(incidents: pd.DataFrame, agreements: Sequence[Agreement]) -> npt.NDArray[np.bool_]:
    """Return which incidents may have happened while any clause of any agreement was in force."""
    start, end = incidents["time_start"], incidents["time_end"]
    whole = Timespan(
        start=start.min().floor("s").to_pydatetime(), end=end.max().ceil("s").to_pydatetime() + timedelta(seconds=1)
    )
    inside = np.zeros(len(incidents), bool)
    for agreement in agreements:
        for span in hours_in_force(agreement, whole):
            inside |= ((start < span.end) & (end >= span.start)).to_numpy()
    return inside


def _findings(found: pd.DataFrame) -> pd.DataFrame:
    """Return findings from judgements: what rests on heat alone is capped at "indeterminate"."""
    at_stake = found["verdict"].isin(["violation", "indeterminate"]).to_numpy()
    capped = at_stake & found["thermal"].to_numpy()
    only_heat = {text: f"only heat was seen; to settle it: {text}" for text in found["settle"].unique()}
    reason = found["reason"].where(~capped, found["settle"].map(only_heat))
    verdict = found["verdict"].to_numpy(object, copy=True)
    verdict[capped] = "indeterminate"
    ids = found["incident_id"] + "|" + found["clause"] + "|" + found["interpretation"] + "|" + found["party"]
    return new_table(
        FINDINGS,
        {
            "finding_id": "fin-" + ids.str.removeprefix("inc-"),
            "incident_id": found["incident_id"],
            "clause": found["clause"],
            "interpretation": found["interpretation"],
            "party": found["party"],
            "verdict": verdict,
            "probability": np.where(capped, found["p_exists"], found["probability"]),
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
