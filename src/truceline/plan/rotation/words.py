"""Why a plan falls short, in words: what binds, and whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from truceline.plan.force.caveats import WORDS
from truceline.plan.rotation.cases import Case, Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason why units do not stand in posts that are empty, and how many units of each contributor it keeps."""

    why: str
    units: Mapping[str, int]  # contributor's name -> units

    @property
    def total(self) -> int:
        """Units of all contributors together."""
        return sum(self.units.values())

    @property
    def words(self) -> str:
        """Return the cause with its contributors, those with most units first."""
        if not self.units:
            return self.why
        names = sorted(self.units, key=lambda name: -self.units[name])
        shown = names[:3] + ([f"{len(names) - 3} more"] if len(names) > 3 else [])
        return f"{self.why} of {join(shown)}"


def join(names: list[str]) -> str:
    """Return names as a list in words.

    Examples
    --------
    >>> join(["Germany", "France", "Italy"])
    'Germany, France and Italy'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def find_causes(case: Case, months: pd.DataFrame, month: int, short: tuple[bool, ...]) -> tuple[Cause, ...]:
    """Return why posts of the groups marked `short` stand empty in a month, the binding cause first.

    Binding is the first of these that keeps enough units back to fill the posts: the interval between tours, consent
    and readiness still to come, and caveats. Where none does there are too few units in all.
    """
    now = months[(months["month"] == month) & (months["unit_type"] == case.kind.unit_type)]
    # a unit that is ready and does not go is kept for a later tour: its going now would leave a post empty then
    away = dict(zip(now["contributor"], now["resting"] + now["preparing"] + now["ready"], strict=True))
    step = (month - 1) * case.steps_per_month
    interval: dict[str, int] = {}
    waiting: dict[str, int] = {}
    gone: dict[str, int] = {}
    barred: dict[str, dict[str, int]] = {}
    for pool in case.pools:
        name = pool.contributor.named
        caveat = _keeps_out(pool, short)
        if caveat is not None:
            barred.setdefault(caveat, {})[name] = pool.units
        elif step < pool.first:
            waiting[name] = pool.units
        elif pool.last < case.problem.steps and step + pool.tour > pool.last:
            gone[name] = pool.units
        elif away.get(pool.contributor.contributor_id, 0):
            interval[name] = int(away[pool.contributor.contributor_id])
    causes = [
        Cause(why="tour interval", units=interval),
        Cause(why="consent and readiness still to come", units=waiting),
        Cause(why="end of consent", units=gone),
        *sorted((Cause(why=why, units=units) for why, units in barred.items()), key=lambda c: -c.total),
    ]
    found = [_with_units(cause) for cause in causes]
    return tuple(cause for cause in found if cause.total)


def _with_units(cause: Cause) -> Cause:
    return Cause(why=cause.why, units={name: n for name, n in cause.units.items() if n})


def _keeps_out(pool: Pool, short: tuple[bool, ...]) -> str | None:
    """Return the caveat that keeps a pool out of every group that is short; None where it may stand in one."""
    stopped = [caveat for caveat, is_short in zip(pool.stopped, short, strict=True) if is_short]
    if any(caveat is None for caveat in stopped):
        return None
    return next((WORDS[caveat.kind] for caveat in stopped if caveat is not None), None)


def say_binding(case: Case, causes: tuple[Cause, ...], month: int, short_by: int) -> str:
    """Return the binding constraint as a sentence without its full stop.

    Such as 'from month 19 air-defence batteries fall short by 2: tour interval of Germany and the Netherlands'.
    """
    plural = case.kind.plural or f"{case.kind.called}s"
    start = f"from month {month} {plural} fall short by {short_by}"
    if not any(pool.units for pool in case.pools):
        return f"{start}: no contributor lists any"
    enough = next((cause for cause in causes if cause.total >= short_by), None)
    if enough is not None:
        return f"{start}: {enough.words}"
    units = sum(pool.units for pool in case.pools)
    more = f" ({'; '.join(cause.words for cause in causes[:2])})" if causes else ""
    return f"{start}: only {units} in all{more}"


def say_also(causes: tuple[Cause, ...], short_by: int) -> str:
    """Return the other causes that each keep enough units back, in words: lifting one of them would fill the posts."""
    enough = [cause for cause in causes if cause.total >= short_by]
    return "; ".join(cause.words for cause in enough[1:])
