"""The door: whatever way out, nothing too fresh, too fine or not theirs leaves, and every look is in the record."""

import ast
import io
import json
import re
import sqlite3
import struct
import tempfile
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import shapely
from exports_fixture import NOW, SECRET, assessment
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms import PEOPLE, Clock, client_of, key_headers, make_house, step
from routes import MISSION_ONLY, NOTHING_OF_THE_MISSION, SLOW, WAYS, gets

import truceline.serve
from truceline.report.coarsen import snap
from truceline.report.release import PROFILES
from truceline.serve.packing import unpacked

OUTSIDE = ("vera", "ann")  # a viewer and a party's delegate
HOURS = st.lists(st.floats(0, 96, allow_nan=False), min_size=4, max_size=4)
LON = st.lists(st.floats(36.0, 37.0), min_size=4, max_size=4)
LAT = st.lists(st.floats(47.4, 47.8), min_size=4, max_size=4)
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
QUICK = [address for template, ways in WAYS.items() if template not in SLOW for address in ways]


def test_every_way_out_is_in_the_list_of_ways(small):
    assert gets(small) == set(WAYS) | NOTHING_OF_THE_MISSION


def replies(house, login, addresses):
    headers = key_headers(house, login)
    with client_of(house) as client:
        for address in addresses:
            reply = client.get(address, headers=headers)
            allowed = (200, 403, 404) if address in MISSION_ONLY else (200, 404)
            assert reply.status_code in allowed, (address, reply.text)
            yield address, reply


@settings(deadline=None, max_examples=3)
@given(HOURS, LON, LAT, st.sampled_from(OUTSIDE))
def test_nothing_finer_fresher_or_secret_leaves_by_any_way(hours, lon, lat, login):
    whole = assessment(hours, lon, lat)
    with tempfile.TemporaryDirectory() as folder:
        house = make_house(Path(folder) / "room.sqlite", whole)
        for address, reply in replies(house, login, QUICK):
            check(address, reply, whole)


@pytest.mark.parametrize("login", OUTSIDE)
def test_nothing_leaves_by_the_ways_that_take_long(small, login):
    whole = assessment()
    for address, reply in replies(small, login, [a for way in SLOW for a in WAYS[way]]):
        assert reply.status_code == 200
        check(address, reply, whole)


def test_what_people_write_in_a_review_stays_inside(small, clock, login="ann"):
    with client_of(small, "olena") as client:
        assert step(client, "inc-0", "logged", 0, note=f"{SECRET} of olena").status_code == 201
        assert step(client, "inc-0", "triaged", 1, note=SECRET, owner=SECRET).status_code == 201
    clock.pass_h(30)
    for address, reply in replies(small, login, QUICK):
        assert SECRET.encode() not in reply.content, address
        assert b"acc-" not in reply.content, address
    told = dict(replies(small, login, ["/api/steps"]))["/api/steps"].json()
    assert [one["state"] for one in told] == ["logged", "triaged"]
    assert set(told[0]) == {"incident_id", "number", "state", "at", "due"}


def test_a_step_of_review_is_not_told_before_its_delay(small, clock):
    with client_of(small, "olena") as client:
        step(client, "inc-0", "logged", 0)
        assert len(client.get("/api/steps").json()) == 1
    headers = key_headers(small, "vera")
    with client_of(small) as client:
        seen = []
        for _ in range(4):
            seen.append(len(client.get("/api/steps", headers=headers).json()))
            clock.pass_h(8)
    assert seen == [0, 0, 0, 1]


def test_both_parties_get_the_same_bytes_by_every_way(small):
    addresses = [a for ways in WAYS.values() for a in ways]
    for (address, ann), (_, bob) in zip(
        replies(small, "ann", addresses), replies(small, "bob", addresses), strict=True
    ):
        assert ann.content == bob.content, address
        assert ann.headers == bob.headers, address


def test_every_look_is_in_the_record_before_its_reply(house):
    with client_of(house, "olena") as client:
        for address in ("/api/mission", "/api/collections/incidents/items?limit=2&f=csv", "/api/exports/incidents.kml"):
            client.get(address)
            latest = house.room.record.entries("access").iloc[-1]
            assert latest["what"] == f"GET {address}"
            assert (latest["role"], latest["profile"]) == ("analyst", "mission")
    assert house.room.record.entries("access").record_supersedes.isna().all(), "nothing was overwritten"


def test_a_refused_look_is_not_answered(small):
    with client_of(small, "vera") as client:
        before = len(small.room.record.entries("access"))
        assert client.get("/api/collections/incidents/items?bbox=1,2").status_code == 400
        assert len(small.room.record.entries("access")) == before + 1


def test_what_cannot_be_written_down_does_not_leave(small, monkeypatch):
    from truceline.errors import RecordError

    def gone(*_):
        raise RecordError("the database says: disk full.")

    headers = key_headers(small, "olena")
    with client_of(small) as client:
        monkeypatch.setattr(small.room.record, "batch", gone)
        for address in ("/api/mission", "/api/collections/incidents/items", "/api/map", "/api/exports/incidents.kml"):
            reply = client.get(address, headers=headers)
            assert reply.status_code == 503
            assert reply.json()["code"] == "RecordUnavailable"
        monkeypatch.undo()
        assert client.get("/api/mission", headers=headers).status_code == 200


def test_the_mission_sees_all_of_it(small):
    with client_of(small, "helen") as client:
        got = client.get("/api/tables/observations").json()
        assert len(got) == 4
        assert got[0]["lon_deg"] == 36.123456
        assert len(client.get("/api/collections/incidents/items").json()["features"]) == 4


def test_the_public_view_moves_by_whole_hours(tmp_path):
    clock = Clock(NOW + timedelta(minutes=10))
    house = make_house(tmp_path / "room.sqlite", assessment(hours_ago=(80, 40, 23.9, 2)), clock=clock)
    with client_of(house, "vera") as client:
        seen = []
        for _ in range(4):
            seen.append(client.get("/api/mission").json()["incidents"])
            clock.pass_h(0.25)
    # 23.9 h old at 06:00; the hour of 07:00 is the first whose view may hold it
    assert seen == [2, 2, 2, 2]
    clock.pass_h(0.1)
    with client_of(house, "vera") as client:
        assert client.get("/api/mission").json()["incidents"] == 3


def test_no_route_reads_the_room_but_through_the_door():
    # only what writes may touch the room itself
    for path in Path(truceline.serve.__path__[0]).glob("*.py"):
        names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        if "room" in names:
            assert path.name in {"writes.py", "silence.py", "start.py"}, path.name


# ---- what a reply may hold
def check(address, reply, whole):
    """Check one reply to a reader outside against the assessment it was made from."""
    name = address.partition("?")[0].rpartition("/")[2]
    content = reply.content
    grid = PROFILES["public"].grid_km
    cutoff = NOW - timedelta(hours=PROFILES["public"].delay_h)
    assert SECRET.encode() not in content, address
    for login in PEOPLE:
        assert not re.search(rb"\b" + login.encode() + rb"\b", content), (address, login)
    text = content.decode("utf-8", errors="replace")
    young = {f"inc-{i}" for i, t in enumerate(whole.incidents.time_end) if t > cutoff}
    asked = set(re.findall(r"inc-\d", address))
    assert not (set(re.findall(r"\binc-\d\b", text)) & young) - asked, address
    if asked & young:
        assert reply.status_code == 404
    due = {pd.Timestamp(t) for t in whole.clocks.due}
    allowed = {*due, pd.Timestamp(NOW)}
    for said in TIME.findall(text):
        at = pd.Timestamp(said)
        assert at <= cutoff or at in allowed, (address, said)
    if reply.headers["content-type"].startswith(("text/html", "image/svg")):
        # pages are not read place by place: the exact numbers must not be in them as text
        for column in ("lon_deg", "lat_deg"):
            for value in whole.incidents[column]:
                assert f"{value:.5f}" not in text, (address, column)
    if name == "map":
        at = json.loads(content)["incidents"]["t"]
        assert all(pd.Timestamp(t, unit="s", tz="UTC") <= cutoff for t in unpacked(at)), address
    for lon, lat in places_in(address, name, reply):
        assert is_on_grid(lon, lat, grid), (address, lon, lat)


def is_on_grid(lon, lat, grid):
    # coordinates are written to five decimals at most, some drawings to four: eleven metres
    x, y = snap(lon, lat, grid)
    return abs(float(x) - lon) < 1.1e-4 and abs(float(y) - lat) < 1.1e-4


def places_in(address, name, reply):
    """Return every place a reply holds, of whatever format."""
    kind = reply.headers["content-type"].partition(";")[0]
    if reply.status_code != 200:
        return []
    if kind in ("application/json", "application/geo+json"):
        told = json.loads(reply.content)
        return list(pairs_of(told))
    if kind == "text/csv":
        return list(csv_places(reply.content))
    if "kml" in kind:
        found = re.findall(r"<coordinates>([^<]*)</coordinates>", reply.text)
        return [tuple(map(float, pair.split(","))) for part in found for pair in part.split()]
    if "geopackage" in kind:
        return list(package_places(reply.content))
    assert kind in ("text/html", "image/svg+xml"), kind
    return []


def pairs_of(told, key=""):
    if isinstance(told, dict):
        for name, value in told.items():
            if name in ("land", "box", "bbox"):  # coasts of a public atlas; the frame of the picture
                continue
            yield from pairs_of(value, name)
        for lon, lat in (("lon_deg", "lat_deg"), ("lon", "lat")):
            yield from zip(values_of(told.get(lon)), values_of(told.get(lat)), strict=True)
    elif isinstance(told, list):
        if len(told) == 2 and all(isinstance(v, float) for v in told) and 30 < told[0] < 40 and 40 < told[1] < 55:
            yield tuple(told)
        for value in told:
            yield from pairs_of(value, key)


def values_of(said):
    if isinstance(said, dict):  # packed
        return unpacked(said).tolist()
    return [said] if isinstance(said, float) else said if isinstance(said, list) else []


def csv_places(content):
    table = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    if "lon_deg" in table:
        yield from table[["lon_deg", "lat_deg"]].dropna().itertuples(index=False)
    if "wkt" in table:
        for text in table["wkt"].dropna():
            yield from shapely.get_coordinates(shapely.from_wkt(text)).tolist()
    for column in ("west_deg", "south_deg", "east_deg", "north_deg"):
        assert column not in table or table[column].isna().all(), "where a sensor looked"


def package_places(content):
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    for layer, column in connection.execute("select table_name, column_name from gpkg_geometry_columns").fetchall():
        for (blob,) in connection.execute(f'select "{column}" from "{layer}"').fetchall():
            if blob is not None:
                assert struct.unpack_from("<2s", blob)[0] == b"GP"
                yield from shapely.get_coordinates(shapely.from_wkb(blob[8:])).tolist()
    connection.close()


def test_the_check_itself_finds_what_the_mission_sees(small):
    # a check that never fails proves nothing: shown the mission's own replies, it must object to each kind
    caught = set()
    for address, reply in replies(small, "helen", QUICK):
        try:
            check(address, reply, assessment())
        except AssertionError:
            caught.add(address.partition("?")[0])
    for way in (
        "/api/collections/incidents/items",
        "/api/map",
        "/api/tables/observations",
        "/api/incidents/inc-3",
        "/api/exports/assessment.gpkg",
        "/api/exports/incidents.kml",
        "/api/exports/csv/incidents.csv",
    ):
        assert way in caught, way
