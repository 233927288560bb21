"""Sightings against clauses: a verdict, a margin and a probability for each, under each reading of the text.

An item that a withdrawal rule names complies beyond its distance; an act outside a zone is no business of the
zone's rule. A margin smaller than its error is indeterminate; on a closed bound with no error it complies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.agreement.quantities import write_moment
from truceline.agreement.readings import Variant, variants
from truceline.agreement.terms import Clause, Exemption, Zone
from truceline.errors import did_you_mean
from truceline.findings.judge_kinds import judge_kind
from truceline.findings.judge_log import ActLog, whole_log
from truceline.findings.judge_opposing import OPPOSING
from truceline.findings.judge_place import Ground
from truceline.findings.judge_rows import NO, OPEN, YES, Floats, Rows
from truceline.findings.judge_ruling import COMPLIANT, INDETERMINATE, NOT_APPLICABLE, VERDICTS, VIOLATION, Ruling
from truceline.findings.judge_scope import (
    SURE,
    act_chance,
    act_truth,
    clause_items_truth,
    items_truth,
    party_truth,
    zones_named,
)
from truceline.findings.judge_time import Clock
from truceline.findings.tables import JUDGEMENTS
from truceline.observations.tables import empty, same_text

Doubts = dict[str, Floats]  # what is open -> its truth in each row


def judge(
    agreement: Agreement,
    sightings: pd.DataFrame,
    *,
    lines: tuple[LineOfContact, ...] = (),
    log: pd.DataFrame | None = None,
    now: datetime | None = None,
    drop_not_applicable: bool = False,
    by_itself: bool | None = None,
) -> pd.DataFrame:
    """Return one row per sighting, clause and interpretation: the columns of JUDGEMENTS.

    Parameters
    ----------
    agreement
        The terms; each clause is judged once per reading that concerns it.
    sightings
        The columns of SIGHTINGS that are known, at least `id` and `time`. An offset is positive on the first
        party's side; `offset_km@<line id>` is measured from that line, `distance_km@<zone or object>` to it.
    lines
        Lines by the ids of the agreement's baselines, to measure from where no offset is stated. One line
        alone stands for every baseline.
    log
        The columns of ACT_LOG: acts that are not sightings. The agreement's own records are added to it.
    now
        Leaves out what had not happened by then: later log entries are not known yet.
    drop_not_applicable
        Leave out the rows that decide nothing: with a hundred thousand sightings and thirty clauses they are
        most of the table.
    by_itself
        Only the clauses that judge each sighting by itself (True), or only those that set sightings beside one another
        (False): see `looks_across`. Together they are all.

    Notes
    -----
    Probability is Phi(-margin / sigma), with the location error and the line's combined, times the chance that
    the act is as said. Margins are in the rule's own unit, positive inside the rule. An unknown party is judged
    where every party would be judged alike, and is indeterminate elsewhere.
    """
    rows = Rows(sightings, agreement.party_ids)
    acts = ActLog(whole_log(agreement, rows, log, now))
    ground = Ground(rows, lines)
    parts = []
    for variant in variants(agreement):
        if _concerns(rows, variant) and by_itself in (None, not looks_across(variant)):
            ruling = _judge_variant(rows, variant, acts, ground)
            kept = ruling.verdict != NOT_APPLICABLE if drop_not_applicable else slice(None)
            parts.append({name: np.asarray(column)[kept] for name, column in _table(rows, variant, ruling).items()})
    return _stacked(parts) if rows.length and parts else empty(JUDGEMENTS)


def looks_across(variant: Variant) -> bool:
    """Return whether a clause sets sightings beside one another: counted together, or far from the opposing pieces."""
    zone = _zone_of(variant.clause, variant.agreement)
    return variant.clause.counted == "together" or (isinstance(zone, Zone) and zone.of == OPPOSING)


def _concerns(rows: Rows, variant: Variant) -> bool:
    """Return whether a variant is worth rows: a step of the ladder only where its own action was seen."""
    if not variant.clause.clause_id.startswith("step-"):
        return True
    return bool((act_chance(rows, variant.clause.acts) > 0).any())


def _judge_variant(rows: Rows, variant: Variant, acts: ActLog, ground: Ground) -> Ruling:
    """Return the ruling of one clause under one reading: scope first, then force, then the rule itself."""
    clause, agreement = variant.clause, variant.agreement
    ruling = Ruling(rows.length)
    if not clause.applies:
        ruling.decide(ruling.open.copy(), NOT_APPLICABLE, "under this reading the clause does not apply", 0.0)
    chance, doubts = _scope(ruling, rows, clause, agreement)
    concerned = np.flatnonzero(ruling.open)  # most sightings are none of most clauses' business
    if len(concerned):
        part = rows.only(concerned)
        doubts = {name: truth[concerned] for name, truth in doubts.items()}
        mine = _judge_concerned(part, variant, acts, ground.only(part, concerned), chance[concerned], doubts)
        ruling.take(concerned, mine)
    return ruling


def _judge_concerned(
    rows: Rows, variant: Variant, acts: ActLog, ground: Ground, chance: Floats, doubts: Doubts
) -> Ruling:
    """Return the ruling of the rows a clause is about."""
    clause, agreement = variant.clause, variant.agreement
    ruling = Ruling(rows.length)
    clock = Clock(rows, acts, agreement, clause)
    doubts["whether it was in force then"] = _force(ruling, clock, clause)
    doubts["whether it was exempt"] = _exempt(ruling, rows, clock, clause, agreement)
    judge_kind(ruling, rows, clock, ground, _zone_of(clause, agreement))
    _temper(ruling, rows, chance, doubts)
    if clause.tag == "unchecked":
        ruling.add((ruling.verdict <= VIOLATION) & np.isfinite(ruling.margin), "the number is unchecked")
    return ruling


def _scope(ruling: Ruling, rows: Rows, clause: Clause, agreement: Agreement) -> tuple[Floats, Doubts]:
    """Set aside what the clause is not about; return the chance of its acts and what is left open (yes: nothing)."""
    chance = act_chance(rows, clause.acts or ("presence",))
    act = act_truth(chance)
    ruling.decide(act == NO, NOT_APPLICABLE, "the clause is about other acts", chance)
    item = clause_items_truth(rows, clause, agreement)
    ruling.decide(item == NO, NOT_APPLICABLE, _other_item(clause), 0.0)
    if clause.purposes:
        meant = rows.one_of("purpose", clause.purposes)
        ruling.decide(~meant, NOT_APPLICABLE, "the clause is about entries for another purpose", 0.0)
    if clause.targets:
        hit = rows.each("target", lambda w: YES if w in clause.targets else NO if w else OPEN).astype(float)
        ruling.decide(hit == NO, NOT_APPLICABLE, "what was hit is not of a listed class", 0.0)
        item = np.minimum(item, hit)
    party = party_truth(rows, clause)
    ruling.decide(party == NO, NOT_APPLICABLE, "the clause does not bind this party: it gave no such undertaking", 0.0)
    return chance, {"what was done": act, "what it was": item, "whose it was": party}


def _other_item(clause: Clause) -> str:
    if clause.yields_to:
        return "the item is not of the clause's classes, calibres or systems, or another row names it"
    return "the item is not of the clause's classes, calibres or systems"


def _force(ruling: Ruling, clock: Clock, clause: Clause) -> Floats:
    """Set aside what happened while the clause did not bind; return the doubt left."""
    inside, margin = clock.window()
    late = ruling.decide(inside == NO, NOT_APPLICABLE, "outside the time in force", 0.0)
    ruling.measure(late, margin, "h")
    ruling.say(late & np.isfinite(margin), margin, lambda h: f"outside the time in force by {h:g} h")
    _pending(ruling, clock, clause)
    for suspension in clause.suspended:
        party = np.ones(len(inside), bool) if not suspension.party else clock.party == suspension.party
        start = suspension.start.latest if suspension.start else None
        end = suspension.end.earliest if suspension.end else None
        when = clock.between(start, end)
        said = f"suspended{f' since {write_moment(suspension.start)}' if suspension.start else ''}"
        ruling.decide(
            party & when, NOT_APPLICABLE, said + (f", says {suspension.author}" if suspension.author else ""), 0.0
        )
    if clause.release:
        ruling.decide(clock.released() == YES, NOT_APPLICABLE, "this party had declared itself released", 0.0)
    return inside


def _pending(ruling: Ruling, clock: Clock, clause: Clause) -> None:
    for condition in (*clock.consents(), *clause.needs):
        met = clock.met(condition)
        ruling.decide(met == NO, NOT_APPLICABLE, f"pending_consent: no '{condition.event}' is on record yet", 0.0)
        ruling.decide(met == OPEN, INDETERMINATE, f"whether '{condition.event}' holds is not on record")


def _exempt(ruling: Ruling, rows: Rows, clock: Clock, clause: Clause, agreement: Agreement) -> Floats:
    """Settle what the clause does not reach; return the doubt left by exemptions that may hold."""
    doubt = np.full(rows.length, YES)
    for exemption in clause.exempt:
        truth = _exemption_truth(rows, clock, exemption, agreement)
        said = exemption.says or "exempt"
        ruling.decide(truth == YES, COMPLIANT, f"exempt: {said}" if said != "exempt" else said, 0.0)
        doubt = np.minimum(doubt, np.where(truth == OPEN, OPEN, YES))
    return doubt


def _exemption_truth(rows: Rows, clock: Clock, exemption: Exemption, agreement: Agreement) -> Floats:
    truth = np.full(rows.length, YES)
    for column, words in (("operator", exemption.operators), ("purpose", exemption.purposes)):
        if words:
            truth = np.minimum(truth, rows.one_of(column, words).astype(float))
    if exemption.parties:
        truth = np.minimum(truth, rows.one_of("party", exemption.parties).astype(float))
    if exemption.zones:
        truth = np.minimum(truth, zones_named(rows, exemption.zones).astype(float))
    if exemption.acts:
        truth = np.minimum(truth, act_truth(act_chance(rows, exemption.acts)))
    if exemption.items:
        truth = np.minimum(truth, items_truth(rows, exemption.items))
    for condition in exemption.when:
        truth = np.minimum(truth, clock.met(condition))
    if exemption.permitted_by:
        permit = next(c for c in agreement.clauses if c.clause_id == exemption.permitted_by)
        for condition in permit.all_of:
            truth = np.minimum(truth, clock.met(condition))
    return truth


def _zone_of(clause: Clause, agreement: Agreement) -> Zone | str | None:
    """Return the clause's zone; the sentence that says it is not defined; or None when it names none."""
    if not clause.zone:
        return None
    for zone in agreement.zones:
        if zone.zone_id == clause.zone:
            return zone
    guess = did_you_mean(clause.zone, [z.zone_id for z in agreement.zones])
    return f"zone '{clause.zone}' is not defined" + (f"; did you mean '{guess}'?" if guess else "")


def _temper(ruling: Ruling, rows: Rows, chance: Floats, doubts: Doubts) -> None:
    """Bring in the chance that the act is as said; a violation that leans on an open point is indeterminate."""
    sure = np.nan_to_num(chance, nan=1.0) * rows.chance
    judged = ruling.verdict != NOT_APPLICABLE
    ruling.probability = np.where(judged, ruling.probability * sure, ruling.probability)
    settled = np.minimum.reduce(list(doubts.values())) == YES
    leaning = (ruling.verdict == VIOLATION) & ~(settled & (sure >= SURE))
    ruling.verdict[leaning] = INDETERMINATE
    ruling.add(leaning & settled, "but it is not sure enough that it happened as said")
    for name, truth in doubts.items():
        ruling.add(leaning & (truth < YES), f"but {name} is open")
        # an act's chance may be known though the act is not; of the other doubts no chance is known
        unknown = np.isnan(chance) if name == "what was done" else np.ones(rows.length, bool)
        ruling.probability[judged & (truth < YES) & unknown & (ruling.probability > 0)] = np.nan


def _table(rows: Rows, variant: Variant, ruling: Ruling) -> dict[str, object]:
    clause = variant.clause
    known = rows.one_of("party", rows.party_ids)
    party = rows.parties() if not clause.obligated else same_text(clause.obligated, rows.length)
    if clause.kind == "require_act" and len(clause.by) == 1:
        party = np.where(known, party, clause.by[0])
    return {
        "sighting": rows.ids,
        "clause": same_text(clause.clause_id, rows.length),
        "interpretation": same_text(variant.label, rows.length),
        "party": party,
        "verdict": VERDICTS[ruling.verdict],
        "probability": np.clip(ruling.probability, 0, 1),
        "margin": ruling.margin,
        "margin_unit": ruling.unit,
        "reason": ruling.reason,
    }


def _stacked(parts: list[dict[str, npt.NDArray[Any]]]) -> pd.DataFrame:
    stacked = {name: np.concatenate([p[name] for p in parts]) for name in JUDGEMENTS}
    return pd.DataFrame(stacked, copy=False)
