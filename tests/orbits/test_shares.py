from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from truceline.errors import RequestError
from truceline.orbits import find_passes
from truceline.orbits.shares import share_period
from truceline.timespan import Timespan

DAY = timedelta(days=1)


def later(one, days, *, ahead_s=0.0):
    """Return the same orbit as a set of a later epoch, by SGP4's mean elements; `ahead_s` further on its track."""
    satrec = one.satrec()
    satrec.sgp4_tsince(days * 1440.0)
    turn = np.degrees([satrec.Om, satrec.om, satrec.mm]) % 360
    anomaly = turn[2] + ahead_s * one.revolutions_per_day * 360 / 86_400
    return replace(
        one,
        epoch=one.epoch + days * DAY,
        node_deg=float(turn[0]),
        perigee_deg=float(turn[1]),
        anomaly_deg=float(anomaly % 360),
    )


@pytest.fixture(scope="module")
def two(sets):
    """NOAA-20 on 11 March, and a set of twelve days later that puts it 40 s further on."""
    return sets[43013], later(sets[43013], 12, ahead_s=40.0)


@pytest.fixture(scope="module")
def period(two):
    return Timespan(start=two[0].epoch - 5 * DAY, end=two[1].epoch + 5 * DAY)


def test_each_instant_is_served_by_the_set_of_nearest_epoch(two, period):
    first, second = share_period(two[::-1], period)[43013]
    middle_s = (two[0].epoch + 6 * DAY - period.start).total_seconds()
    assert (first.elements, first.last_s) == (two[0], pytest.approx(middle_s))
    assert (second.elements, second.first_s) == (two[1], first.last_s)
    assert first.first_s <= 0
    assert second.last_s >= period.hours * 3600


def test_where_one_set_hands_over_to_the_next_no_pass_is_lost_doubled_or_split(two, period, cone):
    lon, lat = (grid.ravel() for grid in np.meshgrid(np.arange(-180, 180, 20.0), np.arange(-80, 81, 10.0)))
    place = {"lon_deg": lon, "lat_deg": lat, "period": period}
    rows = find_passes(two, [cone(43013)], **place)
    one, other = (find_passes([s], [cone(43013)], **place) for s in two)
    apart = rows.sort_values(["cell", "time_peak"]).groupby("cell").time_peak.diff()
    assert apart.min() > pd.Timedelta(minutes=80)
    for several in (one, other):
        clear = several[several.incidence_deg < 58]  # 40 s of the Earth's turning move the limit by less
        assert (_nearest_s(clear, rows) < 60).all()
    assert (np.minimum(_nearest_s(rows, one), _nearest_s(rows, other)) < 0.01).all()


def _nearest_s(rows, among):
    """Return the seconds from each row's peak to the nearest peak over the same cell among others."""
    among = among[["time_peak", "cell"]].assign(theirs=among.time_peak)
    near = pd.merge_asof(rows[["time_peak", "cell"]], among, on="time_peak", by="cell", direction="nearest")
    return np.abs((near.theirs - near.time_peak).dt.total_seconds()).to_numpy()


def test_before_the_change_the_first_set_counts_and_after_it_the_second(two, period, cone):
    rows = find_passes(two, [cone(43013)], lon_deg=37.2, lat_deg=48.3, period=period)
    middle = pd.Timestamp(two[0].epoch + 6 * DAY)
    assert rows.age_d.max() < 6 + 0.05, "half an orbit at most"
    for one, part in zip(two, (rows.time_peak < middle, rows.time_peak >= middle), strict=True):
        alone = find_passes([one], [cone(43013)], lon_deg=37.2, lat_deg=48.3, period=period)
        assert np.median(_nearest_s(rows[part], alone)) < 0.01


def test_a_period_without_elements_is_a_wrong_request(sets):
    long_ago = Timespan(start=datetime(2020, 4, 1, tzinfo=UTC), end=datetime(2020, 4, 3, tzinfo=UTC))
    with pytest.raises(RequestError, match="no element set of a low orbit lies within a year"):
        share_period(list(sets.values()), long_ago)
    with pytest.raises(RequestError, match="no element set"):
        share_period([], long_ago)


def test_satellites_no_instrument_names_are_passed_over(sets, april, cone):
    long_ago = replace(sets[37849], epoch=datetime(2019, 4, 1, tzinfo=UTC))
    given = {"lon_deg": 37.2, "lat_deg": 48.3, "period": april}
    assert find_passes([long_ago], [cone(43013)], **given).empty
    with pytest.raises(RequestError, match="no element set"):
        find_passes([], [cone(43013)], **given)


def test_a_set_more_than_a_year_away_is_not_used_and_the_others_are(sets):
    period = Timespan(start=datetime(2027, 3, 20, tzinfo=UTC), end=datetime(2027, 3, 25, tzinfo=UTC))
    assert list(share_period(list(sets.values()), period)) == [54234], "NOAA-21's set is of May 2026, the rest of March"


def test_an_orbit_too_high_for_passes_is_left_out_and_the_others_count(sets, april, cone):
    fixed = replace(sets[43013], norad_id=99003, name="METEOSAT", revolutions_per_day=1.0027)
    given = {"lon_deg": 37.2, "lat_deg": 48.3, "period": april}
    alone = find_passes([sets[43013]], [cone(43013)], **given)
    assert_frame_equal(find_passes([fixed, sets[43013]], [cone(43013, 99003)], **given), alone)
    with pytest.raises(RequestError, match="low orbit"):
        find_passes([fixed], [cone(99003)], **given)


@settings(max_examples=20, deadline=None)
@given(minute=st.floats(-120, 120))
def test_periods_that_meet_near_a_change_of_sets_still_add_up(two, period, cone, minute):
    places = {"lon_deg": np.array([37.2, -120.0, 100.0]), "lat_deg": np.array([48.3, 10.0, -60.0])}
    middle = two[0].epoch + 6 * DAY + timedelta(minutes=minute)
    whole = find_passes(two, [cone(43013)], **places, period=period)
    parts = [
        find_passes(two, [cone(43013)], **places, period=Timespan(start=start, end=end))
        for start, end in ((period.start, middle), (middle, period.end))
    ]
    both = pd.concat(parts, ignore_index=True)
    assert len(both) == len(whole)
    assert np.abs((both.time_peak - whole.time_peak).dt.total_seconds()).max() < 1e-5
