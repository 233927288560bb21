"""Boxes found by a grid of cells are those found by looking at every place; cells are told as `plain` tells them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.provenance import canonical_json, plain
from truceline.serve.columns import Column
from truceline.serve.features import time_order
from truceline.serve.replies import plain_json
from truceline.serve.shapes import Points

RNG = np.random.default_rng(1)
ROWS = 20_000
LON, LAT = RNG.normal(36, 1, ROWS).round(2), RNG.normal(48, 0.5, ROWS).round(2)  # many on one spot
LON[:50] = np.nan
POINTS = Points(LON, LAT)
SIDE = st.floats(-200, 200) | st.sampled_from([*LON[50:60].tolist(), LON[50:].min(), LON[50:].max(), 1e308, -1e308])


@given(SIDE, SIDE, SIDE, SIDE)
def test_a_box_holds_what_lies_in_it_by_looking_at_every_place(west, south, east, north):
    south, north = min(south, north), max(south, north)
    across = (west <= LON) & (east >= LON) if west <= east else (west <= LON) | (east >= LON)
    expected = np.flatnonzero(across & (south <= LAT) & (north >= LAT))
    assert POINTS.touching((west, south, east, north)).tolist() == expected.tolist()


@given(st.integers(0, ROWS - 1), st.sampled_from([0.0, 0.01, 0.3]))
def test_a_small_box_round_a_place_holds_it(row, size):
    lon, lat = (36.0, 48.0) if np.isnan(LON[row]) else (LON[row], LAT[row])
    box = (lon - size, lat - size, lon + size, lat + size)
    expected = np.flatnonzero((box[0] <= LON) & (box[2] >= LON) & (box[1] <= LAT) & (box[3] >= LAT))
    assert POINTS.touching(box).tolist() == expected.tolist()


@pytest.mark.parametrize(
    "points", [Points(np.full(9_000, np.nan), LAT[:9_000]), Points(np.ones(9_000), np.ones(9_000))]
)
def test_no_places_and_one_place_for_all_are_no_matter(points):
    assert len(points.touching((0, 0, 2, 2))) in (0, 9_000)
    assert len(points.touching((3, 3, 4, 4))) == 0


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([1.0, -0.0, 2.0**53, 1e16]), min_size=1)
)
def test_numbers_are_told_as_plain_tells_them(values):
    told = Column(pd.Series(values, dtype=float)).plain(np.arange(len(values)))
    assert told == plain(values)
    assert [type(v) for v in told] == [type(v) for v in plain(values)]


@given(st.lists(st.none() | st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")), min_size=1))
def test_times_are_told_as_plain_tells_them(values):
    column = pd.Series(pd.to_datetime(values, utc=True)).astype("datetime64[ns, UTC]")
    assert Column(column).plain(np.arange(len(values))) == plain(column.tolist())


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1), st.sampled_from(["a", "", "z"]), st.data())
def test_filters_and_ids_are_those_of_looking_at_every_cell(values, said, data):
    at = np.array(data.draw(st.permutations(range(len(values)))))
    column, seen = Column(pd.Series(values, dtype=object), at), np.array(values, dtype=object)[at]
    assert column.equal(said, "x", None).tolist() == (seen == said).tolist()
    some = np.arange(0, len(values), 2)
    assert column.equal(said, "x", some).tolist() == (seen[some] == said).tolist()
    found = column.find(said)
    assert found is None if said not in values else seen[found] == said


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=30, unique=True))
def test_features_come_in_order_of_time_then_id(rows):
    times = pd.Series(pd.to_datetime([None if t == 3 else t * 10**9 for t, _ in rows], utc=True)).astype(
        "datetime64[ns, UTC]"
    )
    ids = pd.Series([f"i{n:02}-{t}" for t, n in rows], dtype=object)
    order = time_order(times, ids)
    order = np.arange(len(rows)) if order is None else order
    expected = pd.DataFrame({"t": times, "i": ids}).sort_values(["t", "i"]).index
    assert ids.iloc[order].tolist() == ids.loc[expected].tolist()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5) | st.sampled_from([0.5, 1.25, -3.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(JSON)
def test_a_reply_has_the_bytes_of_canonical_json(value):
    assert plain_json(value) == canonical_json(value)


def test_half_a_character_is_escaped():
    assert plain_json({"a": "\ud800"}) == b'{"a":"\\ud800"}'
