"""Tampering: whatever is changed, verify names the item."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.errors import RecordError
from truceline.store import Record, export_bundle, merkle, standalone, verify
from truceline.store.heads import sign_head, signature_holds

NOW = datetime(2026, 4, 12, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAMES = [f"obs-{n}" for n in range(9)]


@pytest.fixture(scope="module")
def sealed_record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "r.db"
    record = Record.open(path, key=KEY)
    for part in (NAMES[:2], NAMES[2:3], NAMES[3:]):
        with record.batch(NOW) as batch:
            table = pd.DataFrame({"observation_id": part, "place": "Пологи", "lon_deg": 36.25})
            batch.append("observation", table, id_column="observation_id")
    return path


@pytest.fixture(scope="module")
def sealed_bundle(sealed_record):
    return export_bundle(Record.open(sealed_record), sealed_record.parent / "bundle")


@pytest.fixture
def record_copy(sealed_record, tmp_path):
    return Path(shutil.copy(sealed_record, tmp_path / "r.db"))


@pytest.fixture
def bundle_copy(sealed_bundle, tmp_path):
    return shutil.copytree(sealed_bundle, tmp_path / "bundle")


def items(problems):
    return {problem.item for problem in problems}


def change(path, statement):
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_record_left_alone_is_whole(sealed_record, sealed_bundle):
    assert verify(sealed_record) == []
    assert verify(sealed_bundle) == []


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_any_byte_of_the_entries_names_its_item(sealed_bundle, data):
    raw = (sealed_bundle / "entries.jsonl").read_bytes()
    place = data.draw(st.integers(0, len(raw) - 1))
    bad = bytearray(raw)
    bad[place] ^= data.draw(st.integers(1, 255))
    found = problems_with(sealed_bundle, "entries.jsonl", bytes(bad))
    touched = raw[:place].count(b"\n")
    assert any(f"observation {NAMES[touched]}" in item for item, _ in found)
    assert len(found) <= 3


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_any_byte_of_the_index_the_heads_or_the_key_is_noticed(sealed_bundle, data):
    name = data.draw(st.sampled_from(["index.jsonl", "heads.jsonl", "public_key.txt"]))
    raw = (sealed_bundle / name).read_bytes()
    place = data.draw(st.integers(0, len(raw) - 1))
    bad = bytearray(raw)
    bad[place] ^= data.draw(st.integers(1, 255))
    found = problems_with(sealed_bundle, name, bytes(bad))
    line = raw[:place].count(b"\n")
    named = {"index.jsonl": NAMES[line], "heads.jsonl": f"head {line}", "public_key.txt": "public key"}[name]
    assert any(named in item for item, _ in found)


def problems_with(bundle, name, data):
    """The problems of the bundle with one file replaced, without copying it for every example."""
    original = (bundle / name).read_bytes()
    try:
        (bundle / name).write_bytes(data)
        return standalone.verify_bundle(bundle, holds=signature_holds)
    finally:
        (bundle / name).write_bytes(original)


def edit_lines(bundle, name, edit):
    lines = (bundle / name).read_bytes().splitlines(keepends=True)
    (bundle / name).write_bytes(b"".join(edit(lines)))


def test_a_missing_entry_is_named(bundle_copy):
    edit_lines(bundle_copy, "entries.jsonl", lambda lines: lines[:4] + lines[5:])
    assert items(verify(bundle_copy)) == {"observation obs-4"}


def test_an_entry_missing_with_its_index_line_is_placed_in_its_batch(bundle_copy):
    for name in ("entries.jsonl", "index.jsonl"):
        edit_lines(bundle_copy, name, lambda lines: lines[:4] + lines[5:])
    assert items(verify(bundle_copy)) == {"entries 3 to 8"}


def test_entries_out_of_order_are_named(bundle_copy):
    edit_lines(bundle_copy, "entries.jsonl", lambda lines: [lines[1], lines[0], *lines[2:]])
    assert items(verify(bundle_copy)) == {"observation obs-0", "observation obs-1"}


def test_an_extra_entry_is_named(bundle_copy):
    extra = b'{"id":"obs-x","kind":"observation","payload":{}}\n'
    edit_lines(bundle_copy, "entries.jsonl", lambda lines: [*lines, extra])
    assert items(verify(bundle_copy)) == {"observation obs-x"}
    row = {"id": "obs-x", "kind": "observation", "leaf": merkle.leaf_hash(extra[:-1]).hex()}
    line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
    edit_lines(bundle_copy, "index.jsonl", lambda lines: [*lines, line])
    assert items(verify(bundle_copy)) == {"observation obs-x"}


def test_an_entry_forged_with_its_hash_is_placed_in_its_batch(bundle_copy):
    edit_lines(bundle_copy, "entries.jsonl", lambda lines: [line.replace(b'"obs-2"', b'"obs-Z"') for line in lines])
    forged = (bundle_copy / "entries.jsonl").read_bytes().splitlines()[2]
    row = json.dumps(
        {"id": "obs-Z", "kind": "observation", "leaf": merkle.leaf_hash(forged).hex()}, separators=(",", ":")
    )
    edit_lines(bundle_copy, "index.jsonl", lambda lines: [*lines[:2], row.encode() + b"\n", *lines[3:]])
    assert items(verify(bundle_copy)) == {"observation obs-Z"}  # alone in its batch


def test_a_head_taken_out_is_noticed(bundle_copy):
    edit_lines(bundle_copy, "heads.jsonl", lambda lines: [lines[0], lines[2]])
    assert items(verify(bundle_copy)) == {"head 1"}


def test_a_damaged_last_head_is_named_alone(bundle_copy):
    edit_lines(bundle_copy, "heads.jsonl", lambda lines: [*lines[:2], lines[2].replace(b"06:00:00", b"06:00:01")])
    assert items(verify(bundle_copy)) == {"head 2"}


def test_a_bundle_sealed_anew_with_another_key_shows_when_the_key_is_known(bundle_copy, tmp_path):
    known = (bundle_copy / "public_key.txt").read_text().strip()
    assert verify(bundle_copy, public_key=known) == []
    record = Record.open(tmp_path / "forged.db", key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with record.batch(NOW) as batch:
        batch.append("observation", [{"observation_id": "obs-0"}], id_column="observation_id")
    assert verify(tmp_path / "forged.db") == []
    assert items(verify(tmp_path / "forged.db", public_key=known)) == {"public key"}
    forged = export_bundle(record, tmp_path / "forged")
    assert items(verify(forged, public_key=known)) == {"public key"}


@pytest.mark.parametrize(
    ("statement", "item"),
    [
        ("update entries set payload = replace(payload, '36.25', '36.26') where entry = 4", "observation obs-4"),
        ("update entries set payload = cast(x'7bff7d' as text) where entry = 4", "observation obs-4"),
        ("update entries set payload = x'00' where entry = 4", "observation obs-4"),
        ("update entries set item_id = 'obs-X' where entry = 4", "observation obs-X"),
        ("update entries set kind = 'claim' where entry = 4", "claim obs-4"),
        ("update entries set leaf = zeroblob(32) where entry = 4", "observation obs-4"),
        ("delete from entries where entry = 4", "entries 4 to 4"),
        ("delete from entries where entry = 8", "entries 3 to 8"),
        (
            "insert into entries select 9, kind, 'obs-9', payload, leaf from entries where entry = 8",
            "observation obs-9",
        ),
        ("update heads set root = replace(root, substr(root, 1, 1), 'x') where number = 1", "head 1"),
        ("update heads set time = '2026-04-12T06:00:01Z' where number = 1", "head 1"),
        ("update heads set signature = 'ff' where number = 1", "head 1"),
        ("update heads set size = 4 where number = 1", "head 1"),
        ("update heads set peaks = zeroblob(32) where number = 1", "head 1"),
        ("delete from heads where number = 1", "head 1"),
        ("delete from heads where number = 2", "observation obs-8"),
        ("delete from heads", "heads"),
        ("update seal set value = 'ff' where name = 'public_key'", "public key"),
        ("delete from seal where name = 'public_key'", "public key"),
    ],
)
def test_a_change_in_the_database_is_named(record_copy, statement, item):
    assert verify(record_copy) == []
    change(record_copy, statement)
    assert item in items(verify(record_copy))


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_byte_of_the_database_file_never_goes_unsaid_or_breaks_verify(sealed_record, tmp_path_factory, data):
    raw = bytearray(sealed_record.read_bytes())
    words = [n for n in range(len(raw) - 6) if raw[n : n + 6] in (b"36.25}", b"ion_id")]
    place = data.draw(st.sampled_from(words))
    raw[place] ^= data.draw(st.integers(1, 127))
    path = tmp_path_factory.mktemp("flip") / "r.db"
    path.write_bytes(raw)
    assert verify(path) != []


def test_a_database_torn_in_half_is_a_problem_not_a_traceback(record_copy):
    raw = record_copy.read_bytes()
    record_copy.write_bytes(raw[: len(raw) // 2])
    assert verify(record_copy) != []


def test_verify_never_makes_a_record_of_an_empty_file(tmp_path):
    (tmp_path / "r.db").touch()
    with pytest.raises(RecordError, match="no record here"):
        verify(tmp_path / "r.db")
    assert (tmp_path / "r.db").stat().st_size == 0


def test_nothing_there_and_half_a_bundle_are_refused(tmp_path, bundle_copy):
    with pytest.raises(RecordError, match="no record here"):
        verify(tmp_path / "none.db")
    (bundle_copy / "heads.jsonl").unlink()
    with pytest.raises(RecordError, match=r"not a whole bundle.*heads\.jsonl"):
        verify(bundle_copy)


def run_script(bundle, *arguments):
    # -I and -S: nothing installed can be imported, as on another machine
    return subprocess.run(
        [sys.executable, "-I", "-S", str(bundle / "verify.py"), *arguments], capture_output=True, text=True, check=False
    )


def test_the_bundles_own_script_needs_nothing_installed(bundle_copy):
    done = run_script(bundle_copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("whole:")
    edit_lines(bundle_copy, "entries.jsonl", lambda lines: [line.replace(b"36.25", b"36.52") for line in lines])
    done = run_script(bundle_copy)
    assert done.returncode == 1
    assert "observation obs-7: it was changed after it was sealed" in done.stdout
    (bundle_copy / "index.jsonl").unlink()
    assert run_script(bundle_copy).returncode == 2


# RFC 8032 section 7.1, tests 1 to 3: public key, message, signature
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "text", "signature"), RFC_8032)
def test_the_bundled_signature_check_agrees_with_rfc_8032(public, text, signature):
    public, text, signature = bytes.fromhex(public), bytes.fromhex(text), bytes.fromhex(signature)
    assert standalone.signature_holds(public, signature, text)
    for place in (0, 31, 32, 63):
        bad = bytearray(signature)
        bad[place] ^= 1
        assert not standalone.signature_holds(public, bytes(bad), text)
    assert not standalone.signature_holds(public, signature, text + b"x")


@settings(deadline=None, max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40))
def test_the_bundled_signature_check_agrees_with_openssl(seed, text):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = key.sign(text)
    assert standalone.signature_holds(key.public_key().public_bytes_raw(), signature, text)
    # RFC 8032 5.1.7: S must be below the group's order, or one signature could be written twice
    order = 2**252 + 27742317777372353535851937790883648493
    again = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not standalone.signature_holds(key.public_key().public_bytes_raw(), again, text)


def test_a_head_signed_twice_has_the_same_bytes():
    one, two = (sign_head(KEY, number=0, size=1, root=bytes(32), now=NOW) for _ in range(2))
    assert one.line == two.line
