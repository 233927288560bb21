"""Commands that try the watch: exercises with an invented truth, and their scores."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from truceline.cli.shown import count_bar, err, out, print_json, print_table, progress
from truceline.cli.words import Json, instant
from truceline.errors import RequestError
from truceline.exercising import Scored, many, open_exercise, real_background, score_exercise, stage_of, write_exercise
from truceline.mission import open_mission
from truceline.report.exercise_page import WORDS, exercise_paper, handout_paper, told
from truceline.report.paper import paper_html, paper_pdf
from truceline.simulate.exercise import Exercise
from truceline.simulate.runs import summarise
from truceline.simulate.teaching import daily, daily_text, injects, read_answers, score_answers

SECRET_BITS = 63


def exercise(
    mission: Annotated[str, typer.Argument(help="A mission folder with an exercise.yaml, or a bundled mission.")],
    seed: Annotated[int | None, typer.Option(help="Seed of the truth; default: a secret one, kept in the key.")] = None,
    to_folder: Annotated[Path, typer.Option("--out", help="Folder for the trainee's and the trainer's files.")] = Path(
        "exercise"
    ),
    runs: Annotated[int, typer.Option(help="Score so many runs of the scenario besides; finished ones are kept.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes for the runs.")] = 2,
    cluster: Annotated[str, typer.Option(help="A Dask scheduler for the runs, tcp://host:port.")] = "",
    background: Annotated[
        list[Path] | None, typer.Option(help="Real FIRMS detections to lay under it in place of invented fires.")
    ] = None,
    days: Annotated[bool, typer.Option("--days/--no-days", help="Write a report for each day.")] = True,
    now: Annotated[str | None, typer.Option(help="The instant on the page; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Invent a ceasefire on a mission's line, run the watch on what its sensors would see, and score it.

    The trainee's folder is a mission of its own, with the digest of the sealed key; the trainer's holds the key.

    Example: truceline exercise exercise-30d --seed 7 --out exercise
    """
    opened = open_mission(mission)
    made_seed = secrets.randbits(SECRET_BITS) if seed is None else seed
    with progress(quiet=as_json) as tell:
        stage = stage_of(opened, tell=tell)
        salt = secrets.token_hex(16) if seed is None else f"seed-{seed}"
        real = real_background(background, stage) if background else None
        played = write_exercise(opened, stage, to_folder, seed=made_seed, salt=salt, background=real, tell=tell)
        scored = score_exercise(played, to_folder, seed=made_seed, tell=tell)
        _write_handouts(played, to_folder / "trainer", opened.brief.title, days=days, now=now, tell=tell)
    over = None
    if runs:
        with count_bar("runs", quiet=as_json) as bar:
            whole = many(
                stage, runs, seed=made_seed, workers=workers, cluster=cluster, folder=to_folder / "trainer", tell=bar
            )
        over = summarise(whole)
    _write_scores(scored, to_folder / "trainer", opened.brief.title, now=now, runs=over)
    if as_json:
        print_json(_as_json(scored, over))
        return
    _tell_scores(scored)
    if over is not None:
        out.print(f"Over {runs} runs:", style="bold")
        print_table(over[over["name"].isin(WORDS)])
    out.print(
        f"For the trainee: {to_folder / 'trainee'}; scores: {to_folder / 'trainer' / 'scores.html'}", markup=False
    )


def score(
    folder: Annotated[Path, typer.Argument(help="The folder that 'truceline exercise' wrote.")],
    answers: Annotated[
        Path | None, typer.Option(help="A trainee's answers (CSV) to score instead of the watch.")
    ] = None,
    now: Annotated[str | None, typer.Option(help="The instant on the page; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Score the watch, or a trainee's answers, against the sealed truth of an exercise.

    The key must be the one whose digest was published. Answers have the columns what (violation or quiet), time, lon,
    lat, act, party, probability, and sector for a quiet day.

    Example: truceline score exercise --answers answers.csv
    """
    with progress(quiet=as_json) as tell:
        played, seed = open_exercise(folder, tell=tell)
        if answers is None:
            scored = score_exercise(played, folder, seed=seed, tell=tell)
            _write_scores(scored, folder / "trainer", played.stage.scenario.title, now=now)
    if answers is not None:
        _score_answers(answers, played, as_json=as_json)
    elif as_json:
        print_json(_as_json(scored, None))
    else:
        _tell_scores(scored)


def _write_handouts(played: Exercise, folder: Path, title: str, *, days: bool, now: str | None, tell: Any) -> None:
    handed = injects(played)
    texts = []
    asked = played.stage.asked
    for i, (day, span) in enumerate(asked.period.days(asked.timezone)):
        if not days:
            break
        tell(f"report of day {i + 1}")
        texts.append(daily_text(daily(played, day, end=span.end), handed, number=i))
        path = folder / "days" / f"day-{i + 1:02d}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(texts[-1], encoding="utf-8")
    paper = handout_paper(handed, texts, title=title, now=instant(now))
    (folder / "handouts.html").write_text(paper_html(paper), encoding="utf-8")
    (folder / "handouts.pdf").write_bytes(paper_pdf(paper))


def _write_scores(
    scored: Scored, folder: Path, title: str, *, now: str | None, runs: pd.DataFrame | None = None
) -> None:
    paper = exercise_paper(scored.scores, scored.frozen, title=title, now=instant(now), runs=runs)
    (folder / "scores.html").write_text(paper_html(paper), encoding="utf-8")
    (folder / "scores.pdf").write_bytes(paper_pdf(paper))
    scored.scores.figures.to_csv(folder / "scores.csv", index=False)


def _as_json(scored: Scored, runs: pd.DataFrame | None) -> dict[str, Any]:
    made: dict[str, Any] = scored.scores.as_json()
    made["frozen"] = scored.frozen.to_dict("records")
    made["by"] = scored.scores.by.to_dict("records")
    made["words"] = scored.scores.calibration.words.to_dict("records")
    if runs is not None:
        made["runs"] = runs.to_dict("records")
    return made


def _tell_scores(scored: Scored) -> None:
    for name, words in WORDS.items():
        out.print(f"  {told(scored.scores, name):<30}{words}", markup=False, soft_wrap=True)
    out.print("Everything in it is invented.", style="dim")


def _score_answers(path: Path, played: Exercise, *, as_json: bool) -> None:
    try:
        sheet = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise RequestError(f"the answers cannot be read: {error}.", where=str(path), todo="Give a CSV.") from error
    said, aside = read_answers(sheet)
    figures = score_answers(said, played)
    for line in aside:
        err.print(f"set aside: {path.name}, {line}.", style="yellow", markup=False)
    if as_json:
        print_json({row["name"]: {"value": row["value"], "n": row["n"]} for row in figures.to_dict("records")})
    else:
        print_table(figures)
