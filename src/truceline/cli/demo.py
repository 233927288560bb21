"""The demonstration: a real truce watched, a force planned, an exercise, an outlook, and a page that leads to each."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import out, print_json, progress
from truceline.cli.watch import tell_watch
from truceline.cli.words import Json, instant
from truceline.exercising import exercise_files_of
from truceline.mission import open_mission
from truceline.report.folder import write_files
from truceline.report.front_page import Door, front_paper
from truceline.report.outlook_page import outlook_files
from truceline.report.paper import paper_html

SCENARIO = "plan_feb_2025"
DRAWS = 20_000
DAYS = 7  # of the bundled exercise
DOORS = (
    Door(
        page="watch/index.html",
        called="Watch",
        says="The Easter truce of 11-12 April 2026 from NASA's satellites: what was seen, and how little could be.",
    ),
    Door(
        page="plan/index.html",
        called="Plan",
        says="The British-French plan of February 2025: what can be kept up, with and without the backstop.",
    ),
    Door(
        page="exercise/index.html",
        called="Exercise",
        says="A week of an invented ceasefire: what the watch found, what it missed, and whether its silence was true.",
    ),
    Door(
        page="outlook/index.html",
        called="Outlook",
        says="How long it might hold under stated assumptions, and how much of that is evidence. No forecast.",
    ),
)


def demo(
    to_folder: Annotated[Path, typer.Option("--out", help="Folder for the reports.")] = Path("demo-report"),
    now: Annotated[str | None, typer.Option(help="The instant on the plan's pages; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Watch the Easter truce of 11-12 April 2026 on bundled real data, plan a force, and look ahead.

    Example: truceline demo --out demo-report
    """
    at = instant(now)
    with progress(quiet=as_json) as tell, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        planned = beside.submit(_plan, to_folder, at)  # the longest of them
        watched = open_mission("easter-2026").monitor(tell=tell)
        numbers = watched.write(to_folder / "watch", languages=("en", "uk", "fr"), tell=tell)
        tell("exercise")
        _exercise(to_folder, at)
        tell("outlook")
        _outlook(to_folder, at)
        tell("plan")
        planned.result()
        paper = front_paper(DOORS, title="A truce watched, a force planned", now=at)
        front = write_files(to_folder, {"index.html": paper_html(paper).encode()})
    if as_json:
        pages = {door.called.lower(): str(to_folder / door.page) for door in DOORS}
        print_json(numbers | {"report": str(front), "pages": pages})
        return
    tell_watch(watched, numbers, as_json=False)
    out.print(f"Watch, plan, exercise and outlook: {front}", markup=False)


def _plan(to_folder: Path, at: datetime) -> None:
    open_mission("reassurance-2025").plan([SCENARIO]).write(to_folder / "plan", now=at)


def _exercise(to_folder: Path, at: datetime) -> None:
    write_files(to_folder / "exercise", exercise_files_of(open_mission("exercise-30d"), seed=1, now=at, days=DAYS))


def _outlook(to_folder: Path, at: datetime) -> None:
    force = open_mission("reassurance-2025")
    ahead = outlook_files(force.outlook(draws=DRAWS), title=force.brief.title, now=at)
    write_files(to_folder / "outlook", ahead)
