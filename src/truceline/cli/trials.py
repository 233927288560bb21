"""Commands that test a plan: exercises with an invented truth, their scores, and how long the ceasefire might hold."""

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
from truceline.exercising import worth as worth_of
from truceline.mission import open_mission
from truceline.report.exercise_page import WORDS, exercise_paper, handout_paper, told
from truceline.report.folder import write_files
from truceline.report.outlook_page import MEASURE_WORDS, outlook_files
from truceline.report.paper import paper_html, paper_pdf
from truceline.simulate import LEVELS, Outlook
from truceline.simulate.exercise import Exercise
from truceline.simulate.runs import summarise
from truceline.simulate.teaching import daily, daily_text, injects, read_answers, score_answers

SECRET_BITS = 63
WORTH = {
    "plan": "plan",
    "seen": "seen",
    "violations": "events",
    "p_break_24m": "breaks",
    "p_hold_20y": "holds",
    "gain_seen": "+seen",
    "gain_violations": "+events",
    "gain_p_break_24m": "+breaks",
    "gain_p_hold_20y": "+holds",
}


def outlook(
    mission: Annotated[str, typer.Argument(help="A mission folder, or the name of a bundled mission.")],
    draws: Annotated[int, typer.Option(help="How many draws of the uncertain numbers.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Seed of the draws: the same seed gives the same numbers.")] = 1,
    to_folder: Annotated[Path, typer.Option("--out", help="Folder for the outlook's page.")] = Path("outlook"),
    now: Annotated[str | None, typer.Option(help="The instant on the page; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Say how long the ceasefire might hold under stated assumptions, with and without the backstop.

    The arrangement is the mission's outlook.yaml; without one the stated ranges are used. It is no forecast.

    Example: truceline outlook reassurance-2025 --out outlook
    """
    opened = open_mission(mission)
    with progress(quiet=as_json) as tell:
        found = opened.outlook(draws=draws, seed=seed, tell=tell)
        tell("page")
        page = write_files(to_folder, outlook_files(found, title=opened.brief.title, now=instant(now)))
    if as_json:
        print_json(found.as_json())
        return
    _tell(found)
    out.print(f"Report: {page}", markup=False)


def _tell(found: Outlook) -> None:
    made = found.as_json()
    for measure, word in MEASURE_WORDS.items():
        out.print(f"P({word})", style="bold", markup=False)
        for level in LEVELS:
            value = made[level][measure]
            text = f"  {level:<13}{value['value']:6.1%}   ({value['low']:.0%} to {value['high']:.0%})"
            out.print(text, markup=False)
    out.print("Conditional on the stated assumptions; not a forecast.", style="dim")


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


def worth(
    mission: Annotated[str, typer.Argument(help="A mission folder with an exercise.yaml, or a bundled mission.")],
    plan: Annotated[list[str], typer.Option(help="name=sensors.yaml of another plan; repeat for several.")],
    draws: Annotated[int, typer.Option(help="Draws of the outlook.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    as_json: Json = False,
) -> None:
    """Say what other sensor plans buy: chance of being seen, violations, and how long the ceasefire might hold.

    Example: truceline worth exercise-30d --plan "one more orbit=more.yaml"
    """
    plans = dict(_plan(said) for said in plan)
    with progress(quiet=as_json) as tell:
        table = worth_of(open_mission(mission), plans, draws=draws, seed=seed, tell=tell)
    if as_json:
        print_json({str(row["plan"]): row for row in table.to_dict("records")})
        return
    shown = [
        "plan",
        "seen",
        "violations",
        "p_break_24m",
        "p_hold_20y",
        "gain_seen",
        "gain_violations",
        "gain_p_hold_20y",
    ]
    print_table(table[shown])
    text = (
        "seen: chance that a violation is; breaks: within 24 months; holds: 20 years; + against the mission's own plan."
    )
    out.print(text, style="dim", markup=False)
    out.print("Conditional on the scenario's deterrence and the outlook's assumptions; not a forecast.", style="dim")


def _plan(said: str) -> tuple[str, Path]:
    name, equals, file = said.rpartition("=")
    if not equals or not file:
        raise RequestError(f"--plan '{said}' names no file.", todo='Write --plan "one more orbit=more.yaml".')
    return name, Path(file)


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
