import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.sensors.acoustic import at_least, hears, level_db, peak_pressure_pa, travel_s


# authority: sensors reference, 4.2: 7 kg gives 140 Pa (137 dB) at 1 km and 11.1 Pa (115 dB) at 10 km
@pytest.mark.parametrize(("range_km", "pascal", "decibel"), [(1, 140, 137), (10, 11.1, 115)])
def test_the_peak_pressure_of_seven_kilograms(range_km, pascal, decibel):
    found = peak_pressure_pa(7, range_km)
    assert float(found) == pytest.approx(pascal, rel=0.006)  # the table has two or three figures
    assert float(level_db(found)) == pytest.approx(decibel, abs=0.5)


# authority: the same, N + T = 105 dB, s = 12 dB
@pytest.mark.parametrize(("charge", "expected"), [(7, [0.92, 0.79, 0.61]), (2, [0.85, 0.69, 0.48])])
def test_what_a_listener_hears_at_five_ten_and_twenty_kilometres(charge, expected):
    level = level_db(peak_pressure_pa(charge, np.array([5, 10, 20])))
    assert hears(level, threshold_db=105, spread_db=12) == pytest.approx(expected, abs=0.011)


def test_sound_takes_34_seconds_for_11_6_kilometres_at_15_degrees():
    assert float(travel_s(11.6, 15)) == pytest.approx(34, abs=0.1)


def test_three_of_m_nodes_by_the_binomial():
    # closed form: m alike nodes are binomial
    from scipy import stats

    for m, p in ((3, 0.5), (6, 0.3), (10, 0.8)):
        assert float(at_least(np.full(m, p), 3)) == pytest.approx(stats.binom.sf(2, m, p))
        assert float(at_least(np.full(m, p), 1)) == pytest.approx(1 - (1 - p) ** m)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0, 1))
def test_another_node_never_makes_a_location_less_likely(chances, more):
    few, many = np.array(chances), np.array([*chances, more])
    assert at_least(many, 3) >= at_least(few, 3) - 1e-12
