"""Readings with more readings added, and what that changed: the same as gathering all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations.identity import row_hashes
from truceline.observations.order import places_in_order, with_rows
from truceline.observations.tables import LOOKS, OBSERVATIONS, Readings, empty, gather, once_in_order
from truceline.observations.versions import standing

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """Readings that were gathered, with where each observation stands."""

    readings: Readings
    index: pd.Index  # observation ids

    @classmethod
    def of(cls, readings: Readings) -> Kept:
        """Return gathered readings, indexed."""
        return cls(readings=readings, index=pd.Index(readings.observations["observation_id"]))

    def rows(self, ids: Sequence[str] | npt.NDArray[np.object_]) -> pd.DataFrame:
        """Return the observations of some ids, in their order."""
        return self.readings.observations.iloc[self.index.get_indexer(np.asarray(ids, object))]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Added:
    """Readings after an addition. An observation that replaces an earlier version is among both `new` and `gone`."""

    kept: Kept
    new: pd.DataFrame  # OBSERVATIONS
    gone: frozenset[str]  # ids
    looks: bool  # whether the looks changed


def add_readings(kept: Kept, more: Readings) -> Added:
    """Return what `gather([kept.readings, more])` returns, with what changed.

    Cost is linear in the rows held only where columns are copied; what is new is compared with its doubles alone.
    """
    held = kept.readings
    observations, new, gone = _observations(kept, once_in_order([more.observations]))
    rest = gather(
        [
            replace(held, observations=empty(OBSERVATIONS), looks=empty(LOOKS)),
            replace(more, observations=empty(OBSERVATIONS), looks=empty(LOOKS)),
        ]
    )
    looks = held.looks
    if len(more.looks):
        looks = gather([replace(r, observations=empty(OBSERVATIONS)) for r in (held, more)]).looks
    changed = looks is not held.looks and not looks.equals(held.looks)
    readings = replace(rest, observations=observations, looks=looks if changed else held.looks)
    same = observations is held.observations
    return Added(
        kept=replace(kept, readings=readings) if same else Kept.of(readings), new=new, gone=gone, looks=changed
    )


def _observations(kept: Kept, more: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, frozenset[str]]:
    held = kept.readings.observations
    if not len(held) or not len(more):
        return (more, more, frozenset()) if len(more) else (held, more, frozenset())
    at = kept.index.get_indexer(more["observation_id"])
    stands = at < 0
    double = np.flatnonzero(at >= 0)
    if len(double):
        stands[double] = _replaces(held.iloc[at[double]], more.iloc[double])
    new = more[stands].reset_index(drop=True)
    gone = at[stands & (at >= 0)]
    names = frozenset(held["observation_id"].iloc[gone])
    if len(gone):
        held = held.drop(index=held.index[gone])
    return (with_rows(held, new, places_in_order(_keys(held), _keys(new))) if len(new) else held), new, names


def _replaces(held: pd.DataFrame, more: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows stand against the versions held, and say something else."""
    own = [row_hashes("", {str(name): table[name] for name in table}, len(table)) for table in (held, more)]
    both = pd.concat([held, more], ignore_index=True)
    return np.asarray(standing(both["observation_id"], both, ("reported_at",))[len(held) :] & (own[0] != own[1]))


def _keys(table: pd.DataFrame) -> tuple[Ints, npt.NDArray[np.object_]]:
    times = table["time_start"].to_numpy("datetime64[ns]").astype("int64")
    return times[:, None], table["observation_id"].to_numpy(object)
