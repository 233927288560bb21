"""Commands that look ahead: how long the ceasefire might hold, and what another sensor plan would buy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import out, print_json, print_table, progress
from truceline.cli.words import Json, instant
from truceline.errors import RequestError
from truceline.exercising import worth as worth_of
from truceline.mission import open_mission
from truceline.report.folder import write_files
from truceline.report.outlook_page import MEASURE_WORDS, outlook_files
from truceline.simulate import LEVELS, Outlook


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
