"""Rows to canonical JSON."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.provenance import canonical_json
from truceline.store.canonical import canonical_text, payloads

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(),
    st.text(st.characters(codec=None), max_size=8),
    st.lists(st.tuples(st.text(max_size=3), st.floats()), max_size=3).map(tuple),
)


def texts(rows, id_column="id"):
    return [text for _, part in payloads(rows, id_column) for text in part]


def table_of(values, dtype=None):
    return pd.DataFrame(
        {"id": [f"row-{n}" for n in range(len(values))], "value": pd.Series(values, dtype=dtype or "object")}
    )


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_a_table_and_its_rows_one_by_one_give_the_same_bytes(values):
    table = table_of(values)
    assert texts(table) == texts([{"id": f"row-{n}", "value": value} for n, value in enumerate(values)])


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1.5, math.nan, math.inf, -math.inf, 0.0, -0.0, 3.0, 1e300, 0.1], "float64"),
        ([1, -2, 2**62], "int64"),
        ([True, False], "bool"),
        ([1, None, 3], "Int64"),
        (["a", None, "ї"], "string"),
        (["x", "y", "x"], "category"),
        (
            pd.to_datetime(["2026-04-11T13:00:00Z", None, "2026-04-11T13:00:00.123456789Z"], format="ISO8601"),
            "datetime64[ns, UTC]",
        ),
    ],
)
def test_every_dtype_gives_what_its_cells_give(values, dtype):
    table = table_of(values, dtype)
    assert texts(table) == texts(table.to_dict("records"))


@given(st.lists(st.floats(), min_size=1, max_size=20))
def test_numbers_read_back_as_the_same_double(values):
    for value, text in zip(values, texts(table_of(values, "float64")), strict=True):
        read = json.loads(text)["value"]
        if math.isnan(value):
            assert read is None
        elif math.isinf(value):
            assert read == ("inf" if value > 0 else "-inf")
        else:
            assert float(read) == value


def test_equal_values_of_other_dtypes_give_equal_bytes():
    whole, with_gap = table_of([1, 2], "int64"), table_of([1.0, 2.0], "float64")
    assert texts(whole) == texts(with_gap)
    seconds = table_of(pd.to_datetime(["2026-04-11T13:00:00Z"]).as_unit("s"), "datetime64[s, UTC]")
    local = table_of(pd.to_datetime(["2026-04-11T16:00:00+03:00"]))
    assert texts(seconds) == texts(local) == ['{"id":"row-0","value":"2026-04-11T13:00:00Z"}']


def test_the_order_of_columns_does_not_matter():
    table = pd.DataFrame({"id": ["a"], "z": [1], "b": ["x"]})
    assert texts(table) == texts(table[["z", "b", "id"]]) == ['{"b":"x","id":"a","z":1}']


def test_flags_and_numbers_in_one_column_are_not_mixed_up():
    assert texts(table_of([1, True, 1.0, "1"])) == [
        '{"id":"row-0","value":1}',
        '{"id":"row-1","value":true}',
        '{"id":"row-2","value":1}',
        '{"id":"row-3","value":"1"}',
    ]


@given(st.recursive(st.text(max_size=4) | st.integers(-9, 9), lambda inner: st.lists(inner, max_size=3)))
def test_text_and_whole_numbers_are_written_as_the_house_writes_them(value):
    assert canonical_text(value).encode() == canonical_json(value)


def test_a_lone_surrogate_is_kept_as_its_escape():
    text = texts(table_of(["\ud800"]))[0]
    assert text.encode() == b'{"id":"row-0","value":"\\ud800"}'
    assert json.loads(text)["value"] == "\ud800"


def test_nested_numpy_values_are_written_plainly():
    row = {"id": "a", "acts": (("fire", np.float64(0.25)), ("heat", np.float32(0.75))), "n": np.arange(3)}
    assert texts([row]) == ['{"acts":[["fire",0.25],["heat",0.75]],"id":"a","n":[0,1,2]}']


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (pd.DataFrame({"x": [1]}), "no column 'id'"),
        (pd.DataFrame({"id": ["a", None]}), "first is row 1"),
        (pd.DataFrame({"id": ["a", ""]}), "first is row 1"),
        ([{"id": ""}], "no 'id'"),
        (pd.DataFrame({"id": ["a"], "t": pd.to_datetime(["2026-04-11"])}), "have no zone"),
        ([{"id": "a", "t": pd.Timestamp("2026-04-11").to_pydatetime()}], "has no zone"),
        ([{"id": "a", "t": {1: 2}}], "keys that are not text"),
        ([{"id": "a", "t": {1, 2}}], "type set"),
    ],
)
def test_a_row_that_cannot_be_written_is_refused_with_what_and_where(rows, said):
    with pytest.raises(RequestError, match=said):
        texts(rows)
