"""Each incident with the gravest thing any clause says of it: what the chart, the map and the summary draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.findings.tables import Assessment

# gravest first
VERDICTS = ("violation", "indeterminate", "compliant", "not_applicable")


def judged_incidents(assessment: Assessment) -> pd.DataFrame:
    """Return the incidents, in time order, with their gravest finding beside them.

    Adds clause, party, verdict ("" when no clause was asked), p_violation (nan when no clause applies), severity
    and reason of the gravest finding (by verdict, severity, then probability), `applies` (some clause covers the
    place and time), `heat_only` (only thermal sensors support it: then p_violation is the probability that it is
    not background, and nothing more), `sector`, and `day`, the local calendar day as ISO text.
    """
    findings = assessment.findings
    rank = findings.verdict.map({v: i for i, v in enumerate(VERDICTS)}).fillna(len(VERDICTS))
    gravest = (
        findings.assign(_rank=rank)
        .sort_values(["_rank", "severity", "probability", "finding_id"], ascending=[True, False, False, True])
        .drop_duplicates("incident_id")[
            ["incident_id", "clause", "interpretation", "party", "verdict", "probability", "severity", "reason"]
        ]
        .rename(columns={"party": "clause_party", "probability": "p_violation"})
    )
    table = assessment.incidents.merge(gravest, on="incident_id", how="left")
    for name in ("clause", "interpretation", "clause_party", "verdict", "reason"):
        table[name] = table[name].fillna("")
    table["applies"] = table.verdict.isin(VERDICTS[:3])
    table["p_violation"] = table.p_violation.astype(float).where(table.applies)
    table["heat_only"] = table.sensors.map(lambda kinds: tuple(kinds) == ("thermal",)).astype(bool)
    table["sector"] = sector_of(assessment.sectors, table.chainage_km)
    areas = {str(s.called): str(s.sector) for s in assessment.sectors.itertuples()}
    table["sector"] = table.sector.mask(table.chainage_km.isna(), table.place.map(areas).fillna(""))
    table["day"] = _local_days(table.time_start, assessment.timezone)
    return table.sort_values(["time_start", "incident_id"], ignore_index=True)


def _local_days(times: pd.Series, timezone: str) -> pd.Series:
    """Return the local calendar day of each time as ISO text, "" without one; each day is written out once."""
    midnight = times.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    numbers, days = pd.factorize(midnight)
    said = np.append(days.strftime("%Y-%m-%d").to_numpy(object), "")
    return pd.Series(said[numbers], index=times.index, dtype=object)


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
