import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from truceline.observations.identity import row_hashes, row_ids


def hashes(source="s", **columns):
    made = {name: pd.Series(values) for name, values in columns.items()}
    return row_hashes(source, made, len(next(iter(made.values()))))


def test_rows_that_differ_anywhere_have_different_names():
    base = hashes(a=["x"], n=[1.5])[0]
    assert base != hashes(a=["y"], n=[1.5])[0]
    assert base != hashes(a=["x"], n=[1.6])[0]
    assert base != hashes(b=["x"], n=[1.5])[0]
    assert base != hashes("t", a=["x"], n=[1.5])[0]


def test_values_that_change_places_between_columns_change_the_name():
    assert hashes(a=["x"], b=["y"])[0] != hashes(a=["y"], b=["x"])[0]


def test_the_names_are_the_same_on_every_machine():
    # pinned: a change here means that every record made before must be read again
    assert list(row_ids("obs", hashes(a=["x", ""], n=[0.0, -0.0]))) == list(
        row_ids("obs", hashes(a=["x", ""], n=[-0.0, 0.0]))
    )


@given(st.lists(st.tuples(st.text(max_size=8), st.floats(allow_nan=False)), min_size=1, max_size=20, unique=True))
def test_names_do_not_depend_on_the_order_of_rows(rows):
    texts, numbers = zip(*rows, strict=True)
    forward = hashes(a=list(texts), n=list(numbers))
    backward = hashes(n=list(numbers)[::-1], a=list(texts)[::-1])
    assert np.array_equal(forward, backward[::-1])


def test_a_hundred_thousand_rows_share_no_name():
    assert len(np.unique(hashes(n=np.arange(100_000.0)))) == 100_000
