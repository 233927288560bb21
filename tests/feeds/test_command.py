"""The command that checks feeds.yaml, on a copy of the bundled mission."""

import json
import shutil
from pathlib import Path

import pytest
from feed_samples import alone, answering, event

from truceline.cli import run as command_line
from truceline.mission import open_mission

MISSION = Path(__file__).resolve().parents[2] / "missions/easter-2026"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(MISSION, tmp_path / "mission")
    return tmp_path / "mission"


def run(words):
    return alone(lambda: command_line(words))


def write(folder, *feeds):
    (folder / "feeds.yaml").write_text("schema: feeds/0.1\nfeeds:\n" + "".join(f"  - {{{one}}}\n" for one in feeds))


def test_the_bundled_mission_has_no_feeds_and_tries_no_network():
    assert open_mission("easter-2026").feeds() == ()


def test_a_slip_is_named_with_file_and_remedy(folder, capsys):
    write(folder, "id: a, kind: htp")
    assert run(["feeds", str(folder)]) == 2
    assert "Did you mean 'http'?" in " ".join(capsys.readouterr().err.split())


def test_a_feed_without_a_box_asks_round_the_missions_line(folder):
    write(folder, "id: a, kind: firms, sources: [viirs-snpp]")
    west, south, east, north = open_mission(folder).feeds()[0].box
    strip = open_mission(folder).brief.strip
    assert west < strip.lon_deg.min() < strip.lon_deg.max() < east
    assert south < strip.lat_deg.min() < strip.lat_deg.max() < north


def test_once_asks_each_feed_and_shows_what_would_be_taken(folder, capsys):
    with answering((200, json.dumps([event(1), event(2)]).encode())) as (url, _):
        write(folder, f"id: a, kind: http, url: '{url}/'", "id: b, kind: http")
        assert run(["feeds", str(folder), "--once", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)
        assert [(row["feed"], row["taken"], row["set_aside"]) for row in rows] == [("a", 2, 0), ("b", 0, 0)]
        assert run(["feeds", str(folder), "--once"]) == 0
    assert run(["feeds", str(folder), "--once", "--json"]) == 1
    assert "no answer" in capsys.readouterr().out
