from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.incidents.fuse import (
    CAP_ANONYMOUS,
    CAP_HUMAN,
    CAP_SATELLITE,
    ln_lr_of_heat,
    ln_lr_of_misses,
    ln_lr_of_sightings,
    posterior,
)

ONE_PERCENT = math.log(0.01 / 0.99)


def test_one_strong_witness_under_a_one_percent_prior_is_still_unlikely():
    # authority: by hand, odds 1/99 x 20 = 0.202, p = 0.168
    assert float(posterior(ONE_PERCENT, math.log(20))) == pytest.approx(0.17, abs=0.005)


def test_an_independent_second_witness_makes_it_probable():
    # authority: by hand, odds 1/99 x 20 x 30 = 6.06, p = 0.858
    assert float(posterior(ONE_PERCENT, math.log(20) + math.log(30))) == pytest.approx(0.86, abs=0.005)


def test_a_clear_look_that_saw_nothing_takes_some_of_it_back():
    # authority: by hand, odds 6.06 x 0.6 = 3.64, p = 0.784; one clear look that sees with chance 0.4
    miss = float(ln_lr_of_misses(0.4, np.array([1.0]), np.array([0.0]))[0])
    assert math.exp(miss) == pytest.approx(0.6)
    assert float(posterior(ONE_PERCENT, math.log(20) + math.log(30) + miss)) == pytest.approx(0.78, abs=0.005)


def test_the_base_rate_decides_between_0_988_and_0_45():
    # authority: bayts clips each look at 0.9, a likelihood ratio of 9; two of them
    assert float(posterior(0.0, 2 * math.log(9))) == pytest.approx(0.988, abs=0.001)
    assert float(posterior(ONE_PERCENT, 2 * math.log(9))) == pytest.approx(0.45, abs=0.005)


def test_no_witness_exceeds_its_cap(observe):
    sensors = ["report", "patrol", "drone", "radar", "rumour", "report"]
    rows = observe(np.arange(6.0), sensor=sensors, reliability=["A", "F", "A", "A", "A", "F"], credibility="1")
    caps = [CAP_HUMAN, CAP_HUMAN, CAP_SATELLITE, CAP_SATELLITE, CAP_ANONYMOUS, CAP_ANONYMOUS]
    assert (np.abs(ln_lr_of_sightings(rows)) <= np.array(caps) + 1e-12).all()


def test_only_a_missions_own_verified_sighting_goes_beyond_the_cap_on_people_and_to_its_stated_cap(observe):
    grades = {"reliability": ["A", "A", "B", "B", "C", "A"], "credibility": ["1", "2", "1", "2", "1", "4"]}
    own = np.exp(ln_lr_of_sightings(observe(np.arange(6.0), sensor="patrol", **grades), 100.0))
    # authority: the stated caps, 100 for A1 and 30 for the rest of A-B with 1-2; C1 and A4 by their grade
    np.testing.assert_allclose(own, [100, 30, 30, 30, 4, 1.5])
    told = np.exp(ln_lr_of_sightings(observe(np.arange(6.0), **grades), 100.0))
    assert (told <= 10 + 1e-9).all()


@pytest.mark.parametrize("sensor", ["report", "patrol", "camera"])
def test_a_better_graded_report_never_counts_less(observe, sensor):
    letters = observe(np.arange(5.0), sensor=sensor, reliability=list("ABCDE"), credibility="1")
    figures = observe(np.arange(5.0), sensor=sensor, reliability="A", credibility=list("12345"))
    assert (np.diff(ln_lr_of_sightings(letters)) <= 0).all()
    assert (np.diff(ln_lr_of_sightings(figures)) <= 0).all()


def test_an_improbable_report_is_evidence_against(observe):
    assert ln_lr_of_sightings(observe([1.0], reliability="A", credibility="5"))[0] < 0


@given(st.floats(0, 0.99), st.floats(1e-6, 1), st.floats(1e-6, 1))
def test_heat_says_less_the_more_the_background_burns(shows, a, b):
    low, high = ln_lr_of_heat(shows, np.array([min(a, b), max(a, b)]))
    assert low >= high >= -1e-12


def test_heat_beside_a_report_says_next_to_nothing_where_fires_are_common():
    # authority: reported artillery place-days with a fire 5.7 %, the same places weeks away 5.5 %: a ratio of 1.04
    assert math.exp(float(ln_lr_of_heat(0.002, np.array([0.055]))[0])) == pytest.approx(5.7 / 5.5, abs=0.01)


@given(st.floats(0, 1), st.integers(0, 20), st.floats(0, 1))
def test_looks_that_saw_nothing_never_speak_for_it_and_cloud_silences_them(shows, misses, cloud):
    value = ln_lr_of_misses(shows, np.array([float(misses)]), np.array([cloud]))[0]
    assert value <= 1e-12
    assert ln_lr_of_misses(shows, np.array([float(misses)]), np.array([1.0]))[0] == 0
