"""Names for whole tables of rows: the same row of the same source has the same name wherever it is read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.provenance import digest

Hashes = npt.NDArray[np.uint64]


def row_hashes(source: str, columns: dict[str, pd.Series], length: int) -> Hashes:
    """Return one 64-bit hash per row of a source's name and the row's values, by column name.

    Neither the order of the columns nor that of the rows matters. Text is hashed with SipHash and a fixed key
    (`pandas.util.hash_array`), numbers by their bits (-0 as 0, every nan alike), and columns are combined with
    the finaliser of splitmix64 (Steele, Lea and Flood 2014). Two of a million rows share a hash with a chance of
    3e-8.
    """
    out = np.full(length, _word(source), np.uint64)
    for name in sorted(columns):
        out = _mix(out ^ (_bits(columns[name]) + np.uint64(_word(name))))
    return out


def row_ids(prefix: str, hashes: Hashes) -> npt.NDArray[np.object_]:
    """Return names such as obs-00c0ffee00c0ffee.

    Examples
    --------
    >>> list(row_ids("obs", np.array([255], np.uint64)))
    ['obs-00000000000000ff']
    """
    text = hashes.astype(">u8").tobytes().hex()
    return np.array([f"{prefix}-{text[i : i + 16]}" for i in range(0, len(text), 16)], object)


def _word(text: str) -> int:
    return int(digest(text.encode("utf-8", "surrogatepass"))[:16], 16)


def _bits(column: pd.Series) -> Hashes:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        utc = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
        return np.asarray(utc.to_numpy("datetime64[ns]").astype("int64").view(np.uint64))
    if pd.api.types.is_numeric_dtype(column.dtype):
        number = column.to_numpy(float) + 0.0
        number[np.isnan(number)] = np.nan
        return np.asarray(number.view(np.uint64))
    try:
        return np.asarray(pd.util.hash_array(column.to_numpy(object), categorize=False), np.uint64)
    except (TypeError, ValueError):  # cells that are no text, such as a parquet file's lists
        text = column.astype(object).where(column.notna(), "").astype(str)
        return np.asarray(pd.util.hash_array(text.to_numpy(object), categorize=False), np.uint64)


def _mix(x: Hashes) -> Hashes:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
