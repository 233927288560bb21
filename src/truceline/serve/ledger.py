"""Entries of the room on their way into the record: many callers, one writer, and nobody waits for more than a commit.

Whoever comes while another writes is written with the next batch, all of those waiting together: a commit costs
milliseconds whatever it holds.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from truceline.errors import RecordError
from truceline.serve.refusals import ConflictError, SuspendedError
from truceline.store import Batch, Record

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    kind: str
    rows: tuple[Mapping[str, Any], ...]
    id_column: str
    new: bool  # whether it is refused where the record has such an entry
    once: bool  # whether rows that the record has an entry for are left out
    done: Future[frozenset[str]]  # the ids that were written

    @property
    def ids(self) -> list[str]:
        return [str(row[self.id_column]) for row in self.rows]


SEAL, SEALED_ID = "seal", "mission"
SUSPENDED, RESUMED = "suspended", "resumed"


def check_standing(batch: Batch, where: str) -> None:
    """Raise SuspendedError when the room was suspended: asked in the batch itself, so that nothing slips in after it.

    Whoever hands a room over may do so while a server runs on it; every look is an entry too, so looks end with it.
    """
    said = batch.latest(SEAL, SEALED_ID)
    if said is not None and said["state"] == SUSPENDED:
        raise SuspendedError(
            f"this room was suspended at {said['at']} and handed over: nothing is written or shown any more.",
            where=where,
            todo="Stop this server. To go on here: truceline serve --resume; that is written down.",
        )


class Ledger:
    """The one writer of a room's record."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self.record = record
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._queue = threading.Lock()
        self._writer = threading.Lock()

    @contextlib.contextmanager
    def batch(self) -> Iterator[Batch]:
        """Yield a batch for whoever writes whole tables; others wait for it, and go before the next one.

        Raises
        ------
        SuspendedError
            If the room was suspended.
        """
        with self._writer, self.record.batch(self._clock()) as batch:
            check_standing(batch, self.record.where)
            yield batch
        with self._queue:
            waited = [waiting.done for waiting in self._waiting]
        wait(waited)  # a lock goes to whoever takes it first, and that is who just gave it back

    def append(self, kind: str, row: Mapping[str, Any], *, id_column: str, new: bool = False) -> None:
        """Write one entry and return when it is on the disk.

        Raises
        ------
        ConflictError
            If `new` and the record has an entry of that kind and id already: somebody else was first.
        RecordError
            If the record does not take it; then nothing was written.
        """
        self._put(kind, (row,), id_column, new=new, once=False)

    def append_all(self, kind: str, rows: Sequence[Mapping[str, Any]], *, id_column: str) -> None:
        """Write entries, all of them or none, and return when they are on the disk.

        Raises
        ------
        RecordError
            If the record does not take them.
        """
        self._put(kind, tuple(rows), id_column, new=False, once=False)

    def append_once(self, kind: str, rows: Sequence[Mapping[str, Any]], *, id_column: str) -> frozenset[str]:
        """Write those entries whose id the record does not have; return their ids when they are on the disk.

        Of rows with the same id the first is written.

        Raises
        ------
        RecordError
            If the record does not take them; then nothing was written.
        """
        first = {str(row[id_column]): row for row in reversed(rows)}
        return self._put(kind, tuple(reversed(first.values())), id_column, new=False, once=True)

    def _put(
        self, kind: str, rows: tuple[Mapping[str, Any], ...], id_column: str, *, new: bool, once: bool
    ) -> frozenset[str]:
        mine = _Waiting(kind=kind, rows=rows, id_column=id_column, new=new, once=once, done=Future())
        with self._queue:
            self._waiting.append(mine)
        with self._writer:
            with self._queue:
                taken, self._waiting = self._waiting, []
            if taken:
                self._write(taken)
        return mine.done.result()

    def _write(self, taken: list[_Waiting]) -> None:
        written: list[frozenset[str] | None] = []
        try:
            with self.record.batch(self._clock()) as batch:
                check_standing(batch, self.record.where)
                written = [ids for alike in _alike(taken) for ids in _take_all(batch, alike)]
        except Exception as error:  # every one of them must hear of it, whatever it is
            for waiting in taken:
                waiting.done.set_exception(
                    error
                    if isinstance(error, RecordError)
                    else RecordError(f"the entry could not be written: {error}", where=self.record.where)
                )
            return
        for waiting, ids in zip(taken, written, strict=True):
            if ids is None:
                waiting.done.set_exception(
                    ConflictError(
                        f"{waiting.kind} '{waiting.ids[0]}' was written by somebody else first.",
                        todo="Look again, then decide.",
                    )
                )
            else:
                waiting.done.set_result(ids)


def _alike(taken: Sequence[_Waiting]) -> list[list[_Waiting]]:
    """Return what waits, in its order, in runs of plain entries of one kind; others stand alone."""
    runs: list[list[_Waiting]] = []
    for waiting in taken:
        last = runs[-1][-1] if runs else None
        plain = last and not (waiting.new or waiting.once or last.new or last.once)
        if last and plain and (waiting.kind, waiting.id_column) == (last.kind, last.id_column):
            runs[-1].append(waiting)
        else:
            runs.append([waiting])
    return runs


def _take_all(batch: Batch, alike: Sequence[_Waiting]) -> list[frozenset[str] | None]:
    """Write a run into a batch: many audit entries at once cost little more than one."""
    if len(alike) == 1:
        return [_take(batch, alike[0])]
    batch.append(alike[0].kind, [row for one in alike for row in one.rows], id_column=alike[0].id_column)
    return [frozenset(one.ids) for one in alike]


def _take(batch: Batch, waiting: _Waiting) -> frozenset[str] | None:
    """Write what waits into a batch; return the ids written, or None where somebody else was first."""
    rows, ids = list(waiting.rows), waiting.ids
    if waiting.new and batch.holds(waiting.kind, ids[0]):
        return None
    if waiting.once:
        known = batch.known(waiting.kind, ids)
        rows = [row for row, name in zip(rows, ids, strict=True) if name not in known]
        ids = [name for name in ids if name not in known]
    if rows:
        batch.append(waiting.kind, rows, id_column=waiting.id_column)
    return frozenset(ids)
