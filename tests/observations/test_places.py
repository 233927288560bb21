import numpy as np
import pandas as pd
import pytest

from truceline.observations.places import check_places, read_degrees
from truceline.observations.times import no_marks


@pytest.mark.parametrize(
    ("said", "degrees"),
    [
        ("48.015", 48.015),
        ("48,015", 48.015),
        # 48 deg 30' 15" = 48 + 30/60 + 15/3600
        ("48°30'15\"N", 48.504166667),
        ("48 30 15 N", 48.504166667),
        ("N48°30.25'", 48.504166667),
        ("48°30′15″", 48.504166667),
        ("-48.5", -48.5),
        ("33.5S", -33.5),
    ],
)
def test_degrees_are_read_as_people_write_them(said, degrees):
    value, reason, _ = read_degrees(pd.Series([said]), axis="latitude")
    assert reason[0] == ""
    assert value[0] == pytest.approx(degrees, abs=1e-8)


@pytest.mark.parametrize("said", ["", "north of town", "nan", "inf", "48°75'00\"N", "37°48'E", "1e999"])
def test_what_is_no_latitude_has_a_reason(said):
    value, reason, todo = read_degrees(pd.Series([said]), axis="latitude")
    assert np.isnan(value[0]) and reason[0] and todo[0]


def judged(lon, lat, near=None):
    reason, todo = no_marks(1)
    check_places(np.array([lon]), np.array([lat]), reason, todo, near=near)
    return reason[0]


def test_a_place_off_the_earth_is_told_with_its_value():
    # 48 degrees 01.5 minutes run together
    assert "latitude 4801.5 is outside" in judged(37.8, 4801.5)
    assert "longitude 377.8" in judged(377.8, 48.0)


def test_swapped_coordinates_are_told_where_the_values_show_it():
    assert "swapped" in judged(48.0, 137.8)
    assert judged(48.0, 37.8) == ""
    assert "swapped" in judged(48.0, 37.8, near=(22, 44, 41, 53))
    assert judged(37.8, 48.0, near=(22, 44, 41, 53)) == ""


def test_zero_zero_is_not_a_place():
    assert "0, 0" in judged(0.0, 0.0)
