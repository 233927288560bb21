"""An exercise from a mission's folder to its scores, for the command line and for notebooks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from truceline.agreement import load_yaml
from truceline.errors import MissionError, RequestError
from truceline.mission import Mission, open_mission
from truceline.monitor import watch
from truceline.monitoring import Monitoring
from truceline.observations import LOOKS, empty
from truceline.provenance import VERSION, canonical_json, digest
from truceline.report.exercise_page import exercise_paper
from truceline.report.paper import paper_html, paper_pdf
from truceline.sensors.cover import cover_deployment
from truceline.sensors.coverage import Coverage
from truceline.sensors.deployment_file import read_deployment
from truceline.simulate.exercise import Exercise, play
from truceline.simulate.judged import Judged, judge_readings
from truceline.simulate.link import link
from truceline.simulate.runs import Runs, run_many
from truceline.simulate.scores import DRAWS, Scores, frozen, score
from truceline.simulate.setting import Setting, read_setting
from truceline.simulate.stage import Asked, Stage, deployed, set_stage
from truceline.simulate.teaching import check_seal, injects, seal
from truceline.simulate.truth_scenario import Scenario, Trouble, read_scenario
from truceline.simulate.written import exercise_files
from truceline.sources import read_source
from truceline.store.kept_runs import kept_runs

Tell = Callable[[str], None]

SCENARIO_FILE = "exercise.yaml"
TRAINEE, TRAINER = "trainee", "trainer"
KEY, SEAL_FILE, PLACES, RUNS_FILE = "answer-key.json", "answer-key.sha256", "where.csv", "runs.jsonl"
BACKGROUND = "background.parquet"
REACH_KM = 60.0  # of the line: what lies further does not bear on it
LEFT_OUT = {SCENARIO_FILE, "sources.yaml", "sensors.yaml", "data", "claims.csv"}
CELL_KM = 10.0
FINE_KM = 2.0  # cells that coverage is worked out in: against 1 km the mean differs by 0.001, one cell by 0.03 at most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """An exercise, what the watch made of its files, and the scores."""

    exercise: Exercise
    monitoring: Monitoring
    scores: Scores
    frozen: pd.DataFrame  # lag_h, level, recall and precision with their intervals


def scenario_of(mission: Mission) -> Scenario:
    """Return the scenario of a mission's exercise.yaml.

    Raises
    ------
    MissionError
        When there is none.
    """
    path = mission.folder / SCENARIO_FILE
    if not path.is_file():
        raise MissionError(
            f"there is no {SCENARIO_FILE}.", where=str(mission.folder), todo="Copy one from missions/exercise-30d."
        )
    return read_scenario(path.read_text(encoding="utf-8"), where=str(path))


def stage_of(mission: Mission, *, tell: Tell = lambda step: None) -> Stage:
    """Return the mission made ready for any number of runs: its scenario, sensors and coverage, worked out once."""
    scenario, brief = scenario_of(mission), mission.brief
    asked = Asked(**{field.name: getattr(brief, field.name) for field in fields(Asked)})
    tell("coverage")
    there = deployed(scenario, asked)
    if brief.deployment is None:
        coverage = watch(brief, empty(LOOKS))
    else:
        made = cover_deployment(there, strip=brief.strip, period=brief.period, kinds=brief.kinds, cell_km=FINE_KM)
        coverage = made.coarser(CELL_KM)
    tell("stage")
    return set_stage(scenario, asked, coverage)


def write_exercise(
    mission: Mission,
    stage: Stage,
    to: Path,
    *,
    seed: int,
    salt: str,
    background: pd.DataFrame | None = None,
    tell: Tell = lambda step: None,
) -> Exercise:
    """Play one run and write it: a folder for the trainee, in which `monitor` runs, and one for the trainer.

    The trainee's folder holds the digest of the key, the trainer's the key, the injects and the mission as it was.
    """
    tell("exercise")
    exercise = play(stage, rng=np.random.default_rng([seed, 0]), background=background)
    trainee, trainer = to / TRAINEE, to / TRAINER
    shutil.copytree(mission.folder, trainer / "mission", dirs_exist_ok=True)
    if background is not None:
        background.to_parquet(trainer / BACKGROUND)
    files, places = exercise_files(exercise)
    _copy_mission(mission.folder, trainee)
    for name, text in files.items():
        path = trainee / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sensors = mission.folder / "sensors.yaml"
    if sensors.is_file():
        said = yaml.safe_load(sensors.read_text(encoding="utf-8"))
        changed = _without_trouble(said, stage.scenario.troubles, stage)
        (trainee / "sensors.yaml").write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
    sealed = seal(exercise, seed=seed, salt=salt)
    (trainee / SEAL_FILE).write_text(sealed.sha256 + "\n", encoding="utf-8")
    (trainer / KEY).write_text(sealed.key, encoding="utf-8")
    places.to_csv(trainer / PLACES, index=False)
    injects(exercise).to_csv(trainer / "injects.csv", index=False)
    return exercise


def real_background(files: Sequence[Path], stage: Stage) -> pd.DataFrame:
    """Return real detections (FIRMS) near the line to lay under an exercise, moved by whole days into its period.

    Raises
    ------
    RequestError
        When none lies near the line within as many days as the exercise has.
    """
    read = read_source("firms", files, source="real").observations
    period, strip = stage.asked.period, stage.asked.strip
    _, offset = strip.place(lon_deg=read["lon_deg"], lat_deg=read["lat_deg"])
    near = read[np.abs(offset) <= REACH_KM]
    if len(near):
        move = (pd.Timestamp(period.start) - near["time_start"].min()).ceil("D")
        near = near.assign(time_start=near["time_start"] + move, time_end=near["time_end"] + move)
        near = near[near["time_start"] < pd.Timestamp(period.end)]
    if not len(near):
        raise RequestError(
            f"no detection lies within {REACH_KM:.0f} km of the line.", todo="Give FIRMS files of that region."
        )
    return near.reset_index(drop=True)


def _copy_mission(folder: Path, to: Path) -> None:
    """Copy what a trainee may have of a mission: all but the scenario and what the exercise itself writes."""
    to.mkdir(parents=True, exist_ok=True)
    for part in sorted(folder.iterdir()):
        if part.name in LEFT_OUT:
            continue
        if part.is_dir():
            shutil.copytree(part, to / part.name, dirs_exist_ok=True)
        else:
            shutil.copyfile(part, to / part.name)


def _without_trouble(said: dict[str, Any], troubles: Sequence[Trouble], stage: Stage) -> dict[str, Any]:
    """Return the mapping of a sensors.yaml in which sensors are off duty while they are known to be out."""
    start = pd.Timestamp(stage.asked.period.start)
    sensors = list(said.get("sensors") or [])
    for trouble in troubles:
        if not trouble.known:
            continue
        first, last = (
            f"{start + pd.Timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}" for day in (trouble.from_day, trouble.to_day)
        )
        parts = []
        for one in sensors:
            if one.get("id") != trouble.sensor:
                parts.append(one)
                continue
            parts += [{**one, "to": first}, {**one, "from": last}]
        sensors = parts
    rest = {key: value for key, value in said.items() if key not in {"cloud", "cloud_column"}}
    return {**rest, "sensors": sensors, "cloud": "data/cloud.csv"}


def score_exercise(
    exercise: Exercise,
    folder: Path,
    *,
    seed: int,
    draws: int = DRAWS,
    tell: Tell = lambda step: None,
) -> Scored:
    """Run `monitor` on the trainee's files, unchanged, and score what it concludes against the truth."""
    monitoring = open_mission(folder / TRAINEE).monitor(tell=tell)
    made = monitoring.assessment
    places = pd.read_csv(folder / TRAINER / PLACES)
    row_at = dict(zip(places["ref"], places["row"], strict=True))
    row_of = {
        i: row_at[ref]
        for i, ref in zip(made.observations["observation_id"], made.observations["ref"], strict=True)
        if ref in row_at
    }
    tell("scores")
    judged = Judged(incidents=made.incidents, findings=made.findings, status=made.status)
    scores = score(exercise, judged, rng=np.random.default_rng([seed, 1]), draws=draws, row_of=row_of)
    tell("frozen verdicts")
    return Scored(
        exercise=exercise,
        monitoring=monitoring,
        scores=scores,
        frozen=frozen(exercise, rng=np.random.default_rng([seed, 2])),
    )


def exercise_files_of(
    mission: Mission, *, seed: int, now: datetime, days: int | None = None, tell: Tell = lambda step: None
) -> dict[str, bytes]:
    """Return the page and PDF of the scores of one run, held in memory; `days` cuts the mission to its first days."""
    if days is not None:
        mission = mission.during(end=mission.brief.period.start + timedelta(days=days))
    stage = stage_of(mission, tell=tell)
    tell("exercise")
    exercise = play(stage, rng=np.random.default_rng([seed, 0]))
    judged = judge_readings(exercise.readings(), stage)
    tell("scores")
    scores = score(exercise, judged, rng=np.random.default_rng([seed, 1]))
    late = frozen(exercise, rng=np.random.default_rng([seed, 2]))
    title = mission.brief.title if days is None else f"{mission.brief.title}: the first {days} days"
    paper = exercise_paper(scores, late, title=title, now=now)
    return {"index.html": paper_html(paper).encode(), "scores.pdf": paper_pdf(paper)}


def open_exercise(folder: Path, *, tell: Tell = lambda step: None) -> tuple[Exercise, int]:
    """Return the exercise written in a folder, played again from its sealed key, and its seed.

    Raises
    ------
    MissionError, RecordError
        When the folder holds no exercise, or its key is not the one that was sealed.
    """
    key = folder / TRAINER / KEY
    if not key.is_file():
        raise MissionError(
            "there is no answer key.", where=str(key), todo="Give the folder 'truceline exercise' wrote."
        )
    text = key.read_text(encoding="utf-8")
    sealed = (folder / TRAINEE / SEAL_FILE).read_text(encoding="utf-8")
    check_seal(text, sealed)
    said = json.loads(text)
    seed = int(said["seed"])
    stage = stage_of(open_mission(folder / TRAINER / "mission"), tell=tell)
    real = folder / TRAINER / BACKGROUND
    background = pd.read_parquet(real) if real.is_file() else None
    exercise = play(stage, rng=np.random.default_rng([seed, 0]), background=background)
    check_seal(seal(exercise, seed=seed, salt=said["salt"]).key, sealed)
    return exercise, seed


def many(
    stage: Stage,
    number: int,
    *,
    seed: int,
    workers: int = 2,
    cluster: str = "",
    folder: Path | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> pd.DataFrame:  # fmt: skip
    """Return the figures of many runs; with a folder, finished runs are kept there and not done again."""
    mark = digest(
        canonical_json(
            {"version": VERSION, "seed": seed, "scenario": repr(stage.scenario), "mission": stage.asked.mission_id}
        )
    )
    with kept_runs(None if folder is None else folder / RUNS_FILE, mark) as (done, keep):
        runs = Runs(number=number, seed=seed, workers=workers, cluster=cluster, done=done)
        return run_many(stage, runs, keep=keep, tell=tell)


def worth(
    mission: Mission,
    plans: Mapping[str, Path],
    *,
    draws: int = 20_000,
    seed: int = 1,
    tell: Tell = lambda step: None,
) -> pd.DataFrame:
    """Return what other sensor plans (name -> a sensors.yaml) buy over the mission's own, down to the outlook."""
    scenario = scenario_of(mission)
    file = mission.folder / "outlook.yaml"
    setting = read_setting(file.read_text(encoding="utf-8"), where=str(file)) if file.is_file() else Setting()
    tell("plan 'as it is'")
    made = {"as it is": _coverage(mission, scenario)}
    for name, path in plans.items():
        tell(f"plan '{name}'")
        made[name] = _coverage(_with_sensors(mission, path), scenario)
    tell("outlook")
    return link(made, scenario, setting=setting, draws=draws, seed=seed)


def _coverage(mission: Mission, scenario: Scenario) -> Coverage:
    brief = mission.brief
    if brief.deployment is None:
        return watch(brief, empty(LOOKS))
    kinds = tuple(scenario.kinds)
    made = cover_deployment(brief.deployment, strip=brief.strip, period=brief.period, kinds=kinds)
    return made.coarser(CELL_KM)


def _with_sensors(mission: Mission, path: Path) -> Mission:
    """Return the mission with another sensors.yaml, read beside its own files."""
    if not path.is_file():
        raise RequestError(f"there is no sensor plan '{path}'.", todo="Give a file like the mission's sensors.yaml.")
    said, _ = load_yaml(path.read_text(encoding="utf-8"), where=str(path))
    brief = mission.brief
    elements = brief.deployment.elements if brief.deployment is not None else ()
    plan = read_deployment(said, strip=brief.strip, elements=elements, timezone=brief.timezone, where=str(path))
    plan = replace(plan, conditions=replace(plan.conditions, places=brief.places))
    return replace(mission, brief=replace(brief, deployment=plan))
