"""An assessment whose tables lie in a file: the same tables, read from the disk as they are asked for."""

from __future__ import annotations

import mmap
import tempfile
import weakref
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from truceline.errors import RequestError
from truceline.findings.tables import Assessment
from truceline.serve.encoding import encoded
from truceline.serve.mapped import Mapped

_FEW = 10_000  # values that cost less in memory than a file
_FILES: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()


def spooled(assessment: Assessment) -> Assessment:
    """Return the assessment with every table in a file of its own among the temporary files, mapped into memory.

    What cannot be written so (a table of mixed cells, a disk that is full) stays in memory. The files have no name any
    more when this returns: they go when the last who reads them does.
    """
    return replace(assessment, **{name: in_file(getattr(assessment, name)) for name in _tables_of(assessment)})


def lying(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return numbers or times as they lie in a file of their own, where they are many."""
    return values if len(values) <= _FEW else in_file(pd.DataFrame({"": values}))[""].to_numpy()


def in_file(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns lie in a file, as far as they can be written; what cannot stays in memory."""
    with tempfile.TemporaryDirectory(prefix="truceline-", ignore_cleanup_errors=True) as folder:
        try:
            return _taken_up(_laid_down(table, Path(folder) / "table"))
        except OSError:
            return table


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidTable:
    """A table of which some columns lie in a file."""

    file: Path
    columns: tuple[str, ...]  # in their order
    written: dict[str, pd.Series]  # those in the file, none of their cells
    rest: pd.DataFrame  # the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """An assessment whose tables lie in a folder: what another process takes it up from."""

    assessment: Assessment  # its tables empty
    tables: dict[str, LaidTable]


def lay_down(assessment: Assessment, folder: Path) -> Laid:
    """Write the tables of an assessment into a folder.

    Raises
    ------
    RequestError
        If the disk has no room for them.
    """
    tables = {name: getattr(assessment, name) for name in _tables_of(assessment)}
    try:
        laid = {name: _laid_down(table, folder / name) for name, table in tables.items()}
    except OSError as error:
        raise RequestError(
            f"the tables cannot be written: {error.strerror}.",
            where=str(folder),
            todo="Name a folder with more room in TMPDIR.",
        ) from error
    return Laid(assessment=replace(assessment, **{name: pd.DataFrame() for name in tables}), tables=laid)


def take_up(laid: Laid) -> Assessment:
    """Return the assessment, its tables mapped into memory from their files, which may then go."""
    return replace(laid.assessment, **{name: _taken_up(table) for name, table in laid.tables.items()})


def let_files_go() -> None:
    """Give back what was read of the files: the system has it at hand as long as nobody else needs the room."""
    for file in _FILES if hasattr(mmap, "MADV_DONTNEED") else ():  # not every system has it
        file.madvise(mmap.MADV_DONTNEED)


def _tables_of(assessment: Assessment) -> list[str]:
    return [f.name for f in fields(assessment) if isinstance(getattr(assessment, f.name), pd.DataFrame)]


def _laid_down(table: pd.DataFrame, file: Path) -> LaidTable:
    columns = {str(name): _written(table[name]) for name in table.columns} if len(table) else {}
    written = {name: column for name, column in columns.items() if column is not None}
    if written:
        batch = pa.record_batch(written)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
    return LaidTable(
        file=file,
        columns=tuple(map(str, table.columns)),
        written={name: _like(table[name]) for name in written},
        rest=table[[name for name in table.columns if name not in written]],
    )


def _taken_up(laid: LaidTable) -> pd.DataFrame:
    if not laid.written:
        return laid.rest
    with laid.file.open("rb") as file:
        lying = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _FILES.add(lying)
    there = pa.ipc.open_file(pa.py_buffer(lying)).get_batch(0)
    held = dict(zip(there.schema.names, there.columns, strict=True))
    read = {
        name: _read(held[name], laid.written[name]) if name in held else laid.rest[name].array for name in laid.columns
    }
    return pd.DataFrame(read, index=laid.rest.index, copy=False)


def _like(column: pd.Series) -> pd.Series:
    """Return an empty column of the same kind."""
    return pd.Series([], dtype=object if isinstance(column.array, Mapped) else column.dtype)


def _written(column: pd.Series) -> pa.Array | None:
    """Return a column as the file holds it: numbers as they are, times and flags as whole numbers."""
    if column.dtype.kind == "M":
        return pa.array(np.asarray(column.array, dtype="datetime64[ns]").view(np.int64))
    if column.dtype.kind in "iuf":
        return pa.array(column.to_numpy())
    if column.dtype.kind == "b":
        return pa.array(column.to_numpy().view(np.uint8))
    if isinstance(column.array, Mapped):
        return column.array.held
    return encoded(column.to_numpy(object)) if column.dtype == object else None


def _read(held: pa.Array, like: pd.Series) -> Any:
    if like.dtype == object:
        return Mapped(held)
    values = held.to_numpy(zero_copy_only=True)
    if like.dtype.kind == "M":
        times = values.view("datetime64[ns]")
        return pd.DatetimeIndex(times).tz_localize("UTC").array if isinstance(like.dtype, pd.DatetimeTZDtype) else times
    return values.view(bool) if like.dtype.kind == "b" else values
