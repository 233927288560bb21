"""The folder of an exercise: what the trainee gets, what the trainer keeps, and the exercise read back from its key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from truceline.errors import MissionError, RequestError
from truceline.exercising.ready import SCENARIO_FILE, Tell, stage_of
from truceline.mission import Mission, open_mission
from truceline.simulate.exercise import Exercise, play
from truceline.simulate.stage import Stage
from truceline.simulate.teaching import check_seal, injects, seal
from truceline.simulate.truth_scenario import Trouble
from truceline.simulate.written import exercise_files
from truceline.sources import read_source

TRAINEE, TRAINER = "trainee", "trainer"
KEY, SEAL_FILE, PLACES, RUNS_FILE = "answer-key.json", "answer-key.sha256", "where.csv", "runs.jsonl"
BACKGROUND = "background.parquet"
REACH_KM = 60.0  # of the line: what lies further does not bear on it
LEFT_OUT = {SCENARIO_FILE, "sources.yaml", "sensors.yaml", "data", "claims.csv"}


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
