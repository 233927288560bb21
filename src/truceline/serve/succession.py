"""Who inherits what people decided about an incident that is no longer there.

An incident is called by its first observation. When a late one comes before it, or two incidents turn out to be one,
the name goes; what was decided under it passes to the incident that now holds that first observation, and is shown as
inherited. Nothing in the record changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from truceline.provenance import stable_id
from truceline.serve.lifecycle import DECIDES

if TYPE_CHECKING:
    from truceline.serve.reviews import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A step as it counts for an incident that is there."""

    step: Step
    inherited_from: str = ""  # the incident it was taken about, where that is another


def passed_on(steps: Sequence[Step], incidents: pd.DataFrame) -> tuple[Told, ...]:
    """Return the steps, each with the incident it counts for now: inherited ones first, so that own ones decide.

    `incidents` are the watch's own. A step about an incident that nothing has inherited keeps its name: it is in the
    history, and in no incident's. Where the watch itself has joined an incident with the one people had said it is the
    same as, the history of that other decides.
    """
    heirs = _heirs(steps, incidents)
    joined = _joined(steps, heirs)

    def told(step: Step) -> Told:
        now = replace(
            step,
            incident_id=heirs.get(step.incident_id, step.incident_id),
            into=heirs.get(step.into, step.into),
        )
        return Told(step=now, inherited_from=step.incident_id if step.incident_id in heirs else "")

    def rank(step: Step) -> int:
        return 0 if step.incident_id in joined else 1 if step.incident_id in heirs else 2

    return tuple(told(step) for step in sorted(steps, key=rank))


def decided(steps: Iterable[Step]) -> dict[str, Step]:
    """Return, by incident, the step that decides its state; none where it was opened again since."""
    made: dict[str, Step] = {}
    for step in steps:
        if step.state in DECIDES:
            made[step.incident_id] = step
        elif step.state == "triaged":
            made.pop(step.incident_id, None)
    return made


def history_of(incident_id: str, steps: Sequence[Step], incidents: pd.DataFrame) -> list[Step]:
    """Return the steps that count for one incident, the deciding one last."""
    return [told.step for told in passed_on(steps, incidents) if told.step.incident_id == incident_id]


def _heirs(steps: Sequence[Step], incidents: pd.DataFrame) -> dict[str, str]:
    """Return, for each incident decided about that is gone, the one that holds its first observation."""
    parts = {stable_id("inc", step.step_id, *part) for step in steps for part in step.parts}
    named = {name for step in steps for name in (step.incident_id, step.into)}
    held = incidents["incident_id"]
    missing = named - {""} - parts - set(held[held.isin(named)])
    if not missing:
        return {}
    found: dict[str, str] = {}
    for incident_id, observations in zip(incidents["incident_id"], incidents["observations"], strict=True):
        for name in observations[1:]:  # the first gives it the name it has
            was = stable_id("inc", name)
            if was in missing:
                found[was] = incident_id
        if len(found) == len(missing):
            break
    return found


def _joined(steps: Iterable[Step], heirs: Mapping[str, str]) -> frozenset[str]:
    """Return the incidents that are now one with the one they were said to be a duplicate of."""
    into = {name: step.into for name, step in decided(steps).items() if step.state == "duplicate"}
    return frozenset(name for name, other in into.items() if heirs.get(name, name) == heirs.get(other, other))
