"""What people decided about incidents: steps, appended one by one, and the assessment as it reads with them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import RequestError, UnknownNameError
from truceline.findings.tables import ATTRIBUTIONS, Assessment
from truceline.findings.workbench import in_place
from truceline.observations.tables import new_table
from truceline.serve.ledger import Ledger
from truceline.serve.lifecycle import DECIDES, RULES, START, check_step
from truceline.serve.refusals import ConflictError, NotAllowedError
from truceline.serve.regrouping import Grouping, Worked, WorkOut, grouping_of, work_out
from truceline.serve.roles import RESPOND, Caller
from truceline.serve.succession import decided, history_of
from truceline.timespan import iso

KIND = "review"
CONFIDENCE = ("low", "moderate", "high")
_SAID_OF_PARTIES = ("attributed", "unattributed", "party_response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step in the life of one incident. `number` counts the steps of the incident from 1."""

    step_id: str
    incident_id: str
    number: int
    state: str
    by: str  # the account's number
    role: str
    at: str  # UTC
    note: str = ""
    evidence: tuple[str, ...] = ()  # observation ids, or references to papers
    owner: str = ""
    due: str = ""
    party: str = ""
    into: str = ""  # the incident this one is a duplicate of
    parts: tuple[tuple[str, ...], ...] = ()  # observation ids of each part of a split
    attributed_to: str = ""
    confidence: str = ""


class Reviews:
    """The steps of a room, the oldest first. The record is the truth; this is what it says, in memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._steps: list[Step] = _read(ledger)

    def steps(self, as_of: datetime | None = None) -> tuple[Step, ...]:
        """Return the steps taken by an instant, or all."""
        latest = iso(as_of) if as_of else None
        with self._lock:
            return tuple(step for step in self._steps if latest is None or step.at <= latest)

    def take(
        self,
        caller: Caller,
        assessment: Assessment,
        said: Mapping[str, Any],
        *,
        now: datetime,
        watched: pd.DataFrame | None = None,
    ) -> Step:
        """Check a step, write it to the record, and return it.

        `said` holds incident_id, state, `after` (the number of the last step the caller saw) and what the step says.
        The assessment is as it reads with the steps before; `watched` are the watch's own incidents, where they differ.

        Raises
        ------
        NotAllowedError
            If the caller's role may not.
        ConflictError
            If somebody else took a step since, or this one does not follow.
        """
        incident_id, to = str(said["incident_id"]), str(said["state"])
        with self._lock:
            history = history_of(incident_id, self._steps, assessment.incidents if watched is None else watched)
            if said.get("after", len(history)) != len(history):
                raise ConflictError(f"'{incident_id}' has moved on: step {len(history)} is its latest.")
            rule = check_step(history[-1].state if history else START, to, said)
            caller.check(rule.deed)
            number = max([len(history), *(step.number for step in history)]) + 1
            step = Step(
                step_id=f"{incident_id}|{number}",
                incident_id=incident_id,
                number=number,
                state=to,
                by=caller.account,
                role=caller.role.name,
                at=iso(now),
                **{f.name: said[f.name] for f in fields(Step)[7:] if f.name in said},
            )
            _check(step, caller, assessment, history)
            self._ledger.append(KIND, asdict(step), id_column="step_id", new=True)
            self._steps.append(step)
        return step


def _read(ledger: Ledger) -> list[Step]:
    table = ledger.record.entries(KIND)
    made = []
    for row in table[[f.name for f in fields(Step)]].to_dict("records") if len(table) else ():
        told: dict[str, Any] = {str(name): value for name, value in row.items()}
        lists = {"evidence": tuple(told["evidence"]), "parts": tuple(map(tuple, told["parts"]))}
        made.append(Step(**told | lists | {"number": int(told["number"])}))
    return made


def _check(step: Step, caller: Caller, assessment: Assessment, history: Iterable[Step]) -> None:
    """Raise when what the step names is not there, or the same person would check their own work."""
    incidents = assessment.incidents
    named = incidents[incidents["incident_id"].isin([step.incident_id, step.into])]
    known = dict(zip(named["incident_id"], named["observations"], strict=True))
    if step.incident_id not in known:
        raise UnknownNameError("incident", step.incident_id, ())
    if step.into and (step.into not in known or step.into == step.incident_id):
        raise UnknownNameError("incident to merge into", step.into, ())
    if step.into in assessment.replaced:
        stands = [name for name, several in assessment.stands_for.items() if step.into in several]
        raise ConflictError(f"others stand for '{step.into}'.", todo=f"Merge into one of them: {', '.join(stands)}.")
    if step.confidence and step.confidence not in CONFIDENCE:
        raise UnknownNameError("confidence", step.confidence, CONFIDENCE)
    parties = [party.party_id for party in assessment.agreement.parties]
    for name in (step.attributed_to, step.party):
        if name and name not in parties:
            raise UnknownNameError("party", name, parties)
    if RULES[step.state].deed == RESPOND and caller.party != step.party:
        raise NotAllowedError(f"you do not speak for '{step.party}'.", todo="A delegate answers for their own party.")
    if step.state == "verified" and any(s.state == "findings" and s.by == step.by for s in history):
        raise NotAllowedError("you wrote these findings.", todo="Somebody else verifies them.")
    if step.parts:
        _check_parts(step, tuple(known[step.incident_id]))


def _check_parts(step: Step, held: tuple[str, ...]) -> None:
    told = [name for part in step.parts for name in part]
    if len(step.parts) < 2 or not all(step.parts) or sorted(told) != sorted(held):
        raise RequestError(
            f"the parts hold {len(told)} observations; the incident has {len(held)}.",
            todo="Give two parts or more that hold each of its observations once.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An assessment as it reads with steps."""

    assessment: Assessment
    grouping: Grouping
    worked: Worked | None  # what the grouping came to; None where nothing is grouped


def read_with(assessment: Assessment, steps: Iterable[Step], *, work_out: WorkOut = work_out) -> Reading:
    """Return the assessment as it reads with steps, each about the incident it counts for: see `passed_on`.

    That is with states, attributions and responses, and with what was split or merged worked out again; `work_out`
    does that. What was worked out of all the others stays as it was, but where a clause sets them beside those.
    """
    steps = tuple(steps)
    if not steps:
        return Reading(assessment=assessment, grouping=Grouping(), worked=None)
    grouping = grouping_of(steps, assessment.incidents)
    worked = work_out(assessment, grouping) if grouping.stands_for else None
    made = worked.over(assessment) if worked else assessment
    state = {name: DECIDES[s.state] for name, s in decided(steps).items() if s.step_id not in grouping.void}
    incidents = made.incidents
    told = incidents["incident_id"].map(state).fillna(incidents["state"])
    made = replace(
        made,
        # the other columns are not copied
        incidents=pd.DataFrame({name: incidents[name] for name in incidents} | {"state": told}, copy=False),
        attributions=_attributions(made.attributions, steps),
        stands_for=grouping.stands_for,
    )
    return Reading(assessment=made, grouping=grouping, worked=worked)


def _attributions(table: pd.DataFrame, steps: Sequence[Step]) -> pd.DataFrame:
    """Return the attributions with what people attributed and the parties answered; theirs replaces the machine's."""
    said = {step.incident_id for step in steps if step.state in _SAID_OF_PARTIES}
    if not said:
        return table
    rows = {row["incident_id"]: row for row in table[table["incident_id"].isin(said)].to_dict("records")}
    blank: dict[str, Any] = {
        "attributed_to": "undetermined",
        "probability": np.nan,
        "word": "",
        "confidence": "low",
        "basis": "",
        "party_response": "",
    }
    for step in steps:
        if step.state not in _SAID_OF_PARTIES:
            continue
        row = rows.get(step.incident_id) or blank | {"incident_id": step.incident_id}
        if step.state != "party_response":
            rows[step.incident_id] = row | {
                "attributed_to": step.attributed_to or "undetermined",
                "probability": np.nan,  # a person's judgement, given as confidence, not as a number
                "word": "",
                "confidence": step.confidence or "low",
                "basis": step.note,
            }
        else:
            told = [str(row["party_response"])] if row["party_response"] not in ("", "not asked") else []
            rows[step.incident_id] = row | {"party_response": "; ".join([*told, f"{step.party}: {step.note}"])}
    columns = {name: [row[name] for row in rows.values()] for name in ATTRIBUTIONS}
    return in_place(table, new_table(ATTRIBUTIONS, columns, length=len(rows)), frozenset(said))
