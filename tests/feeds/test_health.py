"""How feeds are doing, by an injected clock; and silences as facts."""

from dataclasses import replace
from datetime import timedelta

from feed_samples import NOW, feed

from truceline.feeds import HEALTH, Tally, health_of
from truceline.feeds.silence import Silences

MIN = timedelta(minutes=1)


def state(tally, now=NOW):
    (row,) = health_of([feed()], {"http": tally}, now=now)
    assert tuple(row) == HEALTH
    return row["state"], row["since"]


def test_each_state_has_its_sign():
    start = NOW - 300 * MIN
    assert state(Tally(started=start)) == ("never", "2026-04-12T07:00:00Z")
    assert state(Tally(started=start, last_message=NOW - 60 * MIN)) == ("listening", "2026-04-12T07:00:00Z")
    assert state(Tally(started=start, last_message=NOW - 61 * MIN)) == ("silent", "2026-04-12T10:59:00Z")
    assert state(Tally(started=start, last_message=NOW, failed=NOW - MIN)) == ("failed", "2026-04-12T11:59:00Z")
    assert state(Tally(started=start, failed=NOW, stopped=NOW)) == ("stopped", "2026-04-12T12:00:00Z")


def test_a_silence_begins_once_and_ends_when_something_is_heard():
    mine = replace(feed(), sensors=("north",), sources=("s",))
    silences = Silences([mine])
    row = silences.begin("http", start=NOW)
    assert row["end"] == ""
    assert silences.begin("http", start=NOW + MIN) is None
    (lasting,) = silences.outages(NOW + 5 * MIN)
    assert (lasting.start, lasting.end) == (NOW, NOW + 5 * MIN)
    assert (lasting.sensors, lasting.sources) == (("north",), ("s",))
    ended = silences.over("http", end=NOW + 9 * MIN)
    assert silences.over("http", end=NOW + 10 * MIN) is None
    assert ended["outage"] == row["outage"], "the entry of its beginning is superseded"
    (over,) = silences.outages(NOW + 99 * MIN)
    assert over.end == NOW + 9 * MIN
    assert Silences([mine], [ended]).outages(NOW + 99 * MIN) == (over,), "the record's rows say it all"


def test_a_feed_that_asks_back_makes_a_short_silence_good_and_not_a_long_one():
    mine = feed("firms", days=2)
    for hours, left in ((20, 0), (30, 1)):
        silences = Silences([mine])
        silences.begin("firms", start=NOW)
        assert len(silences.outages(NOW + timedelta(hours=hours))) == 1, "while it lasts nobody knows"
        silences.over("firms", end=NOW + timedelta(hours=hours))
        assert len(silences.outages(NOW + timedelta(hours=99))) == left


def test_of_a_feed_that_is_gone_an_open_silence_does_not_go_on():
    silences = Silences([feed()])
    row = silences.begin("http", start=NOW)
    assert Silences([], [row]).outages(NOW + timedelta(days=9)) == ()
