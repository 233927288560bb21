"""Every error Truceline raises on purpose.

The tree::

    TrucelineError
    ├─ RequestError (ValueError)      the caller asked for something that cannot be done
    │  ├─ UnknownNameError (KeyError) a name that is not defined; carries did-you-mean
    │  ├─ AgreementError              an agreement file that cannot be used
    │  ├─ LineError                   a line of contact that cannot be used
    │  ├─ MissionError                a mission folder that cannot be used
    │  ├─ PlanError                   a force or plan scenario that cannot be used
    │  └─ SourceError                 a file no row of which can be read
    └─ RecordError                    the record does not say what it was sealed to say

A bad *row* is never raised: it is set aside with its reason. Messages say what is wrong with its value and
place, why it matters, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class TrucelineError(Exception):
    """Base of every error raised on purpose. `where` names the file, line or key; `todo` says what to do."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what = what
        self.where = where
        self.todo = todo
        text = f"{where}: {what}" if where else what
        super().__init__(f"{text} {todo}".strip() if todo else text)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.what

    def __reduce__(self) -> tuple[Any, ...]:
        # as it was, whatever its kind is made from: it may have been raised in another process
        return _again, (type(self), self.args, self.__dict__)


class RequestError(TrucelineError, ValueError):
    """The request itself is wrong; nothing was done."""


class AgreementError(RequestError):
    """An agreement file cannot be used as it stands."""


class LineError(RequestError):
    """A line of contact cannot be used as it stands."""


class MissionError(RequestError):
    """A mission folder cannot be used as it stands."""


class PlanError(RequestError):
    """A force or a plan scenario cannot be used as it stands."""


class SourceError(RequestError):
    """A source file cannot be read at all (single bad rows are set aside instead)."""


class UnknownNameError(RequestError, KeyError):
    """A name that nothing defines. Carries `name`, `known` and `guess`."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        self.name = name
        self.known = tuple(sorted(known))
        self.guess = did_you_mean(name, self.known)
        hint = f"Did you mean '{self.guess}'?" if self.guess else f"Known: {', '.join(self.known) or 'none'}."
        super().__init__(f"{kind} '{name}' is not defined.", where=where, todo=hint)


class RecordError(TrucelineError):
    """The record is damaged or was changed. `item` names the entry."""

    def __init__(self, what: str, *, item: str = "", where: str = "", todo: str = "") -> None:
        self.item = item
        super().__init__(what, where=where, todo=todo)


def _again(kind: type[TrucelineError], args: tuple[Any, ...], said: dict[str, Any]) -> TrucelineError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(said)
    return error


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the known name nearest to `name`, or an empty string when none is near.

    Examples
    --------
    >>> did_you_mean("zonse", ["zones", "rules"])
    'zones'
    """
    near = difflib.get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.6)
    return near[0] if near else ""
