"""A million entries into the record, beside a plain SQLite insert of the same rows without the tree."""

import itertools
import sqlite3
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from truceline.store import Record
from truceline.store.canonical import payloads

NOW = datetime(2026, 4, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def table(rows):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "observation_id": [f"obs-{n:012x}" for n in rng.integers(0, 2**48, rows)],
            "source": "viirs",
            "act": "heat",
            "lon_deg": rng.uniform(30, 40, rows).round(5),
            "lat_deg": rng.uniform(46, 52, rows).round(5),
            "time_start": pd.to_datetime(rng.integers(1_700_000_000, 1_750_000_000, rows), unit="s", utc=True),
        }
    )


@pytest.mark.parametrize("rows", [10_000, 100_000, 1_000_000])
def test_append_to_the_record(benchmark, tmp_path, rows):
    observations, numbers = table(rows), itertools.count()

    def append():
        record = Record.open(tmp_path / f"{next(numbers)}.db", key=KEY)
        with record.batch(NOW) as batch:
            return batch.append("observation", observations, id_column="observation_id")

    assert benchmark.pedantic(append, rounds=1 if rows > 100_000 else 3) == rows


@pytest.mark.parametrize("rows", [10_000, 100_000, 1_000_000])
def test_plain_sqlite_insert_of_the_same_rows(benchmark, tmp_path, rows):
    observations, numbers = table(rows), itertools.count()

    def insert():
        connection = sqlite3.connect(tmp_path / f"{next(numbers)}.db", isolation_level=None)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-131072"):
            connection.execute(f"pragma {setting}")
        connection.execute("create table entries (entry integer primary key, item_id text, payload text)")
        connection.execute("create index by_item on entries (item_id)")
        connection.execute("begin immediate")
        for ids, texts in payloads(observations, "observation_id"):
            connection.executemany("insert into entries (item_id, payload) values (?, ?)", zip(ids, texts, strict=True))
        connection.execute("commit")
        connection.close()

    benchmark.pedantic(insert, rounds=1 if rows > 100_000 else 3)
