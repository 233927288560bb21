"""The numbers behind every sensor model: each with its range, unit, source and mark, read from one bundled table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from truceline.errors import UnknownNameError

LOW, MID, HIGH = 0, 1, 2  # cases: everything at the end that sees least, in the middle, at the end that sees most
CASES = (LOW, MID, HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One number with its plausible range (about the 5th, 50th and 95th percentile) and where it comes from.

    `mark` says how far the source was followed: checked, secondary, measured or unchecked.
    """

    key: str
    low: float
    mid: float
    high: float
    unit: str
    source: str
    mark: str
    note: str = ""

    def for_it(self, case: int) -> float:
        """Return the value of a case where more of it means that more is seen."""
        return (self.low, self.mid, self.high)[case]

    def against(self, case: int) -> float:
        """Return the value of a case where more of it means that less is seen."""
        return (self.high, self.mid, self.low)[case]


@cache
def facts() -> dict[str, Fact]:
    """Return every number of the library by its key."""
    text = (files("truceline.sensors") / "library" / "facts.csv").read_text(encoding="utf-8")
    made = {}
    for row in csv.DictReader(text.splitlines()):
        low, mid, high = (float(row[name]) for name in ("low", "mid", "high"))
        rest = {name: row[name] or "" for name in ("key", "unit", "source", "mark", "note")}
        made[row["key"]] = Fact(low=low, mid=mid, high=high, **rest)
    return made


def fact(key: str) -> Fact:
    """Return one number by its key.

    Examples
    --------
    >>> fact("camera.vehicle.r50_km").mid
    2.4
    """
    try:
        return facts()[key]
    except KeyError:
        raise UnknownNameError("sensor fact", key, facts()) from None


def has_fact(key: str) -> bool:
    """Return whether the library holds a number of that key."""
    return key in facts()
