"""What a room's feeds tell it, and what the room tells of them: one feed's ear, its settings, and receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from truceline.feeds import Feed, Message
from truceline.serve.heard import Heard
from truceline.serve.intake import Receipt

Take = Callable[[str, Sequence[Message]], Awaitable[Any]]
_EARLY = {"reason": "its time has not come yet.", "todo": "Set the sender's clock right."}


class FeedEar:
    """What one feed tells: messages to what `take`s them, and how it does to what is kept of it."""

    def __init__(self, take: Take, heard: Heard, feed_id: str) -> None:
        self._take, self._heard, self._feed_id = take, heard, feed_id

    async def take(self, messages: Sequence[Message]) -> None:
        """Return when the messages are in the record."""
        await self._take(self._feed_id, messages)

    def works(self, says: str) -> None:
        """Say that the feed works."""
        self._heard.works(self._feed_id, says)

    def heard(self) -> None:
        """Say that a sign of life came."""
        self._heard.lives(self._feed_id)

    def fails(self, says: str) -> None:
        """Say that the feed does not work."""
        self._heard.fails(self._feed_id, says)

    def stops(self) -> None:
        """Say that the feed was stopped."""
        self._heard.stops(self._feed_id)


def settings_row(feed: Feed) -> dict[str, Any]:
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
        # of a file its name: where it lies is this machine's own affair
        "options": {key: Path(str(said)).name if key == "cloud" else str(said) for key, said in feed.options.items()},
        "takes": takes,
    }


def told_of(message: Message, receipt: Receipt) -> dict[str, Any]:
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
