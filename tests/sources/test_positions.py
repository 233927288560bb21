import math

import pytest

from truceline.errors import SourceError
from truceline.geodesy import GEOD
from truceline.sources.positions import Gazetteer


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text("name,lon,lat\nB,37.8,48.0\nOktiabr mine,37.7,48.1\n")
    return Gazetteer(path)


def test_the_user_s_list_goes_first(own):
    assert own.locate("b") == (37.8, 48.0)
    assert own.locate("Oktiabr mine (controlled, 9km NW of Donetsk)") != (math.nan, math.nan)


def test_a_distance_and_bearing_from_a_town_is_that_far_from_it(own):
    lon, lat = own.locate("SMM camera (9km NW of B)")
    azimuth, _, distance_m = GEOD.inv(37.8, 48.0, lon, lat)
    assert distance_m == pytest.approx(9000, abs=1)
    assert azimuth == pytest.approx(-45, abs=0.01)


def test_towns_of_ukraine_are_known_by_their_names_in_both_scripts():
    # Horlivka: 48.30 N 38.05 E
    for name in ("Horlivka", "Горлівка", "horlivka"):
        lon, lat = Gazetteer(None).locate(name)
        assert (lon, lat) == pytest.approx((38.05, 48.30), abs=0.06)


def test_an_unknown_name_is_nowhere():
    assert all(math.isnan(v) for v in Gazetteer(None).locate("Nowhere at all"))


@pytest.mark.parametrize("text", ["", "name,lon\nB,1\n", "name,lon,lat\nB,x,1\n"])
def test_a_list_that_cannot_be_read_is_refused(tmp_path, text):
    path = tmp_path / "places.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match="positions"):
        Gazetteer(path)
    with pytest.raises(SourceError):
        Gazetteer(tmp_path / "none.csv")
