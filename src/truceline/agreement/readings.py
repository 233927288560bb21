"""Every way to read an agreement: one variant per competing reading, each other question at its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from truceline.agreement.plain import Reader, read_record, write_value
from truceline.agreement.terms import Agreement, Clause, Question, Reading

EVERY = "*"  # in `changes`: every clause the question is on


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One clause under one interpretation, with the whole agreement read the same way."""

    label: str
    clause: Clause
    agreement: Agreement


def questions_on(agreement: Agreement, clause: Clause) -> tuple[Question, ...]:
    """Return the open questions that concern a clause: the agreement's, then the clause's own."""
    shared = tuple(q for q in agreement.questions if not q.on or clause.clause_id in q.on)
    return (*shared, *_own_question(clause))


def _own_question(clause: Clause) -> tuple[Question, ...]:
    """Return the question a clause's own readings answer, in the form of the agreement's questions."""
    if not clause.readings:
        return ()
    readings = tuple(replace(r, changes={clause.clause_id: r.changes} if r.changes else {}) for r in clause.readings)
    return (Question(question_id=f"clause {clause.clause_id}", on=(clause.clause_id,), readings=readings),)


def default_of(question: Question) -> Reading:
    """Return the default reading of a question: the one marked, or the first."""
    return next((r for r in question.readings if r.default), question.readings[0])


def variants(agreement: Agreement, reader: Reader | None = None) -> tuple[Variant, ...]:
    """Return each clause, then each step of the ladder, once per interpretation that concerns it.

    The label is '' for a clause no question concerns. With one question it is the reading's id ('R2'). With
    several, the default row carries the common id of the defaults, or all of them joined by '+', and each
    alternative is 'question.reading', judged with every other question at its default.
    """
    agreement = replace(agreement, clauses=agreement.clauses + agreement.duties, ladder=())
    whole = _Whole(agreement, reader or Reader(file=agreement.agreement_id))
    made: list[Variant] = []
    for clause in agreement.clauses:
        asked = questions_on(agreement, clause)
        if not asked:
            made.append(_variant("", clause.clause_id, whole.read({})))
            continue
        made.append(_variant(_default_label(asked), clause.clause_id, whole.read({})))
        for question in asked:
            for reading in question.readings:
                if reading != default_of(question):
                    label = reading.reading_id if len(asked) == 1 else f"{question.question_id}.{reading.reading_id}"
                    made.append(_variant(label, clause.clause_id, whole.read({question.question_id: reading})))
    return tuple(made)


def _default_label(asked: tuple[Question, ...]) -> str:
    ids = list(dict.fromkeys(default_of(q).reading_id for q in asked))
    return "+".join(ids) if len(asked) == 1 or len(ids) > 1 else ids[0]


def _variant(label: str, clause_id: str, agreement: Agreement) -> Variant:
    return Variant(
        label=label, clause=next(c for c in agreement.clauses if c.clause_id == clause_id), agreement=agreement
    )


class _Whole:
    """Reads the whole agreement one way, so that clauses which lean on others see them read alike."""

    def __init__(self, agreement: Agreement, reader: Reader) -> None:
        self.agreement = agreement
        self.reader = Reader(file=reader.file, zone=agreement.time_zone or None, lines=reader.lines)
        own = tuple(q for c in agreement.clauses for q in _own_question(c))
        self.asked = agreement.questions + own
        self.seen: dict[tuple[str, str], Agreement] = {}

    def read(self, chosen: Mapping[str, Reading]) -> Agreement:
        key = next(((q, r.reading_id) for q, r in chosen.items()), ("", ""))
        if key not in self.seen:
            clauses = self.agreement.clauses
            for question in self.asked:
                reading = chosen.get(question.question_id, default_of(question))
                if reading.changes:
                    clauses = tuple(self._changed(c, question, reading) for c in clauses)
            self.seen[key] = replace(self.agreement, clauses=clauses)
        return self.seen[key]

    def _changed(self, clause: Clause, question: Question, reading: Reading) -> Clause:
        if question.on and clause.clause_id not in question.on:
            return clause
        changes = _changes_for(clause.clause_id, reading)
        if not changes:
            return clause
        path = f"reading {reading.reading_id} of {question.question_id}"
        made: Clause = read_record(Clause, {**write_value(clause), **changes}, self.reader, path)
        return made


def _changes_for(clause_id: str, reading: Reading) -> Mapping[str, Any]:
    """Return the fields a reading changes in a clause: those under its id, else those under '*'."""
    changes = reading.changes.get(clause_id, reading.changes.get(EVERY, {}))
    return changes if isinstance(changes, Mapping) else {}
