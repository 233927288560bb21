"""The record: appending, superseding, proving."""

import os
import stat
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from truceline.errors import RecordError, RequestError, UnknownNameError
from truceline.store import Record, export_bundle, merkle, verify

NOW = datetime(2026, 4, 12, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def rows(*names, said="heat"):
    return pd.DataFrame({"observation_id": list(names), "act": said, "lon_deg": 37.5})


@pytest.fixture
def place(new_place):
    """Where a record of this test's own is kept: a file, then a database of a server."""
    return new_place()


def filled(path, batches=(("a", "b"), ("c",))):
    record = Record.open(path, key=KEY)
    for names in batches:
        with record.batch(NOW) as batch:
            batch.append("observation", rows(*names), id_column="observation_id")
    return record


def test_what_was_appended_is_read_back_in_order(place):
    record = filled(place)
    table = record.entries("observation")
    assert list(table.record_id) == ["a", "b", "c"]
    assert list(table.lon_deg) == [37.5] * 3
    assert record.size == 3 and len(record.heads()) == 2
    assert record.entries("incident").empty


def test_the_root_is_that_of_rfc_6962_over_the_lines(place):
    record = filled(place)
    leaves = [merkle.leaf_hash(line) for _, _, line, _ in record.lines()]
    assert record.root() == merkle.tree_root(leaves).hex()


def test_the_same_rows_and_now_give_the_same_bytes(new_place, tmp_path):
    one, two = filled(new_place()), filled(new_place())
    assert one.heads() == two.heads()
    export_bundle(one, tmp_path / "1")
    export_bundle(two, tmp_path / "2")
    names = sorted(p.name for p in (tmp_path / "1").iterdir())
    assert names == ["README.txt", "entries.jsonl", "heads.jsonl", "index.jsonl", "public_key.txt", "verify.py"]
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_the_same_again_is_not_written_twice_and_makes_no_head(place):
    record = filled(place)
    root = record.root()
    with record.batch(NOW) as batch:
        assert batch.append("observation", rows("c", "a"), id_column="observation_id") == 0
    assert (record.size, record.root(), len(record.heads())) == (3, root, 2)


def test_the_same_row_twice_in_one_batch_is_written_once(place):
    record = Record.open(place, key=KEY)
    with record.batch(NOW) as batch:
        assert batch.append("observation", rows("a", "a", "b"), id_column="observation_id") == 2
        assert batch.append("observation", rows("b"), id_column="observation_id") == 0


def test_a_changed_row_supersedes_and_both_are_kept(place):
    record = filled(place)
    with record.batch(NOW) as batch:
        assert batch.append("observation", rows("b", said="explosion"), id_column="observation_id") == 1
    table = record.entries("observation").set_index("record_entry")
    assert list(table.act[table.record_id == "b"]) == ["heat", "explosion"]
    assert table.record_supersedes.loc[3] == 1
    assert table.record_supersedes.loc[[0, 1, 2]].isna().all()
    assert record.prove("b").entry == 3


def test_going_back_to_an_earlier_word_is_a_change(place):
    record = Record.open(place, key=KEY)
    for said in ("heat", "fire", "heat"):
        with record.batch(NOW) as batch:
            assert batch.append("observation", rows("a", said=said), id_column="observation_id") == 1
    assert list(record.entries("observation").act) == ["heat", "fire", "heat"]
    assert verify(place) == []


def test_one_id_of_two_kinds_is_two_items(place):
    record = filled(place)
    with record.batch(NOW) as batch:
        batch.append("finding", [{"finding_id": "a", "verdict": "indeterminate"}], id_column="finding_id")
    with pytest.raises(RequestError, match="finding and of a observation"):
        record.prove("a")
    assert record.prove("a", kind="finding").entry == 3


def test_a_batch_that_fails_leaves_nothing(place):
    record = filled(place)
    before = record.heads()
    with pytest.raises(ZeroDivisionError), record.batch(NOW) as batch:
        batch.append("observation", rows("d"), id_column="observation_id")
        raise ZeroDivisionError
    assert record.heads() == before
    assert list(record.entries("observation").record_id) == ["a", "b", "c"]


def test_every_entry_is_proved_under_the_head(place):
    record = filled(place, [("a", "b", "c"), ("d",), ("e", "f", "g")])
    for name in "abcdefg":
        proof = record.prove(name)
        assert proof.holds()
        assert proof.head.root == record.root()
    with pytest.raises(UnknownNameError, match="'z' is not defined"):
        record.prove("z")


def test_an_old_head_is_shown_to_be_the_beginning_of_the_new(place):
    record = filled(place, [("a", "b", "c"), ("d",), ("e", "f", "g")])
    old, _, new = record.heads()
    assert merkle.proves_consistency(
        old_size=old.size,
        new_size=new.size,
        proof=record.consistency(old.size),
        old_root=bytes.fromhex(old.root),
        new_root=bytes.fromhex(new.root),
    )


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    record = Record.open(tmp_path / "r.db")
    for name in "ab":
        with record.batch(NOW) as batch:
            batch.append("observation", rows(name), id_column="observation_id")
    mode = stat.S_IMODE((tmp_path / "r.db.key").stat().st_mode)
    assert mode == 0o600
    assert verify(tmp_path / "r.db") == []


def test_another_key_is_refused_and_nothing_is_written(place):
    filled(place)
    other = Record.open(place, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(RecordError, match="not the one this record was begun with"), other.batch(NOW) as batch:
        batch.append("observation", rows("d"), id_column="observation_id")
    assert other.size == 3


def test_a_key_file_that_is_no_key_is_refused(tmp_path):
    (tmp_path / "k.pem").write_text("not a key")
    record = Record.open(tmp_path / "r.db", key=tmp_path / "k.pem")
    with pytest.raises(RecordError, match="signing key cannot be read"), record.batch(NOW):
        pass


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "r.db").write_text("time,lat,lon\n" * 100)
    with pytest.raises(RecordError, match="not a record"):
        Record.open(tmp_path / "r.db")


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'r.db'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table accounts (x)")
    with pytest.raises(RecordError, match="not a record of Truceline"):
        Record.open(tmp_path / "r.db")
    assert sa.inspect(engine).get_table_names() == ["accounts"]


def test_a_record_of_another_format_says_so(tmp_path):
    filled(tmp_path / "r.db")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'r.db'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("update seal set value = 'truceline-record-9' where name = 'format'")
    with pytest.raises(RecordError, match="'truceline-record-9'"):
        Record.open(tmp_path / "r.db")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordError, match="folder does not exist or cannot be written"):
        Record.open(tmp_path / "none" / "r.db")


def test_a_server_that_does_not_answer_is_named():
    with pytest.raises(RecordError, match="No database server answers there"):
        Record.open("postgresql+psycopg://nobody@127.0.0.1:1/record", key=KEY)


def test_a_database_that_is_not_there_is_named(server):
    with pytest.raises(RecordError, match="Make the database first"):
        Record.open(f"{server}/nowhere", key=KEY)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RecordError, match="cannot be written"):
        Record.open(tmp_path / "r.db")
    tmp_path.chmod(0o700)


def test_two_writers_do_not_mix(place):
    record = filled(place)
    other = Record.open(place, key=KEY, wait_s=0.05)
    with record.batch(NOW) as batch:
        batch.append("observation", rows("d"), id_column="observation_id")
        with pytest.raises(RecordError, match="Another process is writing"), other.batch(NOW):
            pass
    assert other.size == 4


# A file size limit is the nearest a test gets to a full disk without owning one.
FULL_DISK = """
    import resource, signal, sys
    from datetime import datetime, UTC
    from truceline.errors import RecordError
    from truceline.store import Record
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    record = Record.open(sys.argv[1])
    with record.batch(datetime(2026, 4, 12, tzinfo=UTC)) as batch:
        batch.append("note", [{"id": "kept"}], id_column="id")
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    try:
        with record.batch(datetime(2026, 4, 13, tzinfo=UTC)) as batch:
            batch.append("note", [{"id": f"n{i}", "text": "x" * 1000} for i in range(3000)], id_column="id")
    except RecordError as error:
        print(error)
"""


def test_a_full_disk_loses_the_batch_and_nothing_else(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(tmp_path / "r.db")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "nothing of this batch was written" in done.stdout
    assert list(Record.open(tmp_path / "r.db").entries("note").record_id) == ["kept"]
    assert verify(tmp_path / "r.db") == []


@pytest.mark.parametrize("place", ["postgresql+psycopg://room:secret@127.0.0.1:1/none"])
def test_an_error_never_tells_the_password_of_the_database(place):
    with pytest.raises(RecordError) as said:
        Record.open(place)
    assert "127.0.0.1:1/none" in str(said.value) and "secret" not in str(said.value)
