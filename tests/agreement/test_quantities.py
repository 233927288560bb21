from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.agreement.quantities import (
    add_days,
    read_distance,
    read_duration,
    read_moment,
    write_duration,
    write_moment,
)
from truceline.errors import AgreementError


@pytest.mark.parametrize(
    ("said", "km"),
    # the international nautical mile is 1,852 m (1929) and the mile 1,609.344 m (1959)
    [("15 km", 15.0), ("500 m", 0.5), ("10 nm", 18.52), ("600 mi", 965.6064), ("1mile", 1.609344), ("0 km", 0.0)],
)
def test_a_distance_keeps_its_words_and_its_length(said, km):
    distance = read_distance(said)
    assert distance.km == pytest.approx(km)
    assert distance.said == said


def test_a_distance_without_a_unit_is_refused():
    with pytest.raises(AgreementError, match="unit"):
        read_distance("15")


def test_a_time_with_its_zone_is_certain():
    # Kyiv keeps UTC+2 in winter: 15 February 2015 00:00 is 14 February 22:00 UTC
    moment = read_moment("2015-02-15T00:00", zone="Europe/Kyiv")
    assert moment.is_certain and moment.earliest == datetime(2015, 2, 14, 22, tzinfo=UTC)


def test_moscow_kept_another_hour_before_26_october_2014():
    # UTC+4 until then, UTC+3 since: the same Moscow hour is an hour earlier in UTC in September 2014
    before, after = (read_moment(f"2014-{day}T12:00", zone="Europe/Moscow") for day in ("09-20", "11-20"))
    assert (before.earliest.hour, after.earliest.hour) == (8, 9)


def test_a_date_alone_is_some_instant_of_its_local_day():
    # 26 October 2025 had 25 hours in Kyiv
    moment = read_moment("2025-10-26", zone="Europe/Kyiv")
    assert moment.latest - moment.earliest == timedelta(hours=25)


def test_a_time_without_any_zone_may_be_any_clock_on_earth():
    moment = read_moment("2014-09-20T18:00", zone=None)
    assert not moment.zone_known
    assert moment.latest - moment.earliest == timedelta(hours=26)


def test_thirty_calendar_days_count_the_first_day():
    # 30 days from 18 March 2025, counting it, end with 16 April (Kremlin spokesman, 14 April 2025)
    end = add_days(read_moment("2025-03-18", zone="Europe/Moscow"), timedelta(days=30), "Europe/Moscow")
    assert end == datetime(2025, 4, 16, 21, tzinfo=UTC)  # 17 April 00:00 in Moscow


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)))
def test_a_written_duration_reads_back(span):
    assert read_duration(write_duration(span)) == pytest.approx(span, abs=timedelta(microseconds=1))


@given(st.integers(0, 4 * 10**9))
def test_a_written_moment_reads_back(seconds):
    local = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    moment = read_moment(local.isoformat(), zone="Asia/Seoul")
    again = read_moment(write_moment(moment), zone=None)
    assert (again.earliest, again.latest) == (moment.earliest, moment.latest)
