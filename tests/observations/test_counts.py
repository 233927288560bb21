import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.observations.counts import read_count, read_counts

INF = math.inf


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        # the OSCE SMM's own ways of writing a number
        ("12", 12, 12),
        ("0", 0, 0),
        ("over 100", 100, INF),
        ("more than 950", 950, INF),
        ("at least 98", 98, INF),
        ("15-20", 15, 20),
        ("15 – 20", 15, 20),
        ("15 to 20", 15, 20),
        ("hundreds", 200, 999),
        ("uncountable/overlapping", 2, INF),
        ("uncountable overlapping", 2, INF),
        ("483 undetermined explosions", 483, 483),
        ("170 overlapping bursts and shots", 170, 170),
        ("1,450", 1450, 1450),
        ("2 935", 2935, 2935),
        ("almost 400,000", 350_000, 400_000),
        ("about 610", 605, 615),
        ("fewer than 5", 0, 4),
        ("up to 5", 0, 5),
        ("100+", 100, INF),
        ("three", 3, 3),
    ],
)
def test_written_counts_have_their_bounds(said, low, high):
    assert read_count(said) == (low, high)


@pytest.mark.parametrize("said", ["N/K", "", "nan", "not counted", "20-15", "-3"])
def test_what_is_no_count_is_not_known(said):
    assert all(math.isnan(bound) for bound in read_count(said))


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_any_text_gives_ordered_bounds_or_none(texts):
    low, high = read_counts(pd.Series(texts, dtype=object))
    assert all((a <= b and a >= 0) or (math.isnan(a) and math.isnan(b)) for a, b in zip(low, high, strict=True))


@given(st.integers(0, 10**9))
def test_a_plain_number_is_itself(n):
    assert read_count(str(n)) == (n, n)
