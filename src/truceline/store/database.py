"""The record's three tables, and the connection to the database that holds them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from truceline.errors import RecordError

FORMAT = "truceline-record-1"
WRITERS = 20_740_522_113  # the number of the lock that writers to a record on a server share
METADATA = sa.MetaData()

# entry numbers are the positions of the leaves; nothing is ever updated or deleted
ENTRIES = sa.Table(
    "entries",
    METADATA,
    sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("item_id", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),  # canonical JSON
    sa.Column("leaf", sa.LargeBinary, nullable=False),  # RFC 6962 hash of the entry's line
    sa.Index("entries_by_item", "item_id"),
)
HEADS = sa.Table(
    "heads",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("time", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),  # the tree's peaks, so that appending need not read it all
)
SEAL = sa.Table(
    "seal",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


_UNKEPT: dict[str, Any] = {"poolclass": sa.NullPool}
# what a connection holds of the file until it is closed: large batches insert into the index in memory, and kept
# connections are several and stay
_CACHE_MIB, _KEPT_CACHE_MIB = 128, 8


def connect(path_or_url: str | Path, *, wait_s: float = 5.0, kept: int = 0) -> sa.Engine:
    """Return an engine on a database file or URL, SQLite's or PostgreSQL's.

    Writers wait `wait_s` for one another, then fail. `kept` connections to a file stay open for whoever comes next: to
    open one takes longer than most of what a server is asked. Whoever keeps some disposes of the engine in the end.
    """
    text = str(path_or_url)
    url = sa.engine.make_url(text) if "://" in text else sa.URL.create("sqlite", database=text)
    if url.get_backend_name() == "sqlite":
        pool = {"poolclass": sa.QueuePool, "pool_size": kept, "max_overflow": 100} if kept else _UNKEPT
        engine = sa.create_engine(url, connect_args={"timeout": wait_s}, **pool)
        sa.event.listen(engine, "connect", partial(_set_durable, cache_mib=_KEPT_CACHE_MIB if kept else _CACHE_MIB))
        if kept:
            sa.event.listen(engine, "connect", partial(_know_file, url.database))
            sa.event.listen(engine, "checkout", partial(_check_file, url.database))
        sa.event.listen(engine, "begin", _begin)
    else:
        engine = sa.create_engine(url, **_UNKEPT)
        sa.event.listen(engine, "begin", partial(_begin_on_server, wait_s=wait_s))
    return engine


def place_name(path_or_url: str | Path) -> str:
    """Return what a database is called where people read it: a file's path, or a URL without its password."""
    text = str(path_or_url)
    return sa.engine.make_url(text).render_as_string() if "://" in text else text


@contextmanager
def reading(engine: sa.Engine, where: str) -> Iterator[sa.Connection]:
    """Yield a connection that sees one unchanging state of the record."""
    with named_errors(where), engine.connect().execution_options(**_still(engine)) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine, where: str) -> Iterator[sa.Connection]:
    """Yield a connection in one transaction, alone among writers; all of it is kept, or none."""
    with named_errors(where), engine.connect().execution_options(write=True) as connection, connection.begin():
        yield connection


def insert_rows(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Write entries, each a tuple in the order of the table's columns."""
    # by the driver: a million entries through the expression language take twice as long
    insert = ENTRIES.insert().compile(dialect=connection.dialect)
    names = ENTRIES.columns.keys()
    connection.exec_driver_sql(
        str(insert), rows if insert.positional else [dict(zip(names, row, strict=True)) for row in rows]
    )


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """Turn the database's errors into RecordError that says what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        todo = next((advice for sign, advice in _ADVICE.items() if sign in said.lower()), "Nothing was written.")
        raise RecordError(f"the database says: {said}.", where=where, todo=todo) from error


_ADVICE = {
    "not a database": "This file is not a record. Name another.",
    "malformed": "The file is damaged. Run verify, and go back to a copy or an exported bundle.",
    "lock timeout": "Another process is writing to it. Try again when it has finished; nothing was written.",
    "connection refused": "No database server answers there. Start it, or correct the address; nothing was written.",
    "does not exist": "Make the database first (createdb), or correct its name; nothing was written.",
    "authentication failed": "Correct the user or password in the address; nothing was written.",
    "locked": "Another process is writing to it. Try again when it has finished; nothing was written.",
    "readonly": "The file or its folder cannot be written to. Nothing was written.",
    "unable to open": "The folder does not exist or cannot be written to. Nothing was written.",
    "no space left": "The disk is full. Make room and run again; nothing of this batch was written.",
    "full": "The disk is full. Make room and run again; nothing of this batch was written.",
    "disk i/o": "The disk would not take it. Check space and permissions; nothing of this batch was written.",
}


def _set_durable(connection: Any, _record: Any, *, cache_mib: int) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    # text that is no longer UTF-8 is still read, so that verify can name the item it belongs to
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # a commit is on the disk before it is acknowledged
        connection.execute(f"PRAGMA cache_size=-{cache_mib * 1024}")
    except Exception:
        connection.close()
        raise


def _know_file(path: str | None, _connection: Any, record: Any) -> None:
    record.info["file"] = _file(path)


def _check_file(path: str | None, _connection: Any, record: Any, _fairy: Any) -> None:
    # a connection outlives the file's name: what is written through it after that is nowhere
    if record.info["file"] != _file(path):
        raise sa.exc.DisconnectionError("another file has this name now, or none")


def _file(path: str | None) -> tuple[int, int] | None:
    try:
        found = os.stat(path or "")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _still(engine: sa.Engine) -> dict[str, str]:
    """Return what a reader must ask for to see one state: SQLite's readers always do."""
    return {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}


def _begin_on_server(connection: sa.Connection, *, wait_s: float) -> None:
    # one lock for all writers, held to the end: the last head is read under the same lock as the new one is written.
    # Writers read what is committed, so that what they see is no older than the lock.
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(wait_s * 1000))}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")


def _begin(connection: sa.Connection) -> None:
    # IMMEDIATE: the last head is read under the same lock as the new one is written
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
