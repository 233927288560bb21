"""The tables that judging produces, and the Assessment that holds one whole monitoring run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.incidents.tables import BACKGROUND, MASKED
from truceline.observations.tables import Schema, empty
from truceline.strip import Strip
from truceline.timespan import Timespan

if TYPE_CHECKING:
    from truceline.findings.workbench import Workbench

# what `judge` reads: only `id` and `time` must be there; text may be '', numbers nan
SIGHTINGS: Schema = {
    "id": "text",
    "time": "time",
    "time_end": "time",  # when it is known only as between `time` and this
    "launch_time": "time",  # of a weapon whose impact `time` is
    "lon": "number",
    "lat": "number",
    "sigma_m": "number",  # one-sigma location error
    "chainage_km": "number",
    "offset_km": "number",  # positive on the first party's side; also `offset_km@<line id>` for one line
    "distance_km": "number",  # to the clause's object or centre; also `distance_km@<zone id or object>`
    "zone": "text",  # every named area it lies in, separated by ';'
    "sector": "text",
    "altitude_m": "number",
    "party": "text",  # who did it or whose it is
    "operator": "text",
    "act": "text",
    "item": "text",
    "system": "text",
    "calibre_mm": "number",
    "range_km": "number",
    "armed": "text",  # yes | no | ''
    "count": "number",
    "count_sigma": "number",
    "purpose": "text",
    "target": "text",  # class of what was hit
    "p_exists": "number",  # chance that it happened at all; missing means 1
    "p_act": "number",  # chance that the act and item are as said; missing means 1
    "p_acts": "list",  # ((act, probability), ...) instead of one act
}

# acts that are not sightings: consent, notices, orders, declarations, duties done, quiet days, access refused
ACT_LOG: Schema = {
    "time": "time",
    "event": "text",
    "party": "text",
    "outcome": "text",  # failed | disputed | ...
    "zone": "text",
    "until": "time",
    "distance_km": "number",  # how far outside the area; 0 or missing is inside
    "text": "text",
}

# `judge` prints exactly these, in this order
JUDGEMENTS: Schema = {
    "sighting": "text",
    "clause": "text",
    "interpretation": "text",
    "party": "text",
    "verdict": "text",  # compliant | violation | indeterminate | not_applicable
    "probability": "number",  # that the clause was violated, under location, class and line error
    "margin": "number",  # signed, positive inside the rule
    "margin_unit": "text",  # km | h | s | count | ...
    "reason": "text",
}

FINDINGS: Schema = {
    "finding_id": "text",
    "incident_id": "text",
    **{name: kind for name, kind in JUDGEMENTS.items() if name != "sighting"},
    "severity": "number",  # 0-4, needs no more than the acts and what was hit
    "intent": "text",  # undetermined unless evidence points
    "method": "text",
    "method_version": "text",
}

STATUS: Schema = {
    "sector": "text",
    "day": "text",  # local ISO date
    "status": "text",  # violation | indeterminate | no violation seen, well watched | ... partly watched | not observed
    "watched": "number",  # probability that a violation of the mission's main kind would have been seen
    "watched_low": "number",  # the same under the low and the high end of the assumptions
    "watched_high": "number",
    "looks": "number",
    "exposure_h": "number",  # hours of the sector-day that lie in the period
    "incidents": "number",
    "p_violation": "number",  # probability of at least one violation, from the incidents seen
    "missed_upper": "number",  # 95 % upper bound on violations missed (3.0 / watched when none was seen)
}

COVERAGE: Schema = {
    "cell_km": "number",  # start of the strip cell along the line
    "time_start": "time",  # start of the step
    "kind": "text",  # kind of violation
    "looked": "number",  # probability that the cell was looked at in this step under an open sky
    "seen": "number",  # probability that a violation of this kind in this step would have been seen
    "seen_low": "number",  # the same under the low and the high end of the assumptions
    "seen_high": "number",
    "daylight": "flag",
}

ATTRIBUTIONS: Schema = {
    "incident_id": "text",
    "attributed_to": "text",  # a party, or undetermined
    "probability": "number",
    "word": "text",  # ICD 203
    "confidence": "text",  # low | moderate | high, never in one sentence with the word
    "basis": "text",
    "party_response": "text",
}

CLOCKS: Schema = {
    "incident_id": "text",
    "clause": "text",
    "severity": "number",
    "step": "text",
    "started": "time",
    "due": "time",
    "owner": "text",
    "state": "text",  # running | overdue | done | not started
}

CLAIMS: Schema = {
    "claim_id": "text",
    "claimant": "text",
    "accused": "text",
    "measure": "text",
    "count_min": "number",
    "count_max": "number",
    "count_said": "text",
    "time_start": "time",
    "time_end": "time",
    "parent": "text",  # the claim this one is a component of
    "gap": "number",  # total minus the sum of its components; nan when it has none
    "adds_up": "text",  # yes | no | open: a component is a lower bound | no components
    "matched": "number",  # incidents in the same hours
    "state": "text",  # open | verified | refuted | not verifiable
    "url": "text",
    "note": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything one monitoring run concluded; the only thing a report reads."""

    mission_id: str
    title: str
    timezone: str  # local zone of the report day
    report_day_ends: str  # local HH:MM at which a report period closes
    period: Timespan
    in_force: tuple[Timespan, ...]  # the hours of the period in which the agreement binds
    now: datetime
    agreement: Agreement
    strip: Strip  # the line chainage is measured along
    lines: tuple[LineOfContact, ...]
    sectors: pd.DataFrame  # sector, called, from_km, to_km
    places: pd.DataFrame  # name, lon_deg, lat_deg, chainage_km, offset_km, population
    observations: pd.DataFrame
    looks: pd.DataFrame
    set_aside: pd.DataFrame
    incidents: pd.DataFrame
    findings: pd.DataFrame
    status: pd.DataFrame
    coverage: pd.DataFrame
    attributions: pd.DataFrame
    clocks: pd.DataFrame
    claims: pd.DataFrame
    exposure: Mapping[str, float]  # line_km, hours, km_h_total, km_h_seen, km_h_partly, km_h_unseen, by day and night
    warnings: tuple[str, ...]  # what was wrong with the watch; then early warning: quiet but building ...
    assumptions: pd.DataFrame  # name, value, low, high, unit, source
    credits: tuple[str, ...]  # whose data this rests on
    digests: Mapping[str, str]  # input file -> SHA-256
    background: pd.DataFrame = field(default_factory=lambda: empty(BACKGROUND))  # expected detections by strip cell
    fixed_sources: pd.DataFrame = field(default_factory=lambda: empty(MASKED))  # heat that burns day after day
    also: tuple[Agreement, ...] = ()  # further agreements judged in the same run
    grid_km: float = 0.0  # of a release: every place lies on a grid so wide; 0: places are as they are
    workbench: Workbench | None = None  # works incidents out again from other groups of observations; None: not at hand
    # incident grouped by a person -> the incidents it stands for, which are shown beside it and counted no more
    stands_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def replaced(self) -> frozenset[str]:
        """The incidents that others stand for: split into parts, or the same as another."""
        return frozenset(name for several in self.stands_for.values() for name in several)
