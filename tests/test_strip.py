from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from truceline.errors import LineError
from truceline.strip import Strip, check_line

GEOD = pyproj.Geod(ellps="WGS84")
ONE_METRE = 0.001  # km


@pytest.fixture(scope="module")
def front() -> Strip:
    """A winding line of some 1,000 km and 2,000 segments."""
    rng = np.random.default_rng(1)
    at = np.linspace(0, 1, 2001)
    lat = 46.5 + 2.5 * at**1.3 + 0.4 * np.sin(25 * at) + np.cumsum(rng.normal(0, 0.002, 2001))
    return Strip.along(lon_deg=33 + 7 * at, lat_deg=lat)


def bent(*points: tuple[float, float], **options) -> Strip:
    """Return a strip along points given in km east and north of 36 E 48 N."""
    x, y = np.array(points, float).T
    return Strip.along(lon_deg=36 + x / 74.63, lat_deg=48 + y / 111.2, **options)


def place_km(strip: Strip, x: float, y: float) -> tuple[float, float]:
    chainage, offset = strip.place(lon_deg=36 + x / 74.63, lat_deg=48 + y / 111.2)
    return float(chainage[0]), float(offset[0])


def test_distances_are_within_a_thousandth_of_the_geodesic_out_to_300_km(front):
    # authority: pyproj's geodesic to a fine sampling of the line (one point every 17 m)
    rng = np.random.default_rng(2)
    k = rng.integers(0, 2001, 60)
    lon, lat = front.lon_deg[k] + rng.normal(0, 1.5, 60), front.lat_deg[k] + rng.normal(0, 1, 60)
    _, offset = front.place(lon_deg=lon, lat_deg=lat)
    line_lon, line_lat = front.locate(chainage_km=np.linspace(0, front.length_km, 60_000))
    for a, b, got in zip(lon, lat, np.abs(offset), strict=True):
        near = np.argsort((line_lon - a) ** 2 * 0.44 + (line_lat - b) ** 2)[:8000]
        _, _, metres = GEOD.inv(np.full(8000, a), np.full(8000, b), line_lon[near], line_lat[near])
        assert got == pytest.approx(metres.min() / 1000, rel=1e-3, abs=0.01)


def test_chainage_and_offset_agree_with_shapely_to_a_metre_where_projection_is_the_truth():
    # authority: shapely on a transverse Mercator plane of scale 1 through the middle of an 8 km strip
    plane = pyproj.Proj("+proj=tmerc +lat_0=48 +lon_0=36 +k=1 +ellps=WGS84")
    strip = bent((-4, -1), (-2, 1), (0, 0.2), (1.5, 2), (4, -1))
    line = shapely.LineString(np.stack(plane(strip.lon_deg, strip.lat_deg), axis=1))
    rng = np.random.default_rng(3)
    lon, lat = 36 + rng.uniform(-0.06, 0.06, 500), 48 + rng.uniform(-0.04, 0.04, 500)
    points = shapely.points(*plane(lon, lat))
    chainage, offset = strip.place(lon_deg=lon, lat_deg=lat)
    np.testing.assert_allclose(np.abs(offset), shapely.distance(points, line) / 1000, atol=ONE_METRE)
    # where two stretches are all but equally near, a millimetre decides which is nearest
    along = shapely.line_locate_point(line, points) / 1000
    assert (np.abs(chainage - along) < ONE_METRE).mean() > 0.99


def test_the_tree_finds_what_trying_every_segment_finds(front):
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(30, 43, 300), rng.uniform(44, 51, 300)
    _, offset = front.place(lon_deg=lon, lat_deg=lat)
    ends = np.stack([front.lon_deg, front.lat_deg])
    single = [Strip.along(lon_deg=a, lat_deg=b) for a, b in (ends[:, j : j + 2] for j in range(2000))]
    single = [np.abs(one.place(lon_deg=lon, lat_deg=lat)[1]) for one in single]
    np.testing.assert_allclose(np.abs(offset), np.min(single, axis=0), atol=ONE_METRE)


@pytest.mark.parametrize("side", [1, -1])
def test_beyond_a_sharp_bend_the_side_is_the_line_s_not_the_nearest_segment_s(side):
    # a hairpin: east 10 km, then back to the west-north-west. Beyond its tip a point is outside, on the right
    # of an anticlockwise bend and on the left of a clockwise one, whichever segment happens to be nearest.
    strip = bent((0, 0), (10, 0), (0, 2 * side))
    for x, y in [(12, 0), (12, 0.5), (12, -0.5), (10.5, 0.3), (10.5, 1)]:
        assert np.sign(place_km(strip, x, y * side)[1]) == -side


def test_left_of_the_drawn_direction_is_positive_and_positive_side_turns_it():
    assert place_km(bent((0, 0), (10, 0)), 5, 2)[1] == pytest.approx(2, rel=2e-3)
    assert place_km(bent((0, 0), (10, 0), positive_side="right"), 5, 2)[1] == pytest.approx(-2, rel=2e-3)


def test_beyond_the_ends_chainage_is_the_end_s_and_distance_is_to_the_end():
    strip = bent((0, 0), (10, 0))
    chainage, offset = place_km(strip, 13, 4)
    assert (chainage, offset) == (pytest.approx(strip.length_km), pytest.approx(5, rel=2e-3))
    chainage, offset = place_km(strip, -3, -4)
    assert (chainage, offset) == (0, pytest.approx(-5, rel=2e-3))


def test_a_point_on_the_line_has_offset_nought(front):
    _, offset = front.place(lon_deg=front.lon_deg, lat_deg=front.lat_deg)
    np.testing.assert_allclose(offset, 0, atol=0.01 * ONE_METRE)


def test_offsets_of_thousands_of_kilometres_are_geodesic():
    strip = bent((0, 0), (10, 0))
    _, offset = strip.place(lon_deg=[-74.0], lat_deg=[40.7])
    _, _, metres = GEOD.inv(-74.0, 40.7, 36.0, 48.0)
    assert abs(offset[0]) == pytest.approx(metres / 1000, rel=1e-3)


def test_nan_in_nan_out_and_the_rest_untouched(front):
    chainage, offset = front.place(lon_deg=[np.nan, 35.0, 35.0], lat_deg=[48.0, np.nan, 48.0])
    assert np.isnan(chainage[:2]).all() and np.isnan(offset[:2]).all()
    assert np.isfinite([chainage[2], offset[2]]).all()


def test_no_points_give_empty_arrays(front):
    assert [len(v) for v in front.place(lon_deg=[], lat_deg=[])] == [0, 0]
    assert [len(v) for v in front.locate(chainage_km=[])] == [0, 0]


def test_many_points_on_several_threads_come_out_as_few_do(front):
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(32, 41, 120_000), rng.uniform(45, 50, 120_000)
    whole, some = (
        front.place(lon_deg=lon, lat_deg=lat),
        front.place(lon_deg=lon[55_000:65_000], lat_deg=lat[55_000:65_000]),
    )
    for a, b in zip(whole, some, strict=True):
        np.testing.assert_array_equal(a[55_000:65_000], b)


def test_a_line_and_points_across_the_antimeridian_are_placed_as_elsewhere():
    here = Strip.along(lon_deg=[9.5, 10.0, 10.5], lat_deg=[60, 60.2, 60])
    there = Strip.along(lon_deg=[179.5, 180.0, -179.5], lat_deg=[60, 60.2, 60])
    for a, b in zip(
        here.place(lon_deg=[9.7, 10.2, 10.4], lat_deg=[60.3, 60.3, 59.9]),
        there.place(lon_deg=[179.7, -179.8, -179.6], lat_deg=[60.3, 60.3, 59.9]),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.floats(-0.04, 0.04), min_size=2, max_size=8),
    share=st.floats(0, 1),
    offset=st.floats(-3, 3),
    side=st.sampled_from(["left", "right"]),
)
def test_place_undoes_locate_beside_a_gently_bending_line(shape, share, offset, side):
    strip = Strip.along(lon_deg=36 + 0.4 * np.arange(len(shape)), lat_deg=48 + np.cumsum(shape), positive_side=side)
    chainage = share * strip.length_km
    # in the wedge of a bend, an offset point is as near to the next stretch: stay clear of vertices
    assume(np.abs(strip.chainage_km - chainage).min() > 1.5 or abs(offset) < 0.01)
    lon, lat = strip.locate(chainage_km=chainage, offset_km=offset)
    back = strip.place(lon_deg=lon, lat_deg=lat)
    assert back[0][0] == pytest.approx(chainage, abs=5 * ONE_METRE)
    assert back[1][0] == pytest.approx(offset, abs=5 * ONE_METRE)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(30, 40), st.floats(44, 50)), min_size=1, max_size=20))
def test_mirroring_the_line_mirrors_every_offset(points):
    lon, lat = np.array(points).T
    there = Strip.along(lon_deg=[33, 35, 36, 39], lat_deg=[46, 48, 47, 49])
    back = Strip.along(lon_deg=[33, 35, 36, 39], lat_deg=[46, 48, 47, 49], positive_side="right")
    for a, b, sign in zip(
        there.place(lon_deg=lon, lat_deg=lat), back.place(lon_deg=lon, lat_deg=lat), (1, -1), strict=True
    ):
        np.testing.assert_array_equal(a, sign * b)


@pytest.mark.parametrize(
    ("lon", "lat", "says"),
    [
        ([36], [48], "two vertices"),
        ([36, 36], [48, 48], "same place"),
        ([36, 400], [48, 48], "vertex 2"),
        ([48, 49], [36, np.nan], "not a place"),
        ([[36, 37]], [[48, 48]], "two vertices"),
    ],
)
def test_a_line_that_is_none_is_refused_and_says_why(lon, lat, says):
    with pytest.raises(LineError, match=says):
        Strip.along(lon_deg=lon, lat_deg=lat)


def test_an_unknown_side_is_refused():
    with pytest.raises(LineError, match="'up'"):
        Strip.along(lon_deg=[36, 37], lat_deg=[48, 48], positive_side="up")


@pytest.mark.parametrize(
    ("points", "near"),
    [
        ([(0, 0), (2, 2), (2, 0), (0, 2)], "1.0000, 1.0000"),  # crosses itself
        ([(0, 0), (4, 0), (4, 2), (2, 0), (1, -2)], "2.0000, 0.0000"),  # touches itself
        ([(0, 0), (4, 0), (2, 0), (2, 3)], "0.0000"),  # doubles back
    ],
)
def test_a_line_that_meets_itself_is_refused_naming_where(points, near):
    lon, lat = np.array(points, float).T
    with pytest.raises(LineError, match=near):
        check_line(lon_deg=lon, lat_deg=lat)


def test_a_line_that_does_not_meet_itself_passes(front):
    check_line(lon_deg=front.lon_deg, lat_deg=front.lat_deg)
