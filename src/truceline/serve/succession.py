"""Who inherits what people decided about an incident that is no longer there.

An incident is called by its first observation. When a late one comes before it, or two incidents turn out to be one,
the name goes; what was decided under it passes to the incident that now holds that first observation, and is shown as
inherited. Nothing in the record changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from truceline.provenance import stable_id

if TYPE_CHECKING:
    from truceline.serve.reviews import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A step as it counts for an incident that is there."""

    step: Step
    inherited_from: str = ""  # the incident it was taken about, where that is another


def passed_on(steps: Sequence[Step], incidents: pd.DataFrame) -> tuple[Told, ...]:
    """Return the steps, each with the incident it counts for now: inherited ones first, so that own ones decide.

    A step about an incident that nothing has inherited keeps its name: it is in the history, and in no incident's.
    """
    heirs = _heirs(steps, incidents)
    inherited = [
        Told(step=replace(step, incident_id=heirs[step.incident_id]), inherited_from=step.incident_id)
        for step in steps
        if step.incident_id in heirs
    ]
    return (*inherited, *(Told(step=step) for step in steps if step.incident_id not in heirs))


def history_of(incident_id: str, steps: Sequence[Step], incidents: pd.DataFrame) -> list[Step]:
    """Return the steps that count for one incident, the deciding one last."""
    return [told.step for told in passed_on(steps, incidents) if told.step.incident_id == incident_id]


def in_effect(told: Iterable[Told], incidents: pd.DataFrame) -> tuple[Step, ...]:
    """Return the steps that change how the assessment reads.

    A split does so only while its parts hold the incident's observations, all of them: of one that came later nobody
    has said which part it belongs to, and it must not drop out of sight.
    """
    told = tuple(told)
    split = {one.step.incident_id for one in told if one.step.state == "split"}
    held = incidents.loc[incidents["incident_id"].isin(split)].set_index("incident_id")["observations"].map(set)
    return tuple(
        one.step
        for one in told
        if one.step.state != "split"
        or held.get(one.step.incident_id) == {name for part in one.step.parts for name in part}
    )


def _heirs(steps: Sequence[Step], incidents: pd.DataFrame) -> dict[str, str]:
    """Return, for each incident decided about that is gone, the one that holds its first observation."""
    parts = {stable_id("inc", step.step_id, *part) for step in steps for part in step.parts}
    missing = {step.incident_id for step in steps} - parts - set(incidents["incident_id"])
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
