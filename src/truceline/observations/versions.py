"""Of several versions of one row the one that stands, by what they say and not by which came first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations.identity import row_hashes


def standing_of(ids: pd.Series, tables: list[pd.DataFrame]) -> npt.NDArray[np.bool_]:
    """Return which rows of several tables of observations stand; only ids that come twice are looked at closely."""
    twice: npt.NDArray[np.bool_] = ids.duplicated(keep=False).to_numpy()
    stands = ~twice
    if stands.all():
        return stands
    ends = np.cumsum([0, *(len(table) for table in tables)])
    several = [table[twice[a:b]] for table, a, b in zip(tables, ends, ends[1:], strict=False)]
    rows = pd.concat([table for table in several if len(table)], ignore_index=True)
    stands[np.flatnonzero(twice)] = standing(rows["observation_id"], rows, ("reported_at",))
    return stands


def standing(ids: pd.Series, rows: pd.DataFrame, latest: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which row of each id stands: the latest by some columns, then the one with the largest hash."""
    twice = np.flatnonzero(ids.duplicated(keep=False).to_numpy())
    stands = np.ones(len(ids), bool)
    if len(twice):
        among = rows.iloc[twice]
        columns = {str(name): among[name] for name in among}
        hashes = row_hashes("", columns, len(among))
        keys = [among[name].to_numpy("datetime64[ns]" if among[name].dtype.kind == "M" else float) for name in latest]
        whole = pd.DataFrame({"id": ids.iloc[twice].to_numpy(), "hash": hashes})
        for i, key in enumerate(keys):
            whole[f"key {i}"] = np.nan_to_num(key, nan=-np.inf) if key.dtype.kind == "f" else key.astype("int64")
        names = ["id", *(f"key {i}" for i in range(len(keys))), "hash"]
        last = ~whole.sort_values(names, kind="stable").duplicated("id", keep="last")
        stands[twice] = last.sort_index().to_numpy()
    return stands
