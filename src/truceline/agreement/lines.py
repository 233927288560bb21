"""Lines of contact: each belongs to a date, may belong to one party, and has a stated error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from truceline.errors import LineError, UnknownNameError
from truceline.strip import Strip
from truceline.timespan import iso


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOfContact:
    """One version of one baseline, with the strip along it."""

    line_id: str
    called: str
    valid_from: datetime | None  # None: since always
    valid_to: datetime | None
    sigma_km: float  # one-sigma error of the line's position
    source: str
    strip: Strip


def line_at(lines: Sequence[LineOfContact], line_id: str, instant: datetime) -> LineOfContact:
    """Return the version of a line that was valid at an instant; the latest to start wins."""
    versions = [line for line in lines if line.line_id == line_id]
    if not versions:
        raise UnknownNameError("line", line_id, {line.line_id for line in lines})
    valid = [
        line
        for line in versions
        if (line.valid_from is None or line.valid_from <= instant)
        and (line.valid_to is None or instant < line.valid_to)
    ]
    if not valid:
        first = min((v.valid_from for v in versions if v.valid_from), default=None)
        raise LineError(
            f"line '{line_id}' has no version for {iso(instant)}; its first begins {iso(first) if first else 'never'}.",
            todo="Add a line for that date, or ask about a later one.",
        )
    return max(valid, key=lambda line: line.valid_from.timestamp() if line.valid_from else float("-inf"))
