"""Scores of an exercise: the watch run on the trainee's files, one run in memory, and many runs with what they keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from truceline.exercising.folder import PLACES, RUNS_FILE, TRAINEE, TRAINER
from truceline.exercising.ready import Tell, stage_of
from truceline.mission import Mission, open_mission
from truceline.monitoring import Monitoring
from truceline.provenance import VERSION, canonical_json, digest
from truceline.report.exercise_page import exercise_paper
from truceline.report.paper import paper_html, paper_pdf
from truceline.simulate.exercise import Exercise, play
from truceline.simulate.judged import Judged, judge_readings
from truceline.simulate.runs import Runs, run_many
from truceline.simulate.scores import DRAWS, Scores, frozen, score
from truceline.simulate.stage import Stage
from truceline.store.kept_runs import kept_runs

RUN_STEPS = ("coverage", "stage", "exercise", "judging", "scores", "page")  # what `exercise_files_of` tells, in order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """An exercise, what the watch made of its files, and the scores."""

    exercise: Exercise
    monitoring: Monitoring
    scores: Scores
    frozen: pd.DataFrame  # lag_h, level, recall and precision with their intervals


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
    """Return the page and PDF of the scores of one run, held in memory; `days` cuts the mission to its first days.

    `tell` is called with each of RUN_STEPS.
    """
    if days is not None:
        mission = mission.during(end=mission.brief.period.start + timedelta(days=days))
    stage = stage_of(mission, tell=tell)
    tell("exercise")
    exercise = play(stage, rng=np.random.default_rng([seed, 0]))
    tell("judging")
    judged = judge_readings(exercise.readings(), stage)
    tell("scores")
    scores = score(exercise, judged, rng=np.random.default_rng([seed, 1]))
    late = frozen(exercise, rng=np.random.default_rng([seed, 2]))
    title = mission.brief.title if days is None else f"{mission.brief.title}: the first {days} days"
    tell("page")
    paper = exercise_paper(scores, late, title=title, now=now)
    return {"index.html": paper_html(paper).encode(), "scores.pdf": paper_pdf(paper)}


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
