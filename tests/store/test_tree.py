"""Quick proofs are those of RFC 6962, byte for byte; and what was kept in memory never covers for the database."""

import hashlib
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RecordError, RequestError
from truceline.store import Record, merkle, verify
from truceline.store.database import ENTRIES, connect
from truceline.store.tree import BLOCK, Tree

NOW = datetime(2026, 4, 13, 6, tzinfo=UTC)
LEAVES = [hashlib.sha256(n.to_bytes(4)).digest() for n in range(9 * BLOCK)]
SIZES = st.integers(1, len(LEAVES)) | st.sampled_from([n * BLOCK + d for n in range(1, 9) for d in (-1, 0, 1)])


def read(low, high):
    return LEAVES[low:high]


@given(st.lists(SIZES, min_size=1, max_size=4), st.data())
def test_quick_proofs_are_those_of_the_whole_tree_at_any_size_and_in_any_order(sizes, data):
    tree = Tree()  # it has read more when the sizes fall, less when they rise
    for size in sizes:
        index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
        assert tree.inclusion(index, size, read) == merkle.inclusion_proof(LEAVES[:size], index)
        assert tree.consistency(old, size, read) == merkle.consistency_proof(LEAVES[:size], old)


def test_a_second_proof_reads_the_leaves_of_two_blocks_and_what_is_new():
    tree, asked = Tree(), []

    def counted(low, high):
        asked.append(high - low)
        return LEAVES[low:high]

    tree.inclusion(0, 8 * BLOCK + 100, counted)
    asked.clear()
    tree.inclusion(3 * BLOCK + 17, 8 * BLOCK + 200, counted)
    assert sum(asked) <= 2 * BLOCK
    asked.clear()
    tree.inclusion(5, 9 * BLOCK, counted)
    assert sum(asked) <= 2 * BLOCK


@pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5), (0, 0)])
def test_an_entry_outside_the_tree_is_refused(index, size):
    with pytest.raises(RequestError, match="there is no entry"):
        Tree().inclusion(index, size, read)


def filled(place, rows, key):
    record = Record.open(place, key=key)
    with record.batch(NOW) as batch:
        batch.append("note", [{"id": f"n{i}", "said": rows + i} for i in range(rows)], id_column="id")
    return record


def test_every_proof_of_a_growing_record_holds(new_place, tmp_path):
    record = filled(new_place(), 3 * BLOCK + 7, tmp_path / "key")
    for _ in range(3):
        for item in ("n0", f"n{2 * BLOCK}", f"n{3 * BLOCK + 6}"):
            proof = record.prove(item)
            assert proof.holds() and proof.head == record.heads()[-1] == record.head()
        with record.batch(NOW) as batch:
            batch.append("look", [{"id": str(record.size)}], id_column="id")


@pytest.mark.parametrize("changed", [0, BLOCK + 1, 2 * BLOCK + 3])
def test_a_changed_leaf_is_found_by_verify_whatever_was_proven_before(new_place, tmp_path, changed):
    place = new_place()
    record = filled(place, 2 * BLOCK + 9, tmp_path / "key")
    assert record.prove("n0").holds() and verify(place) == []
    with connect(place).begin() as connection:
        connection.execute(sa.update(ENTRIES).where(ENTRIES.c.entry == changed), {"payload": '{"id":"x"}'})
    assert [problem.item for problem in verify(place)] != []
    assert not record.prove(f"n{changed}").holds()


@pytest.mark.parametrize("kept", [0, 2])
def test_a_record_replaced_by_another_is_proven_anew(tmp_path, kept):
    place, other = tmp_path / "a.db", tmp_path / "b.db"
    filled(place, 2 * BLOCK, tmp_path / "key")
    record = Record.open(place, key=tmp_path / "key", kept=kept)  # kept connections are to the file there was
    assert record.prove("n1").holds()
    filled(other, 3 * BLOCK, tmp_path / "key")
    other.replace(place)
    for beside in tmp_path.glob("*.db-*"):
        beside.unlink()
    assert record.prove("n1").holds() and record.size == 3 * BLOCK
    record.close()


def test_missing_entries_are_said_to_be_missing(new_place, tmp_path):
    place = new_place()
    record = filled(place, BLOCK + 9, tmp_path / "key")
    with connect(place).begin() as connection:
        connection.execute(sa.delete(ENTRIES).where(ENTRIES.c.entry == 3))
    with pytest.raises(RecordError, match="missing"):
        record.prove("n5")


def test_the_first_head_over_an_entry_is_the_first_that_is_longer(new_place, tmp_path):
    record = Record.open(new_place(), key=tmp_path / "key")
    sizes = (1, 3, 2, 5)
    for number, rows in enumerate(sizes):
        with record.batch(NOW) as batch:
            batch.append("note", [{"id": f"{number}-{i}"} for i in range(rows)], id_column="id")
    heads = record.heads()
    for number, rows in enumerate(sizes):
        for i in range(rows):
            assert record.head_over(f"{number}-{i}", kind="note") == heads[number]
    with pytest.raises(RequestError):
        record.head_over("none", kind="note")
