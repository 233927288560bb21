"""The commands of an exercise on a short copy of the bundled one: what they write is a mission like any other."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from truceline.cli import run
from truceline.mission import find_mission, open_mission


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """The bundled exercise cut to four days, two kinds and the first 60 km or so, with a few of its sensors."""
    folder = tmp_path_factory.mktemp("mission") / "short"
    shutil.copytree(find_mission("exercise-30d"), folder)
    mission = folder / "mission.yaml"
    said = mission.read_text(encoding="utf-8").replace("2026-05-01", "2026-04-05")
    mission.write_text(
        said.replace("[shelling, strike, small_arms_fire, heavy_weapons]", "[shelling, strike]"), "utf-8"
    )
    line = folder / "lines" / "line.geojson"
    drawn = json.loads(line.read_text(encoding="utf-8"))
    drawn["features"][0]["geometry"]["coordinates"] = drawn["features"][0]["geometry"]["coordinates"][:4]
    line.write_text(json.dumps(drawn), encoding="utf-8")
    sensors = """
elements: ["elements/*.tle"]
satellites: [{id: viirs-snpp, instrument: viirs, satellites: [37849]}]
sensors:
  - {id: ears, kind: acoustic, from_km: 0, to_km: 30, every_km: 10}
  - {id: reports, kind: report}
"""
    (folder / "sensors.yaml").write_text(sensors, encoding="utf-8")
    scenario = """
title: Four days
kinds: {shelling: {per_day: 150}, strike: {per_day: 50}}
troubles:
  - {sensor: ears, from_day: 1, to_day: 1.5, what: access denied}
  - {sensor: ears, from_day: 3, to_day: 3.2, what: tampered with}
injects: ["1: A rumour."]
"""
    (folder / "exercise.yaml").write_text(scenario, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(short, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    words = ["exercise", str(short), "--seed", "3", "--out", str(out), "--now", "2026-05-02T00:00Z", "--json"]
    assert run(words) == 0
    return out


def test_the_trainees_folder_is_a_mission_and_holds_no_answer(made):
    watched = open_mission(made / "trainee").monitor()
    assert len(watched.incidents)
    assert not (made / "trainee" / "exercise.yaml").exists()
    assert len((made / "trainee" / "answer-key.sha256").read_text(encoding="utf-8").strip()) == 64
    sensors = (made / "trainee" / "sensors.yaml").read_text(encoding="utf-8")
    assert "tampered" not in sensors


def test_the_trainer_has_key_handouts_days_and_scores(made):
    names = {path.name for path in (made / "trainer").iterdir()}
    assert {"answer-key.json", "injects.csv", "handouts.pdf", "scores.html", "scores.pdf", "days"} <= names
    assert len(list((made / "trainer" / "days").glob("day-*.txt"))) == 4
    page = (made / "trainer" / "scores.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "src=" not in page
    assert "bound: true breaches anything saw at all" in page


def test_scoring_again_gives_the_same_scores(made, capsys):
    before = (made / "trainer" / "scores.csv").read_text(encoding="utf-8")
    assert run(["score", str(made), "--json", "--now", "2026-05-02T00:00Z"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {"recall_at_stake", "recall_bound", "false_assurance", "brier", "impartiality_recall"} <= set(said)
    assert (made / "trainer" / "scores.csv").read_text(encoding="utf-8") == before


def test_a_trainees_answers_are_scored(made, tmp_path, capsys):
    key = json.loads((made / "trainer" / "answer-key.json").read_text(encoding="utf-8"))["truth"]
    rows = {"time": key["time"], "lon": key["lon_deg"], "lat": key["lat_deg"], "act": key["kind"]}
    answers = tmp_path / "answers.csv"
    pd.DataFrame(rows).assign(act="fire").to_csv(answers, index=False)
    assert run(["score", str(made), "--answers", str(answers), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recall"]["value"] > 0.7


def test_a_changed_key_is_refused(made, tmp_path, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(made, copy)
    key = copy / "trainer" / "answer-key.json"
    key.write_text(key.read_text(encoding="utf-8").replace("shelling", "strike", 1), encoding="utf-8")
    assert run(["score", str(copy)]) == 2
    assert "not the one that was sealed" in " ".join(capsys.readouterr().err.split())


def test_real_detections_under_it_are_read_by_the_watch_and_kept_for_scoring(short, tmp_path, capsys):
    real = sorted((find_mission("easter-2026") / "data").glob("J1_VIIRS_*.csv"))[:3]
    words = ["exercise", str(short), "--seed", "4", "--out", str(tmp_path), "--no-days", "--json"]
    assert run([*words, *(f"--background={path}" for path in real)]) == 0
    assert run(["score", str(tmp_path), "--json"]) == 0
    watched = open_mission(tmp_path / "trainee").read(now=open_mission(short).brief.period.end)[0].observations
    heat = watched[watched["sensor"] == "thermal"]
    assert len(heat) > 10
    assert run([*words, f"--background={short / 'mission.yaml'}"]) == 2


def test_a_mission_without_a_scenario_is_told_what_to_do(capsys, tmp_path):
    assert run(["exercise", "easter-2026", "--out", str(tmp_path)]) == 2
    assert "there is no exercise.yaml" in " ".join(capsys.readouterr().err.split())


def test_one_more_chain_of_ears_is_worth_something(short, capsys, tmp_path):
    plan = tmp_path / "more.yaml"
    said = (short / "sensors.yaml").read_text(encoding="utf-8")
    plan.write_text(said + "  - {id: more, kind: acoustic, from_km: 30, to_km: 60, every_km: 10}\n", encoding="utf-8")
    assert run(["worth", str(short), "--plan", f"more ears={plan}", "--draws", "1000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["more ears"]["gain_seen"] > 0.02
    assert told["more ears"]["gain_violations"] < 0
    assert told["more ears"]["gain_p_hold_20y"] > 0
    assert run(["worth", str(short), "--plan", "nothing"]) == 2
    assert "names no file" in " ".join(capsys.readouterr().err.split())


def test_runs_are_kept_and_gone_on_with(short, tmp_path):
    from truceline.exercising import many, stage_of

    stage = stage_of(open_mission(short))
    few = many(stage, 2, seed=5, workers=1, folder=tmp_path)
    path = Path(tmp_path) / "runs.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"mark": "half', encoding="utf-8")  # stopped while writing
    more = many(stage, 3, seed=5, workers=1, folder=tmp_path)
    pd.testing.assert_frame_equal(more.iloc[:2], few)
    assert len([line for line in path.read_text(encoding="utf-8").splitlines() if '"run"' in line]) == 3
