"""Live feeds: the log of messages, what they say as observations, and how each feed is doing.

Produces Readings and Outages from messages as they come in; what they say is a function of the set of messages alone.
May import sources and observations; never the server, which hands messages to the record.
"""

from truceline.feeds.health import HEALTH, Tally, health_of
from truceline.feeds.messages import Message, from_entry, receive, to_entry, withhold
from truceline.feeds.parse import parse, read_messages
from truceline.feeds.settings import Feed
from truceline.feeds.settings_file import read_feeds
from truceline.feeds.state import FeedState

__all__ = [
    "HEALTH",
    "Feed",
    "FeedState",
    "Message",
    "Tally",
    "from_entry",
    "health_of",
    "parse",
    "read_feeds",
    "read_messages",
    "receive",
    "to_entry",
    "withhold",
]
