from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.uncertainty import (
    from_log_odds,
    likelihood_word,
    log_odds,
    poisson_interval,
    probability_beyond,
    upper_bound_rate,
)


@pytest.mark.parametrize(
    # authority: ICD 203, with a boundary belonging to the row above
    ("probability", "word"),
    [
        (0.0, "almost no chance"),
        (0.05, "very unlikely"),
        (0.20, "unlikely"),
        (0.45, "roughly even chance"),
        (0.55, "likely"),
        (0.80, "very likely"),
        (0.95, "almost certain"),
        (1.0, "almost certain"),
        (math.nan, "not assessed"),
    ],
)
def test_words_are_those_of_icd_203(probability, word):
    assert likelihood_word(probability) == word


@given(st.floats(1e-9, 1 - 1e-9))
def test_odds_and_back_is_the_same_probability(p):
    assert float(from_log_odds(log_odds(p))) == pytest.approx(p, rel=1e-9)


@given(st.floats(-100, 100), st.floats(0.01, 50))
def test_chances_on_the_two_sides_of_an_edge_sum_to_one(offset, sigma):
    assert float(probability_beyond(offset, sigma) + probability_beyond(-offset, sigma)) == pytest.approx(1)


def test_a_point_on_the_edge_without_error_is_not_beyond_it():
    np.testing.assert_array_equal(probability_beyond(np.array([-1.0, 0.0, 1.0]), 0.0), [0, 0, 1])


def test_one_sigma_beyond_is_84_percent():
    assert float(probability_beyond(3.0, 3.0)) == pytest.approx(0.8413, abs=1e-4)  # authority: normal table


@pytest.mark.parametrize(("chance", "events"), [(0.05, 59), (0.1, 29), (0.2, 14), (0.3, 9), (0.5, 5)])
def test_none_seen_excludes_about_three_over_the_chance_of_seeing(chance, events):
    # authority: 0.95 = 1 - (1 - chance)^events, rounded up; the Poisson bound 3.0 / chance lies just above
    assert upper_bound_rate(0, chance) == pytest.approx(2.996 / chance, rel=1e-3)
    assert math.ceil(math.log(0.05) / math.log(1 - chance)) in {events, events + 1}


def test_no_exposure_rules_nothing_out():
    assert upper_bound_rate(0, 0.0) == math.inf


def test_poisson_interval_is_garwood_s():
    # authority: Garwood 1936 / scipy chi-square; 90 % limits for 10 events are 5.43 to 16.96
    assert poisson_interval(10) == (pytest.approx(5.425, abs=0.01), pytest.approx(16.962, abs=0.01))
    assert poisson_interval(0)[0] == 0
