import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import UnknownNameError, did_you_mean
from truceline.provenance import canonical_json, digest, stable_id


def test_a_digest_is_sha_256():
    # FIPS 180-2, appendix B.1: SHA-256 of "abc"
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=5))
def test_equal_values_have_equal_bytes_whatever_their_order(value):
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


def test_a_value_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_a_stable_id_depends_on_its_parts_alone():
    expected = hashlib.sha256(b"a\x1f1").hexdigest()[:12]
    assert stable_id("x", "a", 1) == f"x-{expected}"
    assert stable_id("x", "a", 1) != stable_id("x", "a1")


def test_an_unknown_name_carries_its_data_and_a_guess():
    error = UnknownNameError("zone", "DZ-Zolote", ["DZ-Zolote-4", "other"])
    assert (error.name, error.guess) == ("DZ-Zolote", "DZ-Zolote-4")
    assert "Did you mean 'DZ-Zolote-4'?" in str(error)
    assert isinstance(error, KeyError | ValueError)
    assert did_you_mean("qqq", ["zones"]) == ""
