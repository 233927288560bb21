import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.observations.times import read_times
from truceline.timespan import parse_instant


def read(*said, zone="Europe/Kyiv", day_first=None):
    return read_times(pd.Series(list(said), dtype=object), zone=zone, day_first=day_first)


def start(text, **more):
    times = read(text, **more)
    assert times.reason[0] == "", times.reason[0]
    return times.start[0].isoformat()


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("2026-04-11T16:00:00+03:00", "2026-04-11T13:00:00+00:00"),
        ("2026-04-11T13:00Z", "2026-04-11T13:00:00+00:00"),
        ("2026-04-11 13:00:00 UTC", "2026-04-11T13:00:00+00:00"),
        ("2026-04-11 16:00", "2026-04-11T13:00:00+00:00"),
        ("2026-01-11 16:00", "2026-01-11T14:00:00+00:00"),
        ("11.04.2026 16:00", "2026-04-11T13:00:00+00:00"),
        ("20/04/2025 6:30 PM", "2025-04-20T15:30:00+00:00"),
        ("4/20/2025 18:30", "2025-04-20T15:30:00+00:00"),
        ("1745163000", "2025-04-20T15:30:00+00:00"),
        ("1745163000000", "2025-04-20T15:30:00+00:00"),
        ("20 April 2025", "2025-04-19T21:00:00+00:00"),
        ("20250420", "2025-04-19T21:00:00+00:00"),
    ],
)
def test_written_times_are_read_to_utc(said, utc):
    assert start(said) == utc


def test_a_date_alone_is_its_whole_local_day_also_when_the_clocks_change():
    # days of 24, 23 and 25 hours: Europe/Kyiv moved its clocks on 30 March and 26 October 2025
    times = read("2025-04-20", "2025-03-30", "2025-10-26")
    assert list((times.end - times.start + pd.Timedelta(seconds=1)).dt.total_seconds() / 3600) == [24, 23, 25]


def test_an_hour_that_the_clock_shows_twice_is_both():
    times = read("2025-10-26 03:30")
    assert times.end[0] - times.start[0] == pd.Timedelta(hours=1)
    assert times.start[0].isoformat() == "2025-10-26T00:30:00+00:00"


def test_an_hour_that_the_clock_skips_is_refused():
    assert "clocks go forward" in read("2025-03-30 03:30").reason[0]


def test_a_time_without_zone_is_refused_with_what_to_do():
    times = read("2025-04-20 18:30", "2025-04-20T18:30Z", zone=None)
    assert times.reason[0] == "time '2025-04-20 18:30' has no time zone."
    assert "timezone" in times.todo[0]
    assert times.reason[1] == ""


def test_a_date_with_two_readings_is_refused_until_the_user_says():
    assert "two ways" in read("04/05/2025").reason[0]
    assert start("04/05/2025", day_first=True, zone="UTC") == "2025-05-04T00:00:00+00:00"
    assert start("04/05/2025", day_first=False, zone="UTC") == "2025-04-05T00:00:00+00:00"


def test_a_column_that_settles_the_order_of_day_and_month_is_read_by_it():
    assert list(read("04/05/2025", "20/04/2025", zone="UTC").start.dt.month) == [5, 4]


@pytest.mark.parametrize("said", ["", "0000-01-01", "9999-99-99", "yesterday", "1066-10-14", "31.02.2025", "25:61"])
def test_what_is_no_time_is_refused_and_never_guessed(said):
    times = read(said)
    assert times.reason[0]
    assert pd.isna(times.start[0])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.datetimes(min_value=pd.Timestamp("1950-01-01"), max_value=pd.Timestamp("2040-01-01")),
        min_size=1,
        max_size=20,
    )
)
def test_columns_and_single_times_agree(instants):
    # the authority: Python's own zoneinfo, one time after the other
    texts = [t.replace(microsecond=0).isoformat() for t in instants]
    times = read(*texts)
    for i, text in enumerate(texts):
        if times.reason[i] == "":
            assert times.start[i] == parse_instant(text, zone="Europe/Kyiv")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_is_a_time_or_has_a_reason(texts):
    times = read(*texts)
    assert ((times.reason != "") == times.start.isna().to_numpy()).all()
    assert np.all((times.end >= times.start)[times.reason == ""])
