"""Incidents that people split or merged: which groups of observations their steps make, and what those come to.

A part of a split is called by the step and its observations. What others are merged into keeps its name, so that links
to it, its history and what was released of it stay right. The incidents they stand for are shown as they were.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.provenance import stable_id
from truceline.serve.succession import decided
from truceline.serve.unweighed import SPLIT, unweighed

if TYPE_CHECKING:
    from truceline.serve.reviews import Step

Held = tuple[str, ...]  # ids of observations
GROUPING = ("split", "duplicate")
MERGED = "merged by a verifier"
_KEPT = 6  # what the mission, the parties and the public see, before and after a change


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The groups that steps make of the incidents of an assessment."""

    groups: Mapping[str, Held] = field(default_factory=dict)  # incidents that stand, where the watch has them otherwise
    aside: Mapping[str, Held] = field(default_factory=dict)  # parts and wholes that no longer stand, as they were
    stands_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # incident that stands -> those it replaces
    parts: frozenset[str] = frozenset()
    void: frozenset[str] = frozenset()  # ids of steps that have no effect

    @property
    def gone(self) -> frozenset[str]:
        """The incidents that others stand for."""
        return frozenset(name for several in self.stands_for.values() for name in several)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from another over the same assessment."""
        told = (self.groups, self.aside, self.stands_for)
        return tuple(tuple(sorted((name, *several) for name, several in one.items())) for one in told)


class Worked(Protocol):
    """What a grouping comes to: rows of tables."""

    @property
    def incidents(self) -> pd.DataFrame:
        """Those grouped, also those aside."""

    @property
    def findings(self) -> pd.DataFrame:
        """Theirs, and those of the incidents they sway."""

    @property
    def attributions(self) -> pd.DataFrame:
        """Likewise."""

    @property
    def clocks(self) -> pd.DataFrame:
        """Of those that stand."""

    @property
    def judged(self) -> frozenset[str]:
        """The incidents whose findings these are."""

    def over(self, assessment: Assessment) -> Assessment:
        """Return the assessment with these rows in it."""


WorkOut = Callable[[Assessment, Grouping], Worked]


def grouping_of(steps: Iterable[Step], incidents: pd.DataFrame) -> Grouping:
    """Return the groups that the steps in effect make of the watch's incidents.

    A split does so only while its parts hold the incident's observations, all of them: of one that came later nobody
    has said which part it belongs to, and it must not drop out of sight. A merge does so only while the incident that
    the other is the same as, or what that was merged into, is there to stand for it.
    """
    chosen = [step for step in decided(steps).values() if step.state in GROUPING]
    if not chosen:
        return Grouping()
    pending = sorted(chosen, key=lambda step: step.at)
    named = {name for step in pending for name in (step.incident_id, step.into)}
    rows = incidents[incidents["incident_id"].isin(named)]
    work = _Work(dict(zip(rows["incident_id"], map(tuple, rows["observations"]), strict=True)))
    tried = 0
    while len(pending) != tried:  # one step may wait for another, as of a split of what was merged
        tried = len(pending)
        pending = [step for step in pending if not work.take(step)]
    return work.grouping(frozenset(step.step_id for step in pending))


class _Work:
    """Groups on their way from step to step."""

    def __init__(self, watched: Mapping[str, Held]) -> None:
        self._watched = watched
        self._standing = dict(watched)
        self._was: dict[str, Held] = {}
        self._into: dict[str, str] = {}
        self._stands_for: dict[str, tuple[str, ...]] = {}
        self._parts: set[str] = set()

    def take(self, step: Step) -> bool:
        """Return whether a step could be taken."""
        if step.incident_id not in self._standing:
            return False
        return self._split(step) if step.state == "split" else self._merge(step)

    def _split(self, step: Step) -> bool:
        told = {name for part in step.parts for name in part}
        if set(self._standing[step.incident_id]) != told:
            return False
        replaced = self._retire(step.incident_id)
        for part in step.parts:
            name = part_id(step, part)
            self._standing[name], self._stands_for[name] = part, replaced
            self._parts.add(name)
        return True

    def _merge(self, step: Step) -> bool:
        target = step.into
        while target in self._into:
            target = self._into[target]
        if target not in self._standing or target == step.incident_id:
            return False
        self._into[step.incident_id] = target
        held = self._standing[step.incident_id]
        replaced = (*self._stands_for.get(target, ()), *self._retire(step.incident_id))
        self._standing[target] = tuple(dict.fromkeys((*self._standing[target], *held)))
        self._stands_for[target] = tuple(dict.fromkeys(replaced))
        return True

    def _retire(self, name: str) -> tuple[str, ...]:
        self._was[name] = self._standing.pop(name)
        return (*self._stands_for.pop(name, ()), name)

    def grouping(self, void: frozenset[str]) -> Grouping:
        """Return what came of it."""
        return Grouping(
            groups=self._otherwise(self._standing),
            aside=self._otherwise(self._was),
            stands_for=self._stands_for,
            parts=frozenset(self._parts),
            void=void,
        )

    def _otherwise(self, held: Mapping[str, Held]) -> dict[str, Held]:
        return {name: several for name, several in held.items() if set(self._watched.get(name, ())) != set(several)}


def part_id(step: Step, part: Iterable[str]) -> str:
    """Return what a part of a split is called."""
    return stable_id("inc", step.step_id, *part)


def work_out(assessment: Assessment, grouping: Grouping) -> Worked:
    """Return what a grouping comes to: worked out again, or, without a workbench, the parts with a place alone."""
    bench = assessment.workbench
    if bench is None:
        return unweighed(assessment, {**grouping.groups, **grouping.aside}, grouping.gone)
    made = bench.regroup(assessment, grouping.groups, gone=grouping.gone, aside=grouping.aside)
    table = made.incidents
    who = table["incident_id"].isin(grouping.parts).map({True: SPLIT, False: MERGED})
    return replace(made, incidents=table.assign(method=who + "; " + table["method"]))


class Remembered:
    """What groupings came to over the assessments that stand: worked out once each, the last few kept."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], Worked] = OrderedDict()
        self._lock = threading.Lock()

    def work_out(self, number: int, assessment: Assessment, grouping: Grouping) -> Worked:
        """Return what a grouping comes to over the assessment of that number."""
        key = (number, grouping.key)
        with self._lock:  # whoever wants it meanwhile waits: it is not worked out twice
            if key not in self._made:
                self._made[key] = work_out(assessment, grouping)
                while len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]


def told_once(assessment: Assessment) -> Assessment:
    """Return the assessment without the incidents that others stand for: what is counted, nobody counts twice."""
    replaced = assessment.replaced
    if not replaced:
        return assessment
    tables = {name: getattr(assessment, name) for name in ("incidents", "findings", "attributions")}
    kept = {name: table[~table["incident_id"].isin(replaced)] for name, table in tables.items()}
    return replace(assessment, **{name: table.reset_index(drop=True) for name, table in kept.items()})
