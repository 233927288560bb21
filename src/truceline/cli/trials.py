"""Commands that test a plan: how long the ceasefire might hold under stated assumptions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import out, print_json, progress
from truceline.cli.words import Json, instant
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
