"""Messages read and committed in batches, beside a loop that reads and commits one message at a time."""

import itertools
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from feed_samples import feed, message

from truceline.feeds import FeedState, read_messages, receive, to_entry
from truceline.feeds.messages import KIND
from truceline.serve.ledger import Ledger
from truceline.store import Record

NOW = datetime(2026, 4, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
ROWS = 2_000


def messages(kind):
    if kind != "http":
        return [message(kind, n, minute=n % 60) for n in range(ROWS)]
    events = (
        {"id": n, "lat": 48 + n / 1e5, "lon": 37.5, "time": "2026-04-11T13:00:00Z", "act": "fire"} for n in range(ROWS)
    )
    return [receive("http", json.dumps(one).encode()) for one in events]


@pytest.mark.parametrize("kind", ["http", "mqtt", "cot"])
@pytest.mark.parametrize("batch", [500, 1], ids=["in batches of 500", "one by one"])
def test_messages_into_record_and_state(benchmark, tmp_path, kind, batch):
    mine, numbers = feed(kind), itertools.count()
    whole = messages(kind) if batch > 1 else messages(kind)[: ROWS // 20]

    def take():
        ledger, state = Ledger(Record.open(tmp_path / f"{next(numbers)}.db", key=KEY), lambda: NOW), FeedState(mine)
        for start in range(0, len(whole), batch):
            part = whole[start : start + batch]
            ledger.append_once(KIND, [to_entry(one, received=NOW) for one in part], id_column="message")
            state.add(read_messages(mine, part), now=NOW)
        return state.taken

    assert benchmark.pedantic(take, rounds=3) == len(whole)
    benchmark.extra_info["messages a second"] = round(len(whole) / benchmark.stats.stats.min)
