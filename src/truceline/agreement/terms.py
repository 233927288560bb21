"""The agreement as records. (Thin: the parties and the window; clauses follow.)"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party; `called` is the name the agreement uses."""

    party_id: str
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement's terms. The first party is the one on the positive side of the line."""

    agreement_id: str
    title: str
    status: str
    parties: tuple[Party, ...]
