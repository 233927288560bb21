from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.timespan import Timespan, find_zone, iso, parse_duration, parse_instant

instants = st.integers(946_684_800, 4_102_444_800).map(lambda s: datetime.fromtimestamp(s, UTC))


def test_the_start_belongs_to_a_span_and_the_end_does_not():
    span = Timespan(start=datetime(2026, 4, 11, 13, tzinfo=UTC), end=datetime(2026, 4, 12, 21, tzinfo=UTC))
    assert span.contains(span.start)
    assert not span.contains(span.end)
    assert span.hours == 32


@given(instants, instants, instants, instants)
def test_overlap_is_symmetric_and_never_longer_than_either(a, b, c, d):
    one, two = Timespan(start=min(a, b), end=max(a, b)), Timespan(start=min(c, d), end=max(c, d))
    assert one.overlap_h(two) == two.overlap_h(one) <= min(one.hours, two.hours) + 1e-9


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-04-12", 24)])
def test_local_days_are_as_long_as_the_clock_makes_them(day, hours):
    # authority: summer time in Ukraine begins on the last Sunday of March and ends on the last of October
    start = parse_instant(day, zone="Europe/Kyiv")
    days = dict(Timespan(start=start - timedelta(days=2), end=start + timedelta(days=3)).days("Europe/Kyiv"))
    assert days[day].hours == hours


@given(instants, st.integers(0, 400))
def test_days_tile_the_span(start, hours):
    span = Timespan(start=start, end=start + timedelta(hours=hours))
    assert sum(part.hours for _, part in span.days("Europe/Kyiv")) == pytest.approx(span.hours)


def test_a_time_without_a_zone_is_refused_unless_a_zone_is_named():
    with pytest.raises(RequestError, match="no time zone"):
        parse_instant("2026-04-11T16:00")
    assert iso(parse_instant("2026-04-11T16:00", zone="Europe/Kyiv")) == "2026-04-11T13:00:00Z"


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00Z", "11/04/2026"])
def test_text_that_is_no_time_is_refused(text):
    with pytest.raises(RequestError, match="not a date"):
        parse_instant(text)


def test_an_unknown_zone_is_refused():
    with pytest.raises(RequestError, match="not a time zone"):
        find_zone("Mars/Olympus")


def test_a_span_that_ends_before_it_starts_is_refused():
    with pytest.raises(RequestError, match="cannot end"):
        Timespan(start=datetime(2026, 2, 1, tzinfo=UTC), end=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_span_without_a_zone_is_refused():
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(RequestError, match="no time zone"):
        Timespan(start=naive, end=naive + timedelta(days=1))


@pytest.mark.parametrize(("text", "hours"), [("PT24H", 24), ("P1D", 24), ("P2W", 336), ("PT90M", 1.5), ("P1DT12H", 36)])
def test_durations_are_read_as_iso_8601(text, hours):
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["P", "PT", "24h", "P1M", ""])
def test_a_duration_of_months_or_none_is_refused(text):
    with pytest.raises(RequestError, match="not a duration"):
        parse_duration(text)
