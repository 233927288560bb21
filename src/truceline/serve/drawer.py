"""One incident whole: everything that made its probability, every clause asked, everything people decided."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from truceline.report.exports import plain_rows
from truceline.report.said import tell
from truceline.report.words import Words
from truceline.serve.door import View
from truceline.serve.lifecycle import NEXT, RULES, START, due_state
from truceline.timespan import iso

AROUND_H = 24  # looks at the place this long before and after are shown
_MOST_LOOKS = 50


def drawer_of(view: View, incident_id: str, proof: Mapping[str, Any] | None, words: Words) -> dict[str, Any]:
    """Return what the view has of one incident. Outside the mission evidence is withheld, and said to be.

    What would settle it, the reasons of its findings, and on what looks and an attribution rest, are in the language of
    the words.

    Raises
    ------
    UnknownNameError
        If the view has no such incident.
    """
    row = view.incident(incident_id)
    state, history = START, [step for step in view.steps if step["incident_id"] == incident_id]
    if history:
        state = str(history[-1]["state"])
    return {
        "incident": row | {"settle": tell(row["settle"], words)},
        "findings": _findings(view, incident_id, words),
        "grouped": _grouped(view, incident_id),
        "odds": likelihood_steps(row),
        "observations": _observations(view, row),
        "looks": [look | {"basis": tell(look["basis"], words)} for look in _looks(view, row)],
        "attribution": _attribution(view, incident_id, words),
        "clocks": plain_rows(view.clocks()[lambda t: t["incident_id"] == incident_id]),
        "state": state,
        "history": [dict(step) | {"late": due_state(str(step["due"]), iso(view.now))} for step in history],
        "next": [{"state": to, "deed": RULES[to].deed, "needs": list(RULES[to].needs)} for to in NEXT[state]],
        "withheld": not view.whole,
        "proof": proof,
    }


def likelihood_steps(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every step from the background odds to the probability: its name, likelihood ratio and odds after it.

    Posterior odds are prior odds times the likelihood ratios; the last probability is the incident's own. Nothing
    when the steps are withheld or were never worked out.
    """
    prior, ratios = row["ln_odds_prior"], row["ln_lr"]
    if not isinstance(ratios, list | tuple) or prior is None or math.isnan(prior):
        return []
    ln_odds, told = float(prior), []
    told.append({"group": "background", "lr": None, "ln_lr": None, "p": _share(ln_odds)})
    for group, ln_lr in ratios:
        ln_odds += float(ln_lr)
        told.append({"group": group, "lr": math.exp(ln_lr), "ln_lr": float(ln_lr), "p": _share(ln_odds)})
    return told


def _share(ln_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, ln_odds))))


def _grouped(view: View, incident_id: str) -> dict[str, list[str]]:
    """Return which incidents this one stands for, and which stand for it; to others than the mission none."""
    held = view.assessment.stands_for if view.whole else {}
    return {
        "stands_for": list(held.get(incident_id, ())),
        "stood_for_by": [name for name, several in held.items() if incident_id in several],
    }


def _findings(view: View, incident_id: str, words: Words) -> list[dict[str, Any]]:
    a = view.assessment
    clauses = {clause.clause_id: clause for clause in a.agreement.clauses}
    told = []
    for row in plain_rows(a.findings[a.findings["incident_id"] == incident_id]):
        clause = clauses.get(row["clause"])
        said = {"says": clause.says, "called": clause.called, "source": clause.source} if clause else {}
        told.append(row | said | {"reason": tell(row["reason"], words)})
    return told


def _attribution(view: View, incident_id: str, words: Words) -> dict[str, Any] | None:
    table = view.assessment.attributions
    row = next(iter(plain_rows(table[table["incident_id"] == incident_id])), None)
    return row and row | {"basis": tell(row["basis"], words)}


def _observations(view: View, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    held = row["observations"]
    if not view.whole or not isinstance(held, list | tuple):
        return []
    table = view.assessment.observations
    return plain_rows(table[table["observation_id"].isin(held)])


def _looks(view: View, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the looks that took in the place within a day of the time, those that saw nothing too."""
    looks = view.assessment.looks
    lon, lat, start, end = row["lon_deg"], row["lat_deg"], row["time_start"], row["time_end"]
    if not view.whole or not len(looks) or pd.isna(lon) or pd.isna(start):
        return []
    around = pd.Timedelta(hours=AROUND_H)
    near = (looks["time_end"] >= start - around) & (looks["time_start"] <= end + around)
    inside = (
        (looks["west_deg"] <= lon)
        & (looks["east_deg"] >= lon)
        & (looks["south_deg"] <= lat)
        & (looks["north_deg"] >= lat)
    )
    # a look without a box took in the whole line
    boxless = looks[["west_deg", "south_deg", "east_deg", "north_deg"]].isna().all(axis=1)
    return plain_rows(looks[near & (inside | boxless)].sort_values("time_start").head(_MOST_LOOKS))
