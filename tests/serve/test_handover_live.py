"""A room with live feeds and data that lies elsewhere, handed over: its reports come out again, byte for byte."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from rooms import KEY, Clock, client_of, key_headers, make_house, step
from test_handover import key_file
from typer.testing import CliRunner

from truceline.cli import app
from truceline.mission import open_mission
from truceline.serve.again import reports_again
from truceline.serve.start import fed, with_feeds
from truceline.store import Record

MISSION = Path(__file__).parents[2] / "missions" / "easter-2026"
PERIOD = 'period: {from: "2026-04-11T00:00:00+03:00", to: "2026-04-13T00:00:00+03:00"}'
FEEDS = """schema: feeds/0.1
feeds:
  - {id: posts, kind: http, silent_after_min: 60, options: {sensor: report, act: shelling}}
  - {id: inbox, kind: folder, path: inbox, reader: table, options: {timezone: UTC, sensor: report, act: shelling}}
"""
START = datetime(2026, 4, 14, 6, 0, 0, 123456, tzinfo=UTC)


def lay_out(place):
    """Two days of the Easter truce whose data lies outside of the folder, named in every way there is."""
    folder, data = place / "mission", place / "elsewhere"
    shutil.copytree(MISSION, folder)
    shutil.move(folder / "data", data)
    said = (folder / "mission.yaml").read_text().splitlines()
    kept = [PERIOD if line.startswith("period:") else line for line in said if not line.startswith("id:")]
    (folder / "mission.yaml").write_text("\n".join(kept) + "\n")
    sources = (folder / "sources.yaml").read_text()
    sources = sources.replace("cloud: data/", f"cloud: {data}/").replace("data/SUOMI", "../elsewhere/SUOMI")
    for part in ("J1", "J2"):
        sources = sources.replace(f"data/{part}", f"../elsewhere/{part}")
    (folder / "sources.yaml").write_text(sources)
    if (folder / "sensors.yaml").is_file():
        sensors = (folder / "sensors.yaml").read_text()
        (folder / "sensors.yaml").write_text(sensors.replace("data/cloud", "../elsewhere/cloud"))
    (folder / "feeds.yaml").write_text(FEEDS)
    (folder / "inbox").mkdir()
    return folder


def events(strip, chainage_km, hour):
    lon, lat = strip.locate(chainage_km=np.array([chainage_km, chainage_km + 60.0]))
    return json.dumps(
        [
            {"lon": x, "lat": y, "time": f"2026-04-11T{hour:02}:1{i}:00Z", "sigma_m": 300, "id": f"{hour}-{i}"}
            for i, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
        ]
    )


def publish(taras, helen, correction=""):
    one = taras.post("/api/releases", json={"day": "2026-04-11", "correction": correction}).json()
    assert "release_id" in one, one
    said = helen.post(f"/api/releases/{one['release_id']}/approval", json={"sha256": one["sha256"]})
    assert said.status_code == 201, said.text
    return helen.get(f"/api/releases/{one['release_id']}").content


@pytest.fixture(scope="module")
def over(tmp_path_factory, one_place):
    """Three reports of one day, each after more was told; the room handed over, moved, and the mission gone."""
    place = tmp_path_factory.mktemp("live")
    folder, db, clock = lay_out(place), one_place, Clock(START)
    mission = open_mission(folder)
    live, feeder = fed(mission, db, key=KEY, clock=clock)
    quiet = make_house(db, live.assessment, clock=clock)
    house = with_feeds(quiet, feeder)
    strip = mission.brief.strip
    headers = key_headers(house, "olena", scope=["feed"])
    published = []
    with client_of(house, "taras") as taras, client_of(quiet, "helen") as helen:
        published.append(publish(taras, helen))
        for n, correction in enumerate(("More was told.", "More yet was told."), start=1):
            clock.now += timedelta(hours=2)  # longer than the feed may be silent
            house.feeder._look(clock())
            said = taras.post("/api/feeds/posts", content=events(strip, 150.0 * n, 8 + n), headers=headers)
            assert said.json()["taken"] == 2, said.text
            house.feeder.update()
            # what comes now is in the record, before the report, and in no assessment yet
            taras.post("/api/feeds/posts", content=events(strip, 90.0 * n, 12 + n), headers=headers)
            name = house.room.assessment().incidents["incident_id"].iloc[0]
            step(taras, name, "logged" if n == 1 else "triaged", n - 1)
            published.append(publish(taras, helen, correction))
            house.feeder.update()  # at the same instant of this clock, which stands still
    house.close()
    told = CliRunner().invoke(
        app,
        ["handover", str(place / "over"), "--mission", str(folder), "--db", str(db)],
        env={"TRUCELINE_KEY": str(key_file(place))},
    )
    assert told.exit_code == 0, told.output
    moved = Path(shutil.move(place / "over", tmp_path_factory.mktemp("successor") / "ours"))
    shutil.rmtree(place)
    return moved, published


def test_every_report_of_a_room_with_feeds_comes_out_again_byte_for_byte_where_nothing_else_is_left(over):
    folder, published = over
    assert len(set(published)) == 3, "what the feeds said shows"
    assert [(folder / "reports" / f"2026-04-11.v{n}.en.html").read_bytes() for n in (1, 2, 3)] == published
    told = CliRunner().invoke(app, ["handover", str(folder), "--check", "--json"])
    assert told.exit_code == 0, told.output
    assert [one["state"] for one in json.loads(told.output)] == ["same"] * 3


def test_what_lay_outside_is_in_the_package_and_no_path_of_the_old_place(over):
    folder, _ = over
    text = "".join((folder / "mission" / name).read_text() for name in ("mission.yaml", "sources.yaml"))
    assert "elsewhere" not in text
    mission = open_mission(folder / "mission")
    assert mission.brief.mission_id == "mission"
    assert all(file.is_relative_to(folder) for entry in mission.sources for file in entry.files)


def test_a_message_that_is_missing_is_noticed(over, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(over[0], tmp_path / "copy"))
    whole = Record.payloads
    kept = lambda record, kind: [rows[:-2] if kind == "message" else rows for rows in whole(record, kind)]  # noqa: E731
    monkeypatch.setattr(Record, "payloads", kept)
    states = [one.state for one in reports_again(folder)]
    assert states[0] == "same"
    assert states[2] == "not made"
