import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.sensors.thermal import VIIRS_DAY, VIIRS_NIGHT, ThermalCurve, clear_share, detection_probability


def certain(curve: ThermalCurve) -> ThermalCurve:
    return ThermalCurve(f0_mw=curve.f0_mw, k=curve.k, g=curve.g, p_max=(1, 1, 1))


# The fit's own published check table, P_max = 1: power, pixel area, probability.
@pytest.mark.parametrize(
    ("curve", "power_mw", "area_km2", "expected"),
    [
        (VIIRS_DAY, 3, 0.1406, 0.69),
        (VIIRS_DAY, 3, 0.62, 0.08),
        (VIIRS_DAY, 5, 0.1406, 0.96),
        (VIIRS_DAY, 5, 0.62, 0.51),
        (VIIRS_NIGHT, 1, 0.1406, 0.79),
        (VIIRS_NIGHT, 1, 0.62, 0.05),
        (VIIRS_NIGHT, 2, 0.1406, 1.00),
        (VIIRS_NIGHT, 2, 0.62, 0.77),
    ],
)
def test_the_curve_meets_its_published_checks(curve, power_mw, area_km2, expected):
    found = float(detection_probability(certain(curve), power_mw, area_km2=area_km2))
    assert found == pytest.approx(expected, abs=0.011)


def test_half_of_the_greatest_probability_is_reached_at_f0():
    found = float(detection_probability(VIIRS_DAY, VIIRS_DAY.f0_mw[1], area_km2=0.1406))
    assert found == pytest.approx(VIIRS_DAY.p_max[1] / 2)


@given(st.floats(0.01, 500), st.floats(1.01, 3))
def test_more_power_is_never_harder_to_see(power_mw, factor):
    assert detection_probability(VIIRS_DAY, power_mw * factor) >= detection_probability(VIIRS_DAY, power_mw)


def test_cloud_hides_as_counted_on_real_fires():
    # fires counted in cloud classes 10-20, 30-40, 50-60, 90-100 %, against 0-10 %: .59+-, .31, .15, .02 with b 1 to 2
    middle = np.array([0.95])
    assert clear_share(middle)[0] == pytest.approx(0.011, abs=0.01)
    assert clear_share(np.array([0.0, 1.0])).tolist() == [1, 0]


def test_unknown_cloud_counts_as_half_covered():
    assert clear_share(np.array([np.nan]))[0] == pytest.approx(0.5**1.5)
