import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.geodesy import GEOD
from truceline.observations.sectors import POINTS, read_sector, sector_place


def place(text, lon=37.8, lat=48.0):
    s = read_sector(text)
    return sector_place(
        lon_deg=np.array([lon]),
        lat_deg=np.array([lat]),
        near_km=np.array([s.near_km]),
        far_km=np.array([s.far_km]),
        bearing_deg=np.array([s.bearing_deg]),
        half_width_deg=np.array([s.half_width_deg]),
    )


def test_the_mission_s_words_make_a_sector():
    s = read_sector("2-4km ESE")
    # ESE is the fifth of sixteen points of 22.5 degrees from north
    assert (s.near_km, s.far_km, s.bearing_deg, s.half_width_deg) == (2, 4, 112.5, 11.25)
    assert read_sector("500m N").far_km == pytest.approx(0.7)
    assert (read_sector("5km E").near_km, read_sector("5km E").far_km) == (3, 7)
    assert read_sector("SW").bearing_deg == 225
    assert read_sector("2km to the SW").bearing_deg == 225
    assert read_sector("3km").half_width_deg == 180


@pytest.mark.parametrize("text", ["", "N/K", "near the bridge", "4-2km E", "3km NNN"])
def test_words_without_a_place_make_none(text):
    assert read_sector(text) is None


def test_the_centre_and_its_error_are_those_of_points_spread_over_the_sector():
    # the authority: the mean and spread of points drawn evenly over the sector
    rng = np.random.default_rng(7)
    n = 200_000
    r = np.sqrt(rng.uniform(2**2, 4**2, n))
    phi = np.radians(rng.uniform(-11.25, 11.25, n))
    along, across = r * np.cos(phi), r * np.sin(phi)
    lon, lat, sigma_m = place("2-4km ESE")
    azimuth, _, distance_m = GEOD.inv(37.8, 48.0, lon[0], lat[0])
    assert distance_m / 1000 == pytest.approx(along.mean(), rel=0.005)
    assert azimuth == pytest.approx(112.5, abs=0.01)
    assert sigma_m[0] / 1000 == pytest.approx(math.sqrt((along.var() + across.var()) / 2), rel=0.01)


@given(st.sampled_from(POINTS), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_centre_lies_in_the_sector_s_ring(point, a, b):
    near, far = sorted((round(a, 2), round(b, 2)))
    lon, lat, sigma_m = place(f"{near}-{far}km {point}")
    _, _, distance_m = GEOD.inv(37.8, 48.0, lon[0], lat[0])
    assert near * 0.98 <= distance_m / 1000 <= far + 1e-6
    assert 0 <= sigma_m[0] <= far * 1000
