"""Commands about terms: start a mission folder, lint an agreement, judge sightings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from truceline.agreement import lint as lint_agreement
from truceline.cli.shown import out, print_json, print_table, tell_set_aside
from truceline.cli.words import DONE, FOUND_SOMETHING, Json, instant
from truceline.errors import RequestError
from truceline.findings.judge import judge as judge_sightings
from truceline.mission import find_agreement, find_mission
from truceline.sources.lines import read_lines
from truceline.sources.sheet import read_sightings


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    template: Annotated[str, typer.Option(help="The bundled mission to start from.")] = "easter-2026",
    as_json: Json = False,
) -> None:
    """Start a mission folder from a bundled one.

    Example: truceline init my-mission --template donbas-2020
    """
    if folder.exists() and any(folder.iterdir()):
        raise RequestError("the folder is not empty.", where=str(folder), todo="Name a new one.")
    source = find_mission(template)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    if as_json:
        print_json({"mission": str(folder), "template": source.name})
        return
    out.print(f"Made {folder} from {source.name}. Next: edit mission.yaml, then")
    out.print(f"  truceline monitor {folder} --out report")


def lint(
    agreement: Annotated[str, typer.Argument(help="A YAML file, or a name from the library.")], as_json: Json = False
) -> None:
    """List what the agreement's text leaves open; exit code 1 when anything was found.

    Example: truceline lint minsk_2014_2015
    """
    found = lint_agreement(find_agreement(agreement, Path()))
    if as_json:
        print_json(found.to_dict("records"))
    elif len(found):
        print_table(found)
    else:
        out.print("Nothing left open that the linter knows of.")
    raise typer.Exit(FOUND_SOMETHING if len(found) else DONE)


def judge(
    agreement: Annotated[str, typer.Argument(help="A YAML file, or a name from the library.")],
    sightings: Annotated[Path, typer.Argument(help="CSV: id, time, lon, lat, sigma_m or chainage_km, offset_km, ...")],
    line: Annotated[list[Path] | None, typer.Option(help="GeoJSON of a line; may be given several times.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of times that name none.")] = None,
    now: Annotated[str | None, typer.Option(help="The instant to judge at; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Judge each sighting against each clause and reading of an agreement.

    Example: truceline judge minsk_2014_2015 sightings.csv --json
    """
    terms = find_agreement(agreement, Path())
    lines = tuple(x for path in line or () for x in read_lines(path, terms.parties[0].party_id))
    table, set_aside = read_sightings(sightings, timezone=timezone)
    judged = judge_sightings(terms, table, lines=lines, now=instant(now))
    tell_set_aside(set_aside)
    if as_json:
        print_json(judged.to_dict("records"))
    else:
        _judgements(judged)


def _judgements(judged: pd.DataFrame) -> None:
    """Print what applies to each sighting, the gravest first; what does not apply is counted."""
    rank = {"violation": 0, "indeterminate": 1, "compliant": 2}
    for sighting, rows in judged.groupby("sighting", sort=False):
        shown = rows[rows["verdict"].isin(rank)].sort_values("verdict", key=lambda v: v.map(rank), kind="stable")
        out.print(str(sighting), style="bold", markup=False)
        margin = [
            f"{m:+.4g} {unit}" if m == m else "" for m, unit in zip(shown["margin"], shown["margin_unit"], strict=True)
        ]
        print_table(
            shown[["verdict", "clause", "interpretation", "party"]].assign(margin=margin, reason=shown["reason"])
        )
        out.print(f"  {len(rows) - len(shown)} more rules and readings do not apply.", style="dim")
