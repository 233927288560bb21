"""Handing over, on both databases: a successor has the same reports and history, and nothing that opens a door here."""

import json
import sqlite3

import pytest
from rooms import KEY, client_of, make_house, step

from truceline.errors import RequestError
from truceline.provenance import digest
from truceline.serve.copies import copy_room
from truceline.serve.handover import hand_over
from truceline.serve.kept_papers import papers_folder
from truceline.serve.refusals import SuspendedError
from truceline.store import verify


@pytest.fixture
def left(new_place, tmp_path):
    """A room in which a day was published, handed over: (place, folder, what was published, its steps)."""
    place = new_place()
    house = make_house(place)
    with client_of(house, "taras") as taras, client_of(house, "helen") as helen:
        step(taras, "inc-0", "logged", 0, note="heard twice")
        one = taras.post("/api/releases", json={"day": "2026-04-10"}).json()
        helen.post(f"/api/releases/{one['release_id']}/approval", json={"sha256": one["sha256"]})
        taras.post("/api/releases", json={"day": "2026-04-11"})  # waits, and is not published by leaving
        published = helen.get(f"/api/releases/{one['release_id']}").content
    steps = house.room.reviews.steps()
    house.close()
    made = hand_over(place, tmp_path / "over", key=key_file(tmp_path), now=house.room.now())
    return place, made, published, steps


def key_file(folder):
    from cryptography.hazmat.primitives import serialization as s

    path = folder / "signing.key"
    path.write_bytes(KEY.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    return path


def test_what_is_handed_over_verifies_and_every_file_has_its_digest(left):
    _, made, published, _ = left
    assert verify(made.folder / "record") == verify(made.folder / "room.sqlite") == []
    told = json.loads((made.folder / "manifest.json").read_text())
    for name, sha in told["files"].items():
        assert digest((made.folder / name).read_bytes()) == sha, name
    assert [path.read_bytes() for path in (made.folder / "reports").iterdir()] == [published]


def test_a_successor_has_the_same_reports_byte_for_byte_and_the_same_history(left, new_place):
    _, made, published, steps = left
    target = new_place()
    copy_room(made.folder / "room.sqlite", target)
    house = make_house(target, resume=True)
    assert house.room.reviews.steps() == steps
    with client_of(house, "vera") as vera:
        one = vera.get("/api/releases").json()[0]
        assert vera.get(f"/api/releases/{one['release_id']}").content == published
    house.close()


def test_no_account_key_or_session_is_handed_over(left):
    _, made, _, _ = left
    held = sqlite3.connect(made.folder / "room.sqlite")
    for table in ("accounts", "sessions", "api_keys"):
        assert held.execute(f"select count(*) from {table}").fetchone() == (0,)
    held.close()
    everything = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert b"argon2" not in everything
    assert b"PRIVATE KEY" not in everything


def test_what_is_left_to_wipe_is_listed(left):
    place, made, _, _ = left
    said = (made.folder / "WIPE.txt").read_text()
    assert "7 accounts" in said
    assert "signing.key" in said
    assert str(place).rpartition("/")[2] in said


def test_papers_kept_beside_the_room_are_named_among_what_is_left_to_wipe(tmp_path):
    house = make_house(tmp_path / "room.sqlite")
    kept = papers_folder(tmp_path / "room.sqlite")
    kept.mkdir()
    made = hand_over(tmp_path / "room.sqlite", tmp_path / "over", key=key_file(tmp_path), now=house.room.now())
    house.close()
    assert any(str(kept) in line for line in made.wipe)
    assert not any("papers" in name for name in made.files)


def test_a_suspended_room_is_not_opened_again_by_accident(left):
    place, _, _, _ = left
    with pytest.raises(RequestError, match="suspended at 2026-04-13T06:00:00Z"):
        make_house(place)
    make_house(place, resume=True).close()
    make_house(place).close()


def test_a_hand_over_does_not_write_into_what_is_there(left, tmp_path):
    place, made, _, _ = left
    with pytest.raises(RequestError, match="there already"):
        hand_over(place, made.folder, key=tmp_path / "signing.key", now=None)


def test_a_running_server_neither_writes_nor_shows_anything_after_the_seal(house, tmp_path):
    place = house.room.record.where
    with client_of(house, "taras") as taras, client_of(house, "helen") as helen:
        assert step(taras, "inc-0", "logged", 0).status_code == 201
        size = house.room.record.size
        hand_over(place, tmp_path / "over", key=key_file(tmp_path), now=house.room.now())
        sealed = house.room.record.size
        assert sealed == size + 1
        for reply in (
            step(taras, "inc-0", "triaged", 1),
            helen.post("/api/releases", json={"day": "2026-04-10"}),
            helen.get("/api/mission"),
            helen.get("/api/incidents/inc-0"),
        ):
            assert reply.status_code == 423
            assert reply.json()["code"] == "Suspended"
            assert "suspended at 2026-04-13T06:00:00Z and handed over" in reply.json()["description"]
        with pytest.raises(SuspendedError), house.room.ledger.batch() as batch:  # as what feeds said is written
            batch.append("incident", [{"incident_id": "inc-9"}], id_column="incident_id")
        assert house.room.record.size == sealed
    assert [one.state for one in house.room.reviews.steps()] == ["logged"], "not in memory either"
    assert house.releases.all() == ()
    assert verify(tmp_path / "over" / "room.sqlite") == []


def test_a_room_that_goes_on_writes_again(small, tmp_path):
    place = small.room.record.where
    hand_over(place, tmp_path / "over", key=key_file(tmp_path), now=small.room.now())
    again = make_house(place, resume=True)
    with client_of(again, "taras") as taras:
        assert step(taras, "inc-0", "logged", 0).status_code == 201
    again.close()
