"""An assessment whose tables lie in a file: the same tables, read from the disk as they are asked for."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import tempfile
import weakref
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from truceline.findings.tables import Assessment
from truceline.serve.encoding import encoded
from truceline.serve.mapped import Mapped

_FILES: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()


def spooled(assessment: Assessment) -> Assessment:
    """Return the assessment with every table in a file of its own among the temporary files, mapped into memory.

    What cannot be written so (a table of mixed cells, a disk that is full) stays in memory. The files have no name any
    more when this returns: they go when the last who reads them does.
    """
    tables = {f.name: getattr(assessment, f.name) for f in fields(assessment)}
    return replace(
        assessment, **{name: _spooled(table) for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    )


def let_go() -> None:
    """Give memory that is no longer used back to the system, as far as it can be asked to.

    What of the files was read stays with the system, which has it at hand as long as nobody else needs the room. What
    is left of Python's own objects is there to stay: nobody is kept waiting while they are all looked through again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    pa.default_memory_pool().release_unused()
    for file in _FILES if hasattr(mmap, "MADV_DONTNEED") else ():  # not every system has it
        file.madvise(mmap.MADV_DONTNEED)
    with contextlib.suppress(OSError, AttributeError):  # GNU's alone has it
        ctypes.CDLL(None).malloc_trim(0)


def _spooled(table: pd.DataFrame) -> pd.DataFrame:
    columns = {str(name): _written(table[name]) for name in table.columns}
    written = {name: column for name, column in columns.items() if column is not None}
    try:
        mapped = _mapped(pa.record_batch(written)) if written and len(table) else {}
    except OSError:
        return table
    read = {name: _read(mapped[name], table[name]) if name in mapped else table[name].array for name in columns}
    return pd.DataFrame(read, index=table.index, copy=False)


def _mapped(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """Return the columns of a batch as they lie in a file that is gone as soon as they are."""
    with tempfile.TemporaryDirectory(prefix="truceline-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "table.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        with path.open("rb") as file:
            lying = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _FILES.add(lying)
    there = pa.ipc.open_file(pa.py_buffer(lying)).get_batch(0)
    return dict(zip(there.schema.names, there.columns, strict=True))


def _written(column: pd.Series) -> pa.Array | None:
    """Return a column as the file holds it: numbers as they are, times and flags as whole numbers."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return pa.array(column.astype("datetime64[ns, UTC]").array.asi8)
    if column.dtype.kind in "iuf":
        return pa.array(column.to_numpy())
    if column.dtype.kind == "b":
        return pa.array(column.to_numpy().view(np.uint8))
    return encoded(column.to_numpy(object)) if column.dtype == object else None


def _read(held: pa.Array, like: pd.Series) -> Any:
    if like.dtype == object:
        return Mapped(held)
    values = held.to_numpy(zero_copy_only=True)
    if isinstance(like.dtype, pd.DatetimeTZDtype):
        return pd.DatetimeIndex(values.view("datetime64[ns]")).tz_localize("UTC").array
    return values.view(bool) if like.dtype.kind == "b" else values
