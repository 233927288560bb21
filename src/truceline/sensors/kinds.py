"""The eight kinds of violation coverage is worked out for, and what each leaves to be seen."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.errors import UnknownNameError
from truceline.sensors.facts import fact, has_fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One kind of violation.

    `lasting` kinds stay to be seen for an exponential life of mean `life_h`; the others are over at once, and only
    the fire that they may leave lasts. `trace` is the chance, drawn once for each violation, that it can be seen in
    the way its `trace_means` says: without it the looks that need it see nothing.
    """

    kind: str
    called: str
    lasting: bool
    trace_means: str

    def number(self, name: str, case: int, *, default: float = 0.0) -> float:
        """Return a feature of the kind, such as charge_kg, where more of it means that more is seen."""
        key = f"kind.{self.kind}.{name}"
        return fact(key).for_it(case) if has_fact(key) else default

    def trace(self, case: int) -> float:
        """Return the chance that it leaves the trace."""
        return self.number("trace", case)

    def life_h(self, case: int) -> float:
        """Return the mean life of what can be seen, in hours; 0 when nothing lasts."""
        return self.number("life_h", case)


_ALL = (
    Violation(kind="shelling", called="shell or mortar impact", lasting=False, trace_means="it leaves a fire"),
    Violation(
        kind="strike", called="drone, missile or air strike, explosion", lasting=False, trace_means="it leaves a fire"
    ),
    Violation(kind="small_arms_fire", called="small-arms fire", lasting=False, trace_means=""),
    Violation(
        kind="heavy_weapons",
        called="vehicle or heavy weapon present",
        lasting=True,
        trace_means="it stands in the open",
    ),
    Violation(kind="overflight", called="aircraft or UAV in flight", lasting=False, trace_means=""),
    Violation(kind="warship", called="ship where it may not be", lasting=True, trace_means="it is at sea"),
    Violation(kind="damage", called="damage to buildings", lasting=True, trace_means="it changes the radar echo"),
    Violation(
        kind="engineering_work", called="trenches, berms, mine laying", lasting=True, trace_means="it lies in the open"
    ),
)
VIOLATIONS: dict[str, Violation] = {violation.kind: violation for violation in _ALL}
KINDS = tuple(VIOLATIONS)


def violation(kind: str, *, where: str = "") -> Violation:
    """Return a kind of violation by its name; an unknown one is refused with a did-you-mean."""
    if kind not in VIOLATIONS:
        raise UnknownNameError("kind of violation", kind, KINDS, where=where)
    return VIOLATIONS[kind]
