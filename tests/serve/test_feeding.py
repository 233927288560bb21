"""A room with live feeds: what is acknowledged is in the record, and the record alone says where the room stands."""

import asyncio
import json
import os
import signal
import threading
import time
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd
import pytest
from feed_samples import at, cot_xml, event, eventually, feed, firms_csv, played
from rooms import Clock, client_of, key_headers, make_house

from truceline.errors import RecordError
from truceline.feeds import parse, receive
from truceline.feeds.cot import sift
from truceline.feeds.cot_frames import Frame
from truceline.feeds.health import HEALTH
from truceline.feeds.messages import KIND
from truceline.observations import Readings, gather
from truceline.serve.feeding import Feeder
from truceline.serve.intake import Intake, Waiting
from truceline.store import Record, verify

FEEDS = (feed(feed_id="posts"), feed("cot", listen="127.0.0.1:0", connect=""), feed("firms"))


class Live:
    """Takes readings by gathering them: what the real one must equal."""

    def __init__(self, fails=0):
        self.readings, self.outages, self.takes, self.fails = None, (), 0, fails
        self.inside, self.most = 0, 0

    def take(self, readings, *, outages=(), now):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.01)
        self.inside -= 1
        if self.fails:
            self.fails -= 1
            raise RecordError("not now.")
        self.readings = gather([self.readings, readings] if self.readings is not None else [readings])
        self.outages, self.takes = outages, self.takes + 1
        return Update(assessment=self.readings)


@dataclass
class Update:
    assessment: Readings


def feeder_of(house, clock, feeds=FEEDS, live=None, pause_s=0.0):
    stands = []
    live = live or Live()
    made = Feeder(
        feeds,
        house.room.record,
        clock=clock,
        live=live,
        make=Live,
        pause_s=pause_s,
    )
    made.replay()
    if live.readings is not None:
        stands.append(live.readings)
    made.enter(house.room.ledger, lambda update: stands.append(update.assessment))
    made.stands = stands
    return made


def with_feeder(house, clock, **given):
    feeder = feeder_of(house, clock, **given)
    # the client's own loop runs the feeder; the feed that listens does not start, since nothing runs it here
    feeder.feeds = {name: one for name, one in feeder.feeds.items() if one.kind == "http"} | {
        name: replace(one, kind="http") for name, one in feeder.feeds.items() if one.kind != "http"
    }
    return replace(house, feeder=feeder)


def waited(true, seconds=10):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def push(client, body, headers, to="posts"):
    return client.post(f"/api/feeds/{to}", content=body, headers=headers)


def test_what_is_pushed_is_in_the_record_before_it_is_acknowledged_and_once(house, clock):
    held = with_feeder(house, clock, feeds=[feed(feed_id="posts")])
    headers = key_headers(house, "olena", scope=["feed"])
    with client_of(held) as client:
        body = json.dumps([event(1), event(2, lat="north")]).encode()
        said = push(client, body, headers)
        assert said.status_code == 200, said.text
        told = said.json()
        assert (told["doubled"], told["taken"]) == (False, 1)
        assert "not a number of degrees" in told["set_aside"][0]["reason"]
        assert house.room.record.entries(KIND)["body"].tolist() == [body.decode()]
        clock.pass_h(1)
        assert push(client, body, headers).json()["doubled"] is True
        assert len(house.room.record.entries(KIND)) == 1
        waited(lambda: held.feeder.stands)
        (row,) = held.feeder.health()
        assert (row["messages"], row["taken"], row["doubled"], row["set_aside"]) == (1, 1, 1, 1)
    assert held.feeder.stands[-1].observations["act"].tolist() == ["shelling"]


def test_a_key_pushes_only_with_the_scope_to_feed_and_reads_nothing_with_it(small, clock):
    held = with_feeder(small, clock)
    with client_of(held) as client:
        assert push(client, b"[]", {}).status_code == 401
        assert push(client, b"[]", key_headers(small, "olena", scope=["read"])).status_code == 403
        headers = key_headers(small, "olena", scope=["feed"])
        assert client.get("/api/feeds", headers=headers).status_code == 403
        assert push(client, b"[]", headers).status_code == 200
        assert push(client, b"[]", headers, to="postz").status_code == 404
        assert "Did you mean 'posts'" in push(client, b"[]", headers, to="postz").text
        for login in ("vera", "ann"):
            with pytest.raises(Exception, match="cannot have the scope 'feed'"):
                key_headers(small, login, scope=["feed"])


def test_how_the_feeds_are_doing_is_told_to_the_mission_alone_and_the_look_is_in_the_record(small, clock):
    held = with_feeder(small, clock)
    with client_of(held) as client:
        for login in ("olena", "taras", "helen"):
            rows = client.get("/api/feeds", headers=key_headers(small, login)).json()
            assert {row["feed"] for row in rows} == {"posts", "cot", "firms"}
            assert set(rows[0]) == set(HEALTH)
        for login in ("vera", "ann"):
            assert client.get("/api/feeds", headers=key_headers(small, login)).status_code == 403
    looks = small.room.record.entries("access")
    assert looks["what"].tolist() == ["GET /api/feeds"] * 5


def test_a_mission_without_feeds_lists_none_and_takes_nothing(small):
    with client_of(small) as client:
        assert client.get("/api/feeds", headers=key_headers(small, "olena")).json() == []
        assert push(client, b"[]", key_headers(small, "olena", scope=["feed"])).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\x00", b"[" * 5000, b"nan", b'{"lat":1e999}', b"\x00" * 1000])
def test_a_malformed_push_is_acknowledged_and_set_aside(small, clock, body):
    held = with_feeder(small, clock)
    with client_of(held) as client:
        said = push(client, body, key_headers(small, "olena", scope=["feed"]))
        assert said.status_code == 200, said.text
        assert len(said.json()["set_aside"]) == 1
    assert verify(small.room.record.where) == []


def test_a_push_of_too_many_bytes_is_refused(small, clock):
    with client_of(with_feeder(small, clock)) as client:
        assert push(client, b"x" * 1_000_001, key_headers(small, "olena", scope=["feed"])).status_code == 413


def sent(feeder, feed_id, messages):
    async def play():
        await feeder.start(sleep=forever_after_zero)
        try:
            return await feeder.take(feed_id, messages)
        finally:
            await feeder.stop()

    return played(play())


async def forever_after_zero(seconds):
    """Let nothing that is scheduled come round again within a test."""
    await (asyncio.sleep(0) if seconds == 0 else asyncio.Event().wait())


def messages():
    return [receive("posts", json.dumps(event(n % 7, minute=n, told=n)).encode()) for n in range(20)] + [
        receive("posts", b"{")
    ]


def test_a_room_that_is_opened_again_stands_where_it_stood(house, clock):
    first = feeder_of(house, clock, feeds=[feed(feed_id="posts")])
    for part in (messages()[10:], messages()[:12]):
        sent(first, "posts", part)
        first.update()
    again = feeder_of(house, clock, feeds=[feed(feed_id="posts")])
    whole = parse(feed(feed_id="posts"), messages())
    for stands in (first.stands[-1], again.stands[-1]):
        pd.testing.assert_frame_equal(stands.observations, whole.observations)
        pd.testing.assert_frame_equal(stands.set_aside, whole.set_aside)
    counted = ("messages", "taken", "set_aside", "last_message", "last_observed")
    before, after = (one.health()[0] for one in (first, again))
    assert [before[name] for name in counted] == [after[name] for name in counted]


def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path):
    place, acknowledged = tmp_path / "room.sqlite", []
    make_house(place).close()
    for turn in range(3):
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(heard)
            try:
                work(place, turn, told)
            finally:
                os._exit(1)
        os.close(told)
        with os.fdopen(heard) as pipe:
            pipe.readline()
            time.sleep(0.3 + 0.2 * turn)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            acknowledged += pipe.read().splitlines()
    assert len(acknowledged) > 10
    assert verify(place) == []
    assert set(acknowledged) <= set(Record.open(place).entries(KIND)["sha256"])
    house = make_house(place)
    feeder = feeder_of(house, Clock(), feeds=[feed(feed_id="posts")])
    assert len(feeder.stands[-1].observations) >= len(set(acknowledged))
    house.close()


def work(place, turn, told):
    house = make_house(place)
    feeder = feeder_of(house, Clock(), feeds=[feed(feed_id="posts")])

    async def play():
        await feeder.start()
        for n in range(100_000):
            message = receive("posts", json.dumps(event(turn * 100_000 + n, lat=48.0, minute=n % 60)).encode())
            await feeder.take("posts", [message])
            os.write(told, (message.sha256 + "\n").encode())

    played(play())


def test_the_content_of_a_track_is_nowhere_in_the_room(tmp_path, clock):
    house = make_house(tmp_path / "room.sqlite", clock=clock)
    feeder = feeder_of(house, clock)
    detail = '<contact callsign="TRACKCALL"/><remarks>TRACKWORDS</remarks>'
    raw = [cot_xml("a-h-G", "TRACKUID", lat="47.918273", detail=detail), cot_xml(detail=detail)]
    told = [sift(FEEDS[1], Frame(form="xml", body=body), via="127.0.0.1:1") for body in raw]
    sent(feeder, "cot", told)
    feeder.update()
    assert feeder.health()[1]["set_aside"] == 1
    assert feeder.health()[1]["taken"] == 1
    house.close()
    for path in tmp_path.rglob("*"):
        held = path.read_bytes()
        for word in (b"TRACKCALL", b"TRACKWORDS", b"TRACKUID", b"47.918273"):
            assert word not in held, path


def test_a_silence_is_a_fact_of_the_record_and_told_to_the_assessment(small, clock):
    mine = [feed(feed_id="posts", sensors=("north",))]
    first = feeder_of(small, clock, feeds=mine, live=(live := Live()))
    sent(first, "posts", messages()[:1])
    heard = clock.now
    clock.pass_h(2)
    assert first.health()[0]["state"] == "silent"
    assert first._look(clock.now), "the assessment should learn of it"
    first.update()
    (outage,) = live.outages
    assert (outage.sensors, outage.start, outage.end) == (("north",), heard, clock.now)
    clock.pass_h(1)
    again = feeder_of(small, clock, feeds=mine, live=(live := Live()))
    (outage,) = live.outages
    assert (outage.start, outage.end) == (heard, clock.now)
    sent(again, "posts", messages()[1:2])
    assert again.health()[0]["state"] == "listening"
    clock.pass_h(0.5)
    again.update()
    (outage,) = live.outages
    assert outage.end == heard + timedelta(hours=3), "it ended when the feed was heard"
    rows = small.room.record.entries("outage")
    assert rows["end"].tolist() == ["", "2026-04-13T09:00:00Z"]


def test_a_room_that_was_closed_for_long_did_not_hear_meanwhile(small, clock):
    first = feeder_of(small, clock, feeds=[feed(feed_id="posts")])
    sent(first, "posts", messages()[:1])
    closed = clock.now
    clock.pass_h(5)
    feeder_of(small, clock, feeds=[feed(feed_id="posts")], live=(live := Live()))
    assert [(o.start, o.end) for o in live.outages] == [(closed, clock.now)]


def test_a_feed_that_says_the_same_again_and_again_was_heard_also_after_a_restart(small, clock):
    first = feeder_of(small, clock, feeds=[feed(feed_id="posts")])
    for _ in range(3):
        sent(first, "posts", messages()[:1])
        first._look(clock.now)
        clock.pass_h(0.9)
    feeder_of(small, clock, feeds=[feed(feed_id="posts")], live=(live := Live()))
    assert live.outages == ()


def test_what_the_assessment_could_not_take_it_is_given_again(small, clock):
    feeder = feeder_of(small, clock, feeds=[feed(feed_id="posts")], live=(live := Live(fails=99)))
    sent(feeder, "posts", messages())
    feeder.update()
    assert "not now" in feeder.health()[0]["says"]
    live.fails = 0
    feeder.update()
    assert len(live.readings.observations) == 7
    assert "not now" not in feeder.health()[0]["says"]


def test_one_update_at_a_time_and_many_messages_to_one(small, clock):
    feeder = feeder_of(small, clock, feeds=[feed(feed_id="posts")], live=(live := Live()), pause_s=0.05)

    async def play():
        await feeder.start()
        await asyncio.gather(*(feeder.take("posts", [message]) for message in messages()))
        for message in messages():
            await feeder.take("posts", [message])
        await eventually(lambda: live.readings is not None and len(live.readings.observations) == 7)
        await feeder.stop()

    played(play())
    assert live.most == 1
    assert live.takes < 21


def test_a_look_that_was_none_begins_the_assessment_again(small, clock):
    mine = [feed("firms")]
    feeder = feeder_of(small, clock, feeds=mine)
    parts = [receive("firms", firms_csv([(48.0, 37.5, minute)])) for minute in ("0115", "0105")]
    for part in parts:
        feeder._loop, feeder._changed = Nobody(), threading.Event()
        feeder._commit([Waiting(feed_id="firms", messages=[part], done=None)])
        feeder.update()
    pd.testing.assert_frame_equal(feeder.stands[-1].looks, parse(mine[0], parts).looks)


class Nobody:
    """A loop that runs nothing."""

    def call_soon_threadsafe(self, *_):
        pass


def test_what_waits_for_the_record_is_bounded_and_a_refusal_reaches_whoever_waits():
    async def play():
        gate, batches = threading.Event(), []

        def commit(taken):
            gate.wait(5)
            batches.append(len(taken))
            raise RecordError("the disk is full.")

        intake = Intake(commit, most_bytes=10_000)
        task = asyncio.create_task(intake.run())
        puts = [asyncio.create_task(intake.put("a", [receive("a", b"x" * 4000)])) for _ in range(6)]
        await asyncio.sleep(0.05)
        assert intake._held <= 10_000
        gate.set()
        done = await asyncio.gather(*puts, return_exceptions=True)
        assert all(isinstance(one, RecordError) for one in done)
        assert sum(batches) == 6
        assert intake._held == 0
        task.cancel()

    played(play())


def test_no_setting_that_leads_to_a_secret_is_in_the_record(small, clock):
    mine = [feed(url="https://example.org/x?token=abc", key_header="X-Key", key_env="SOME_KEY")]
    feeder_of(small, clock, feeds=mine)
    held = str(small.room.record.entries("feed").to_dict("records"))
    assert "abc" not in held
    assert "SOME_KEY" not in held


def test_times_of_the_sample_are_before_the_rooms_clock(clock):
    assert at(60) < clock.now.strftime("%Y-%m-%dT%H:%M:%SZ")
