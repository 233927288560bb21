"""The workbench: incidents worked out again from groups of observations that people put together.

What a verifier splits or merges is weighed, placed and judged as the watch would have it if association had made those
groups, and so is what hangs on it: the findings of others that look across incidents, attributions, clocks, and the
status of the days. What the watch made of the observations itself is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from truceline.findings.again import Change, Terms, judge_changed
from truceline.findings.assess import assess
from truceline.findings.attribution import attribute
from truceline.findings.claims import counted_again
from truceline.findings.clocks import clocks_again, start_clocks
from truceline.findings.early_warning import early_warnings
from truceline.findings.status import worst
from truceline.findings.status_again import days_touched, status_again
from truceline.findings.tables import Assessment
from truceline.incidents import Incidents, IncidentSettings, Learnt, incidents_of_groups, weigh_standing
from truceline.observations.order import gathered
from truceline.sensors.silence import StandingBy

Groups = Mapping[str, Sequence[str]]  # incident -> ids of its observations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regrouped:
    """What other groups come to: rows of the assessment's tables, in place of those of the same incidents."""

    incidents: pd.DataFrame
    findings: pd.DataFrame
    attributions: pd.DataFrame
    clocks: pd.DataFrame
    status: pd.DataFrame  # all of it
    claims: pd.DataFrame  # all of it
    judged: frozenset[str]  # incidents whose findings these are: those grouped, and whom they sway
    gone: frozenset[str]  # incidents that others stand for: their rows stay, their clocks run no more
    aside: frozenset[str]  # of these incidents, those that are shown and count for nothing else

    def over(self, assessment: Assessment) -> Assessment:
        """Return the assessment with these in it; it is the one they were worked out from."""
        running = assessment.clocks[~assessment.clocks["incident_id"].isin(self.judged | self.gone)]
        incidents = in_place(assessment.incidents, self.incidents, frozenset(self.incidents["incident_id"]))
        return replace(
            assessment,
            incidents=incidents,
            findings=in_place(assessment.findings, self.findings, self.judged),
            attributions=in_place(assessment.attributions, self.attributions, self.judged),
            clocks=clocks_again(running, self.clocks, now=assessment.now)[0],
            status=self.status,
            claims=self.claims,
            warnings=self._warnings(assessment, incidents),
        )

    def _warnings(self, a: Assessment, incidents: pd.DataFrame) -> tuple[str, ...]:
        counted = incidents[~incidents["incident_id"].isin(self.gone | self.aside)]
        was = early_warnings(a.status, a.incidents, a.looks, a.period)
        others = a.warnings[: len(a.warnings) - len(was)]  # the early ones stand last
        return (*others, *early_warnings(self.status, counted, a.looks, a.period))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workbench:
    """What it takes to work incidents out again."""

    learnt: Learnt
    standing: StandingBy | None
    settings: IncidentSettings
    log: pd.DataFrame | None = None  # ACT_LOG

    @classmethod
    def of(
        cls, made: Incidents, *, standing: StandingBy | None, settings: IncidentSettings, log: pd.DataFrame | None
    ) -> Workbench | None:
        """Return the workbench of incidents that were made; None where what was learnt was not kept."""
        if made.learnt is None:
            return None
        return cls(learnt=made.learnt, standing=standing, settings=settings, log=log)

    def regroup(
        self, assessment: Assessment, groups: Groups, *, gone: frozenset[str], aside: Groups | None = None
    ) -> Regrouped:
        """Return what `groups` come to beside the rest of the assessment's incidents, those `gone` left out.

        A group called as an incident of the assessment takes its place. Those `aside` are shown, each as if it were
        alone, and count for nothing else.

        Raises
        ------
        RequestError
            If an observation named is no evidence.
        """
        a, aside = assessment, aside or {}
        observations = _named(a, [*groups.values(), *aside.values()])
        made = self._made(a, {**groups, **aside}, observations)
        mine, apart = made[made["incident_id"].isin(groups)], made[~made["incident_id"].isin(groups)]
        terms = Terms(agreements=(a.agreement, *a.also), lines=a.lines, log=self.log)
        looking = bool(terms.across())
        world = in_place(a.incidents, mine, gone | frozenset(groups)) if looking else mine
        fresh = frozenset(world["incident_id"] if looking and terms.alike() else groups)
        findings, fresh = judge_changed(a.findings, Change(incidents=world, fresh=fresh, gone=gone), terms, now=a.now)
        touched = world[world["incident_id"].isin(fresh)]
        swayed = _named(a, touched["observations"]) if len(fresh) > len(groups) else observations
        of_apart = assess(
            apart, terms.agreements, lines=a.lines, log=self.log, now=a.now, by_itself=True if looking else None
        )
        before = a.incidents[a.incidents["incident_id"].isin(gone | fresh)]
        return Regrouped(
            incidents=made,
            findings=_together(findings, of_apart),
            attributions=_together(attribute(touched, swayed, findings), attribute(apart, observations, of_apart)),
            clocks=start_clocks(findings, touched, a.agreement, now=a.now),
            status=_status(a, before, touched, findings),
            claims=counted_again(a.claims, less=before, more=touched),
            judged=fresh | frozenset(aside),
            gone=gone,
            aside=frozenset(aside),
        )

    def _made(self, assessment: Assessment, groups: Groups, observations: pd.DataFrame) -> pd.DataFrame:
        a = assessment
        table = incidents_of_groups(
            groups, observations, self.learnt, strip=a.strip, places=a.places, settings=self.settings
        )
        made = Incidents(incidents=table, background=a.background, masked=a.fixed_sources, assumptions=a.assumptions)
        return weigh_standing(made, observations, self.standing, self.settings).incidents


def _status(a: Assessment, before: pd.DataFrame, touched: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the STATUS, the days on which any of these incidents may have fallen anew."""
    if not len(a.status):
        return a.status
    both = pd.concat([before[["time_start", "time_end"]], touched[["time_start", "time_end"]]])
    days = days_touched(both["time_start"].min(), both["time_end"].max(), period=a.period, timezone=a.timezone)
    start, end = a.incidents["time_start"], a.incidents["time_end"]
    # an incident from before the first day counts on it, one from after the last on the last
    near = (end >= days.start).to_numpy() & ((start < days.end).to_numpy() | days.last)
    near &= ~a.incidents["incident_id"].isin(before["incident_id"]).to_numpy()
    others = a.incidents[near]
    theirs = a.findings[a.findings["incident_id"].isin(others["incident_id"])]
    gravest = worst(_together(others, touched), _together(theirs, findings))
    return status_again(a.status, days.names, gravest, sectors=a.sectors, period=a.period, timezone=a.timezone)


def _named(assessment: Assessment, several: Sequence[Sequence[str]] | pd.Series) -> pd.DataFrame:
    names = {name for one in several for name in one}
    return assessment.observations[assessment.observations["observation_id"].isin(names)]


def _together(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    return gathered([one, other], np.arange(len(one) + len(other)))


def in_place(held: pd.DataFrame, new: pd.DataFrame, names: frozenset[str]) -> pd.DataFrame:
    """Return the held rows of other incidents than those named, then the new ones."""
    kept = np.flatnonzero(~held["incident_id"].isin(names).to_numpy())
    return gathered([held, new], np.r_[kept, len(held) + np.arange(len(new))])
