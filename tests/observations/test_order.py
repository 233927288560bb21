"""Rows added to an ordered table land where sorting all of them would put them."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from truceline.observations.order import gathered, places_in_order, sortable, with_rows

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.text("abc", max_size=3)), unique=True)
FLOATS = st.lists(st.floats(allow_nan=True))


def parts(rows):
    rows = sorted(rows)
    keys = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
    return keys, np.array([row[2] for row in rows], object)


@given(PAIRS, PAIRS)
def test_new_rows_go_where_a_sort_of_all_rows_puts_them(held, new):
    new = [row for row in new if row not in held]
    at = places_in_order(parts(held), parts(new))
    tables = [pd.DataFrame({"row": pd.Series(sorted(rows), dtype=object)}) for rows in (held, new)]
    assert with_rows(*tables, at)["row"].tolist() == sorted([*held, *new])


@given(FLOATS)
def test_floats_are_ordered_as_numpy_orders_them(values):
    values = np.array(values, float)
    keys = sortable(values)
    order = np.argsort(keys, kind="stable")
    np.testing.assert_array_equal(values[order], np.sort(values))
    zeros = sortable(np.array([0.0, -0.0]))
    assert zeros[0] == zeros[1]


def test_categories_and_times_of_two_tables_are_joined():
    tables = [
        pd.DataFrame({"word": pd.Categorical([word]), "time": pd.to_datetime([day], utc=True)})
        for word, day in (("b", "2026-01-02"), ("a", "2026-01-01"))
    ]
    both = gathered(tables, np.array([1, 0]))
    assert both["word"].tolist() == ["a", "b"]
    assert both["time"].is_monotonic_increasing
