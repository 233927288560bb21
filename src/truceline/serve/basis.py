"""What an update of a live room rested on: how much of each feed was taken, so that it can be made again.

A message that comes while an update is worked out is in the record before the update is, and not in the update: neither
the order of the record nor the clock tells what was in it. So it is counted, and the count is an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from truceline.errors import RecordError
from truceline.feeds import FeedState, Message, from_entry, read_messages
from truceline.feeds.messages import KIND as FED
from truceline.feeds.silence import KIND as OUTAGE
from truceline.findings.tables import Assessment
from truceline.live import Live
from truceline.mission import Mission
from truceline.observations import gather
from truceline.serve.quiet import silences_of
from truceline.store import Record
from truceline.timespan import parse_instant

KIND = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """How many messages of each feed an assessment rests on, and how many entries of silences: the first of each."""

    at: datetime  # the assessment's own instant
    until: datetime  # up to when silences that lasted had lasted
    messages: Mapping[str, int] = field(default_factory=dict)
    outages: int = 0

    def row(self) -> dict[str, Any]:
        """Return the entry that it is; its id is `at`."""
        return {
            "at": exact(self.at),
            "until": exact(self.until),
            "messages": dict(sorted(self.messages.items())),
            "outages": self.outages,
        }


def exact(instant: datetime) -> str:
    """Return an instant to the microsecond: two updates may lie in one second."""
    return instant.astimezone(UTC).isoformat()


def bases_of(record: Record) -> dict[str, Basis]:
    """Return instant -> what the assessment of that instant rested on, for every one that rested on feeds."""
    return {
        row["at"]: Basis(
            at=parse_instant(row["at"]),
            until=parse_instant(row["until"]),
            messages=row["messages"],
            outages=row["outages"],
        )
        for rows in record.payloads(KIND)
        for row in rows
    }


def assessed_on(mission: Mission, record: Record, basis: Basis) -> Assessment:
    """Return the assessment that rested on a basis, made again from the mission and the record's messages.

    Raises
    ------
    RecordError
        If it rested on a feed that the mission no longer has.
    """
    feeds, now = {feed.feed_id: feed for feed in mission.feeds()}, basis.at
    for name, count in basis.messages.items():
        if count and name not in feeds:
            raise RecordError("the mission no longer has this feed, whose messages were taken.", item=name)
    said = []
    for name, messages in _first(record, basis).items():
        state = FeedState(feeds[name])
        state.add(read_messages(feeds[name], messages), now=now)
        said.append(state.changes())
    rows = islice(_rows(record, OUTAGE), basis.outages)
    outages = silences_of(feeds.values(), rows).outages(basis.until)
    live = Live.of(mission, now=min(now, mission.brief.period.end))
    return live.take(gather(said), outages=outages, now=now).assessment


def _first(record: Record, basis: Basis) -> dict[str, list[Message]]:
    """Return the messages of each feed that a basis counts."""
    found: dict[str, list[Message]] = {name: [] for name, count in basis.messages.items() if count}
    for row in _rows(record, FED):
        name = str(row["feed"])
        if len(found.get(name, ())) < basis.messages.get(name, 0):
            found[name].append(from_entry(row))
    for name, messages in found.items():
        if len(messages) < basis.messages[name]:
            raise RecordError("the record holds fewer messages of this feed than were taken.", item=name)
    return found


def _rows(record: Record, kind: str) -> Iterable[dict[str, Any]]:
    return (row for part in record.payloads(kind) for row in part)
