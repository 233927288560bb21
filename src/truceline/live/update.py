"""An update: what a batch made of the assessment, and what of it is new, changed or no longer said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from truceline.findings.again import Change
from truceline.findings.clocks import clock_ids
from truceline.findings.tables import Assessment
from truceline.live.compare import differs, heirs, unlike
from truceline.observations.added import Added

_NAMED = ("findings", "attributions", "clocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a batch made of the assessment."""

    assessment: Assessment
    changed: tuple[str, ...]  # ids of incidents that are new, changed in any table, or gone; sorted
    whole: bool  # whether every incident was weighed again
    # table of the assessment -> its rows that are new or say something else than before
    fresh: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    gone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # id -> incidents that hold what it held
    # findings, attributions, clocks -> what they no longer say, by the names the record has for it; sorted
    lost: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def update_of(
    before: Assessment,
    after: Assessment,
    added: Added,
    change: Change,
    fresh: frozenset[str],
    clocks: pd.DataFrame,
    *,
    whole: bool,
) -> Update:
    """Return what is new in each table, and what became of the incidents that are gone.

    `fresh` are the incidents of which anything was made anew, `clocks` the clocks that are new.
    """
    of_fresh = {
        name: table[table["incident_id"].isin(fresh)]
        for name, table in (
            ("incidents", after.incidents),
            ("findings", after.findings),
            ("attributions", after.attributions),
        )
    }
    looks = after.looks if after.looks is before.looks else after.looks[differs(before.looks, after.looks, "look_id")]
    return Update(
        assessment=after,
        changed=tuple(sorted(fresh | change.gone)),
        whole=whole,
        fresh={
            **of_fresh,
            "observations": added.new,
            "looks": looks[:0] if after.looks is before.looks else looks,
            "status": after.status[unlike(before.status, after.status)],
            "claims": after.claims[unlike(before.claims, after.claims)],
            "clocks": clocks,
        },
        gone=heirs(before.incidents, of_fresh["incidents"], change.gone),
        lost=_lost(before, after, fresh | change.gone),
    )


def _lost(before: Assessment, after: Assessment, touched: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return what was said of incidents that are changed or gone, and is not said any more."""
    told = [{name: _names(getattr(a, name), name, touched) for name in _NAMED} for a in (before, after)]
    return {name: tuple(sorted(told[0][name] - told[1][name])) for name in _NAMED}


def _names(table: pd.DataFrame, name: str, touched: frozenset[str]) -> set[str]:
    rows = table[table["incident_id"].isin(touched)]
    return set(clock_ids(rows) if name == "clocks" else rows["finding_id" if name == "findings" else "incident_id"])
