"""What the room refuses, and the status of each kind of error in HTTP: one table, read in one place."""

from __future__ import annotations

from truceline.errors import RecordError, RequestError, TrucelineError, UnknownNameError


class SignInNeededError(RequestError):
    """Nobody is signed in, or the name and password do not belong together."""


class NotAllowedError(RequestError):
    """The caller's role may not do this."""


class ConflictError(RequestError):
    """Something changed since the caller looked; nothing was done."""


class SuspendedError(RecordError):
    """The room was suspended: its record takes nothing more."""


class TooManyError(RequestError):
    """More requests than the limit. `wait_s` says when to try again."""

    def __init__(self, what: str, *, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(what, todo=f"Try again in {max(1, round(wait_s))} seconds.")


# the first that fits decides
STATUS: tuple[tuple[type[TrucelineError], int, str], ...] = (
    (SignInNeededError, 401, "SignInNeeded"),
    (NotAllowedError, 403, "NotAllowed"),
    (ConflictError, 409, "Conflict"),
    (TooManyError, 429, "TooMany"),
    (UnknownNameError, 404, "NotFound"),
    (RequestError, 400, "InvalidParameterValue"),
    (SuspendedError, 423, "Suspended"),
    # the database is gone, full or busy: nothing was lost, and nothing left either
    (RecordError, 503, "RecordUnavailable"),
)


def status_of(error: TrucelineError) -> tuple[int, str]:
    """Return the HTTP status and the code word of an error."""
    return next(((status, code) for kind, status, code in STATUS if isinstance(error, kind)), (500, "Error"))
