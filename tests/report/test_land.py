import numpy as np
import shapely

from truceline.report.land import land_in

BLACK_SEA = (27.0, 40.0, 42.0, 48.0)


def area(box):
    return shapely.MultiPolygon([(p[0], p[1:]) for p in land_in(box)])


def test_known_places_are_on_land_and_in_the_sea():
    land = area(BLACK_SEA)
    # Simferopol, Kherson, Istanbul (Asian side); the middle of the Black Sea and of the Sea of Azov
    for lon, lat in [(34.10, 44.95), (32.62, 46.66), (29.2, 41.0)]:
        assert land.contains(shapely.Point(lon, lat)), (lon, lat)
    for lon, lat in [(34.0, 43.0), (36.5, 46.0)]:
        assert not land.contains(shapely.Point(lon, lat)), (lon, lat)


def test_nothing_lies_outside_the_box():
    for polygon in land_in(BLACK_SEA):
        for ring in polygon:
            lon, lat = np.array(ring).T
            assert lon.min() >= 27
            assert lon.max() <= 42
            assert lat.min() >= 40
            assert lat.max() <= 48


def test_the_open_ocean_has_no_land():
    assert land_in((-40.0, 30.0, -35.0, 33.0)) == []


def test_inland_the_whole_box_is_land():
    box = (36.0, 48.0, 37.0, 49.0)
    assert area(box).area == 1.0


def test_a_wide_box_keeps_the_continent():
    # Kyiv, Warsaw, Zaporizhzhia: a cut of a ring that meets itself far away must not lose what is near
    for box in [(18.0, 35.7, 54.0, 59.7), (12.0, 38.0, 60.0, 60.0), (-10.0, 30.0, 60.0, 70.0)]:
        land = area(box)
        for lon, lat in [(30.52, 50.45), (21.01, 52.23), (35.14, 47.84)]:
            assert land.contains(shapely.Point(lon, lat)), (box, lon, lat)
