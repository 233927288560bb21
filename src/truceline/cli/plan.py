"""The command that plans the force that guarantees a ceasefire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import out, print_json, progress
from truceline.cli.words import Json, instant
from truceline.mission import open_mission
from truceline.planning import Planning


def plan(
    mission: Annotated[str, typer.Argument(help="A mission folder, or the name of a bundled mission.")],
    scenarios: Annotated[list[str] | None, typer.Argument(help="Scenarios by name; all when none is named.")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Only compare: no draws, no ranking.")] = False,
    draws: Annotated[int, typer.Option(help="Plans drawn from every number's range, for each scenario.")] = 200,
    horizon: Annotated[int | None, typer.Option(help="Months to plan, instead of each scenario's own.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    to_folder: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path("plan"),
    now: Annotated[str | None, typer.Option(help="The instant on the pages; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Plan the force: rotations, sites, air and sea reserve, with and without each rung of the backstop.

    Example: truceline plan reassurance-2025 plan_feb_2025 --out plan

    Example: truceline plan reassurance-2025 --compare plan_feb_2025 paris_2026 --json
    """
    opened = open_mission(mission)
    with progress(quiet=as_json) as tell:
        made = opened.plan(scenarios or (), draws=0 if compare else draws, horizon_months=horizon, seed=seed, tell=tell)
        tell("report")
        page = made.write(to_folder, now=instant(now))
    if as_json:
        print_json(made.as_json() | {"report": str(page)})
        return
    _tell(made)
    out.print(f"Report: {page}", markup=False)


def _tell(made: Planning) -> None:
    """Print a line for each rung, and what binds first without the backstop and with all of it."""
    for name, rows in made.table.groupby("scenario", sort=False):
        out.print(f"{name}: {rows['title'].iloc[0]}", style="bold", markup=False)
        for rung in rows.itertuples():
            first = (
                "no post is ever empty"
                if rung.first_shortfall != rung.first_shortfall
                else (f"first empty post in month {rung.first_shortfall:.0f}")
            )
            text = f"  backstop {rung.level} of 5: {rung.filled_share:4.0%} of posts filled, {first}"
            out.print(f"{text}, {rung.people_tied_up:,.0f} people tied up at most", markup=False, soft_wrap=True)
        for rung in (rows.iloc[0], rows.iloc[-1]):
            if rung["binding"]:
                out.print(f"  {rung['level']} of 5: {rung['binding']}", markup=False, soft_wrap=True, style="dim")
