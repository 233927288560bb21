"""The claims ledger: what the parties allege, kept apart from what is known. A claim alone is never a finding."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.findings.tables import CLAIMS
from truceline.observations.tables import new_table


def ledger(claims: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return the CLAIMS table with the component check and the number of incidents in each claim's hours.

    A total with components gets `gap` = total - sum of components. A component that is only a lower bound ("over 950")
    leaves the sum open: it may explain the gap, and the ledger says so rather than that the claim does not add up.
    """
    if not len(claims):
        return new_table(CLAIMS, {}, length=0)
    table = claims.reset_index(drop=True).copy()
    low = table.groupby("parent")["count_min"].sum(min_count=1)
    bounded = table.assign(open=np.isinf(table["count_max"])).groupby("parent")["open"].any()
    has_parts = table["claim_id"].isin(low.index)
    table["gap"] = np.where(has_parts, table["count_min"] - table["claim_id"].map(low), np.nan)
    is_open = table["claim_id"].map(bounded).eq(True)
    table["adds_up"] = np.select(
        [~has_parts, table["gap"] == 0, is_open & (table["gap"] > 0)],
        ["no components", "yes", "no: a component is only a lower bound"],
        default="no",
    )
    table["matched"] = [_within(incidents, row.time_start, row.time_end) for row in table.itertuples()]
    table["state"] = "open"
    return new_table(CLAIMS, {name: table[name] for name in CLAIMS if name in table}, length=len(table))


def counted_again(claims: pd.DataFrame, *, less: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Return CLAIMS with the number of incidents in each claim's hours anew: some fewer, some more than before."""
    hours = list(zip(claims["time_start"], claims["time_end"], strict=True))
    change = [_within(more, start, end) - _within(less, start, end) for start, end in hours]
    return claims.assign(matched=claims["matched"] + np.asarray(change, float))


def _within(incidents: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return how many incidents overlap the hours of a claim; nan when the claim names no hours."""
    if pd.isna(start):
        return float("nan")
    inside = incidents["time_end"] >= start
    if not pd.isna(end):
        inside &= incidents["time_start"] < end
    return float(inside.sum())


def comparable(claims: pd.DataFrame) -> bool:
    """Return whether all totals cover the same hours; without that they must not be set side by side as a score."""
    totals = claims[claims["parent"] == ""]
    return len(totals[["time_start", "time_end"]].drop_duplicates()) <= 1 and not totals["time_end"].isna().any()
