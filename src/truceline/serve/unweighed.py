"""What was split or merged in a room without a workbench: parts have a place and a time; what is missing is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from truceline.findings.tables import Assessment
from truceline.findings.workbench import in_place

Groups = Mapping[str, Sequence[str]]
SPLIT = "split by a verifier"
# one of the report's sentences, so that it is told in every language
SETTLE = "its probability and clauses are not worked out again: this room has not what the watch weighed it with"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unweighed:
    """Incidents whose probability is not worked out again."""

    incidents: pd.DataFrame
    findings: pd.DataFrame
    attributions: pd.DataFrame
    clocks: pd.DataFrame
    judged: frozenset[str] = frozenset()

    def over(self, assessment: Assessment) -> Assessment:
        """Return the assessment with these in it."""
        names = frozenset(self.incidents["incident_id"])
        return replace(assessment, incidents=in_place(assessment.incidents, self.incidents, names))


def unweighed(assessment: Assessment, groups: Groups, replaced: frozenset[str]) -> Unweighed:
    """Return the groups as incidents: parts without a probability, and wholes with that of the one that was widened.

    A part is otherwise like the replaced incident it was part of.
    """
    watched = assessment.incidents
    whole = watched[watched["incident_id"].isin(replaced)]
    rows = []
    for name, held in groups.items():
        own = watched[watched["incident_id"] == name]
        widened = own.assign(observations=[held] * len(own), settle=SETTLE)
        rows.append(widened if len(own) else _placed(assessment, name, held, whole))
    return Unweighed(
        incidents=pd.concat(rows, ignore_index=True) if rows else watched.head(0),
        findings=assessment.findings.head(0),
        attributions=assessment.attributions.head(0),
        clocks=assessment.clocks.head(0),
    )


def _placed(assessment: Assessment, name: str, held: Sequence[str], whole: pd.DataFrame) -> pd.DataFrame:
    """Return a part as a row.

    Its place is the mean of its observations', each weighed by the inverse of its variance; its error the smallest
    among them, since they may share one.
    """
    rows = assessment.observations[assessment.observations["observation_id"].isin(held)]
    weight = 1 / rows["sigma_m"].to_numpy(float) ** 2
    placed = np.isfinite(weight) & rows["lon_deg"].notna().to_numpy()
    lon, lat = (
        float(np.average(rows[column].to_numpy(float)[placed], weights=weight[placed])) if placed.any() else np.nan
        for column in ("lon_deg", "lat_deg")
    )
    chainage, offset = assessment.strip.place(lon_deg=[lon], lat_deg=[lat])
    like = whole[whole["observations"].map(lambda several: held[0] in several)].head(1)
    return like.assign(
        incident_id=name,
        time_start=rows["time_start"].min(),
        time_end=rows["time_end"].max(),
        lon_deg=lon,
        lat_deg=lat,
        sigma_m=rows["sigma_m"].min(),
        chainage_km=chainage,
        offset_km=offset,
        p_exists=np.nan,
        ln_odds_prior=np.nan,
        ln_lr=[()],
        observations=[tuple(held)],
        sensors=[tuple(sorted(set(rows["sensor"].astype(str))))],
        origins=float(rows["origin"].replace("", np.nan).nunique(dropna=True) or len(rows)),
        state="open",
        settle=SETTLE,
        method=SPLIT,
    )
