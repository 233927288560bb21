"""Every name in an agreement must be defined in it; and every reading must make sense when it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from truceline.agreement.plain import Reader
from truceline.agreement.readings import EVERY, variants
from truceline.agreement.terms import Agreement, Clause
from truceline.errors import AgreementError, UnknownNameError, did_you_mean

ANYBODY = ("others", "anyone")


def check_names(agreement: Agreement, reader: Reader) -> None:
    """Raise AgreementError for a name used twice or not defined, and for a reading that cannot be taken.

    A zone that does not exist is left to the linter and judged indeterminate: drafts have gaps.
    """
    _check_twice(agreement, reader)
    if len(agreement.parties) < 1:
        raise reader.wrong("parties", "no party is named.", "Name at least one party.")
    for kind, path, name, known in _uses(agreement):
        if name not in known:
            raise _unknown(kind, name, known, reader.where(path))
    for clause in agreement.clauses:
        for due in clause.due:
            if due.within is None and due.at is None and due.before is None and not due.daily_by:
                raise reader.wrong(
                    "clauses", f"a deadline of '{clause.clause_id}' says no time.", "Add 'within', 'at' or 'daily_by'."
                )
        if clause.kind == "cap" and clause.at_most is None:
            raise reader.wrong("clauses", f"the cap '{clause.clause_id}' says no number.", "Add 'at_most'.")
    variants(agreement, reader)


def _unknown(kind: str, name: str, known: Iterable[str], where: str) -> AgreementError:
    error = UnknownNameError(kind, name, known, where=where)
    return AgreementError(error.what, where=where, todo=error.todo)


def _check_twice(agreement: Agreement, reader: Reader) -> None:
    groups: dict[str, list[str]] = {
        "parties": list(agreement.party_ids),
        "baselines": [b.baseline_id for b in agreement.baselines],
        "zones": [z.zone_id for z in agreement.zones],
        "clauses": [c.clause_id for c in agreement.clauses],
        "questions": [q.question_id for q in agreement.questions],
        "documents": [d.document_id for d in agreement.documents],
    }
    for path, ids in groups.items():
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice is not None:
            raise reader.wrong(path, f"'{twice}' is defined twice.", "Give each its own id.")
    for question in agreement.questions:
        if not question.readings:
            raise reader.wrong("questions", f"question '{question.question_id}' has no readings.", "Add at least two.")


def _uses(agreement: Agreement) -> Iterator[tuple[str, str, str, set[str]]]:
    """Yield (kind, path, name, known names) of each use of a name."""
    parties = set(agreement.party_ids)
    clauses = {c.clause_id for c in agreement.clauses + agreement.duties}
    lines = {b.baseline_id for b in agreement.baselines}
    for party, line in agreement.baseline_for.items():
        yield "party", "baseline_for", party, parties
        yield "baseline", "baseline_for", line, lines
    for i, clause in enumerate(agreement.clauses):
        for kind, name, known in _uses_of(agreement, clause, parties, clauses, lines):
            yield kind, f"clauses[{i}]", name, known
    for i, question in enumerate(agreement.questions):
        for name in question.on:
            yield "clause", f"questions[{i}].on", name, clauses
        for reading in question.readings:
            for name in reading.changes:
                yield "clause", f"questions[{i}].readings", name, clauses | {EVERY}
    for i, zone in enumerate(agreement.zones):
        if zone.baseline:
            yield "baseline", f"zones[{i}].baseline", zone.baseline, lines


def _uses_of(
    agreement: Agreement, clause: Clause, parties: set[str], clauses: set[str], lines: set[str]
) -> Iterator[tuple[str, str, set[str]]]:
    thirds = {t.third_party_id for t in agreement.third_parties}
    for name in clause.by:
        yield "party", name, parties | thirds | set(ANYBODY)
    if clause.obligated:
        yield "party", clause.obligated, parties | thirds
    for name in clause.yields_to:
        yield "clause", name, clauses
    for party, line in clause.baseline_for.items():
        yield "party", party, parties
        yield "baseline", line, lines
    if clause.document:
        yield "document", clause.document, {d.document_id for d in agreement.documents}
    for exemption in clause.exempt:
        if exemption.permitted_by:
            yield "clause", exemption.permitted_by, clauses


def nearest_zone(agreement: Agreement, name: str) -> str:
    """Return the defined zone whose id is nearest to a name, or ''."""
    return did_you_mean(name, [z.zone_id for z in agreement.zones])
