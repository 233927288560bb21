"""Take: a batch of readings into an assessment, touching only what it changes.

After every batch the assessment is what `monitor` makes of all readings together, table for table; the order in which
they came has no say, nor how often. What enters everything (heat near the line, the looks of satellites) is learnt
anew; reports, and what sensors on the ground tell, change the incidents around them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from truceline.findings.again import Change, Concluded, Terms
from truceline.findings.claims import ledger
from truceline.findings.early_warning import early_warnings, nearest_km, said_of_nearest
from truceline.findings.status import with_incidents, worst
from truceline.findings.tables import Assessment
from truceline.findings.workbench import Workbench
from truceline.incidents import Incidents, weigh_standing
from truceline.incidents.held import NEW, Held, hold_incidents
from truceline.live.compare import differs
from truceline.live.eyes import Eyes
from truceline.live.update import Update, update_of
from truceline.mission import Given, Mission
from truceline.monitor import Brief, Seen, assumed, conclude, said_of_watch
from truceline.observations import Readings
from truceline.observations.added import Added, Kept, add_readings
from truceline.observations.order import gathered
from truceline.observations.outages import Outage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _State:
    """Everything kept from one batch to the next. It is replaced, never changed."""

    kept: Kept
    eyes: Eyes
    made: Incidents
    held: Held
    concluded: Concluded
    nearest_km: float
    assessment: Assessment


class Live:
    """One mission's assessment, kept up to date. One thread at a time may `take`; an assessment never changes.

    Raises nothing of its own: a batch that fails leaves everything as it was.
    """

    def __init__(self, brief: Brief, given: Given, *, now: datetime, log: pd.DataFrame | None = None) -> None:
        self._brief, self._claims, self._history = brief, given.claims, given.history
        self._terms = Terms(agreements=brief.agreements, lines=brief.lines, log=log)
        eyes = Eyes.of(brief, given.readings.looks)
        made, held = self._whole(given.readings.observations, eyes)
        seen = Seen(looks=eyes.looks, made=made, coverage=eyes.coverage, standing=eyes.standing)
        first = conclude(brief, given.readings, seen, now=now, claims=given.claims, log=log)
        self._state = _State(
            kept=Kept.of(given.readings),
            eyes=eyes,
            made=made,
            held=held,
            concluded=Concluded(
                findings=first.findings,
                gravest=worst(first.incidents, first.findings),
                attributions=first.attributions,
                clocks=first.clocks,
            ),
            nearest_km=nearest_km(first.observations, brief.strip),
            assessment=first,
        )

    @classmethod
    def of(
        cls, mission: Mission, *, now: datetime | None = None, tell: Callable[[str], None] = lambda step: None
    ) -> Live:
        """Return a mission watched from what its sources say by now; `now` defaults to the period's end."""
        now = now or mission.brief.period.end
        given = mission.gather(now=now, tell=tell)
        tell("watching")
        return cls(mission.brief, given, now=now)

    @property
    def assessment(self) -> Assessment:
        """The assessment as it stands."""
        return self._state.assessment

    def take(self, readings: Readings, *, outages: Sequence[Outage] = (), now: datetime) -> Update:
        """Add readings and return what came of it.

        `outages` are all there were, not only those since the last batch. An empty batch moves the clock alone.
        """
        old = self._state
        added = add_readings(old.kept, readings)
        brief = replace(self._brief, outages=tuple(outages))
        eyes = old.eyes.again(brief, added.kept.readings.looks, changed=added.looks)
        whole = eyes.sees_other_heat(old.eyes) or self._tells_of_heat(added)
        made, held, change = self._all(added, eyes) if whole else self._some(added, eyes)
        if self._terms.judge_all(old.assessment.now, now):
            change = replace(change, fresh=frozenset(change.incidents["incident_id"]))
        concluded, fresh, clocks = old.concluded.again(change, added.kept.rows, self._terms, now=now)
        nearest = nearest_km(added.new, brief.strip)
        if added.gone:
            nearest = nearest_km(added.kept.readings.observations, brief.strip)
        state = replace(
            old,
            kept=added.kept,
            eyes=eyes,
            made=made,
            held=held,
            concluded=concluded,
            nearest_km=nearest if added.gone else min(nearest, old.nearest_km),
        )
        state = replace(state, assessment=self._assessed(state, now))
        self._state = state
        return update_of(old.assessment, state.assessment, added, change, fresh, clocks, whole=whole)

    def _tells_of_heat(self, added: Added) -> bool:
        """Return whether what came, or what it replaced, is heat that has a say in every incident."""
        old = self._state
        replaced = old.kept.rows(sorted(added.gone))
        return any(len(rows) and old.held.tells_of_heat(rows) for rows in (added.new, replaced))

    def _whole(self, observations: pd.DataFrame, eyes: Eyes) -> tuple[Incidents, Held]:
        made, held = hold_incidents(
            observations,
            eyes.looks,
            strip=self._brief.strip,
            period=self._brief.period,
            history=self._history,
            places=self._brief.places,
            settings=self._brief.settings,
        )
        return weigh_standing(made, observations, eyes.standing, self._brief.settings), held

    def _all(self, added: Added, eyes: Eyes) -> tuple[Incidents, Held, Change]:
        """Return all incidents made anew, and which of them came out otherwise than before."""
        before = self._state.made.incidents
        made, held = self._whole(added.kept.readings.observations, eyes)
        other = differs(before, made.incidents, "incident_id")
        if added.gone:  # an incident may look the same and rest on something else
            other |= made.incidents["observations"].map(added.gone.isdisjoint).eq(False).to_numpy()
        return made, held, _change(before, made.incidents, other)

    def _some(self, added: Added, eyes: Eyes) -> tuple[Incidents, Held, Change]:
        """Return the incidents with those made anew whose members changed, or the sensors that could be heard."""
        old = self._state
        before, held, was = old.made.incidents, old.held, np.arange(len(old.made.incidents))
        if len(added.new) or added.gone:
            held, was = held.changed(added.new, added.gone)
        for span in eyes.turned(old.eyes) if eyes.standing or old.eyes.standing else ():
            start = before["time_start"]
            was[((start >= span.start) & (start < span.end)).to_numpy()[was] & (was >= 0)] = NEW
        anew = np.flatnonzero(was == NEW)
        if not len(anew) and len(was) == len(before):
            return old.made, held, Change(incidents=before, fresh=frozenset(), gone=frozenset())
        mine = added.kept.rows(held.ids_of(anew))
        again = replace(old.made, incidents=held.made_of(anew, mine))
        made = weigh_standing(again, mine, eyes.standing, self._brief.settings).incidents
        order = was.copy()
        order[anew] = len(before) + np.arange(len(anew))
        incidents = gathered([before, made], order)
        return replace(old.made, incidents=incidents), held, _change(before, incidents, was == NEW)

    def _assessed(self, state: _State, now: datetime) -> Assessment:
        brief, eyes, concluded, made = state.eyes.brief, state.eyes, state.concluded, state.made
        readings = state.kept.readings
        status = with_incidents(
            eyes.watched, concluded.gravest, sectors=brief.sectors, period=brief.period, timezone=brief.timezone
        )
        return replace(
            state.assessment,
            now=now,
            observations=readings.observations,
            looks=eyes.looks,
            set_aside=readings.set_aside,
            incidents=made.incidents,
            findings=concluded.findings,
            status=status,
            coverage=eyes.table,
            attributions=concluded.attributions,
            clocks=concluded.clocks,
            claims=ledger(self._claims, made.incidents),
            exposure=eyes.exposure,
            warnings=(
                *said_of_nearest(state.nearest_km),
                *said_of_watch(brief),
                *early_warnings(status, made.incidents, eyes.looks, brief.period),
            ),
            assumptions=pd.concat([made.assumptions, assumed(brief)], ignore_index=True),
            digests=readings.digests,
            background=made.background,
            fixed_sources=made.masked,
            workbench=Workbench.of(made, standing=eyes.standing, settings=brief.settings, log=self._terms.log),
        )


def _change(before: pd.DataFrame, after: pd.DataFrame, other: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Change:
    fresh = frozenset(after["incident_id"].to_numpy(object)[other])
    gone = frozenset(before["incident_id"]) - frozenset(after["incident_id"])
    return Change(incidents=after, fresh=fresh, gone=gone)
