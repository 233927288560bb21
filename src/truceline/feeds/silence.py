"""Silences of feeds, as facts: when one began, when it ended, and whether the next answer made it good.

While a feed is silent nobody knows what it would have told, so that what reports through it did not watch. A feed that
asks back for the past makes a short silence good with its next answer: then nothing was missed, though for a while
nobody knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from truceline.feeds.settings import Feed
from truceline.observations.outages import Outage
from truceline.timespan import iso, parse_instant

KIND = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One silence. `end` is None while it lasts."""

    feed: str
    sensors: tuple[str, ...]
    sources: tuple[str, ...]
    start: datetime
    end: datetime | None = None
    made_good: bool = False

    def outage(self, now: datetime) -> Outage:
        """Return it as what was not watched, up to its end or to `now`."""
        end = max(self.start, self.end or now)
        return Outage(feed=self.feed, sensors=self.sensors, sources=self.sources, start=self.start, end=end)


class Silences:
    """The silences of all feeds of a room. Every change is a row for the record, which holds them all."""

    def __init__(self, feeds: Iterable[Feed], rows: Iterable[Mapping[str, Any]] = ()) -> None:
        self._feeds = {feed.feed_id: feed for feed in feeds}
        self._all: dict[str, Silence] = {str(row["outage"]): _from_row(row) for row in rows}

    def open_of(self, feed_id: str) -> Silence | None:
        """Return the silence that a feed is in."""
        return next((s for s in self._all.values() if s.feed == feed_id and s.end is None), None)

    def begin(self, feed_id: str, *, start: datetime) -> dict[str, Any] | None:
        """Note that a feed has been silent from `start`; return the row to write, None when that is known."""
        if self.open_of(feed_id) is not None:
            return None
        feed = self._feeds[feed_id]
        return self._put(Silence(feed=feed_id, sensors=feed.sensors, sources=feed.sources, start=_second(start)))

    def over(self, feed_id: str, *, end: datetime) -> dict[str, Any] | None:
        """Note that a feed was heard again; return the row to write, None when it was not silent."""
        known = self.open_of(feed_id)
        if known is None:
            return None
        made_good = end - known.start <= self._feeds[feed_id].reaches_back
        return self._put(replace(known, end=max(known.start, _second(end)), made_good=made_good))

    def outages(self, now: datetime) -> tuple[Outage, ...]:
        """Return every silence that was not made good, in time order; one that lasts ends `now`."""
        # of a feed that was taken out of feeds.yaml nobody knows whether it is silent still
        known = [s for s in self._all.values() if s.end is not None or s.feed in self._feeds]
        found = [silence.outage(now) for silence in known if not silence.made_good]
        return tuple(sorted(found, key=lambda outage: (outage.start, outage.feed)))

    def _put(self, silence: Silence) -> dict[str, Any]:
        name = f"{silence.feed} {iso(silence.start)}"
        self._all[name] = silence
        return {
            "outage": name,
            "feed": silence.feed,
            "sensors": list(silence.sensors),
            "sources": list(silence.sources),
            "start": iso(silence.start),
            "end": iso(silence.end) if silence.end else "",
            "made_good": silence.made_good,
        }


def _second(instant: datetime) -> datetime:
    """Return the instant to the second, as the record holds it."""
    return instant.replace(microsecond=0)


def _from_row(row: Mapping[str, Any]) -> Silence:
    end = str(row["end"])
    return Silence(
        feed=str(row["feed"]),
        sensors=tuple(row["sensors"]),
        sources=tuple(row["sources"]),
        start=parse_instant(row["start"]),
        end=parse_instant(end) if end else None,
        made_good=bool(row["made_good"]),
    )
