"""The live half of a room: feeds -> messages in the record -> what they say -> the assessment, kept up.

The record's messages are the truth. They are read again when the room is opened, so that a room that was stopped, or
killed, stands where it stood.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from truceline.errors import RequestError, UnknownNameError
from truceline.feeds import Feed, Message, receive, to_entry
from truceline.feeds.messages import KIND
from truceline.feeds.running import runs_of
from truceline.feeds.supervise import Sleep, Supervisor, said_of
from truceline.keeping import Changed
from truceline.observations import Outage, Readings, gather
from truceline.serve.basis import KIND as BASIS
from truceline.serve.basis import Basis
from truceline.serve.feed_words import FeedEar, settings_row, told_of
from truceline.serve.heard import Heard
from truceline.serve.intake import Intake, Receipt, Waiting
from truceline.serve.ledger import Clock, Ledger
from truceline.serve.quiet import Quiet
from truceline.serve.refusals import TooManyError
from truceline.store import Record

SETTINGS = "feed"
PAUSE_S = 2.0  # between the end of one update of the assessment and the next
RESTS = 2.0  # times as long as an update took, if that is longer than the pause
LOOK_S = 5.0  # between looks at who is silent
GROWS_MIN = 15.0  # how often the assessment learns that a silence goes on


class Taking(Protocol):
    """What keeps an assessment up."""

    def take(self, readings: Readings, *, outages: Sequence[Outage] = (), now: datetime) -> Changed:
        """Take what is new; `outages` are all there have been."""


class Feeder:
    """The feeds of one room. Make it, `replay` the record, `enter` the room, then `start` in the server's event loop.

    `live` takes what they say, and `make` gives another such that has taken nothing yet.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        record: Record,
        *,
        clock: Clock,
        live: Taking,
        make: Callable[[], Taking],
        pause_s: float = PAUSE_S,
    ) -> None:
        self.feeds = {feed.feed_id: feed for feed in feeds}
        self._record, self._clock, self._make = record, clock, make
        self._unplaced: list[tuple[Changed, Basis]] = []  # what the room has not taken yet
        self._basis: Basis | None = None  # what the assessment rests on; None: on no feed
        self._pause_s = pause_s
        self._live = live
        self._heard = Heard(self.feeds, clock)
        self._quiet = Quiet(self.feeds, self._heard.tallies)
        self._record_lock = threading.Lock()  # no message is written while all are read
        self._pending: list[Readings] = []  # what the assessment has not taken yet
        self._trouble = ""
        self._told: datetime | None = None  # when the assessment last took anything

    def replay(self, tell: Callable[[str], None] = lambda step: None) -> None:
        """Read the record's messages again, and bring the assessment to where they lead. Writes nothing."""
        tell("messages")
        self._heard.read(self._record, self._clock())
        self._quiet.restore(self._record)
        tell("assessment with what feeds said")
        self._take()

    def enter(self, ledger: Ledger, replace: Callable[[Changed], None]) -> None:
        """Write to a room from now on, whose assessment has what `replay` read; `replace` gets each update."""
        self._ledger, self._replace, self._unplaced = ledger, replace, []
        self._quiet.enter(ledger)
        for feed in self.feeds.values():
            ledger.append(SETTINGS, settings_row(feed), id_column="feed")
        if self._basis is not None:
            self._say(self._basis)
        if self._look(self._clock()):
            self.update()

    def _say(self, basis: Basis) -> None:
        """Write what an assessment rests on, before the assessment: alone it does no harm, and none is without it."""
        self._ledger.append(BASIS, basis.row(), id_column="at")

    def _begin_again(self, now: datetime) -> None:
        """Make the assessment anew from all messages: a look it was given is none, and it cannot give it back."""
        with self._record_lock:
            self._pending, self._live = [], self._make()
            self._heard.forget()
            self._heard.read(self._record, now)

    async def start(self, *, sleep: Sleep = asyncio.sleep) -> None:
        """Begin listening."""
        self._intake = Intake(self._commit)
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._folder = tempfile.TemporaryDirectory(prefix="truceline-feeds-")
        room = self._record.public_key().hex()
        folder = Path(self._folder.name)
        runs = runs_of(self.feeds.values(), clock=self._clock, folder=folder, room=room, sleep=sleep)
        ears = {name: (run, FeedEar(self.take, self._heard, name)) for name, run in runs.items()}
        self._supervisor = Supervisor(ears, sleep=sleep)
        self._tasks = [
            asyncio.create_task(self._intake.run(), name="messages"),
            asyncio.create_task(self._keep_up(sleep), name="assessment"),
            asyncio.create_task(self._keep_looking(sleep), name="silences"),
        ]
        for name in self.feeds.keys() - runs.keys():
            self._heard.tallies[name].says = f"Waits for messages pushed to /api/feeds/{name}."
        self._supervisor.start()

    async def stop(self) -> None:
        """Stop listening. What was acknowledged is in the record."""
        await self._supervisor.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks, timeout=0.5)
        with contextlib.suppress(OSError):  # a download that nobody waits for may still write into it
            self._folder.cleanup()

    async def take(self, feed_id: str, messages: Sequence[Message]) -> Receipt:
        """Return what became of messages of a feed, once they are in the record."""
        return await self._intake.put(feed_id, messages)

    async def push(self, feed_id: str, body: bytes, *, via: str) -> dict[str, Any]:
        """Return what became of a message that somebody sent to a feed.

        Raises
        ------
        UnknownNameError, RequestError
            If there is no such feed, or nobody pushes to it.
        TooManyError
            If more waits to be written than may be held.
        """
        pushed = [name for name, feed in self.feeds.items() if feed.kind == "http" and not feed.url]
        if feed_id not in self.feeds:
            raise UnknownNameError("feed", feed_id, pushed)
        if feed_id not in pushed:
            raise RequestError(f"nothing is pushed to the feed '{feed_id}'.", todo="Give it kind: http and no url.")
        if self._intake.full:
            raise TooManyError("more messages wait to be written than can be held.", wait_s=1.0)
        message = receive(feed_id, body, via=via)
        receipt = await self.take(feed_id, [message])
        return told_of(message, receipt)

    def health(self) -> list[dict[str, Any]]:
        """Return one row for each feed."""
        return [{**row, "says": f"{row['says']} {self._trouble}".strip()} for row in self._heard.health()]

    def update(self) -> None:
        """Let the assessment take what is new, and the room the assessment. What cannot be taken now is tried again."""
        try:
            self._take()
            while self._unplaced:
                update, basis = self._unplaced[0]
                self._say(basis)
                self._replace(update)
                del self._unplaced[0]
        except Exception as error:  # the feeds go on and the record grows; the assessment stays as it was
            self._trouble = f"The assessment could not take it: {said_of(error)}"
        else:
            self._trouble = ""

    def _take(self) -> None:
        now = until = self._clock()
        if self._told is not None:  # an update is called by its instant, whatever the clock does
            now = max(now, self._told + timedelta(microseconds=1))
        fresh, outages, basis = self._changes(now, until)
        if self._heard.lost_looks:
            self._begin_again(now)
            fresh, outages, basis = self._changes(now, until)
        self._pending = [fresh]
        if not (len(fresh.observations) or len(fresh.looks) or len(fresh.set_aside) or outages or self._told):
            return
        self._unplaced.append((self._live.take(fresh, outages=outages, now=now), basis))
        self._pending, self._told, self._basis = [], now, basis

    def _changes(self, now: datetime, until: datetime) -> tuple[Readings, tuple[Outage, ...], Basis]:
        told, messages = self._heard.changes(now)
        outages, rows = self._quiet.outages(until)
        return gather([*self._pending, *told]), outages, Basis(at=now, until=until, messages=messages, outages=rows)

    def _commit(self, taken: Sequence[Waiting]) -> list[Receipt]:
        """Write messages, and read those that are new. Blocks."""
        with self._record_lock:
            return self._committed(taken, self._clock())

    def _committed(self, taken: Sequence[Waiting], now: datetime) -> list[Receipt]:
        rows = [to_entry(message, received=now) for waiting in taken for message in waiting.messages]
        new = self._ledger.append_once(KIND, rows, id_column="message")
        said: dict[str, Receipt] = {}
        for name in dict.fromkeys(waiting.feed_id for waiting in taken):
            came = [m for waiting in taken if waiting.feed_id == name for m in waiting.messages]
            fresh = list({m.name: m for m in came if m.name in new}.values())
            said[name] = self._heard.add(name, fresh, now)
            self._heard.came(name, now, doubled=len(came) - len(fresh))
            self._quiet.over(name, now)
        self._loop.call_soon_threadsafe(self._changed.set)
        return [said[waiting.feed_id] for waiting in taken]

    async def _keep_up(self, sleep: Sleep) -> None:
        """Update the assessment, one update at a time, with a pause after each."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            began = time.monotonic()
            await asyncio.to_thread(self.update)
            # when much comes at once an update takes long, and those who wait for the record go before the next
            await sleep(max(self._pause_s, RESTS * (time.monotonic() - began)))

    async def _keep_looking(self, sleep: Sleep) -> None:
        while True:
            await sleep(LOOK_S)
            try:
                changed = await asyncio.to_thread(self._look, self._clock())
            except Exception as error:  # the record does not take it now: looked at again
                self._trouble = said_of(error)
            else:
                if changed or self._pending or self._unplaced:
                    self._changed.set()

    def _look(self, now: datetime) -> bool:
        """Note who is silent; return whether the assessment should learn of that, or of what has come due."""
        changed = self._quiet.look(now)
        due = self._heard.has_due(now)
        old = self._told is not None and now - self._told > timedelta(minutes=GROWS_MIN)
        return changed or due or (old and self._quiet.lasts)
