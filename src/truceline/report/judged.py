"""Each incident with the gravest thing any clause says of it: what the chart, the map and the summary draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.findings.tables import Assessment

# gravest first
VERDICTS = ("violation", "indeterminate", "compliant", "not_applicable")
_OF_FINDINGS = ("incident_id", "clause", "interpretation", "party", "verdict", "probability", "severity", "reason")


def judged_incidents(assessment: Assessment) -> pd.DataFrame:
    """Return the incidents, in time order, with their gravest finding beside them.

    Adds clause, party, verdict ("" when no clause was asked), p_violation (nan when no clause applies), severity
    and reason of the gravest finding (by verdict, severity, then probability), `applies` (some clause covers the
    place and time), `heat_only` (only thermal sensors support it: then p_violation is the probability that it is
    not background, and nothing more), `sector`, and `day`, the local calendar day as ISO text.
    """
    table = assessment.incidents.reset_index(drop=True)
    table = table.assign(**judgements(assessment))
    return table.sort_values(["time_start", "incident_id"], ignore_index=True)


def judgements(assessment: Assessment) -> dict[str, pd.Series]:
    """Return what `judged_incidents` adds to the incidents, by name, each in the order of the incidents."""
    incidents = assessment.incidents.reset_index(drop=True)
    gravest = _gravest(assessment.findings).set_index("incident_id").reindex(incidents["incident_id"])
    applies = gravest["verdict"].isin(VERDICTS[:3])
    made = {
        "clause": gravest["clause"].fillna(""),
        "interpretation": gravest["interpretation"].fillna(""),
        "clause_party": gravest["party"].fillna(""),
        "verdict": gravest["verdict"].fillna(""),
        "p_violation": gravest["probability"].astype(float).where(applies),
        "severity": gravest["severity"],
        "reason": gravest["reason"].fillna(""),
        "applies": applies,
    }
    sector, unplaced = sector_of(assessment.sectors, incidents.chainage_km), incidents.chainage_km.isna()
    areas = {str(s.called): str(s.sector) for s in assessment.sectors.itertuples()}
    sector[unplaced] = incidents.place[unplaced].map(areas).fillna("")
    return {
        **{name: column.set_axis(incidents.index) for name, column in made.items()},
        "heat_only": incidents.sensors.map(lambda kinds: tuple(kinds) == ("thermal",)).astype(bool),
        "sector": sector,
        "day": _local_day(incidents.time_start, assessment.timezone),
    }


def _gravest(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the gravest finding of each incident that has any."""
    findings = findings[[*_OF_FINDINGS, "finding_id"]]
    several = findings["incident_id"].duplicated(keep=False)
    among = findings[several]
    rank = among.verdict.map({v: i for i, v in enumerate(VERDICTS)}).fillna(len(VERDICTS))
    among = among.assign(_rank=rank).sort_values(
        ["_rank", "severity", "probability", "finding_id"], ascending=[True, False, False, True]
    )
    # most incidents have one, which need not be sorted
    return pd.concat([findings[~several], among.drop_duplicates("incident_id")])[list(_OF_FINDINGS)]


def _local_day(times: pd.Series, timezone: str) -> pd.Series:
    codes, days = pd.factorize(times.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize())
    names = np.array([*pd.DatetimeIndex(days).strftime("%Y-%m-%d"), ""], dtype=object)  # code -1: no time
    return pd.Series(names[codes], index=times.index, dtype=object)


def sector_of(sectors: pd.DataFrame, chainage_km: pd.Series) -> pd.Series:
    """Return the sector id of each chainage; "" outside all. Where sectors overlap the first listed wins."""
    found = np.full(len(chainage_km), "", dtype=object)
    km = chainage_km.to_numpy(float)
    last = sectors.to_km.max() if len(sectors) else 0.0
    for row in sectors[::-1].itertuples():
        inside = (km >= row.from_km) & ((km < row.to_km) | (km == last) & (row.to_km == last))
        found[inside] = row.sector
    return pd.Series(found, index=chainage_km.index)


def sector_names(sectors: pd.DataFrame) -> dict[str, str]:
    """Return sector id -> the name it is called by, in the order along the line."""
    ordered = sectors.sort_values("from_km", kind="stable")
    return {str(s): str(c) or str(s) for s, c in zip(ordered.sector, ordered.called, strict=True)}
