"""The life of an incident in the hands of people: which step may follow which, who may take it, what it must say.

After the ceasefire mechanism of South Sudan (CTSAMVM): report, inquiry, tasking, findings, verification, then
attribution as a step of its own, commission, response, consequence. Nothing is overwritten: every step is a new entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.errors import RequestError, UnknownNameError
from truceline.serve.refusals import ConflictError
from truceline.serve.roles import ATTRIBUTE, REFER, RESPOND, TRIAGE, VERIFY

START = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a step into a state needs: a deed of the role, and fields that may not be empty."""

    deed: str
    needs: tuple[str, ...] = ()


RULES: dict[str, Rule] = {
    "logged": Rule(deed=TRIAGE),
    "triaged": Rule(deed=TRIAGE),
    "duplicate": Rule(deed=VERIFY, needs=("into", "note")),
    "out_of_scope": Rule(deed=VERIFY, needs=("note",)),
    "split": Rule(deed=VERIFY, needs=("parts", "note")),
    "preliminary": Rule(deed=TRIAGE),
    "tasked": Rule(deed=TRIAGE, needs=("owner", "due")),
    "on_site": Rule(deed=TRIAGE, needs=("evidence",)),
    "remote_only": Rule(deed=TRIAGE, needs=("evidence",)),
    "access_denied": Rule(deed=TRIAGE, needs=("note",)),
    "findings": Rule(deed=TRIAGE, needs=("evidence", "note")),
    "verified": Rule(deed=VERIFY, needs=("evidence", "note")),
    "not_verified": Rule(deed=VERIFY, needs=("evidence", "note")),
    "indeterminate": Rule(deed=VERIFY, needs=("note",)),
    "attributed": Rule(deed=ATTRIBUTE, needs=("attributed_to", "confidence", "evidence", "note")),
    "unattributed": Rule(deed=ATTRIBUTE, needs=("note",)),
    "referred_to_commission": Rule(deed=REFER, needs=("owner", "due")),
    "party_response": Rule(deed=RESPOND, needs=("party", "note")),
    "action_due": Rule(deed=REFER, needs=("owner", "due")),
    "resolved": Rule(deed=REFER, needs=("note",)),
    "disputed": Rule(deed=REFER, needs=("note",)),
    "lapsed": Rule(deed=REFER, needs=("note",)),
    "archived": Rule(deed=REFER),
}

# what a decision makes of an incident's own state
DECIDES = {
    "verified": "confirmed",
    "not_verified": "rejected",
    "duplicate": "rejected",
    "out_of_scope": "rejected",
    "split": "rejected",
}

_REOPEN = ("triaged",)  # an archived incident can be opened again; what was decided stays in its history
NEXT: dict[str, tuple[str, ...]] = {
    START: ("logged",),
    "logged": ("triaged",),
    "triaged": ("preliminary", "duplicate", "out_of_scope", "split"),
    "duplicate": ("archived",),
    "out_of_scope": ("archived",),
    "split": ("archived",),
    "preliminary": ("tasked",),
    "tasked": ("on_site", "remote_only", "access_denied"),
    "on_site": ("findings",),
    "remote_only": ("findings",),
    "access_denied": ("findings", "tasked"),  # a finding, not a dead end
    "findings": ("verified", "not_verified", "indeterminate", "duplicate", "split"),
    "verified": ("attributed", "unattributed"),
    "not_verified": ("archived",),
    "indeterminate": ("tasked", "unattributed", "archived"),
    "attributed": ("referred_to_commission",),
    "unattributed": ("referred_to_commission", "archived"),
    "referred_to_commission": ("party_response", "action_due"),
    "party_response": ("party_response", "action_due", "resolved", "disputed"),
    "action_due": ("party_response", "resolved", "disputed", "lapsed"),
    "resolved": ("archived",),
    "disputed": ("party_response", "tasked", "archived"),
    "lapsed": ("archived",),
    "archived": _REOPEN,
}


def check_step(state: str, to: str, said: Mapping[str, object]) -> Rule:
    """Return the rule of a step, or say why it cannot be taken.

    Raises
    ------
    UnknownNameError
        If there is no such state.
    ConflictError
        If it does not follow from the state the incident is in.
    RequestError
        If something the step needs is empty.
    """
    if to not in RULES:
        raise UnknownNameError("step", to, RULES)
    if to not in NEXT[state]:
        raise ConflictError(f"'{to}' does not follow '{state}'.", todo=f"What can follow: {', '.join(NEXT[state])}.")
    empty = [name for name in RULES[to].needs if not said.get(name)]
    if empty:
        raise RequestError(f"the step '{to}' needs {' and '.join(empty)}.", todo="Say it; it stays in the history.")
    return RULES[to]


def due_state(due: str, now: str) -> str:
    """Return whether a due time is overdue, both as ISO text in UTC; "" without one."""
    return "" if not due else "overdue" if due < now else "running"
