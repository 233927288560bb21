"""Backup and restore: a room copied whole from one database to another, and checked before it counts as done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from truceline.errors import RecordError, RequestError
from truceline.serve.desk import ACCOUNTS, KEYS, PUBLISHED, open_desk
from truceline.store import Record, verify
from truceline.store.database import METADATA, connect, named_errors, place_name, reading, writing

_AT_ONCE = 5_000
_DESK = (ACCOUNTS, KEYS, PUBLISHED)  # sessions are not worth keeping


def copy_room(source: str | Path, target: str | Path, *, desk: Sequence[sa.Table] = _DESK) -> int:
    """Copy a room's record and tables of its desk into an empty database; return how many entries it holds.

    The copy is one state of the room, whoever writes meanwhile. It is a room itself: it can be verified, opened, and
    copied on, from SQLite to PostgreSQL and back. The signing key is not in it; keep that apart.

    Raises
    ------
    RequestError
        If the target is not empty.
    RecordError
        If the source is no record, or the copy does not verify.
    """
    _check_there(source)
    _claim(target)
    Record.open(source)  # refuses what is not a record
    open_desk(source)
    _prepare(target)
    with reading(connect(source), place_name(source)) as old, writing(connect(target), place_name(target)) as new:
        for table in (*METADATA.sorted_tables, *desk):
            for part in old.execution_options(yield_per=_AT_ONCE).execute(sa.select(table)).mappings().partitions():
                new.execute(table.insert(), [dict(row) for row in part])
    problems = verify(target)
    if problems:
        raise RecordError(
            f"the copy does not verify: {problems[0].item}: {problems[0].what}.",
            where=place_name(target),
            todo="Verify the source; do not use this copy.",
        )
    return Record.open(target).size


def _check_there(source: str | Path) -> None:
    if "://" not in str(source) and not Path(source).is_file():
        raise RequestError("there is no room here.", where=place_name(source), todo="Name the file or URL of a room.")


def _claim(target: str | Path) -> None:
    """Make the file of a target, its owner's alone; or see that a database is empty."""
    try:
        if "://" not in str(target):
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return
    except FileExistsError as error:
        raise RequestError("the target is not empty.", where=place_name(target), todo="Name a new file.") from error
    except OSError as error:
        raise RequestError(f"it cannot be written: {error.strerror}.", where=place_name(target)) from error
    with named_errors(place_name(target)):
        if sa.inspect(connect(target)).get_table_names():
            raise RequestError("the target is not empty.", where=place_name(target), todo="Name an empty database.")


def _prepare(target: str | Path) -> None:
    """Make the tables, empty: also of the seal that a new record writes, since the source's own comes in."""
    Record.open(target)
    engine = open_desk(target)
    with writing(engine, str(target)) as connection:
        for table in METADATA.sorted_tables:
            connection.execute(table.delete())
