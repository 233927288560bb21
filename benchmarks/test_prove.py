"""A proof of inclusion out of a long record, beside one made from every leaf read anew."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from truceline.store import Record, merkle
from truceline.store.database import ENTRIES, reading

NOW = datetime(2026, 4, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture(scope="module", params=[10_000, 1_000_000])
def record(request, tmp_path_factory):
    made = Record.open(tmp_path_factory.mktemp("prove") / "record.sqlite", key=KEY)
    for start in range(0, request.param, 50_000):
        rows = [{"id": f"n{n}"} for n in range(start, min(start + 50_000, request.param))]
        with made.batch(NOW) as batch:
            batch.append("note", rows, id_column="id")
    return made


def test_a_proof_from_the_blocks_kept(benchmark, record):
    assert record.prove("n7").holds()
    assert benchmark(lambda: record.prove("n7")).holds()


def test_the_first_proof_of_a_process(benchmark, record):
    benchmark.pedantic(lambda: Record.open(record.where, key=KEY).prove("n7"), rounds=2)


def test_a_proof_from_every_leaf(benchmark, record):
    def prove():
        record.prove("n7")  # the entry and its head cost the same in both ways
        with reading(record._engine, record.where) as connection:
            leaves = list(connection.execute(sa.select(ENTRIES.c.leaf).order_by(ENTRIES.c.entry)).scalars())
        return merkle.inclusion_proof(leaves, 7)

    assert tuple(benchmark.pedantic(prove, rounds=2)) == record.prove("n7").path
