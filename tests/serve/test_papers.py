"""The mission's papers: nobody outside sees them, the same inputs are made once, and a sealed key stays sealed."""

import json
import shutil
import threading
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import pytest
from exports_fixture import assessment
from rooms import Clock, client_of, make_house

from truceline.errors import MissionError
from truceline.mission import open_mission
from truceline.provenance import digest
from truceline.serve import paper_making
from truceline.serve.kept_papers import KeptPapers, papers_folder
from truceline.serve.paper_making import KINDS, Page, inputs_of, make_pages, standing
from truceline.serve.shelf import Shelf
from truceline.serve.whole_mission import NOT_OF_THE_MISSION

MISSIONS = Path(__file__).parents[2] / "missions"
SECRET_TRUTH = "the secret truth of an exercise"


def folder_with(tmp_path, **files):
    folder = tmp_path / "mission"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def at_once(kind, folder, now, tell):
    return (Page(name="index", title=kind, html=b"<p>one</p>"), Page(name="second", title="more", html=b"<p>two</p>"))


def served(tmp_path, folder, make=at_once):
    clock = Clock()
    house = make_house(tmp_path / "room.sqlite", assessment(), clock=clock)
    house.door.hold(Shelf(folder, clock, make))
    return house


def wait(client, kind):
    """Ask until a paper is no longer being made."""
    for _ in range(2000):
        told = client.get(f"/api/papers/{kind}").json()
        if told["state"] != "making":
            return told
        threading.Event().wait(0.005)
    raise AssertionError("never made")


def test_a_paper_is_made_when_first_asked_for_and_shown_boxed_in(tmp_path):
    house = served(tmp_path, folder_with(tmp_path, force__yaml="a"))
    with client_of(house, "olena") as client:
        assert {one["paper"]: one["state"] for one in client.get("/api/papers").json()} == {
            "plan": "ready",
            "exercise": "absent",
            "outlook": "absent",
        }
        assert client.get("/api/papers/plan/index").status_code == 404, "not made yet"
        told = wait(client, "plan")
        assert [page["name"] for page in told["pages"]] == ["index", "second"]
        reply = client.get("/api/papers/plan/second")
        assert reply.content == b"<p>two</p>"
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "allow-" not in policy
        assert "frame-ancestors 'self'" in policy
        assert client.get("/api/papers/plan/third").status_code == 404
        assert client.get("/api/papers/plans").json()["description"].endswith("Did you mean 'plan'?")
    house.close()


@pytest.mark.parametrize("login", ["vera", "ann", "bob"])
def test_nobody_outside_the_mission_learns_that_there_is_a_plan(tmp_path, login):
    house = served(tmp_path, folder_with(tmp_path, force__yaml="a"))
    with client_of(house, "helen") as client:
        wait(client, "plan")
    with client_of(house, login) as client:
        assert client.get("/api/papers").json() == []
        for address in ("plan", "exercise", "plan/index"):
            assert client.get(f"/api/papers/{address}").status_code == 404
    house.close()


def test_every_look_at_a_paper_is_in_the_record(tmp_path):
    house = served(tmp_path, folder_with(tmp_path, force__yaml="a"))
    with client_of(house, "olena") as client:
        wait(client, "plan")
        client.get("/api/papers/plan/index")
        latest = house.room.record.entries("access").iloc[-1]
        assert (latest["what"], latest["role"]) == ("GET /api/papers/plan/index", "analyst")
    house.close()


def test_the_same_inputs_are_not_made_twice_and_changed_ones_anew(tmp_path):
    made = []

    def counted(kind, folder, now, tell):
        made.append(kind)
        return at_once(kind, folder, now, tell)

    folder = folder_with(tmp_path, force__yaml="a")
    house = served(tmp_path, folder, counted)
    with client_of(house, "olena") as client:
        first = wait(client, "plan")
        assert wait(client, "plan") == first
        (folder / "force.yaml").write_text("b")
        assert client.get("/api/papers/plan/index").status_code == 404, "of other inputs than there are now"
        assert wait(client, "plan")["inputs"] != first["inputs"]
    assert made == ["plan", "plan"]
    house.close()


def test_what_cannot_be_made_says_why(tmp_path):
    def refuse(kind, folder, now, tell):
        raise MissionError("there is no scenario.", todo="Add one.")

    house = served(tmp_path, folder_with(tmp_path, force__yaml="a"), refuse)
    with client_of(house, "olena") as client:
        told = wait(client, "plan")
        assert (told["state"], told["says"]) == ("failed", "there is no scenario. Add one.")
    house.close()


def test_a_paper_is_made_in_a_process_of_its_own(tmp_path):
    shelf = Shelf(folder_with(tmp_path, force__yaml="a", mission__yaml="title: x"), Clock())
    for _ in range(2000):
        told = shelf.ask("plan")
        if told["state"] != "making":
            break
        threading.Event().wait(0.05)
    assert told["state"] == "failed"
    assert "'agreement' is missing" in told["says"], "the reason comes back from the other process"


def test_a_mission_without_them_has_none(tmp_path):
    folder = folder_with(tmp_path)
    assert [standing(kind, folder) for kind in KINDS] == ["absent"] * 3
    assert [standing(kind, MISSIONS / "reassurance-2025") for kind in KINDS] == ["ready", "absent", "ready"]


def test_data_bears_on_no_paper_and_everything_else_does(tmp_path):
    folder = folder_with(tmp_path, force__yaml="a")
    before = inputs_of(folder)
    (folder / "data").mkdir()
    (folder / "data" / "firms.csv").write_text("x")
    assert inputs_of(folder) == before
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "one.yaml").write_text("x")
    assert inputs_of(folder) != before


# ---- kept for the next start


def counted(made):
    def make(kind, folder, now, tell):
        made.append(kind)
        return at_once(kind, folder, now, tell)

    return make


def settled(shelf, kind):
    for _ in range(2000):
        told = shelf.ask(kind)
        if told["state"] != "making":
            return told
        threading.Event().wait(0.005)
    raise AssertionError("never made")


def test_a_server_started_anew_reads_a_plan_of_the_same_inputs_and_makes_one_of_others(tmp_path):
    folder, kept, made = folder_with(tmp_path, force__yaml="a"), KeptPapers(folder=tmp_path / "kept"), []
    clock = Clock()
    first = settled(Shelf(folder, clock, counted(made), kept=kept), "plan")
    clock.pass_h(5)
    again = Shelf(folder, clock, counted(made), kept=kept)
    assert again.ask("plan") == first, "at once, as it was, made when it was made"
    assert again.page("plan", "second") == b"<p>two</p>"
    (folder / "force.yaml").write_text("b")
    assert settled(Shelf(folder, clock, counted(made), kept=kept), "plan")["inputs"] != first["inputs"]
    assert made == ["plan", "plan"]


def test_kept_papers_are_their_users_own_and_a_broken_one_is_made_anew(tmp_path):
    folder, kept, made = folder_with(tmp_path, force__yaml="a"), KeptPapers(folder=tmp_path / "kept"), []
    settled(Shelf(folder, Clock(), counted(made), kept=kept), "plan")
    (file,) = kept.folder.iterdir()
    assert (kept.folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    whole = file.read_text()
    for broken in ("", whole[: len(whole) // 2], "[]", '{"inputs": 3}', whole.replace('"html"', '"text"')):
        file.write_text(broken)
        assert settled(Shelf(folder, Clock(), counted(made), kept=kept), "plan")["state"] == "made"
    assert len(made) == 6
    assert [one.name for one in kept.folder.iterdir()] == [file.name], "nothing half written is left"


def test_where_nothing_can_be_written_a_paper_is_shown_all_the_same(tmp_path):
    folder = folder_with(tmp_path, force__yaml="a")
    (tmp_path / "file").write_text("")
    kept = KeptPapers(folder=tmp_path / "file" / "kept")
    assert settled(Shelf(folder, Clock(), at_once, kept=kept), "plan")["state"] == "made"


def test_papers_kept_in_a_mission_are_no_part_of_it(tmp_path):
    folder = folder_with(tmp_path, force__yaml="a")
    before, kept = inputs_of(folder), KeptPapers(folder=papers_folder(folder / "room.sqlite"))
    settled(Shelf(folder, Clock(), at_once, kept=kept), "plan")
    assert kept.folder.parent == folder
    assert inputs_of(folder) == before
    assert any(fnmatch(kept.folder.name, pattern) for pattern in NOT_OF_THE_MISSION), "nor handed over with it"
    assert papers_folder("postgresql+psycopg://somewhere/room") is None


# ---- exercises


@pytest.fixture
def sealed(tmp_path):
    """What 'truceline exercise' leaves: the trainee's folder with the seal; the trainer's beside it with the key."""
    key = json.dumps(
        {
            "exercise": SECRET_TRUTH,
            "fires": 3,
            "lies": [1, 2],
            "salt": "s",
            "seed": "7",
            "troubles": ["masts-2: shot at, day 12 to 16"],
            "truth": {
                "time": ["2026-04-02T10:00:00Z", "2026-04-02T11:00:00Z"],
                "kind": ["shelling", "strike"],
                "side": ["first", "second"],
                "chainage_km": [231.5, 8.0],
            },
        }
    )
    folder = tmp_path / "exercise" / "trainee"
    shutil.copytree(MISSIONS / "exercise-30d", folder)
    (folder / "answer-key.sha256").write_text(digest(key.encode()) + "\n")
    trainer = tmp_path / "exercise" / "trainer"
    trainer.mkdir()
    (trainer / "answer-key.json").write_text(key)
    return folder, trainer / "answer-key.json"


def test_a_sealed_key_is_not_served_before_it_is_revealed(tmp_path, sealed):
    folder, key = sealed
    house = served(tmp_path, folder, make_pages)
    with client_of(house, "helen") as client:
        told = client.get("/api/papers/exercise")
        assert told.json() == {"paper": "exercise", "state": "sealed", "seal": digest(key.read_bytes())}
        for name in ("index", "answer-key.json", "..%2Ftrainer%2Fanswer-key.json"):
            reply = client.get(f"/api/papers/exercise/{name}")
            assert reply.status_code == 404
            assert SECRET_TRUTH not in reply.text
        # the trainer puts the key beside its seal: it is revealed
        shutil.copy(key, folder)
        assert wait(client, "exercise")["state"] == "made"
        page = client.get("/api/papers/exercise/index").text
        assert "2 violations were invented and 3 fires" in page
        assert "231.5" in page
        # and taken away again it is no longer shown
        (folder / "answer-key.json").unlink()
        assert client.get("/api/papers/exercise/index").status_code == 404
    house.close()


def test_a_key_that_is_not_the_sealed_one_is_refused_and_nothing_of_it_shown(tmp_path, sealed):
    folder, key = sealed
    (folder / "answer-key.json").write_text(key.read_text().replace("231.5", "230.5"))
    house = served(tmp_path, folder, make_pages)
    with client_of(house, "helen") as client:
        told = wait(client, "exercise")
        assert told["state"] == "failed"
        assert "not the one that was sealed" in told["says"]
        assert SECRET_TRUTH not in json.dumps(told)
    house.close()


def test_the_seed_of_the_shown_run_is_none_that_is_handed_out(monkeypatch):
    seeds = []

    def seen(mission, *, seed, now, tell):
        seeds.append(seed)
        return {"index.html": b""}

    monkeypatch.setattr("truceline.serve.paper_making.exercise_files_of", seen)
    make_pages("exercise", MISSIONS / "exercise-30d", Clock()())
    make_pages("exercise", MISSIONS / "exercise-30d", Clock()())
    assert seeds[0] == seeds[1] > 1_000_000, "the same files give the same run, and not that of a short seed"


def test_the_outlook_of_the_bundled_mission_is_made_as_its_command_makes_it(monkeypatch):
    monkeypatch.setitem(__import__("truceline.serve.paper_making").serve.paper_making.DRAWS, "outlook", 500)
    now = Clock()()
    (page,) = make_pages("outlook", MISSIONS / "reassurance-2025", now)
    found = open_mission("reassurance-2025").outlook(draws=500).as_json()
    assert f"{found['none']['p_break_24m']['value']:.0%}".replace("%", "").encode() in page.html
    assert page.html == make_pages("outlook", MISSIONS / "reassurance-2025", now)[0].html


def test_how_far_a_paper_is_comes_from_the_process_that_makes_it(tmp_path):
    folder = tmp_path / "mission"
    shutil.copytree(MISSIONS / "reassurance-2025", folder)
    shelf, parts = Shelf(folder, Clock()), []
    for _ in range(3000):
        told = shelf.ask("outlook")
        if told["state"] != "making":
            break
        parts.append(told["step"]["what"])
        threading.Event().wait(0.02)
    assert told["state"] == "made"
    assert len(set(parts)) > 1, "the steps were told while it was made"


def test_a_plan_tells_its_scenarios_one_after_another(tmp_path, monkeypatch):
    folder = folder_with(tmp_path, force__yaml="a")
    (folder / "scenarios").mkdir()
    for name in ("one", "two"):
        (folder / "scenarios" / f"{name}.yaml").write_text("x")

    class Planned:
        def plan(self, *, draws, tell):
            for what in ("one: rotation", "one: places", "two: rotation", "sensors for the budget"):
                tell(what)
            raise MissionError("that is all.")

    monkeypatch.setattr("truceline.serve.paper_making.open_mission", lambda folder: Planned())
    told = []
    with pytest.raises(MissionError):
        make_pages("plan", folder, Clock()(), told.append)
    assert [(step.number, step.of) for step in told] == [(1, 3), (1, 3), (2, 3), (3, 3)]


def test_an_exercise_tells_each_step_of_its_run_once_and_in_order(monkeypatch):
    short = partial(paper_making.exercise_files_of, days=3)
    monkeypatch.setattr(paper_making, "exercise_files_of", short)
    told = []
    make_pages("exercise", MISSIONS / "exercise-30d", Clock()(), told.append)
    assert [step.number for step in told] == [1, 2, 3, 4, 5, 6]
    assert {step.of for step in told} == {6}
    assert len({step.what for step in told}) == 6


def test_nothing_of_an_exercise_is_kept_so_nothing_is_left_of_it_once_it_is_sealed(tmp_path, sealed):
    folder, key = sealed
    kept = KeptPapers(folder=tmp_path / "kept")
    shutil.copy(key, folder)
    shelf = Shelf(folder, Clock(), make_pages, kept=kept)
    assert settled(shelf, "exercise")["state"] == "made"
    assert "231.5" in shelf.page("exercise", "index").decode()
    (folder / "answer-key.json").unlink()
    assert not kept.folder.exists()
    assert Shelf(folder, Clock(), make_pages, kept=kept).ask("exercise")["state"] == "sealed"
    kept.keep("exercise", "x", Clock()(), at_once("exercise", folder, None, None))
    assert not kept.folder.exists()
