"""Attribution: who did it, as a record of its own. It stays undetermined unless evidence points."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.findings.tables import ATTRIBUTIONS
from truceline.observations.tables import new_table
from truceline.uncertainty import likelihood_word

UNDETERMINED = "undetermined"
LR_PER_WITNESS = 3.0  # an independent report that names a party moves the odds by this much at most (judgement)
LN_CAP = np.log(10.0)  # all human reports together move them no further than this


def attribute(incidents: pd.DataFrame, observations: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return one ATTRIBUTIONS row per incident with an open or established breach.

    Starts from even odds between the parties. Each independent origin (claims of the parties never count) that
    names a party multiplies its odds by at most 3, all together by at most 10. Fewer than two origins, or origins
    that disagree, leave it undetermined.
    """
    at_stake = findings.loc[findings["verdict"].isin(["violation", "indeterminate"]), "incident_id"].unique()
    chosen = incidents[incidents["incident_id"].isin(at_stake)]
    pairs = chosen[["incident_id", "observations"]].explode("observations")
    named = pairs.merge(
        observations.loc[
            observations["party"].ne("") & observations["sensor"].ne("claim"), ["observation_id", "party", "origin"]
        ],
        left_on="observations",
        right_on="observation_id",
    )
    named["witness"] = named["origin"].where(named["origin"] != "", named["observation_id"])
    votes = named.drop_duplicates(["incident_id", "witness", "party"]).groupby(["incident_id", "party"]).size()
    best = votes.groupby("incident_id").agg(["max", "sum"]) if len(votes) else pd.DataFrame(columns=["max", "sum"])
    agreed = best[(best["max"] == best["sum"]) & (best["max"] >= 2)].index
    leader = votes.reset_index().drop_duplicates("incident_id").set_index("incident_id")["party"] if len(votes) else {}
    rows = [_row(i, leader[i], int(best.loc[i, "max"])) if i in agreed else _open(i) for i in chosen["incident_id"]]
    columns = {name: [row[name] for row in rows] for name in ATTRIBUTIONS} if rows else {}
    return new_table(ATTRIBUTIONS, columns, length=len(rows))


def _row(incident_id: str, party: str, witnesses: int) -> dict[str, object]:
    probability = float(1 / (1 + np.exp(-min(witnesses * np.log(LR_PER_WITNESS), LN_CAP))))
    return {
        "incident_id": incident_id,
        "attributed_to": party,
        "probability": probability,
        "word": likelihood_word(probability),
        "confidence": "low" if witnesses < 3 else "moderate",
        "basis": f"{witnesses} independent sources name this party and none another",
        "party_response": "not asked",
    }


def _open(incident_id: str) -> dict[str, object]:
    return {
        "incident_id": incident_id,
        "attributed_to": UNDETERMINED,
        "probability": float("nan"),
        "word": likelihood_word(float("nan")),
        "confidence": "low",
        "basis": "no two independent sources name one party",
        "party_response": "not asked",
    }
