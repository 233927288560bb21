"""What a text leaves open: each gap gets a code, its place and one sentence, so that drafters can close it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from truceline.agreement.quantities import Distance, Moment
from truceline.agreement.terms import Agreement, Clause, Window, Zone
from truceline.errors import did_you_mean
from truceline.geodesy import KM_PER_NAUTICAL_MILE

CODES: dict[str, str] = {
    "MISSING_CONSEQUENCE": "nothing says what follows a breach",
    "NO_CONSEQUENCE_BEYOND_DISCIPLINE": "nothing follows a breach but each side's own discipline",
    "NO_VERIFIER": "nobody is named to check it",
    "NO_DEADLINE": "a duty without a time cannot be late",
    "UNDEFINED_DISTANCE": "a distance is meant but not written",
    "MISSING_BASELINE": "a distance is written but not the line it is measured from",
    "UNDEFINED_ZONE": "a zone is named that nothing defines",
    "BOUND_UNDEFINED": "the text does not say whether the limit itself complies",
    "BELOW_DEFAULT_SIZE": "an agreed area is smaller than the size that holds as a rule",
    "BARE_MILE": "'mile' may be statute (1.609 km) or nautical (1.852 km)",
    "MILE_AT_SEA": "a statute mile is written where nautical miles are usual",
    "NO_EFFECTIVE_INSTANT": "nothing says at which instant it begins",
    "MISSING_TIME_ZONE": "a time is written without its zone",
    "UNCERTAIN_TIME": "a time is known only within bounds",
    "DISPUTED_TIME": "the parties, or the papers, differ on a time",
    "DISPUTED_FORCE": "somebody says it is not in force",
    "EXCEPTION_AMBIGUITY": "an exception can be read in more than one way",
    "NO_START_EVENT": "a step does not say what starts its clock",
    "NO_STEP_TIME": "a step does not say within what time",
    "NO_STOP_RULE": "a step does not say what ends it",
    "NO_OWNER": "a step does not say who takes it",
    "NO_CERTIFIER": "nobody is named to say that a breach took place",
    "CLOCK_SCOPE_UNDEFINED": "nothing says whether a new breach elsewhere starts a new clock",
    "ONE_SIDED_LADDER": "the steps follow one party's breaches only",
    "UNCHECKED_NUMBER": "the number was not compared with the text",
}
WHOLE = "agreement"  # `where` of a gap that is no single rule's
MEASURED = ("offset", "total_width", "band", "side", "forward")
ROUND = ("circle", "settlements", "moving", "route")

Found = tuple[str, str, str]


def lint(agreement: Agreement) -> pd.DataFrame:
    """Return one row per gap: code, where (a clause, zone, question, document, step or 'agreement'), message.

    The codes and what they mean are in `CODES`. A gap of a rule is cited as CODE_rule_WHERE, such as
    NO_DEADLINE_rule_d. A well-formed draft gives no row.
    """
    found = [row for check in _CHECKS for row in check(agreement)]
    return pd.DataFrame(list(dict.fromkeys(found)), columns=["code", "where", "message"], dtype="object")


def _row(code: str, where: str, detail: str) -> Found:
    return code, where, f"{detail}: {CODES[code]}."


def _consequences(agreement: Agreement) -> Iterator[Found]:
    if agreement.ladder or any(c.consequence for c in agreement.clauses):
        return
    if any("disciplinary_measures" in c.acts for c in agreement.clauses):
        yield _row("NO_CONSEQUENCE_BEYOND_DISCIPLINE", WHOLE, "no ladder of steps")
    else:
        yield _row("MISSING_CONSEQUENCE", WHOLE, "no ladder of steps")


def _verifiers(agreement: Agreement) -> Iterator[Found]:
    if agreement.verifier:
        return
    without = [c.clause_id for c in agreement.clauses if not c.verifier]
    if len(without) == len(agreement.clauses):
        yield _row("NO_VERIFIER", WHOLE, "no rule names a verifier")
    else:
        for name in without:
            yield _row("NO_VERIFIER", name, f"rule {name}")


def _deadlines(agreement: Agreement) -> Iterator[Found]:
    for clause in agreement.clauses:
        if clause.kind == "require_act" and not clause.due:
            yield _row("NO_DEADLINE", clause.clause_id, f"rule {clause.clause_id} ({', '.join(clause.acts)})")


def _zones(agreement: Agreement) -> Iterator[Found]:
    zones = {z.zone_id: z for z in agreement.zones}
    for clause in agreement.clauses:
        if clause.zone and clause.zone not in zones:
            guess = did_you_mean(clause.zone, zones)
            hint = f"; did you mean '{guess}'?" if guess else ""
            yield _row("UNDEFINED_ZONE", clause.clause_id, f"rule {clause.clause_id} names '{clause.zone}'{hint}")
        elif clause.zone:
            yield from _measure(agreement, clause, zones[clause.zone])
    for zone in agreement.zones:
        yield from _zone(zone)


def _measure(agreement: Agreement, clause: Clause, zone: Zone) -> Iterator[Found]:
    if zone.kind in (*ROUND, "offset", "total_width") and zone.distance is None:
        yield _row("UNDEFINED_DISTANCE", clause.clause_id, f"rule {clause.clause_id}, zone '{zone.zone_id}'")
    if zone.kind not in MEASURED or zone.baseline:
        return
    document = next((d for d in agreement.documents if d.document_id == clause.document), None)
    lines = {**agreement.baseline_for, **(document.baseline_for if document else {}), **clause.baseline_for}
    bound = [p for p in agreement.party_ids if not clause.by or p in clause.by]
    missing = [p for p in bound if p not in lines]
    if missing:
        yield _row("MISSING_BASELINE", clause.clause_id, f"rule {clause.clause_id}, for {', '.join(missing)}")


def _zone(zone: Zone) -> Iterator[Found]:
    if zone.edge == "undefined":
        yield _row("BOUND_UNDEFINED", zone.zone_id, f"zone '{zone.zone_id}'")
    if zone.as_a_rule and zone.distance and zone.distance.km < zone.as_a_rule.km:
        yield _row("BELOW_DEFAULT_SIZE", zone.zone_id, f"{zone.distance.said} against {zone.as_a_rule.said}")
    for distance in (zone.distance, zone.start, zone.end):
        if isinstance(distance, Distance):
            if distance.unit in ("mile", "miles"):
                yield _row("BARE_MILE", zone.zone_id, f"'{distance.said}'")
            elif distance.unit == "mi" and zone.kind in ("moving", "route"):
                nautical = distance.in_unit * KM_PER_NAUTICAL_MILE
                told = f"'{distance.said}' is {distance.km:.2f} km; as nautical miles {nautical:.2f} km"
                yield _row("MILE_AT_SEA", zone.zone_id, told)


def _times(agreement: Agreement) -> Iterator[Found]:
    for where, window in _windows(agreement):
        start = window.start if window else None
        if start is None or (start.zone_known and not start.is_certain):
            yield _row("NO_EFFECTIVE_INSTANT", where, f"'{start.said}'" if start else where)
    for where, moment in _moments(agreement):
        if not moment.zone_known:
            yield _row("MISSING_TIME_ZONE", where, f"'{moment.said}'")
        elif not moment.is_certain:
            yield _row("UNCERTAIN_TIME", where, f"'{moment.said}'")


def _windows(agreement: Agreement) -> Iterator[tuple[str, Window | None]]:
    """Yield the windows that should begin somewhere: of each document, or of the agreement when it has none."""
    for document in agreement.documents:
        yield document.document_id, document.window or agreement.effective
    loose = [c for c in agreement.clauses if not c.document and c.window is None]
    if loose:
        yield WHOLE, agreement.effective


def _moments(agreement: Agreement) -> Iterator[tuple[str, Moment]]:
    windows = [(WHOLE, agreement.effective)]
    windows += [(d.document_id, d.window) for d in agreement.documents]
    windows += [(c.clause_id, c.window) for c in agreement.clauses]
    for where, window in windows:
        if window and window.start is not None and not window.start.zone_known:
            yield where, window.start  # a start that is not certain has a code of its own
        if window and window.end is not None:
            yield where, window.end
    yield from agreement.instants.items()


def _questions(agreement: Agreement) -> Iterator[Found]:
    codes = {"exception": "EXCEPTION_AMBIGUITY", "time": "DISPUTED_TIME", "force": "DISPUTED_FORCE"}
    for question in agreement.questions:
        # readings of mere wording are judged side by side; these three need the parties
        code = codes.get(question.kind)
        if code:
            yield _row(code, question.question_id, question.about.rstrip("?.") or question.question_id)
    for clause in agreement.clauses:
        for suspension in clause.suspended:
            if suspension.author:
                yield _row("DISPUTED_FORCE", clause.clause_id, f"rule {clause.clause_id}, says {suspension.author}")


def _steps(agreement: Agreement) -> Iterator[Found]:
    for step in agreement.ladder:
        where = f"step {step.step_id}"
        gaps = {
            "NO_START_EVENT": not step.start,
            "NO_STEP_TIME": step.within is None and step.at is None,
            "NO_STOP_RULE": not step.stop,
            "NO_OWNER": not step.owner,
            "NO_CERTIFIER": not step.certifier,
            "CLOCK_SCOPE_UNDEFINED": not step.scope,
        }
        for code, missing in gaps.items():
            if missing:
                yield _row(code, where, where)
        if step.against and set(step.against) < set(agreement.party_ids):
            yield _row("ONE_SIDED_LADDER", where, f"{where}, against {', '.join(step.against)}")


def _unchecked(agreement: Agreement) -> Iterator[Found]:
    for clause in agreement.clauses:
        if clause.tag == "unchecked":
            yield _row("UNCHECKED_NUMBER", clause.clause_id, f"rule {clause.clause_id}")


_CHECKS: tuple[Callable[[Agreement], Iterator[Found]], ...] = (
    _consequences,
    _verifiers,
    _deadlines,
    _zones,
    _times,
    _questions,
    _steps,
    _unchecked,
)
