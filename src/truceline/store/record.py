"""The record: an append-only list of entries under signed tree heads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pandas as pd
import sqlalchemy as sa

from truceline.errors import RecordError, UnknownNameError
from truceline.store import merkle
from truceline.store.batch import Batch
from truceline.store.database import (
    ENTRIES,
    FORMAT,
    METADATA,
    SEAL,
    connect,
    named_errors,
    place_name,
    reading,
    writing,
)
from truceline.store.entries import columns_of_entries, entry_lines
from truceline.store.heads import Head, Key, all_heads, head_over, key_file, last_head, public_half
from truceline.store.proofs import Proof, consistency_of, proof_of
from truceline.store.tree import Tree


class Record:
    """An append-only record. Open it with `Record.open`; write to it with `batch`.

    Entries are never changed or removed. An entry with the kind and id of an earlier one, and another payload,
    supersedes it: both are kept.
    """

    def __init__(self, engine: sa.Engine, where: str, key: Key | Path | None) -> None:
        self._engine = engine
        self._key = key
        self._tree = Tree()
        self.where = where

    @classmethod
    def open(
        cls, path_or_url: str | Path, *, key: Key | str | Path | None = None, wait_s: float = 5.0, kept: int = 0
    ) -> Self:
        """Return the record in a database file or at a URL; an empty one is made where there is none.

        Parameters
        ----------
        path_or_url
            A file, or a database URL as SQLAlchemy writes it.
        key
            The Ed25519 key that signs, or the PEM file that holds it (made, with mode 0600, when a batch is written
            and there is none). Without it a file beside the record is used: its name with `.key` at the end. Who
            has the key can rewrite the record: keep it away from what is published.
        wait_s
            How long a writer waits for another before it gives up.
        kept
            How many connections to a file stay open between requests until `close`.

        Raises
        ------
        RecordError
            If it is not a record, or cannot be opened or made.
        """
        where = place_name(path_or_url)
        if key is None and "://" not in where:
            key = Path(where + ".key")
        engine = connect(path_or_url, wait_s=wait_s, kept=kept)
        with named_errors(where):
            if not check_format(engine, where):
                _make(engine, where)
        return cls(engine, where, Path(key) if isinstance(key, str) else key)

    def close(self) -> None:
        """Let go of the connections that are kept open. The record can still be used."""
        self._engine.dispose()

    @contextmanager
    def batch(self, now: datetime) -> Iterator[Batch]:
        """Yield a batch to append to. On leaving, all of it is committed under one new signed head, or none of it.

        Raises
        ------
        RecordError
            If the key is not the record's, another process is writing, or the disk does not take it.
        """
        key = self._signing_key()
        with writing(self._engine, self.where) as connection:
            _seal_key(connection, public_half(key), self.where)
            batch = Batch(connection, self.where)
            yield batch
            batch.close(key, now)

    def heads(self) -> tuple[Head, ...]:
        """Return every signed head, the oldest first."""
        with reading(self._engine, self.where) as connection:
            return tuple(all_heads(connection))

    def head(self) -> Head:
        """Return the latest signed head."""
        with reading(self._engine, self.where) as connection:
            head = last_head(connection)
        if head is None:
            raise RecordError("the record is empty: nothing was committed yet.", where=self.where)
        return head

    def head_over(self, item_id: str, *, kind: str) -> Head:
        """Return the first signed head over the latest entry of that kind and id.

        Raises
        ------
        UnknownNameError
            If the record has no such entry.
        """
        wanted = sa.select(sa.func.max(ENTRIES.c.entry)).where(ENTRIES.c.item_id == item_id, ENTRIES.c.kind == kind)
        with reading(self._engine, self.where) as connection:
            entry = connection.execute(wanted).scalar()
            if entry is None:
                raise UnknownNameError("entry", item_id, (), where=self.where)
            return head_over(connection, entry)

    @property
    def size(self) -> int:
        """How many entries are committed."""
        with reading(self._engine, self.where) as connection:
            head = last_head(connection)
        return head.size if head else 0

    def root(self) -> str:
        """Return the Merkle root over every committed entry, in hexadecimal."""
        with reading(self._engine, self.where) as connection:
            head = last_head(connection)
        return head.root if head else merkle.EMPTY_ROOT.hex()

    def public_key(self) -> bytes:
        """Return the 32-byte public key the heads are signed with."""
        with reading(self._engine, self.where) as connection:
            return bytes.fromhex(sealed(connection).get("public_key", ""))

    def entries(self, kind: str) -> pd.DataFrame:
        """Return the entries of one kind, in the order they were written.

        Columns record_entry (position), record_id, record_supersedes (position of the entry this one replaces,
        missing for the first) and those of the payload, with times as ISO text and infinities as "inf".
        """
        wanted = sa.select(ENTRIES.c.entry, ENTRIES.c.item_id, ENTRIES.c.payload).where(ENTRIES.c.kind == kind)
        with reading(self._engine, self.where) as connection:
            rows = connection.execute(wanted.order_by(ENTRIES.c.entry)).all()
        places = pd.DataFrame(
            {"record_entry": [r.entry for r in rows], "record_id": [r.item_id for r in rows]}, dtype="object"
        ).astype({"record_entry": "int64"})
        places["record_supersedes"] = places.groupby("record_id")["record_entry"].shift().astype("Int64")
        told = pd.DataFrame.from_records([json.loads(r.payload) for r in rows])
        return pd.concat([places, told], axis=1)

    def payloads(self, kind: str) -> Iterator[list[dict[str, Any]]]:
        """Yield what the entries of one kind hold, in the order they were written, some thousands at a time."""
        wanted = sa.select(ENTRIES.c.payload).where(ENTRIES.c.kind == kind).order_by(ENTRIES.c.entry)
        with reading(self._engine, self.where) as connection:
            for part in connection.execution_options(yield_per=5_000).execute(wanted).scalars().partitions():
                yield [json.loads(payload) for payload in part]

    def prove(self, item_id: str, *, kind: str | None = None) -> Proof:
        """Return the proof that the latest entry of that id is in the record, under the latest head.

        Raises
        ------
        UnknownNameError
            If the record has no such entry.
        RequestError
            If entries of several kinds have that id and `kind` is not given.
        """
        with reading(self._engine, self.where) as connection:
            return proof_of(connection, self._tree, item_id, kind, self.where)

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """Return the proof that the record of `old_size` entries is the beginning of this one.

        Check it with `merkle.proves_consistency` against the two heads' roots: whoever kept an old head can tell
        that nothing before it was changed.
        """
        with reading(self._engine, self.where) as connection:
            return consistency_of(connection, self._tree, old_size, self.where)

    def lines(self) -> Iterator[tuple[str, str, bytes, bytes]]:
        """Yield (kind, item_id, line, stored leaf hash) of every entry, in order, streamed."""
        with reading(self._engine, self.where) as connection:
            for _, kinds, ids, texts, leaves in columns_of_entries(connection):
                yield from zip(kinds, ids, entry_lines(kinds, ids, texts), leaves, strict=True)

    def _signing_key(self) -> Key:
        if self._key is None:
            raise RecordError("no signing key was given.", where=self.where, todo="Open the record with key=...")
        if isinstance(self._key, Path):
            self._key = key_file(self._key)
        return self._key


def sealed(connection: sa.Connection) -> dict[str, str]:
    """Return what the record was sealed with: its format and public key."""
    return {row.name: row.value for row in connection.execute(sa.select(SEAL))}


def check_format(engine: sa.Engine, where: str) -> bool:
    """Return whether there is a record in the database; False when it is empty.

    Raises
    ------
    RecordError
        If it holds something else, or a record of another format.
    """
    tables = set(sa.inspect(engine).get_table_names())
    if not tables:
        return False
    if not set(METADATA.tables) <= tables:
        raise RecordError("this is a database, but not a record of Truceline.", where=where, todo="Name another file.")
    with reading(engine, where) as connection:
        written = sealed(connection).get("format")
    if written != FORMAT:
        raise RecordError(
            f"the record's format is '{written}'; this version reads '{FORMAT}'.",
            where=where,
            todo="Use the version of Truceline that wrote it.",
        )
    return True


def _make(engine: sa.Engine, where: str) -> None:
    with writing(engine, where) as connection:
        METADATA.create_all(connection)
        if not sealed(connection):  # another process may have been first
            connection.execute(SEAL.insert(), {"name": "format", "value": FORMAT})


def _seal_key(connection: sa.Connection, public_key: bytes, where: str) -> None:
    known = sealed(connection).get("public_key")
    if known is None:
        connection.execute(SEAL.insert(), {"name": "public_key", "value": public_key.hex()})
    elif known != public_key.hex():
        raise RecordError(
            f"the signing key is not the one this record was begun with (public key {known[:16]}...).",
            where=where,
            todo="Give the key it was begun with. A new key needs a new record.",
        )
