"""Killed at any moment, or with a full disk: nothing acknowledged is lost, the record verifies, and work goes on."""

import contextlib
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from rooms import client_of, key_headers, make_house, step

from truceline.serve.roles import ROLES
from truceline.store import verify

KILLS = 3  # a hundred by hand: python crash_nursery.py PLACE 100 1


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(new_place):
    nursery = Path(__file__).with_name("crash_nursery.py")
    done = subprocess.run(
        [sys.executable, str(nursery), str(new_place()), str(KILLS), "7"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "lost" not in done.stdout, done.stdout
    assert done.stdout.startswith(f"{KILLS} kills")


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_while_it_takes_in_and_judges(tmp_path):
    nursery, place = Path(__file__).with_name("crash_ingest.py"), tmp_path / "room.sqlite"
    done = subprocess.run(
        [sys.executable, str(nursery), str(place), "2", "3"], capture_output=True, text=True, check=False
    )
    assert "lost" not in done.stdout and "wrong" not in done.stdout, done.stdout
    assert done.stdout.startswith("2 kills"), done.stderr


def test_nothing_acknowledged_is_lost_when_the_database_server_is_killed(own_server):
    place = own_server.new_database()
    house = make_house(place)
    headers = key_headers(house, "olena")
    with client_of(house) as client:
        for kill in range(2):
            for n in range(5):
                assert client.get(f"/api/mission?kill={kill}&n={n}", headers=headers).status_code == 200
            own_server.kill()
            gone = client.get("/api/mission", headers=headers)
            assert gone.status_code == 503
            assert gone.json()["code"] == "RecordUnavailable"
            own_server.start()
            # the room itself was not started again
            assert client.get("/api/mission?back", headers=headers).status_code == 200
    told = set(house.room.record.entries("access")["what"])
    assert {f"GET /api/mission?kill={kill}&n={n}" for kill in range(2) for n in range(5)} <= told
    assert verify(place) == []


def test_a_full_disk_refuses_clearly_loses_nothing_and_recovers(tmp_path):
    house = make_house(tmp_path / "room.sqlite")
    headers = key_headers(house, "olena", scope=sorted(ROLES["analyst"].may))
    engine, limit = house.room.record._engine, [None]

    def limited(connection, *_):
        # SQLite's own way to say that there is no room for another page
        connection.execute(f"PRAGMA max_page_count={limit[0] or 2**32 - 2}")

    sa.event.listen(engine, "checkout", limited)
    with client_of(house) as client:
        client.headers.update(headers)
        assert step(client, "inc-0", "logged", 0).status_code == 201
        with engine.connect() as connection:
            limit[0] = connection.exec_driver_sql("PRAGMA page_count").scalar()
        answers = []
        for _ in range(60):  # what is left of the last pages takes a few more
            answers.append(step(client, "inc-1", "logged", 0, note="x" * 4000))
        refused = answers[-1]
        assert refused.status_code == 503
        assert "full" in refused.json()["description"]
        assert verify(tmp_path / "room.sqlite") == []
        limit[0] = None
        taken = len([s for s in house.room.reviews.steps() if s.incident_id == "inc-1"])
        assert step(client, "inc-1", "logged" if not taken else "triaged", taken).status_code == 201
    house.close()
    again = make_house(tmp_path / "room.sqlite")
    assert next(s.state for s in again.room.reviews.steps()) == "logged"
    again.close()


def test_a_full_disk_under_a_database_server_refuses_clearly_loses_nothing_and_recovers(small_disk):
    server, disk = small_disk
    place = server.new_database()
    house = make_house(place)
    headers = key_headers(house, "olena", scope=sorted(ROLES["analyst"].may))
    with client_of(house) as client:
        client.headers.update(headers)
        assert step(client, "inc-0", "logged", 0).status_code == 201
        ballast = disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as file:  # until there is no room
            while True:
                file.write(b"0" * 65536)
                file.flush()
        acknowledged = []
        for n in range(3000):
            said = client.get(f"/api/mission?n={n}&{'x' * 400}")
            if said.status_code != 200:
                break
            acknowledged.append(n)
        assert said.status_code == 503, said.text
        assert "disk is full" in said.json()["description"]
        ballast.unlink()
        server.start()  # it may have stopped itself: it does when its log has no room
        assert client.get("/api/mission?after").status_code == 200
    told = set(house.room.record.entries("access")["what"])
    assert {f"GET /api/mission?n={n}&{'x' * 400}" for n in acknowledged} <= told
    assert verify(place) == []
    house.close()


def test_a_server_without_its_database_says_so_and_recovers(tmp_path):
    house = make_house(tmp_path / "room.sqlite")
    headers = key_headers(house, "olena")
    with client_of(house) as client:
        assert client.get("/api/mission", headers=headers).status_code == 200
        house.close()
        files = sorted(tmp_path.glob("room.sqlite*"))
        for file in files:
            file.rename(file.with_name("away-" + file.name))
        (tmp_path / "room.sqlite").mkdir()  # nothing can be opened under this name
        gone = client.get("/api/mission", headers=headers)
        assert gone.status_code == 503
        assert gone.json()["code"] == "RecordUnavailable"
        assert str(tmp_path) not in gone.text  # where it lies is for whoever runs the server
        (tmp_path / "room.sqlite").rmdir()
        for file in files:
            file.with_name("away-" + file.name).rename(file)
        assert client.get("/api/mission", headers=headers).status_code == 200
