import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import SourceError, UnknownNameError
from truceline.sources.columns import NAMES, count_known, plain, recognise


def test_no_name_stands_for_two_columns():
    names = [name for several in NAMES.values() for name in several]
    assert len(names) == len(set(names))
    assert all(plain(name) == name for name in names)


def test_the_most_telling_name_wins_and_no_column_is_used_twice():
    found = recognise(["time", "datetime", "name", "location"], {}, where="")
    assert (found["time"], found["place"]) == ("datetime", "location")


@given(st.lists(st.text(max_size=8), max_size=8, unique=True))
def test_any_header_is_recognised_without_using_a_column_twice(names):
    found = recognise(names, {}, where="")
    assert set(found.values()) <= set(names)
    assert len(set(found.values())) == len(found)
    assert count_known(names, {}) >= len(found)


def test_a_wrong_map_is_refused():
    with pytest.raises(UnknownNameError):
        recognise(["a"], {"a": "nothing"}, where="")
    with pytest.raises(SourceError, match="no column 'b'"):
        recognise(["a"], {"b": "lat"}, where="")
