from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RequestError, UnknownNameError
from truceline.orbits import read_elements


def test_the_bundled_sets_are_all_usable(text, sets):
    assert read_elements(text).set_aside.empty
    assert {37849, 43013, 54234, 25994, 27424, 39634, 42063, 39084, 49260} == set(sets)


def test_what_is_set_aside_keeps_its_columns_when_there_is_none(text):
    aside = read_elements(text).set_aside
    assert list(aside) == ["line", "name", "reason", "todo"]
    assert aside.line.dtype == "int64"


def test_the_same_epoch_twice_counts_once(text):
    found = read_elements(text + text)
    assert len(found.sets) == len(read_elements(text).sets)
    assert found.set_aside.reason.str.contains("same epoch").all()


def test_an_epoch_in_the_future_is_set_aside_where_the_clock_is_known(text):
    assert len(read_elements(text, now=datetime(2026, 3, 12, tzinfo=UTC)).sets) == 8
    with pytest.raises(RequestError, match="in the future"):
        read_elements(text, now=datetime(2025, 3, 12, tzinfo=UTC))


@pytest.mark.parametrize("nothing", ["", "# only a remark", "METOP-B\n", "[]"])
def test_no_set_at_all_is_a_wrong_request(nothing):
    with pytest.raises(RequestError, match="no element set"):
        read_elements(nothing, where="sets.tle")


def test_an_unknown_form_names_those_there_are(text):
    with pytest.raises(UnknownNameError, match="tle"):
        read_elements(text, form="tel")


@given(cut=st.integers(0, 1500), put=st.text(max_size=5))
def test_damaged_text_is_read_or_refused_and_never_a_crash(text, cut, put):
    damaged = text[:cut] + put + text[cut + len(put) :]
    try:
        found = read_elements(damaged)
    except RequestError:
        return
    assert {one.norad_id for one in found.sets} <= {one.norad_id for one in read_elements(text).sets}
