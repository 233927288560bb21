from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import Transformer
from skyfield.api import EarthSatellite, load, wgs84

from truceline.errors import RequestError
from truceline.geodesy import GEOD
from truceline.orbits import PASSES, find_passes, find_swath, ground_track, swaths
from truceline.timespan import Timespan

LINE = {"lon_deg": np.array([33.0, 37.2, 39.5]), "lat_deg": np.array([46.5, 48.3, 49.8])}
PLACE = {"lon_deg": [37.2], "lat_deg": [48.3]}
KYIV = ZoneInfo("Europe/Kyiv")
one_second = 1.0


@pytest.fixture(scope="module")
def library():
    return list(swaths().values())


@pytest.fixture(scope="module")
def found(sets, library, april):
    return find_passes(list(sets.values()), library, **LINE, period=april)


def test_passes_are_skyfields_to_a_second_and_none_is_missing(text, sets, cone, april):
    clock = load.timescale(builtin=True)
    span = clock.from_datetime(april.start), clock.from_datetime(april.end)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for i in range(0, len(lines), 3):
        one = sets[int(lines[i + 1][2:7])]
        theirs = EarthSatellite(lines[i + 1], lines[i + 2], None, clock)
        place = wgs84.latlon(LINE["lat_deg"][1], LINE["lon_deg"][1])
        when, what = theirs.find_events(place, *span, altitude_degrees=30.0)
        times = pd.DatetimeIndex(when.utc_datetime())
        ours = find_passes([one], [cone(one.norad_id)], **PLACE, period=april)
        for kind, column in ((0, "time_start"), (1, "time_peak"), (2, "time_end")):
            assert (what == kind).sum() == len(ours) > 20
            apart_s = np.abs((times[what == kind] - pd.DatetimeIndex(ours[column])).total_seconds())
            assert apart_s.max() < one_second, (one.name, column)


@pytest.mark.filterwarnings("ignore:Propagating general perturbations")
def test_passes_are_tat_cs_to_a_second(text, sets, april):
    """TAT-C (Arizona State University, BSD-3), where it is installed: angle from nadir at most 50 degrees."""
    pytest.importorskip("tatc", reason="TAT-C is not installed: pip install tatc")
    from tatc.analysis import collect_observations
    from tatc.schemas import Instrument, Point, Satellite, TwoLineElements

    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for i in range(0, len(lines), 3):
        one = sets[int(lines[i + 1][2:7])]
        theirs = collect_observations(
            Point(id=0, longitude=37.2, latitude=48.3),
            Satellite(
                name=one.name,
                orbit=TwoLineElements(tle=lines[i + 1 : i + 3]),
                instruments=[Instrument(name="cone", field_of_regard=100.0)],
            ),
            april.start,
            april.end,
        )
        swath = replace(find_swath("viirs"), norad_ids=(one.norad_id,), max_deg=50.0)
        ours = find_passes([one], [swath], **PLACE, period=april)
        assert len(theirs) == len(ours) > 10
        for column in ("start", "end"):
            apart = pd.DatetimeIndex(theirs[column]) - pd.DatetimeIndex(ours[f"time_{column}"])
            assert np.abs(apart.total_seconds()).max() < one_second


def test_the_table_has_the_documented_columns_and_order(found):
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == PASSES
    assert_frame_equal(found, found.sort_values(["time_peak", "satellite", "cell"], ignore_index=True))
    assert (found.time_start < found.time_peak).all()
    assert (found.time_peak < found.time_end).all()


def test_no_pass_gives_an_empty_table_with_its_types(sets, april):
    nothing = find_passes(list(sets.values()), [], **PLACE, period=april)
    instant = Timespan(start=april.start, end=april.start)
    for empty in (nothing, find_passes(list(sets.values()), [find_swath("viirs")], **PLACE, period=instant)):
        assert len(empty) == 0
        assert {name: str(dtype) for name, dtype in empty.dtypes.items()} == PASSES


def test_a_pass_is_never_split_in_two(found):
    for (_, _, _), several in found.groupby(["norad_id", "instrument", "cell"]):
        apart = several.time_peak.diff().dropna()
        assert (apart > pd.Timedelta(minutes=80)).all(), "one orbit takes 98-102 minutes"


@settings(max_examples=25, deadline=None)
@given(minute=st.floats(0, 14_400))
def test_adjoining_periods_add_up_to_the_whole_wherever_they_meet(sets, library, april, found, minute):
    middle = april.start + timedelta(minutes=minute)
    parts = [
        find_passes(list(sets.values()), library, **LINE, period=Timespan(start=start, end=end))
        for start, end in ((april.start, middle), (middle, april.end))
    ]
    both = pd.concat([p for p in parts if len(p)], ignore_index=True)
    assert len(both) == len(found)
    order = ["norad_id", "cell", "time_peak"]
    both, whole = (table.sort_values(order, ignore_index=True) for table in (both, found))
    for column in ("time_start", "time_peak", "time_end"):
        assert np.abs((both[column] - whole[column]).dt.total_seconds()).max() < 1e-5


def test_a_pass_at_the_edge_of_the_period_is_told_in_full_or_not_at_all(sets, april, found):
    """The first instant belongs to a period, the last does not."""
    row = found[(found.instrument == "viirs") & (found.cell == 1)].iloc[5]
    one, swath = sets[row.norad_id], find_swath("viirs")
    peak = row.time_peak.floor("us").to_pydatetime(warn=False)
    second = timedelta(seconds=1)
    begins = find_passes([one], [swath], **PLACE, period=Timespan(start=peak - second, end=april.end)).iloc[0]
    ends = find_passes([one], [swath], **PLACE, period=Timespan(start=april.start, end=peak + second)).iloc[-1]
    for at_edge in (begins, ends):
        for column in ("time_start", "time_peak", "time_end"):
            assert abs(at_edge[column] - row[column]) < pd.Timedelta(seconds=0.1)
    after = find_passes([one], [swath], **PLACE, period=Timespan(start=peak + second, end=april.end)).iloc[0]
    before = find_passes([one], [swath], **PLACE, period=Timespan(start=april.start, end=peak - second)).iloc[-1]
    assert after.time_peak > row.time_end
    assert before.time_peak < row.time_start


def test_a_period_in_another_zone_is_the_same_period(sets, april, found, library):
    kyiv = Timespan(start=april.start.astimezone(KYIV), end=april.end.astimezone(KYIV))
    assert_frame_equal(find_passes(list(sets.values()), library, **LINE, period=kyiv), found)


def test_the_order_of_sets_instruments_and_places_changes_nothing(sets, library, april, found):
    turned = {key: value[::-1] for key, value in LINE.items()}
    again = find_passes(list(sets.values())[::-1], library[::-1], **turned, period=april)
    again["cell"] = 2 - again["cell"]
    again = again.sort_values(["time_peak", "satellite", "cell"], ignore_index=True)
    assert_frame_equal(again, found)


def test_each_place_has_the_passes_it_has_alone(sets, library, april, found):
    alone = find_passes(list(sets.values()), library, lon_deg=33.0, lat_deg=46.5, period=april)
    assert_frame_equal(alone, found[found.cell == 0].reset_index(drop=True))


def test_places_all_round_the_earth_are_searched_as_one_is(sets, cone, april):
    lon = np.array([37.2, 37.2 + 180 - 360, -120.0, 179.99, -180.0, 180.0, 0.0])
    lat = np.array([48.3, -48.3, 10.0, -60.0, 20.0, 20.0, 90.0])
    one = sets[43013]
    together = find_passes([one], [cone(43013)], lon_deg=lon, lat_deg=lat, period=april)
    for cell in range(len(lon)):
        alone = find_passes([one], [cone(43013)], lon_deg=lon[[cell]], lat_deg=lat[[cell]], period=april)
        here = together[together.cell == cell].reset_index(drop=True)
        assert_frame_equal(here.drop(columns="cell"), alone.drop(columns="cell"))
    by_cell = together.groupby("cell").size()
    assert by_cell[4] == by_cell[5], "180 E is 180 W"
    # an orbit of inclination 98.77 comes within 8.77 degrees of the pole on each of its 14.195 turns a day
    assert by_cell[6] == pytest.approx(14.195 * 10, abs=1)


def test_angles_and_range_are_those_of_the_triangle(sets, found):
    """Earth-fixed positions by PROJ; straight down and straight up are normals to the ellipsoid."""
    to_metres = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    for one in sets.values():
        rows = found[found.norad_id == one.norad_id]
        lon, lat, height = (part[0] for part in ground_track([one], pd.DatetimeIndex(rows.time_peak)))
        at_lon, at_lat = LINE["lon_deg"][rows.cell], LINE["lat_deg"][rows.cell]
        satellite = np.stack(to_metres.transform(lon, lat, height * 1000), axis=1)
        below = np.stack(to_metres.transform(lon, lat, 0 * height), axis=1)
        place = np.stack(to_metres.transform(at_lon, at_lat, 0 * height), axis=1)
        above = np.stack(to_metres.transform(at_lon, at_lat, 0 * height + 1000), axis=1)
        assert rows.range_km.to_numpy() == pytest.approx(np.linalg.norm(satellite - place, axis=1) / 1000, abs=0.1)
        assert rows.off_nadir_deg.to_numpy() == pytest.approx(_between(below - satellite, place - satellite), abs=0.02)
        assert rows.incidence_deg.to_numpy() == pytest.approx(_between(above - place, satellite - place), abs=0.02)


def _between(a, b):
    cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.degrees(np.arccos(cosine))


def test_side_is_that_of_the_way_it_flies_and_the_peak_is_abeam(sets, found):
    for one in sets.values():
        rows = found[(found.norad_id == one.norad_id) & (found.off_nadir_deg > 2)]
        peak = pd.DatetimeIndex(rows.time_peak)
        (lon, lat, _), (on_lon, on_lat, _) = (
            [part[0] for part in ground_track([one], peak + pd.Timedelta(seconds=s))] for s in (0, 1)
        )
        course, _, _ = GEOD.inv(lon, lat, on_lon, on_lat)
        bearing, _, _ = GEOD.inv(lon, lat, LINE["lon_deg"][rows.cell], LINE["lat_deg"][rows.cell])
        turn = np.remainder(bearing - course + 180, 360) - 180
        assert ((turn > 0) == (rows.side == "right")).all()
        assert np.abs(np.abs(turn) - 90).max() < 3
        assert ((np.abs(course) < 90) == rows.ascending).all()


def test_a_right_looking_radar_has_what_lies_right_and_neither_too_near_nor_too_far(found):
    radar = found[found.instrument == "s1-iw"]
    assert len(radar) > 5
    assert (radar.side == "right").all()
    assert radar.incidence_deg.between(29, 46).all()
    assert radar.relative_orbit.between(1, 175).all()


def test_a_narrower_swath_has_no_pass_that_a_wider_has_not(sets, april):
    wide = find_swath("viirs")
    before = None
    for degrees in (56.28, 40.0, 20.0, 5.0, 1.0):
        rows = find_passes([sets[43013]], [replace(wide, max_deg=degrees)], **PLACE, period=april)
        peaks = set(rows.time_peak.dt.round("s"))
        assert before is None or peaks <= before
        before = peaks


def test_age_and_error_are_told_on_every_row(found, sets):
    for one in sets.values():
        rows = found[found.norad_id == one.norad_id]
        age = (rows.time_peak - pd.Timestamp(one.epoch)) / pd.Timedelta(days=1)
        assert rows.age_d.to_numpy() == pytest.approx(np.abs(age.to_numpy()))
    assert (found.time_sigma_s > 0).all()


def test_an_instrument_outside_its_dates_has_no_passes(sets):
    """Sentinel-1A ended imaging on 30 June 2026."""
    period = Timespan(start=datetime(2026, 6, 20, tzinfo=UTC), end=datetime(2026, 7, 20, tzinfo=UTC))
    rows = find_passes([sets[39634]], [find_swath("s1-iw")], **LINE, period=period)
    assert len(rows) > 5
    assert rows.time_peak.max() < pd.Timestamp("2026-07-01", tz="UTC")
    late = replace(find_swath("s1-iw"), serves_from={39634: datetime(2026, 6, 25, tzinfo=UTC)})
    assert find_passes([sets[39634]], [late], **LINE, period=period).time_peak.min() > pd.Timestamp(
        "2026-06-25", tz="UTC"
    )


def test_a_decayed_satellite_has_no_passes_and_the_others_still_count(falling, sets, cone, april):
    both = find_passes([falling, sets[43013]], [cone(99001, 43013)], **PLACE, period=april)
    fallen = both[both.norad_id == 99001]
    assert 0 < len(fallen) < 12
    assert fallen.time_end.max() < pd.Timestamp(falling.epoch) + pd.Timedelta(days=3)
    alone = find_passes([sets[43013]], [cone(43013)], **PLACE, period=april)
    assert_frame_equal(both[both.norad_id == 43013].reset_index(drop=True), alone)


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [([], [], "make no places"), ([37], [48, 49], "make no places"), ([37], [4830], "4830"), ([np.nan], [48], "nan")],
)
def test_places_that_are_none_are_refused(sets, april, lon, lat, reason):
    with pytest.raises(RequestError, match=reason):
        find_passes(list(sets.values()), [find_swath("viirs")], lon_deg=lon, lat_deg=lat, period=april)
