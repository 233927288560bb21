"""How each feed is doing: one row a feed, from what it said last, how much, and now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from truceline.feeds.settings import Feed
from truceline.timespan import iso

HEALTH = (
    "feed",
    "kind",
    "called",
    "state",  # never | listening | silent | failed | stopped
    "last_message",  # when anything came, UTC; None where nothing did
    "last_observed",  # the latest instant it told of
    "messages",  # in the record, each once
    "taken",  # observations
    "doubled",  # messages that came again since the server started
    "set_aside",  # rows, and messages that hold none
    "silent_after_min",
    "since",  # when it came into this state
    "says",
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What is counted of one feed while it runs. Changed by whoever runs it, and by nobody else."""

    started: datetime
    last_message: datetime | None = None
    last_observed: datetime | None = None
    messages: int = 0
    taken: int = 0
    doubled: int = 0
    set_aside: int = 0
    failed: datetime | None = None  # since when it has not worked
    stopped: datetime | None = None
    says: str = ""

    def hear(self, at: datetime) -> None:
        """Note that something came."""
        self.last_message = max(self.last_message or at, at)


def health_of(feeds: Iterable[Feed], tallies: dict[str, Tally], *, now: datetime) -> list[dict[str, Any]]:
    """Return one row of HEALTH for each feed. Pure."""
    return [_row(feed, tallies[feed.feed_id], now) for feed in feeds]


def is_silent(feed: Feed, tally: Tally, now: datetime) -> bool:
    """Return whether nothing has come for longer than the feed's settings allow."""
    return now - (tally.last_message or tally.started) > feed.silent_after


def _row(feed: Feed, tally: Tally, now: datetime) -> dict[str, Any]:
    state, since = _state(feed, tally, now)
    return {
        "feed": feed.feed_id,
        "kind": feed.kind,
        "called": feed.called,
        "state": state,
        "last_message": _told(tally.last_message),
        "last_observed": _told(tally.last_observed),
        "messages": tally.messages,
        "taken": tally.taken,
        "doubled": tally.doubled,
        "set_aside": tally.set_aside,
        "silent_after_min": feed.silent_after_min,
        "since": _told(since),
        "says": tally.says or _SAYS[state],
    }


_SAYS = {
    "never": "Nothing has come yet.",
    "listening": "Messages come.",
    "silent": "Nothing comes: what would have been told of is not watched through it.",
    "failed": "It does not work.",
    "stopped": "It was stopped.",
}


def _state(feed: Feed, tally: Tally, now: datetime) -> tuple[str, datetime]:
    if tally.stopped is not None:
        return "stopped", tally.stopped
    if tally.failed is not None:
        return "failed", tally.failed
    if tally.last_message is None:
        return "never", tally.started
    if is_silent(feed, tally, now):
        return "silent", tally.last_message
    return "listening", tally.started


def _told(instant: datetime | None) -> str | None:
    return None if instant is None else iso(instant)
