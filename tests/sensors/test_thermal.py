import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.sensors.sight import View
from truceline.sensors.thermal import (
    VIIRS_DAY,
    VIIRS_NIGHT,
    Thermal,
    ThermalCurve,
    clear_share,
    detection_probability,
    pixel_area_km2,
)


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


def test_the_pixel_grows_to_the_edge_of_the_scan():
    # authority: VIIRS fields scan and track: 0.36 x 0.39 km at nadir, up to 0.79 x 0.78 km; a sphere gives 8 % more
    area = pixel_area_km2(np.array([0.0, 56.28]), height_km=833, nadir_km=0.375, merged=True)
    assert area[0] == pytest.approx(0.1406, abs=0.0001)
    assert area[1] == pytest.approx(0.62, rel=0.09)


@pytest.mark.data
def test_pixel_areas_agree_with_a_fortnight_of_detections(real_data):
    """Area against length along track: the slant range behind both is one, so each area has its own track length."""
    import pandas as pd

    files = sorted((real_data / "firms_viirs_2026_04").glob("J1_VIIRS*.csv"))
    found = pd.concat([pd.read_csv(file) for file in files])
    # length along track = 0.36 km x slant / height, so the scan angle follows from the track field (law of cosines)
    growth = np.maximum(found["track"].to_numpy(float) / 0.36, 1.0)
    angle = np.linspace(0, 56.28, 2000)
    area = pixel_area_km2(angle, height_km=833, nadir_km=0.375, merged=True)
    ratio = (6371.0 + 833.0) / 6371.0
    zenith = np.arcsin(np.clip(ratio * np.sin(np.radians(angle)), -1, 1))
    slant = 6371.0 * np.sin(zenith - np.radians(angle)) / np.maximum(np.sin(np.radians(angle)), 1e-9)
    track = np.where(angle < 0.1, 1.0, slant / 833.0)
    expected = np.interp(growth, track, area)
    told = found["scan"].to_numpy(float) * found["track"].to_numpy(float)
    error = np.abs(expected - told) / told
    assert np.median(error) < 0.03  # fields are cut to two decimals
    assert np.quantile(error, 0.9) < 0.08


def test_a_worked_shell_in_a_dry_august_is_seen_in_six_of_a_thousand():
    # authority: sensors reference, section 2, worked: .05 x .225 x .8 x about .65 = 0.6 % (cloud exponent 1, day and
    # night mixed); the look probability .225 is tested with the real passes in test_cover
    day, night = (
        float(detection_probability(curve, 3.0, area_km2=area))
        for curve, area in ((VIIRS_DAY, 0.1406), (VIIRS_NIGHT, 0.25))
    )
    mixed = (day + night) / 2
    assert 0.05 * 0.225 * 0.8 * mixed == pytest.approx(0.006, abs=0.001)


def test_a_burning_vehicle_by_day_and_by_night():
    # authority: the same: 1.5 MW at nadir: day d 0.06, night 0.9
    assert float(detection_probability(VIIRS_DAY, 1.5, area_km2=0.1406)) == pytest.approx(0.06, abs=0.006)
    assert float(detection_probability(VIIRS_NIGHT, 1.5, area_km2=0.1406)) == pytest.approx(0.9, abs=0.02)


def test_what_left_no_fire_is_not_seen_and_a_gun_is_no_fire():
    viirs = Thermal(name="viirs")
    assert float(viirs.sight("strike", View(traced=np.array(False)), case=2).chance) == 0
    assert float(viirs.sight("small_arms_fire", View(), case=2).chance) == 0
