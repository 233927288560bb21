"""Backup and restore: a copy is a room of its own, from either database to either."""

import sqlite3
import stat

import pytest
from rooms import PASSWORD, client_of, make_house, step

from truceline.errors import RecordError, RequestError
from truceline.serve.copies import copy_room
from truceline.store import Record, verify


def lived_in(place):
    house = make_house(place)
    with client_of(house, "taras") as taras, client_of(house, "helen") as helen:
        step(taras, "inc-0", "logged", 0)
        one = taras.post("/api/releases", json={"day": "2026-04-10"}).json()
        helen.post(f"/api/releases/{one['release_id']}/approval", json={"sha256": one["sha256"]})
    return house


def test_a_room_goes_through_a_backup_into_a_new_database_unchanged(new_place, tmp_path):
    source, target, file = new_place(), new_place(), tmp_path / "backup.sqlite"
    house = lived_in(source)
    lines = list(house.room.record.lines())
    assert copy_room(source, file) == len(lines)
    assert copy_room(file, target) == len(lines)
    assert list(Record.open(target).lines()) == lines
    assert Record.open(target).root() == house.room.record.root()
    assert verify(target) == verify(file) == []
    again = make_house(target, people={})
    assert again.releases.all() == house.releases.all()
    assert again.room.reviews.steps() == house.room.reviews.steps()
    again.accounts.sign_in("vera", PASSWORD, now=again.wall())
    with client_of(again, "olena") as client:
        assert step(client, "inc-0", "triaged", 1).status_code == 201, "the copy goes on"
    house.close()
    again.close()


def test_a_backup_is_its_owners_alone_and_holds_no_session_and_no_key(tmp_path):
    house = lived_in(tmp_path / "room.sqlite")
    copy_room(tmp_path / "room.sqlite", tmp_path / "b.sqlite")
    assert stat.S_IMODE((tmp_path / "b.sqlite").stat().st_mode) == 0o600
    held = sqlite3.connect(tmp_path / "b.sqlite")
    assert held.execute("select count(*) from sessions").fetchone() == (0,)
    assert held.execute("select count(*) from accounts").fetchone() == (7,)
    held.close()
    assert not list(tmp_path.glob("b.sqlite.key"))
    house.close()


def test_a_copy_never_overwrites(tmp_path):
    house = lived_in(tmp_path / "room.sqlite")
    copy_room(tmp_path / "room.sqlite", tmp_path / "b.sqlite")
    with pytest.raises(RequestError, match="not empty"):
        copy_room(tmp_path / "room.sqlite", tmp_path / "b.sqlite")
    with pytest.raises(RequestError, match="no room here"):
        copy_room(tmp_path / "none.sqlite", tmp_path / "c.sqlite")
    house.close()


def test_a_damaged_room_is_not_copied_as_if_it_were_whole(tmp_path):
    lived_in(tmp_path / "room.sqlite").close()
    damaged = sqlite3.connect(tmp_path / "room.sqlite")
    damaged.execute("update entries set payload = replace(payload, 'shelling', 'thunder') where kind = 'incident'")
    damaged.commit()
    damaged.close()
    with pytest.raises(RecordError, match=r"does not verify: incident inc-\d"):
        copy_room(tmp_path / "room.sqlite", tmp_path / "b.sqlite")
