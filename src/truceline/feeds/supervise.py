"""The supervisor of the feeds: each runs by itself, is begun again when it fails, and never drags another along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from truceline.errors import TrucelineError
from truceline.feeds.messages import Message

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
Sleep = Callable[[float], Awaitable[None]]


class Ear(Protocol):
    """What a running feed tells what it hears to."""

    async def take(self, messages: Sequence[Message]) -> None:
        """Return when the messages are in the record, and not before: only then may they be acknowledged."""

    def works(self, says: str) -> None:
        """Say that the feed works: it is connected, listens, or was answered. No message need have come."""

    def heard(self) -> None:
        """Say that a sign of life came which is no message."""

    def fails(self, says: str) -> None:
        """Say that the feed does not work."""

    def stops(self) -> None:
        """Say that the feed was stopped."""


Run = Callable[[Ear], Awaitable[None]]


class Supervisor:
    """Keeps feeds running. `sleep` waits that many seconds."""

    def __init__(self, runs: Mapping[str, tuple[Run, Ear]], *, sleep: Sleep = asyncio.sleep) -> None:
        self._runs = dict(runs)
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin every feed."""
        self._tasks = [
            asyncio.create_task(self._keep(run, ear), name=f"feed {name}") for name, (run, ear) in self._runs.items()
        ]

    async def stop(self) -> None:
        """Stop every feed; returns within a second, whatever they do."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=0.9)
        self._tasks = []

    async def _keep(self, run: Run, ear: Ear) -> None:
        """Run a feed for ever; pauses double while it fails without having worked, up to five minutes."""
        watched = _Watched(ear)
        pause = FIRST_PAUSE_S
        try:
            while True:
                watched.worked = False
                try:
                    await run(watched)
                    why = "it ended"
                except Exception as error:  # whatever it is, the other feeds go on, and this one is tried again
                    why = said_of(error)
                pause = FIRST_PAUSE_S if watched.worked else pause
                ear.fails(f"{why[0].upper()}{why[1:].rstrip('.')}. Tried again in {pause:g} s.")
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            ear.stops()


class _Watched:
    """An ear that remembers whether the feed worked since it was begun."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self.worked = False
        self.take, self.heard, self.fails, self.stops = ear.take, ear.heard, ear.fails, ear.stops

    def works(self, says: str) -> None:
        self.worked = True
        self._ear.works(says)


def said_of(error: BaseException) -> str:
    """Return what to say of an error: ours in full, the system's by its reason, others by their kind alone.

    The words of other people's errors may hold an address with a key in it.
    """
    if isinstance(error, TrucelineError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"it fails: {type(error).__name__}"
