"""Who is silent: silences of a room's feeds, as entries of its record."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from truceline.feeds import Feed, Tally
from truceline.feeds.health import is_silent
from truceline.feeds.silence import KIND, Silences
from truceline.observations import Outage
from truceline.serve.ledger import Ledger
from truceline.store import Record
from truceline.timespan import iso, parse_instant

HEARD = "heard"  # now and then, that a feed was heard though it said nothing new


class Quiet:
    """The silences of the feeds of a room, begun and ended by what their tallies say."""

    def __init__(self, feeds: Mapping[str, Feed], tallies: Mapping[str, Tally]) -> None:
        self._feeds, self._tallies = feeds, tallies
        self._silences = Silences(feeds.values())
        self._kept: dict[str, datetime] = {}  # when a feed was last heard, as the record has it
        self._rows = 0  # entries of silences in the record, those of the room's former openings among them
        self._lock = threading.Lock()

    def restore(self, record: Record) -> None:
        """Read what the record says of silences, and of when feeds were heard."""
        for row in (row for rows in record.payloads(HEARD) for row in rows):
            if row["feed"] in self._feeds:
                self._tallies[row["feed"]].hear(parse_instant(row["at"]))
        self._kept = {name: t.last_message for name, t in self._tallies.items() if t.last_message is not None}
        rows = [row for part in record.payloads(KIND) for row in part]
        self._silences, self._rows = silences_of(self._feeds.values(), rows), len(rows)

    def enter(self, ledger: Ledger) -> None:
        """Write to a room from now on."""
        self._ledger = ledger

    def look(self, now: datetime) -> bool:
        """Note who is silent and who was heard; return whether a silence began or ended."""
        changed = False
        for name, feed in self._feeds.items():
            tally = self._tallies[name]
            last = tally.last_message
            if is_silent(feed, tally, now):
                with self._lock:
                    changed |= self._write(self._silences.begin(name, start=last or tally.started))
            else:
                changed |= self.over(name, now)
            if last is not None and (name not in self._kept or last - self._kept[name] > feed.silent_after / 4):
                self._ledger.append(HEARD, {"feed": name, "at": iso(last)}, id_column="feed")
                self._kept[name] = last
        return changed

    def over(self, name: str, now: datetime) -> bool:
        """Note that a feed was heard; return whether it had been silent."""
        with self._lock:
            return self._write(self._silences.over(name, end=now))

    @property
    def lasts(self) -> bool:
        """Whether any feed is silent."""
        return any(self._silences.open_of(name) for name in self._feeds)

    def outages(self, now: datetime) -> tuple[tuple[Outage, ...], int]:
        """Return every silence that was not made good, and how many entries of the record say so."""
        with self._lock:
            return self._silences.outages(now), self._rows

    def _write(self, row: Mapping[str, Any] | None) -> bool:
        if row is not None:
            self._ledger.append(KIND, row, id_column="outage")
            self._rows += 1
        return row is not None


def silences_of(feeds: Iterable[Feed], rows: Iterable[Mapping[str, Any]]) -> Silences:
    """Return the silences that entries of a record tell of, in the order they were written."""
    held = {row["outage"]: row for row in rows}
    return Silences(feeds, held.values())
