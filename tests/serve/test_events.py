"""Events: the mission is told at once that something changed, others by the hour, and nobody what it was."""

import json
import threading
import urllib.request

import pytest
import uvicorn
from rooms import Clock, key_headers, make_house

from truceline.serve import events
from truceline.serve.app import make_app
from truceline.serve.start import bound


@pytest.fixture
def running(tmp_path, monkeypatch):
    monkeypatch.setattr(events, "EVERY_S", 0.02)
    clock = Clock()
    house = make_house(tmp_path / "room.sqlite", clock=clock)
    listening = bound("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(make_app(house), log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/api/events", house, clock
    server.should_exit = True
    thread.join(30)
    listening.close()
    house.close()


def stream(url, headers):
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20)


def next_version(reply):
    for line in reply:
        if line.startswith(b"data:"):
            told = json.loads(line[5:])
            assert set(told) == {"version"}, "that there is something new, never what"
            return told["version"]
    raise AssertionError("the stream ended")


def test_a_change_is_told_to_the_mission_at_once_and_outside_by_the_hour(running):
    url, house, clock = running
    inside, outside = (stream(url, key_headers(house, login)) for login in ("olena", "ann"))
    before, first = next_version(inside), next_version(outside)
    caller = house.accounts.by_key(
        house.accounts.make_key("olena", called="", scope=["triage"], days=1, now=house.wall()), now=house.wall()
    )
    said = {"incident_id": "inc-0", "state": "logged", "after": 0}
    house.room.reviews.take(caller, house.room.assessment(), said, now=house.room.now())
    assert next_version(inside) != before
    clock.pass_h(1)
    second = next_version(outside)
    assert second != first
    assert first.endswith(" 0") and second.endswith(" 0"), "the new step is not counted yet"
    inside.close()
    outside.close()


def test_a_stream_is_written_down_like_any_other_look(running):
    url, house, _ = running
    reply = stream(url, key_headers(house, "vera"))
    next_version(reply)
    assert house.room.record.entries("access")["what"].iloc[-1] == "GET /api/events"
    reply.close()
