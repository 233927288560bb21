"""What the messages of a feed say: the same for the same set of messages, however they came."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from truceline.feeds.cot import read_cot
from truceline.feeds.files import read_files
from truceline.feeds.json_bodies import read_json
from truceline.feeds.messages import LARGEST, Message
from truceline.feeds.rows import Rows, Said, together
from truceline.feeds.settings import Feed
from truceline.feeds.state import FeedState
from truceline.feeds.things import read_things
from truceline.observations import Readings

_READ: dict[str, Callable[[Feed, Iterable[Message]], Said]] = {
    "firms": read_files,
    "http": read_json,
    "cot": read_cot,
    "mqtt": read_things,
    "folder": read_files,
}
_WITHHELD = "Nothing of it is kept but its digest."


def parse(feed: Feed, messages: Iterable[Message]) -> Readings:
    """Return what messages of a feed say.

    A pure function of the set of messages: neither their order nor how often one came matters. Of an observation that
    is told twice the version that its source stamped later stands, of equal stamps that of the larger hash. What cannot
    be used is set aside with its reason; nothing is raised.
    """
    state = FeedState(feed)
    state.add(read_messages(feed, messages))
    return state.changes()


def read_messages(feed: Feed, messages: Iterable[Message]) -> Said:
    """Return what a batch of messages says, for a state to be added to; each message is read once."""
    aside, whole = Rows(feed=feed), []
    for message in {message.sha256: message for message in messages}.values():
        if message.withheld:
            aside.put_aside(message, message.withheld, _WITHHELD)
        elif len(message.body) > LARGEST:
            aside.put_aside(message, f"it has {len(message.body):,} bytes.", f"Send at most {LARGEST:,} at once.")
        else:
            whole.append(message)
    return together([_read(feed, whole), aside.said()])


def _read(feed: Feed, messages: list[Message]) -> Said:
    """Return what messages say; one that a reader fails on is set aside, and the others are read all the same."""
    try:
        return _READ[feed.kind](feed, messages)
    except Exception as error:
        if len(messages) > 1:
            return together([_read(feed, [message]) for message in messages])
        rows = Rows(feed=feed)
        rows.put_aside(messages[0], f"it cannot be read: {type(error).__name__}.", "Tell the maintainers of Truceline.")
        return rows.said()
