"""A batch: entries on their way into the record, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import pandas as pd
import sqlalchemy as sa

from truceline.errors import RecordError, RequestError
from truceline.store import merkle
from truceline.store.canonical import payloads
from truceline.store.database import ENTRIES, HEADS, insert_rows
from truceline.store.entries import entry_lines
from truceline.store.heads import Key, sign_head

_ASK_AT_ONCE = 5_000  # below the parameter limit of every database
_CHEAPER_TO_ASK = 20  # entries in the record per row appended, above which ids are looked up one by one

Rows: TypeAlias = pd.DataFrame | Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Rows of one kind, written out and hashed: what takes most of the time of a batch, and needs none."""

    kind: str
    ids: list[str]
    texts: list[str]  # canonical JSON
    leaves: list[bytes]

    def parts(self, most: int) -> Iterator[Written]:
        """Yield the rows again, at most so many at a time."""
        for start in range(0, len(self.ids), most):
            cut = slice(start, start + most)
            yield Written(kind=self.kind, ids=self.ids[cut], texts=self.texts[cut], leaves=self.leaves[cut])


def written_out(kind: str, rows: Rows, *, id_column: str) -> Iterator[Written]:
    """Yield rows as entries of a kind, some ten thousands at a time.

    Raises
    ------
    RequestError
        If a row has no id, or holds a value the record has no form for.
    """
    if not kind:
        raise RequestError("an entry has no kind.", todo="Say what it is, such as 'observation'.")
    for ids, texts in payloads(rows, id_column):
        leaves = [merkle.leaf_hash(line) for line in entry_lines([kind] * len(ids), ids, texts)]
        yield Written(kind=kind, ids=ids, texts=texts, leaves=leaves)


class Batch:
    """Entries on their way into the record. Use it inside `with record.batch(now) as batch:`."""

    def __init__(self, connection: sa.Connection, where: str) -> None:
        self._connection = connection
        last = connection.execute(sa.select(HEADS).order_by(HEADS.c.number.desc()).limit(1)).first()
        self._number = last.number + 1 if last else 0
        self.size = last.size if last else 0
        self._peaks = [last.peaks[i : i + 32] for i in range(0, len(last.peaks), 32)] if last else []
        if last and merkle.root_of_peaks(self._peaks).hex() != last.root:
            raise RecordError("the last head does not fit its tree.", where=where, todo="Run verify.")
        self._start = self.size

    def append(self, kind: str, rows: Rows, *, id_column: str) -> int:
        """Append rows as entries of a kind; return how many were new.

        A row that says what the latest entry of its id says already is not written again.

        Parameters
        ----------
        kind
            What the rows are: observation, look, incident, finding, status, report, input ...
        rows
            A table, or mappings from name to value.
        id_column
            The column or key that names each row, the same in every run.
        """
        before = self.size
        told = rows if isinstance(rows, pd.DataFrame) else [dict(row) for row in rows]
        latest = self._latest(kind, len(told))
        for written in written_out(kind, told, id_column=id_column):
            self._write(written, latest)
        return self.size - before

    def append_written(self, written: Written) -> None:
        """Append rows that were written out before, as `append` does."""
        self._write(written, self._latest(written.kind, len(written.ids)))

    def holds(self, kind: str, item_id: str) -> bool:
        """Return whether the record, this batch included, has an entry of that kind and id."""
        wanted = sa.select(ENTRIES.c.entry).where(ENTRIES.c.item_id == item_id, ENTRIES.c.kind == kind).limit(1)
        return self._connection.execute(wanted).first() is not None

    def latest(self, kind: str, item_id: str) -> dict[str, Any] | None:
        """Return what the latest entry of that kind and id says, or None where there is none."""
        wanted = sa.select(ENTRIES.c.payload).where(ENTRIES.c.item_id == item_id, ENTRIES.c.kind == kind)
        text = self._connection.execute(wanted.order_by(ENTRIES.c.entry.desc()).limit(1)).scalar()
        said: dict[str, Any] | None = None if text is None else json.loads(text)
        return said

    def known(self, kind: str, item_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these ids entries of a kind have, in the record or earlier in this batch."""
        return frozenset(self._latest_of(kind, list(item_ids)))

    def close(self, key: Key, now: datetime) -> None:
        """Write the new signed head; nothing when nothing was appended. Called on leaving the batch."""
        if self.size == self._start:
            return
        root = merkle.root_of_peaks(self._peaks)
        head = sign_head(key, number=self._number, size=self.size, root=root, now=now)
        self._connection.execute(
            HEADS.insert(),
            {
                "number": head.number,
                "size": head.size,
                "root": head.root,
                "time": head.time,
                "signature": head.signature,
                "peaks": b"".join(self._peaks),
            },
        )

    def _write(self, written: Written, latest: dict[str, bytes] | None) -> None:
        kind, ids, texts, leaves = written.kind, written.ids, written.texts, written.leaves
        if latest is None:
            latest = self._latest_of(kind, ids)
        keep = []
        for place, (item_id, leaf) in enumerate(zip(ids, leaves, strict=True)):
            if latest.get(item_id) != leaf:
                keep.append(place)
                latest[item_id] = leaf
        if not keep:
            return
        if len(keep) < len(ids):
            ids, texts, leaves = [ids[i] for i in keep], [texts[i] for i in keep], [leaves[i] for i in keep]
        numbers = range(self.size, self.size + len(ids))
        insert_rows(self._connection, [*zip(numbers, [kind] * len(ids), ids, texts, leaves, strict=True)])
        self.size = merkle.extend(self._peaks, self.size, leaves)

    def _latest(self, kind: str, rows: int) -> dict[str, bytes] | None:
        """Return the leaf of the latest entry of every id, or None when asking for each id is cheaper."""
        if self.size > _CHEAPER_TO_ASK * rows:
            return None
        wanted = sa.select(ENTRIES.c.item_id, ENTRIES.c.leaf).where(ENTRIES.c.kind == kind).order_by(ENTRIES.c.entry)
        return {row.item_id: row.leaf for row in self._connection.execute(wanted)}

    def _latest_of(self, kind: str, ids: list[str]) -> dict[str, bytes]:
        latest: dict[str, tuple[int, bytes]] = {}
        for start in range(0, len(ids), _ASK_AT_ONCE):
            # not ordered by entry: the database would then read all of them to save itself the sorting
            wanted = sa.select(ENTRIES.c.item_id, ENTRIES.c.entry, ENTRIES.c.leaf).where(
                ENTRIES.c.kind == kind, ENTRIES.c.item_id.in_(ids[start : start + _ASK_AT_ONCE])
            )
            for item_id, entry, leaf in self._connection.execute(wanted):
                latest[item_id] = max(latest.get(item_id, (-1, b"")), (entry, leaf))
        return {item_id: leaf for item_id, (_, leaf) in latest.items()}
