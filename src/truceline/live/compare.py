"""What of a table is new or says something else than before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]


def differs(before: pd.DataFrame, after: pd.DataFrame, id_column: str) -> Flags:
    """Return which rows of `after` have no row of the same id and the same content in `before`."""
    at = pd.Index(before[id_column]).get_indexer(after[id_column])
    out = at < 0
    both = np.flatnonzero(~out)
    out[both] = unlike(before.iloc[at[both]], after.iloc[both])
    return np.asarray(out)


def unlike(before: pd.DataFrame, after: pd.DataFrame) -> Flags:
    """Return which rows of two tables of the same length and columns differ; what is missing in both is alike."""
    out = np.zeros(len(after), bool)
    for name in after:
        out |= _unlike(before[name], after[name])
    return out


def _unlike(before: pd.Series, after: pd.Series) -> Flags:
    old, new = (_plain(column) for column in (before, after))
    other: Flags = np.asarray(old != new, dtype=bool)
    if old.dtype.kind == "f" == new.dtype.kind:
        other &= ~(np.isnan(old) & np.isnan(new))
    return other


def _plain(column: pd.Series) -> npt.NDArray[Any]:
    return np.asarray(column.to_numpy("datetime64[ns]").astype("int64") if column.dtype.kind == "M" else column)


def heirs(before: pd.DataFrame, after: pd.DataFrame, gone: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each incident that is gone, the incidents among `after` that hold observations it held, sorted."""
    if not gone:
        return {}
    held = before.loc[before["incident_id"].isin(gone), ["incident_id", "observations"]].explode("observations")
    now = after[["incident_id", "observations"]].explode("observations")
    by = dict(zip(now["observations"], now["incident_id"], strict=True))
    found: dict[str, set[str]] = {name: set() for name in sorted(gone)}
    for name, observation in zip(held["incident_id"], held["observations"], strict=True):
        if observation in by:
            found[name].add(by[observation])
    return {name: tuple(sorted(several)) for name, several in found.items()}
