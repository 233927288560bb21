"""A message is its bytes: the same bytes of the same feed are one, and come back from the record as they were."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from truceline.feeds import from_entry, receive, to_entry, withhold
from truceline.store.canonical import canonical_text

T0, T1 = datetime(2026, 4, 11, tzinfo=UTC), datetime(2026, 4, 12, tzinfo=UTC)


@given(st.binary(max_size=200))
def test_a_message_comes_back_from_the_record_byte_for_byte(body):
    import json

    row = json.loads(canonical_text(to_entry(receive("a", body, via="x"), received=T0)))
    assert from_entry(row) == receive("a", body)
    assert from_entry(row).body == body


def test_when_and_how_it_came_makes_no_other_message():
    one, other = receive("a", b"x", via="here"), receive("a", b"x", via="there")
    assert one == other
    assert to_entry(one, received=T0)["message"] == to_entry(other, received=T1)["message"]
    assert receive("b", b"x").name != one.name
    assert receive("a", b"y").name != one.name


def test_the_digest_is_the_sha_256_that_any_other_tool_gives():
    # FIPS 180-2, appendix B.1: SHA-256 of "abc"
    assert receive("a", b"abc").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_nothing_of_a_withheld_message_is_written_but_its_digest():
    row = to_entry(withhold("a", b"a secret position", why="not taken."), received=T0)
    assert "secret" not in str(row)
    assert row["sha256"] == receive("a", b"a secret position").sha256
    assert from_entry(row).withheld == "not taken."
