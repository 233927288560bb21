"""The live half of a room: feeds -> messages in the record -> what they say -> the assessment, kept up.

The record's messages are the truth. They are read again when the room is opened, so that a room that was stopped, or
killed, stands where it stood.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from truceline.errors import RequestError, UnknownNameError
from truceline.feeds import Feed, FeedState, Message, Tally, from_entry, health_of, read_messages, receive, to_entry
from truceline.feeds.health import is_silent
from truceline.feeds.messages import KIND
from truceline.feeds.running import runs_of
from truceline.feeds.silence import KIND as SILENCE
from truceline.feeds.silence import Silences
from truceline.feeds.state import parted
from truceline.feeds.supervise import Sleep, Supervisor, said_of
from truceline.findings.tables import Assessment
from truceline.observations import Outage, Readings, gather
from truceline.serve.intake import Intake, Receipt, Waiting
from truceline.serve.ledger import Clock, Ledger
from truceline.serve.refusals import TooManyError
from truceline.timespan import iso, parse_instant

_EARLY = {"reason": "its time has not come yet.", "todo": "Set the sender's clock right."}
HEARD, SETTINGS = "heard", "feed"
PAUSE_S = 2.0  # between the end of one update of the assessment and the next
LOOK_S = 5.0  # between looks at who is silent
GROWS_MIN = 15.0  # how often the assessment learns that a silence goes on


class Update(Protocol):
    """What taking readings gives."""

    @property
    def assessment(self) -> Assessment:
        """The assessment with them."""


class Taking(Protocol):
    """What keeps an assessment up."""

    def take(self, readings: Readings, *, outages: Sequence[Outage] = (), now: datetime) -> Update:
        """Take what is new; `outages` are all there have been."""


class Feeder:
    """The feeds of one room. Make it, `replay` the record, then `start` it in the server's event loop.

    `live` takes what they say, `make` gives another such that has taken nothing yet, and `replace` gets each update.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        ledger: Ledger,
        *,
        clock: Clock,
        live: Taking,
        make: Callable[[], Taking],
        replace: Callable[[Update], None],
        pause_s: float = PAUSE_S,
    ) -> None:
        self.feeds = {feed.feed_id: feed for feed in feeds}
        self._ledger, self._clock, self._make, self._replace = ledger, clock, make, replace
        self._pause_s = pause_s
        self._live = live
        self._states = {name: FeedState(feed) for name, feed in self.feeds.items()}
        self._tallies = {name: Tally(started=clock()) for name in self.feeds}
        self._kept = dict[str, datetime]()  # when a feed was last heard, as the record has it
        self._silences = Silences(feeds)
        self._lock = threading.Lock()  # over states and tallies, held for moments: the event loop takes it too
        self._silence_lock = threading.Lock()
        self._record_lock = threading.Lock()  # no message is written while all are read
        self._pending: list[Readings] = []  # what the assessment has not taken yet
        self._trouble = ""
        self._told: datetime | None = None  # when the assessment last took anything

    def replay(self, tell: Callable[[str], None] = lambda step: None) -> None:
        """Read the record's messages again, and bring the assessment to where they lead."""
        record, now = self._ledger.record, self._clock()
        tell("messages")
        self._read_all(now)
        for row in (row for rows in record.payloads(HEARD) for row in rows):
            if row["feed"] in self.feeds:
                self._hear(str(row["feed"]), parse_instant(row["at"]))
        self._kept = {name: t.last_message for name, t in self._tallies.items() if t.last_message is not None}
        held = {row["outage"]: row for rows in record.payloads(SILENCE) for row in rows}
        self._silences = Silences(self.feeds.values(), held.values())
        for feed in self.feeds.values():
            self._ledger.append(SETTINGS, _settings(feed), id_column="feed")
        self._look(now)
        tell("assessment with what feeds said")
        self.update()

    def _read_all(self, now: datetime) -> None:
        """Read every message of the record."""
        for rows in self._ledger.record.payloads(KIND):
            for name in {str(row["feed"]) for row in rows} & set(self.feeds):
                own = [row for row in rows if row["feed"] == name]
                self._add(name, [from_entry(row) for row in own], now)
                self._hear(name, max(parse_instant(row["received"]) for row in own))

    def _begin_again(self, now: datetime) -> None:
        """Make the assessment anew from all messages: a look it was given is none, and it cannot give it back."""
        with self._record_lock:
            with self._lock:
                self._pending, self._live = [], self._make()
                self._states = {name: FeedState(feed) for name, feed in self.feeds.items()}
                for tally in self._tallies.values():
                    tally.messages = tally.taken = tally.set_aside = 0
            self._read_all(now)

    async def start(self, *, sleep: Sleep = asyncio.sleep) -> None:
        """Begin listening."""
        self._intake = Intake(self._commit)
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._folder = tempfile.TemporaryDirectory(prefix="truceline-feeds-")
        room = self._ledger.record.public_key().hex()
        folder = Path(self._folder.name)
        runs = runs_of(self.feeds.values(), clock=self._clock, folder=folder, room=room, sleep=sleep)
        self._supervisor = Supervisor({name: (run, _Ear(self, name)) for name, run in runs.items()}, sleep=sleep)
        self._tasks = [
            asyncio.create_task(self._intake.run(), name="messages"),
            asyncio.create_task(self._keep_up(sleep), name="assessment"),
            asyncio.create_task(self._keep_looking(sleep), name="silences"),
        ]
        for name in self.feeds.keys() - runs.keys():
            self._tallies[name].says = f"Waits for messages pushed to /api/feeds/{name}."
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
        return _told(message, receipt)

    def health(self) -> list[dict[str, Any]]:
        """Return one row for each feed."""
        with self._lock:
            rows = health_of(self.feeds.values(), self._tallies, now=self._clock())
        return [{**row, "says": f"{row['says']} {self._trouble}".strip()} for row in rows]

    def update(self) -> None:
        """Let the assessment take what is new. What it cannot take now it is given again."""
        now = self._clock()
        fresh, outages = self._changes(now)
        if any(state.lost_looks for state in self._states.values()):
            self._begin_again(now)
            fresh, outages = self._changes(now)
        self._pending = [fresh]
        if not (len(fresh.observations) or len(fresh.looks) or len(fresh.set_aside) or outages or self._told):
            return
        try:
            self._replace(self._live.take(fresh, outages=outages, now=now))
        except Exception as error:  # the feeds go on and the record grows; the assessment stays as it was
            self._trouble = f"The assessment could not take it: {said_of(error)}"
            return
        self._pending, self._trouble, self._told = [], "", now

    def _changes(self, now: datetime) -> tuple[Readings, tuple[Outage, ...]]:
        with self._lock:
            several = [*self._pending, *(state.changes() for state in self._states.values())]
            return gather(several), self._silences.outages(now)

    def works(self, feed_id: str, says: str) -> None:
        """Note that a feed works."""
        with self._lock:
            tally = self._tallies[feed_id]
            tally.failed, tally.stopped, tally.says = None, None, says

    def fails(self, feed_id: str, says: str) -> None:
        """Note that a feed does not work."""
        with self._lock:
            tally = self._tallies[feed_id]
            tally.failed, tally.says = tally.failed or self._clock(), says

    def stops(self, feed_id: str) -> None:
        """Note that a feed was stopped."""
        with self._lock:
            self._tallies[feed_id].stopped = self._clock()

    def heard(self, feed_id: str) -> None:
        """Note a sign of life of a feed."""
        with self._lock:
            self._hear(feed_id, self._clock())

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
            said[name] = self._add(name, fresh, now)
            with self._lock:
                self._tallies[name].doubled += len(came) - len(fresh)
                self._hear(name, now)
            self._end_silence(name, now)
        self._loop.call_soon_threadsafe(self._changed.set)
        return [said[waiting.feed_id] for waiting in taken]

    def _add(self, name: str, messages: Sequence[Message], now: datetime) -> Receipt:
        """Add messages that are in the record to the state of their feed."""
        tally, state = self._tallies[name], self._states[name]
        said = read_messages(self.feeds[name], messages)
        with self._lock:
            state.add(said, now=now)
            tally.messages += len(messages)
            tally.taken, tally.set_aside, tally.last_observed = state.taken, state.set_aside, state.last_observed
        early = parted(said.observations, now)[1]["ref"]
        return Receipt(new=frozenset(message.name for message in messages), said=said, early=frozenset(early))

    def _hear(self, name: str, at: datetime) -> None:
        tally = self._tallies[name]
        tally.last_message = max(tally.last_message or at, at)

    async def _keep_up(self, sleep: Sleep) -> None:
        """Update the assessment, one update at a time, with a pause after each."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await asyncio.to_thread(self.update)
            await sleep(self._pause_s)

    async def _keep_looking(self, sleep: Sleep) -> None:
        while True:
            await sleep(LOOK_S)
            try:
                changed = await asyncio.to_thread(self._look, self._clock())
            except Exception as error:  # the record does not take it now: looked at again
                self._trouble = said_of(error)
            else:
                if changed or self._pending:
                    self._changed.set()

    def _look(self, now: datetime) -> bool:
        """Note who is silent and who was heard; return whether the assessment should learn of it."""
        changed = False
        for name, feed in self.feeds.items():
            with self._lock:
                tally = self._tallies[name]
                last, silent = tally.last_message, is_silent(feed, tally, now)
            if silent:
                with self._silence_lock:
                    row = self._silences.begin(name, start=last or tally.started)
                    changed |= self._write(row)
            else:
                changed |= self._end_silence(name, now)
            self._keep_heard(name, feed, last)
        lasts = any(self._silences.open_of(name) for name in self.feeds)
        return changed or (lasts and self._told is not None and now - self._told > timedelta(minutes=GROWS_MIN))

    def _keep_heard(self, name: str, feed: Feed, last: datetime | None) -> None:
        """Write down, now and then, that a feed was heard though it said nothing new."""
        if last is not None and (name not in self._kept or last - self._kept[name] > feed.silent_after / 4):
            self._ledger.append(HEARD, {"feed": name, "at": iso(last)}, id_column="feed")
            self._kept[name] = last

    def _end_silence(self, name: str, now: datetime) -> bool:
        with self._silence_lock:
            return self._write(self._silences.over(name, end=now))

    def _write(self, row: Mapping[str, Any] | None) -> bool:
        if row is not None:
            self._ledger.append(SILENCE, row, id_column="outage")
        return row is not None


class _Ear:
    """What one feed tells what it hears to."""

    def __init__(self, feeder: Feeder, feed_id: str) -> None:
        self._feeder, self._feed_id = feeder, feed_id

    async def take(self, messages: Sequence[Message]) -> None:
        await self._feeder.take(self._feed_id, messages)

    def works(self, says: str) -> None:
        self._feeder.works(self._feed_id, says)

    def heard(self) -> None:
        self._feeder.heard(self._feed_id)

    def fails(self, says: str) -> None:
        self._feeder.fails(self._feed_id, says)

    def stops(self) -> None:
        self._feeder.stops(self._feed_id)


def _settings(feed: Feed) -> dict[str, Any]:
    """Return what the record holds of a feed: by which settings its messages were read. No address, no variable."""
    takes = {name: [t.sensor, t.act, t.sensor_id, t.sigma_m, t.at_least] for name, t in sorted(feed.takes.items())}
    return {
        "feed": feed.feed_id,
        "kind": feed.kind,
        "called": feed.called,
        "sensors": list(feed.sensors),
        "sources": list(feed.sources),
        "silent_after_min": feed.silent_after_min,
        "reader": feed.reader,
        "options": {str(key): str(value) for key, value in feed.options.items()},
        "takes": takes,
    }


def _told(message: Message, receipt: Receipt) -> dict[str, Any]:
    """Return what became of one message, for whoever sent it."""
    if message.name not in receipt.new:
        return {"message": message.sha256, "doubled": True, "taken": 0, "set_aside": []}
    aside = receipt.said.set_aside
    mine = aside[aside["file"] == message.short]
    refs = set(receipt.said.observations["ref"][receipt.said.observations["ref"].str.startswith(message.short)])
    early = [{"line": int(ref.rpartition(":")[2]), **_EARLY} for ref in sorted(refs & receipt.early)]
    return {
        "message": message.sha256,
        "doubled": False,
        "taken": len(refs - receipt.early),
        "set_aside": [*mine[["line", "reason", "todo"]].to_dict("records"), *early][:20],
    }
