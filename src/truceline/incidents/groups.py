"""Incidents of groups of observations that somebody else put together, weighed and placed as any others are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from truceline.errors import RequestError
from truceline.incidents.associate import in_order
from truceline.incidents.evidence import take_evidence
from truceline.incidents.make import Learnt, table_of
from truceline.incidents.members import lay_out
from truceline.incidents.settings import IncidentSettings
from truceline.strip import Strip


def incidents_of_groups(
    groups: Mapping[str, Sequence[str]],
    observations: pd.DataFrame,
    learnt: Learnt,
    *,
    strip: Strip,
    places: pd.DataFrame | None,
    settings: IncidentSettings,
) -> pd.DataFrame:
    """Return the INCIDENTS of groups, id -> ids of its observations, one row each in the order of the groups.

    What association would have made of the observations has no say; everything after it is the same, whatever the order
    in which they are named. One observation may be in several groups. `observations` hold at least those named.

    Raises
    ------
    RequestError
        If one of them is no evidence: a claim, or not among the observations.
    """
    evidence = in_order(take_evidence(observations, strip))
    site = learnt.on_site.reindex(evidence["observation_id"]).to_numpy(float)
    evidence["site_of"] = np.where(np.isnan(site), -1, site).astype(np.int64)
    number = np.repeat(np.arange(len(groups)), [len(several) for several in groups.values()])
    names = [name for several in groups.values() for name in several]
    at = pd.Index(evidence["observation_id"]).get_indexer(names)
    if (at < 0).any():
        raise RequestError(
            f"observation '{names[int(np.argmin(at))]}' is no evidence that could be of an incident.",
            todo="Group observations that incidents hold.",
        )
    order = np.lexsort([at, number])
    members = lay_out(evidence.take(at[order]), number[order])
    return table_of(members, learnt, strip, places, settings).assign(incident_id=list(groups))
