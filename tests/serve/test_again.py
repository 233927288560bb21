"""Published reports made anew from what was handed over: the same bytes, and what was changed is named."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rooms import Clock, client_of, make_house, step
from test_handover import key_file
from typer.testing import CliRunner

from truceline.cli import app
from truceline.mission import open_mission
from truceline.provenance import digest
from truceline.serve.again import reports_again
from truceline.serve.handover import hand_over
from truceline.serve.kept_groups import KIND as GROUPED
from truceline.serve.regrouping import part_id
from truceline.store import Record

MISSION = Path(__file__).parents[2] / "missions" / "easter-2026"


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """Two days of the Easter truce, one of them published, corrected and handed over; and what was published."""
    place = tmp_path_factory.mktemp("again")
    folder = place / "mission"
    shutil.copytree(MISSION, folder)
    said = (folder / "mission.yaml").read_text()
    first, last = '"2026-04-11T00:00:00+03:00"', '"2026-04-13T00:00:00+03:00"'
    lines = [
        f"period: {{from: {first}, to: {last}}}" if line.startswith("period:") else line for line in said.split("\n")
    ]
    (folder / "mission.yaml").write_text("\n".join(lines))
    clock = Clock(datetime(2026, 4, 14, 6, 0, 0, 123456, tzinfo=UTC))
    house = make_house(place / "room.sqlite", open_mission(folder).monitor().assessment, clock=clock)
    first, *others = house.room.assessment().incidents.itertuples()
    incident, whole = first.incident_id, next(one for one in others if len(one.observations) > 1)
    second = next(one.incident_id for one in others if one is not whole)
    published = []
    with client_of(house, "taras") as taras, client_of(house, "helen") as helen:
        for correction in ("", "A place was named wrongly."):
            one = taras.post("/api/releases", json={"day": "2026-04-11", "correction": correction}).json()
            assert "release_id" in one, one
            helen.post(f"/api/releases/{one['release_id']}/approval", json={"sha256": one["sha256"]})
            published.append(helen.get(f"/api/releases/{one['release_id']}").content)
            # in the same second, and after it was asked for
            step(taras, incident, "logged" if not correction else "triaged", 1 if correction else 0)
            if not correction:
                step(taras, incident, "triaged", 1)
                assert step(taras, incident, "out_of_scope", 2, note="a field burning").status_code == 201
                for n, state in enumerate(("logged", "triaged")):
                    assert step(taras, whole.incident_id, state, n).status_code == 201
                    assert step(taras, second, state, n).status_code == 201
                parts = [[whole.observations[0]], list(whole.observations[1:])]
                assert step(taras, whole.incident_id, "split", 2, parts=parts, note="two fires").status_code == 201
                same = part_id(house.room.reviews.steps()[-1], parts[0])
                assert step(taras, second, "duplicate", 2, into=same, note="the same fire").status_code == 201
            clock.now += timedelta(hours=2)
    house.close()
    (folder / "signing.key").write_text("secret")
    made = hand_over(place / "room.sqlite", place / "over", key=key_file(place), now=clock(), mission=folder)
    return made.folder, published


def copy_of(over, tmp_path):
    return Path(shutil.copytree(over[0], tmp_path / "copy"))


def test_every_published_report_comes_out_byte_for_byte_from_the_mission_and_the_record(over):
    folder, published = over
    assert len(set(map(digest, published))) == 2, "what people decided in between shows"
    assert [(one.report, one.state) for one in reports_again(folder)] == [
        ("2026-04-11.v1.en.html", "same"),
        ("2026-04-11.v2.en.html", "same"),
    ]
    assert not (folder / "mission" / "signing.key").exists()
    assert len(Record.open(folder / "room.sqlite").entries(GROUPED)) == 3, "two parts, one of them merged into since"


def test_a_report_that_was_changed_is_named_and_so_is_a_mission_that_was(over, tmp_path):
    folder = copy_of(over, tmp_path)
    changed = folder / "reports" / "2026-04-11.v2.en.html"
    changed.write_bytes(changed.read_bytes().replace(b"2026", b"2027", 1))
    assert [one.state for one in reports_again(folder)] == ["same", "differs"]
    terms = folder / "mission" / "mission.yaml"
    terms.write_text(terms.read_text() + "\nassumptions: {base_rate_per_cell_day: 0.2}\n")
    for one in reports_again(folder):
        assert one.state == "not made"
        assert "does not come out anew as the record holds it" in one.says


def test_without_the_mission_nothing_is_made_anew_and_that_is_said(over, tmp_path):
    folder = copy_of(over, tmp_path)
    shutil.rmtree(folder / "mission")
    told = CliRunner().invoke(app, ["handover", str(folder), "--check"])
    assert told.exit_code == 1
    assert "2026-04-11.v1.en.html: not made. The mission's folder was not handed over" in told.output
