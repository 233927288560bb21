"""Proofs that an entry is in the record, and that a shorter record is the beginning of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from truceline.errors import RecordError, RequestError, UnknownNameError
from truceline.store import merkle
from truceline.store.database import ENTRIES
from truceline.store.entries import entry_lines
from truceline.store.heads import Head, last_head
from truceline.store.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That an entry is in the record: hash `line`, climb `path`, and arrive at the head's root."""

    entry: int
    line: bytes  # what was hashed
    path: tuple[bytes, ...]
    head: Head

    def holds(self) -> bool:
        """Return whether the path leads from the line to the root."""
        return merkle.proves_inclusion(
            leaf=merkle.leaf_hash(self.line),
            index=self.entry,
            size=self.head.size,
            path=self.path,
            root=bytes.fromhex(self.head.root),
        )


def proof_of(connection: sa.Connection, tree: Tree, item_id: str, kind: str | None, where: str) -> Proof:
    """Return the proof of the latest entry of an id; see `Record.prove`."""
    wanted = sa.select(ENTRIES).where(ENTRIES.c.item_id == item_id)
    if kind is not None:
        wanted = wanted.where(ENTRIES.c.kind == kind)
    found = connection.execute(wanted.order_by(ENTRIES.c.entry)).all()
    head = last_head(connection)
    if not found or head is None:
        raise UnknownNameError("entry", item_id, (), where=where)
    kinds = sorted({row.kind for row in found})
    if len(kinds) > 1:
        raise RequestError(f"'{item_id}' is the id of a {' and of a '.join(kinds)}.", todo="Say which kind.")
    row = found[-1]
    line = entry_lines([row.kind], [row.item_id], [row.payload])[0]

    def climb() -> Proof:
        path = tree.inclusion(row.entry, head.size, partial(_leaves, connection, where))
        return Proof(entry=row.entry, line=line, path=tuple(path), head=head)

    made = climb()
    if not made.holds():  # another record may lie there than the one that was read before: from its leaves alone
        tree.forget()
        made = climb()
    return made


def consistency_of(connection: sa.Connection, tree: Tree, old_size: int, where: str) -> tuple[bytes, ...]:
    """Return the proof that the record of `old_size` entries is the beginning of this one."""
    head = last_head(connection)
    return tuple(tree.consistency(old_size, head.size if head else 0, partial(_leaves, connection, where)))


def _leaves(connection: sa.Connection, where: str, low: int, high: int) -> list[bytes]:
    within = (ENTRIES.c.entry >= low) & (ENTRIES.c.entry < high)
    found = list(connection.execute(sa.select(ENTRIES.c.leaf).where(within).order_by(ENTRIES.c.entry)).scalars())
    if len(found) != high - low:
        raise RecordError(f"entries between {low} and {high} are missing.", where=where, todo="Run verify.")
    return found
