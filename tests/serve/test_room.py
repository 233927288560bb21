"""A room whose assessment is replaced while people look into it, and who inherits what was decided."""

import gc
import threading
import weakref
from dataclasses import replace
from datetime import timedelta

import pandas as pd
from exports_fixture import NOW, assessment
from rooms import Clock, client_of, key_headers, make_house, step
from routes import SLOW, WAYS

from truceline.provenance import stable_id

QUICK = [address for template, ways in WAYS.items() if template not in SLOW for address in ways]


def test_a_new_assessment_is_seen_at_once_by_the_mission_and_has_a_version_of_its_own(small):
    with client_of(small, "helen") as client:
        before = client.get("/api/mission").json()
        small.room.replace(assessment(hours_ago=(80, 40, 23.9, 2, 0.5)))
        after = client.get("/api/mission").json()
    assert (before["incidents"], after["incidents"]) == (4, 5)
    assert before["version"] != after["version"]


def test_a_view_in_use_stays_whole(small):
    key = small.accounts.make_key("helen", called="test", scope=("read",), days=30, now=small.wall())
    caller = small.accounts.by_key(key, now=small.wall())
    view = small.door.look(caller, "test")
    small.room.replace(assessment(hours_ago=(1.0,)))
    assert len(view.assessment.incidents) == 4
    found = view.collections["incidents"].columns["incident_id"].values()
    assert set(found) == set(view.assessment.incidents["incident_id"])


def test_a_view_that_cannot_be_made_is_told_to_nobody_but_those_who_asked_for_it(small, monkeypatch):
    who = {
        name: small.accounts.by_key(
            small.accounts.make_key(name, called="test", scope=("read",), days=1, now=small.wall()), now=small.wall()
        )
        for name in ("vera", "helen")
    }
    made = small.door._view
    monkeypatch.setattr(small.door, "_view", lambda profile: 1 / 0 if profile.name == "public" else made(profile))
    refused, given = small.door._let_in([(who["vera"], "a"), (who["helen"], "b")])
    assert isinstance(refused, ZeroDivisionError)
    assert given.profile == "mission"
    assert "b" in set(small.room.record.entries("access")["what"])


def test_views_of_hours_gone_by_are_let_go(tmp_path):
    clock = Clock(NOW)
    house = make_house(tmp_path / "room.sqlite", assessment(hours_ago=(80.0, 40.0), now=NOW), clock=clock)
    key = house.accounts.make_key("vera", called="test", scope=("read",), days=30, now=house.wall())
    seen = []
    for _ in range(5):
        view = house.door.look(house.accounts.by_key(key, now=house.wall()), "test")
        seen.append(weakref.ref(view.collections))
        del view
        clock.now += timedelta(hours=1)
    gc.collect()
    assert [one() is not None for one in seen] == [False, False, False, True, True]


def test_what_came_in_is_neither_told_nor_hinted_at_before_its_delay(tmp_path):
    clock = Clock(NOW + timedelta(minutes=10))
    house = make_house(tmp_path / "room.sqlite", assessment(hours_ago=(80.0, 40.0), now=NOW), clock=clock)
    happened = NOW + timedelta(minutes=5)

    def told(login):
        headers = key_headers(house, login)
        with client_of(house) as client:
            return {address: client.get(address, headers=headers).content for address in QUICK}

    before = {login: told(login) for login in ("vera", "ann")}
    new = assessment(hours_ago=(80.0, 40.0, -5 / 60, 30.0), now=NOW)  # one just now, one that is told late
    house.room.replace(replace(new, now=clock()))
    for login in ("vera", "ann"):
        assert told(login) == before[login], "nothing may change within the hour, not even a version"
    clock.now = NOW + timedelta(minutes=70)
    with client_of(house, "vera") as client:
        assert client.get("/api/mission").json()["incidents"] == 3  # the late one is older than the delay
    clock.now = happened + timedelta(hours=23, minutes=54)
    with client_of(house, "vera") as client:
        assert client.get("/api/mission").json()["incidents"] == 3
    clock.now = happened + timedelta(hours=25)
    with client_of(house, "vera") as client:
        assert client.get("/api/mission").json()["incidents"] == 4


def test_replacing_many_times_within_the_hour_keeps_what_stood_when_it_began(tmp_path):
    clock = Clock(NOW)
    house = make_house(tmp_path / "room.sqlite", assessment(hours_ago=(80.0,)), clock=clock)
    for k in range(1, 6):
        clock.pass_h(0.1)
        house.room.replace(assessment(hours_ago=(80.0,) * (k + 1)))
    assert len(house.room.standing(NOW).assessment.incidents) == 1
    assert len(house.room.assessment().incidents) == 6
    assert len(house.room._stood) == 2


def test_readers_and_a_writer_at_once_never_see_halves(small):
    wholes = [assessment(hours_ago=(50.0,) * n) for n in (3, 7)]
    small.room.replace(wholes[0])
    sizes, stop = set(), threading.Event()

    def write():
        while not stop.is_set():
            for one in wholes:
                small.room.replace(one)

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(200):
        stands = small.room.standing()
        sizes.add((len(stands.assessment.incidents), len(stands.assessment.findings)))
    stop.set()
    writer.join()
    assert {n for n, _ in sizes} <= {3, 7}


# ---- inheritance
def called(*, observations):
    """Return the assessment with the incidents named as monitoring names them: by their first observation."""
    whole = assessment(hours_ago=(80.0, 40.0)[: len(observations)])
    ids = [stable_id("inc", held[0]) for held in observations]
    incidents = whole.incidents.assign(
        incident_id=ids, observations=pd.Series(observations, index=whole.incidents.index), state="possible"
    )
    about = {name: getattr(whole, name).head(0) for name in ("findings", "attributions", "clocks")}
    return replace(whole, incidents=incidents, **about)


def reviewed(tmp_path, observations):
    house = make_house(tmp_path / "room.sqlite", called(observations=observations))
    return house, [stable_id("inc", held[0]) for held in observations]


def verify_it(house, incident):
    with client_of(house, "olena") as client:
        for k, state in enumerate(("logged", "triaged", "preliminary")):
            assert step(client, incident, state, k).status_code == 201
        assert step(client, incident, "tasked", 3, owner="x", due="2026-05-01T00:00Z").status_code == 201
        assert step(client, incident, "on_site", 4, evidence=["e"]).status_code == 201
        assert step(client, incident, "findings", 5, evidence=["e"], note="n").status_code == 201
    with client_of(house, "taras") as client:
        assert step(client, incident, "verified", 6, evidence=["e"], note="n").status_code == 201


def test_the_incident_that_holds_the_first_observation_inherits_the_steps(tmp_path):
    house, (old, other) = reviewed(tmp_path, [("b",), ("z",)])
    verify_it(house, old)
    house.room.replace(called(observations=[("a", "b"), ("z",)]))
    heir = stable_id("inc", "a")
    with client_of(house, "helen") as client:
        drawer = client.get(f"/api/incidents/{heir}").json()
        assert drawer["state"] == "verified"
        assert [one["inherited_from"] for one in drawer["history"]] == [old] * 7
        assert drawer["incident"]["state"] == "confirmed"
        assert client.get(f"/api/incidents/{other}").json()["history"] == []
        said = {"attributed_to": "A", "confidence": "low", "evidence": ["e"], "note": "n"}
        assert step(client, heir, "attributed", 6, **said).status_code == 409  # somebody who did not see them all
        taken = step(client, heir, "attributed", 7, **said)
        assert (taken.status_code, taken.json()["number"]) == (201, 8)
        drawer = client.get(f"/api/incidents/{heir}").json()
        assert drawer["state"] == "attributed"
        assert "inherited_from" not in drawer["history"][-1]
    kept = house.room.record.entries("review")
    assert set(kept["incident_id"]) == {old, heir}, "what was decided is in the record as it was decided"


def test_own_decisions_come_after_inherited_ones(tmp_path):
    house, (first, second) = reviewed(tmp_path, [("a",), ("b",)])
    verify_it(house, second)
    with client_of(house, "olena") as client:
        step(client, first, "logged", 0)
    house.room.replace(called(observations=[("a", "b")]))
    with client_of(house, "helen") as client:
        drawer = client.get(f"/api/incidents/{first}").json()
        assert len(drawer["history"]) == 8
        assert drawer["state"] == "logged"
        assert step(client, first, "triaged", 8).status_code == 201


def test_when_the_old_incident_is_back_its_history_is_its_own_again(tmp_path):
    house, (old,) = reviewed(tmp_path, [("b",)])
    verify_it(house, old)
    for observations in ([("a", "b")], [("b",)]):
        house.room.replace(called(observations=observations))
    with client_of(house, "helen") as client:
        drawer = client.get(f"/api/incidents/{old}").json()
    assert drawer["state"] == "verified"
    assert all("inherited_from" not in one for one in drawer["history"])


def test_a_split_does_not_hide_an_observation_that_came_later(tmp_path):
    house, (old,) = reviewed(tmp_path, [("b", "c")])
    with client_of(house, "olena") as client:
        step(client, old, "logged", 0)
        step(client, old, "triaged", 1)
    with client_of(house, "taras") as client:
        assert step(client, old, "split", 2, parts=[["b"], ["c"]], note="two").status_code == 201
        assert len(house.room.assessment().incidents) == 3
    house.room.replace(called(observations=[("b", "c", "d")]))
    stands = house.room.assessment().incidents
    assert stands["observations"].tolist() == [("b", "c", "d")]
    assert stands["state"].tolist() == ["possible"]
    with client_of(house, "helen") as client:
        assert [one["state"] for one in client.get(f"/api/incidents/{old}").json()["history"]][-1] == "split"


def test_what_a_reader_outside_gets_of_inherited_steps_names_no_other_incident(tmp_path):
    clock = Clock()
    house = make_house(tmp_path / "room.sqlite", called(observations=[("b",), ("z",)]), clock=clock)
    old = stable_id("inc", "b")
    with client_of(house, "olena") as client:
        step(client, old, "logged", 0)
    house.room.replace(called(observations=[("a", "b"), ("z",)]))
    clock.pass_h(30)
    with client_of(house, "ann") as client:
        told = client.get("/api/steps").json()
    assert [one["incident_id"] for one in told] == [stable_id("inc", "a")]
    assert set(told[0]) == {"incident_id", "number", "state", "at", "due"}
