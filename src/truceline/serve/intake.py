"""Messages on their way into the record: many feeds, one writer, everything that waits written with one commit.

A feed that sends faster than the record takes waits: what is held is bounded by its bytes, and the feed reads no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from truceline.feeds import Message
from truceline.feeds.rows import Said

MOST_BYTES = 64_000_000  # held before they are in the record
_OVERHEAD = 500  # bytes that a message costs besides its body


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of messages: those that are new, and what these said together with others of their batch."""

    new: frozenset[str]  # names
    said: Said
    early: frozenset[str]  # references of observations whose time has not come yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Messages of one feed that somebody waits for."""

    feed_id: str
    messages: Sequence[Message]
    done: asyncio.Future[Receipt]

    @property
    def size(self) -> int:
        """How much they hold, in bytes."""
        return sum(len(message.body) + _OVERHEAD for message in self.messages)


Commit = Callable[[Sequence[Waiting]], Sequence[Receipt]]


class Intake:
    """Hands batches to `commit`, which blocks and is run beside the event loop, one at a time."""

    def __init__(self, commit: Commit, *, most_bytes: int = MOST_BYTES) -> None:
        self._commit = commit
        self._most = most_bytes
        self._held = 0
        self._waiting: list[Waiting] = []
        self._work = asyncio.Event()
        self._space = asyncio.Condition()

    @property
    def full(self) -> bool:
        """Whether whoever comes now would have to wait before even being heard."""
        return self._held >= self._most

    async def put(self, feed_id: str, messages: Sequence[Message]) -> Receipt:
        """Return what became of messages once they are in the record.

        Raises
        ------
        RecordError
            If the record does not take them: they are not acknowledged, and may be sent again.
        """
        mine = Waiting(feed_id=feed_id, messages=messages, done=asyncio.get_running_loop().create_future())
        async with self._space:
            await self._space.wait_for(lambda: self._held == 0 or self._held + mine.size <= self._most)
            self._held += mine.size
        self._waiting.append(mine)
        self._work.set()
        return await mine.done

    async def run(self) -> None:
        """Write what waits, for ever."""
        while True:
            await self._work.wait()
            self._work.clear()
            taken, self._waiting = self._waiting, []
            if taken:
                await self._write(taken)

    async def _write(self, taken: Sequence[Waiting]) -> None:
        try:
            receipts: Sequence[Any] = await asyncio.to_thread(self._commit, taken)
        except Exception as error:  # every one of them must hear of it, whatever it is
            receipts = [error] * len(taken)
        for waiting, receipt in zip(taken, receipts, strict=True):
            if waiting.done.done():  # nobody waits for it any more
                continue
            if isinstance(receipt, Exception):
                waiting.done.set_exception(receipt)
            else:
                waiting.done.set_result(receipt)
        async with self._space:
            self._held -= sum(waiting.size for waiting in taken)
            self._space.notify_all()
