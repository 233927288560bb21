"""What the feeds of a room have said so far, and how each is doing: in memory, and read again from the record."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from truceline.feeds import Feed, FeedState, Message, Tally, from_entry, health_of, read_messages
from truceline.feeds.messages import KIND
from truceline.feeds.state import parted
from truceline.observations import Readings
from truceline.serve.intake import Receipt
from truceline.serve.ledger import Clock
from truceline.store import Record
from truceline.timespan import parse_instant


class Heard:
    """A state and a tally for each feed. Any thread may ask and tell."""

    def __init__(self, feeds: Mapping[str, Feed], clock: Clock) -> None:
        self._feeds, self._clock = dict(feeds), clock
        self._states = {name: FeedState(feed) for name, feed in feeds.items()}
        self.tallies = {name: Tally(started=clock()) for name in feeds}
        self._lock = threading.Lock()  # held for moments: the event loop takes it too

    def read(self, record: Record, now: datetime) -> None:
        """Read every message of the record."""
        for rows in record.payloads(KIND):
            for name in {str(row["feed"]) for row in rows} & set(self._feeds):
                own = [row for row in rows if row["feed"] == name]
                self.add(name, [from_entry(row) for row in own], now)
                self.tallies[name].hear(max(parse_instant(row["received"]) for row in own))

    def forget(self) -> None:
        """Forget what was said: all of it is read again. How the feeds are doing stays."""
        with self._lock:
            self._states = {name: FeedState(feed) for name, feed in self._feeds.items()}
            for tally in self.tallies.values():
                tally.messages = tally.taken = tally.set_aside = 0

    def add(self, name: str, messages: Sequence[Message], now: datetime) -> Receipt:
        """Add messages that are in the record to what their feed said."""
        tally, state = self.tallies[name], self._states[name]
        said = read_messages(self._feeds[name], messages)
        with self._lock:
            state.add(said, now=now)
            tally.messages += len(messages)
            tally.taken, tally.set_aside, tally.last_observed = state.taken, state.set_aside, state.last_observed
        early = parted(said.observations, now)[1]["ref"]
        return Receipt(new=frozenset(message.name for message in messages), said=said, early=frozenset(early))

    def came(self, name: str, now: datetime, *, doubled: int) -> None:
        """Note that messages came, and how many of them had come before."""
        with self._lock:
            self.tallies[name].doubled += doubled
            self.tallies[name].hear(now)

    def changes(self, now: datetime) -> tuple[list[Readings], dict[str, int]]:
        """Return what is new since this was asked last, and how many messages of each feed were said by then."""
        with self._lock:
            for state in self._states.values():
                state.ripen(now)
            told = [state.changes() for state in self._states.values()]
            return told, {name: tally.messages for name, tally in self.tallies.items()}

    @property
    def lost_looks(self) -> bool:
        """Whether a look that was among the changes is known not to be one."""
        return any(state.lost_looks for state in self._states.values())

    def has_due(self, now: datetime) -> bool:
        """Return whether the time of something has come that was not among the changes yet."""
        with self._lock:
            return any(state.has_due(now) for state in self._states.values())

    def health(self) -> list[dict[str, Any]]:
        """Return one row for each feed."""
        with self._lock:
            return health_of(self._feeds.values(), self.tallies, now=self._clock())

    def works(self, feed_id: str, says: str) -> None:
        """Note that a feed works."""
        with self._lock:
            tally = self.tallies[feed_id]
            tally.failed, tally.stopped, tally.says = None, None, says

    def fails(self, feed_id: str, says: str) -> None:
        """Note that a feed does not work."""
        with self._lock:
            tally = self.tallies[feed_id]
            tally.failed, tally.says = tally.failed or self._clock(), says

    def stops(self, feed_id: str) -> None:
        """Note that a feed was stopped."""
        with self._lock:
            self.tallies[feed_id].stopped = self._clock()

    def lives(self, feed_id: str) -> None:
        """Note a sign of life of a feed."""
        with self._lock:
            self.tallies[feed_id].hear(self._clock())
