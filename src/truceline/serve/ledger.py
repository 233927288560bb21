"""Entries of the room on their way into the record: many callers, one writer, and nobody waits for more than a commit.

Whoever comes while another writes is written with the next batch, all of those waiting together: a commit costs
milliseconds whatever it holds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from truceline.errors import RecordError
from truceline.serve.refusals import ConflictError
from truceline.store import Batch, Record

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    kind: str
    row: Mapping[str, Any]
    id_column: str
    new: bool
    done: Future[None]


class Ledger:
    """The one writer of a room's record."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self.record = record
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._queue = threading.Lock()
        self._writer = threading.Lock()

    def append(self, kind: str, row: Mapping[str, Any], *, id_column: str, new: bool = False) -> None:
        """Write one entry and return when it is on the disk.

        Raises
        ------
        ConflictError
            If `new` and the record has an entry of that kind and id already: somebody else was first.
        RecordError
            If the record does not take it; then nothing was written.
        """
        mine = _Waiting(kind=kind, row=row, id_column=id_column, new=new, done=Future())
        with self._queue:
            self._waiting.append(mine)
        with self._writer:
            with self._queue:
                taken, self._waiting = self._waiting, []
            if taken:
                self._write(taken)
        mine.done.result()

    def _write(self, taken: list[_Waiting]) -> None:
        refused: list[_Waiting] = []
        try:
            with self.record.batch(self._clock()) as batch:
                refused = [waiting for waiting in taken if not _take(batch, waiting)]
        except Exception as error:  # every one of them must hear of it, whatever it is
            for waiting in taken:
                waiting.done.set_exception(
                    error
                    if isinstance(error, RecordError)
                    else RecordError(f"the entry could not be written: {error}", where=self.record.where)
                )
            return
        for waiting in taken:
            if waiting in refused:
                waiting.done.set_exception(
                    ConflictError(
                        f"{waiting.kind} '{waiting.row[waiting.id_column]}' was written by somebody else first.",
                        todo="Look again, then decide.",
                    )
                )
            else:
                waiting.done.set_result(None)


def _take(batch: Batch, waiting: _Waiting) -> bool:
    if waiting.new and batch.holds(waiting.kind, str(waiting.row[waiting.id_column])):
        return False
    batch.append(waiting.kind, [waiting.row], id_column=waiting.id_column)
    return True
