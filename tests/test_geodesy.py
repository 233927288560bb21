from __future__ import annotations

import numpy as np
import pytest

from truceline.geodesy import DEGREE, GEOD, metres_per_degree, metres_per_degree_each, radii_of_curvature


@pytest.mark.parametrize(
    # authority: length of a degree on WGS84, NGA "Length of a Degree of Latitude and Longitude" tables
    ("lat", "east", "north"),
    [(0, 111_319.49, 110_574.28), (45, 78_846.81, 111_131.75), (60, 55_800.00, 111_412.27)],
)
def test_length_of_a_degree_is_the_published_one(lat, east, north):
    assert metres_per_degree(lat * DEGREE) == (pytest.approx(east, rel=1e-5), pytest.approx(north, rel=1e-5))


def test_length_of_a_degree_is_the_geodesic_of_a_small_step():
    for lat in (-70.0, 12.0, 48.0):
        _, _, east = GEOD.inv(36.0, lat, 36.001, lat)
        _, _, north = GEOD.inv(36.0, lat - 0.0005, 36.0, lat + 0.0005)
        assert metres_per_degree(lat * DEGREE) == (
            pytest.approx(east * 1000, rel=1e-6),
            pytest.approx(north * 1000, rel=1e-6),
        )


def test_many_latitudes_give_what_each_alone_gives():
    lat = np.linspace(-80, 80, 33)
    each = np.array([metres_per_degree(v * DEGREE) for v in lat]).T
    np.testing.assert_allclose(metres_per_degree_each(lat), each, rtol=1e-12)


def test_the_change_of_the_meridional_radius_is_its_slope():
    # authority: central difference
    at, step = 48 * DEGREE, 1e-4
    slope = (radii_of_curvature(at + step)[1] - radii_of_curvature(at - step)[1]) / (2 * step)
    assert radii_of_curvature(at)[2] == pytest.approx(slope, rel=1e-6)
