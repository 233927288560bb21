"""What was concluded of incidents, when some of them have changed: only what hangs on those is worked out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.findings.assess import across, assess
from truceline.findings.attribution import attribute
from truceline.findings.clocks import clocks_again, start_clocks
from truceline.findings.status import worst
from truceline.observations.order import gathered, with_rows

KEY = ["incident_id", "clause", "interpretation", "party"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What incidents are judged by."""

    agreements: tuple[Agreement, ...]
    lines: tuple[LineOfContact, ...]
    log: pd.DataFrame | None = None

    def across(self) -> frozenset[str]:
        """Return the clauses, as clause|interpretation, under which one incident's findings hang on others'."""
        return across(self.agreements)

    def judge_all(self, then: datetime, now: datetime) -> bool:
        """Return whether every incident is to be judged again although it has not changed.

        That is when acts on record have happened since, or when two agreements name a clause alike.
        """
        return self.alike() or self._on_record(then) != self._on_record(now)

    def alike(self) -> bool:
        """Return whether two agreements name a clause alike: a finding does not tell then which of them it is under."""
        names = [clause.clause_id for agreement in self.agreements for clause in agreement.clauses]
        return len(set(names)) < len(names)

    def _on_record(self, now: datetime) -> int:
        recorded = sum(record.time.latest <= now for agreement in self.agreements for record in agreement.records)
        return recorded + (0 if self.log is None else int((self.log["time"] <= pd.Timestamp(now)).sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The incidents as they are now, and what became of them."""

    incidents: pd.DataFrame
    fresh: frozenset[str]  # new or changed
    gone: frozenset[str]  # no longer there


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The tables that hang on the incidents."""

    findings: pd.DataFrame
    gravest: pd.DataFrame  # `worst` of each incident
    attributions: pd.DataFrame
    clocks: pd.DataFrame

    def again(
        self, change: Change, look_up: Callable[[Sequence[str]], pd.DataFrame], terms: Terms, *, now: datetime
    ) -> tuple[Concluded, frozenset[str], pd.DataFrame]:
        """Return the tables as they are now, the incidents of which any was made anew, and the clocks that are new.

        `look_up` returns the observations of some ids.
        """
        findings, fresh = self._findings(change, terms, now)
        touched = fresh | change.gone
        names = change.incidents["incident_id"]
        mine, of_mine = change.incidents[names.isin(fresh)], findings[findings["incident_id"].isin(fresh)]
        observations = look_up([name for several in mine["observations"] for name in several])
        begun = start_clocks(of_mine, mine, terms.agreements[0], now=now)
        running, new = clocks_again(self.clocks[~self.clocks["incident_id"].isin(touched)], begun, now=now)
        made = Concluded(
            findings=findings,
            gravest=_by_incident(self.gravest, worst(mine, of_mine), touched, names),
            attributions=_by_incident(self.attributions, attribute(mine, observations, of_mine), touched, names),
            clocks=running,
        )
        return made, fresh, new

    def _findings(self, change: Change, terms: Terms, now: datetime) -> tuple[pd.DataFrame, frozenset[str]]:
        """Return the findings, and the fresh incidents with those added whose findings the others swayed."""
        made, fresh = judge_changed(self.findings, change, terms, now=now)
        held = self.findings[~self.findings["incident_id"].isin(fresh | change.gone)]
        ids = (table["incident_id"].to_numpy(object) for table in (held, made))
        return with_rows(held, made, np.searchsorted(*ids)), fresh


def judge_changed(
    findings: pd.DataFrame, change: Change, terms: Terms, *, now: datetime
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Return all findings of the fresh incidents and of those the others swayed, in order; and which they are.

    `findings` are those there were. Without clauses that look across incidents only the fresh ones are read of the
    change's incidents.
    """
    looking, names = terms.across(), change.incidents["incident_id"]
    fresh, alone = change.fresh, True if looking else None
    mine = change.incidents[names.isin(fresh)]
    made = assess(mine, terms.agreements, lines=terms.lines, log=terms.log, now=now, by_itself=alone)
    if not looking:
        return made, fresh
    there = assess(change.incidents, terms.agreements, lines=terms.lines, log=terms.log, now=now, by_itself=False)
    held = findings[~findings["incident_id"].isin(fresh | change.gone)]
    across = held["clause"].isin({name.partition("|")[0] for name in looking}).to_numpy()
    some = held[across]
    across[across] = (some["clause"] + "|" + some["interpretation"]).isin(looking).to_numpy()
    swayed = _differing(held[across], there[~there["incident_id"].isin(fresh)])
    turned = held["incident_id"].isin(swayed)
    parts = [made, held[turned & ~across], there[there["incident_id"].isin(fresh | swayed)]]
    made = pd.concat([part for part in parts if len(part)] or parts[:1]).sort_values(KEY, ignore_index=True)
    return made, fresh | swayed


def _differing(before: pd.DataFrame, after: pd.DataFrame) -> frozenset[str]:
    """Return the incidents of which two tables of findings say other things."""
    columns = [name for name in before if name not in ("method", "method_version")]
    both = pd.concat([before[columns], after[columns]])
    once = ~both.duplicated(keep=False)
    return frozenset(both.loc[once, "incident_id"])


def _by_incident(held: pd.DataFrame, made: pd.DataFrame, touched: frozenset[str], names: pd.Series) -> pd.DataFrame:
    """Return held rows and new ones, at most one an incident, in the order of the incidents."""
    held = held[~held["incident_id"].isin(touched)]
    at = pd.Index(np.concatenate([table["incident_id"].to_numpy(object) for table in (held, made)])).get_indexer(names)
    return gathered([held, made], at[at >= 0])
