"""Which feeds run by themselves, and how: what the supervisor is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from truceline.feeds.folder import run_folder
from truceline.feeds.listen_cot import run_cot
from truceline.feeds.listen_mqtt import run_mqtt
from truceline.feeds.pull import run_firms, run_http
from truceline.feeds.settings import Feed
from truceline.feeds.supervise import Run, Sleep
from truceline.provenance import stable_id


def runs_of(
    feeds: Iterable[Feed], *, clock: Callable[[], datetime], folder: Path, room: str, sleep: Sleep
) -> dict[str, Run]:
    """Return how each feed is run, by its id; a feed that is pushed to is not in it.

    Downloads that were cut lie in `folder`; `room` is what no other room is called, for brokers to know it again by.
    """
    made: dict[str, Run] = {}
    for feed in feeds:
        if feed.kind == "firms":
            made[feed.feed_id] = partial(run_firms, feed, clock=clock, folder=folder, sleep=sleep)
        elif feed.kind == "http" and feed.url:
            made[feed.feed_id] = partial(run_http, feed, sleep=sleep)
        elif feed.kind == "cot":
            made[feed.feed_id] = partial(run_cot, feed)
        elif feed.kind == "mqtt":
            made[feed.feed_id] = partial(run_mqtt, feed, client_id=stable_id("truceline", room, feed.feed_id))
        elif feed.kind == "folder":
            made[feed.feed_id] = partial(run_folder, feed, sleep=sleep)
    return made
