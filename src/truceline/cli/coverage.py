"""The command that says how well a line is watched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from truceline.cli.shown import err, out, print_json, print_table, progress
from truceline.cli.words import Json
from truceline.mission import open_mission
from truceline.report.coverage_page import coverage_files
from truceline.timespan import iso, parse_instant
from truceline.watching import Watching, watch_over


def coverage(
    mission: Annotated[str, typer.Argument(help="A mission folder, or the name of a bundled mission.")],
    start: Annotated[str | None, typer.Option("--from", help="First instant, e.g. 2026-04-11T16:00+03:00.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="The instant after the last.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="A kind of violation; repeat for several. Default: all.")
    ] = None,
    to_folder: Annotated[Path | None, typer.Option("--out", help="Folder for chart, map, page and tables.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Also say what hindered most: cloud, jamming, tasking.")] = False,
    as_json: Json = False,
) -> None:
    """Say how well a line is watched: seen, partly seen, not seen, by kind of violation, sector, day and night.

    Example: truceline coverage easter-2026 --from 2026-04-11T16:00 --to 2026-04-13 --out coverage
    """
    opened = open_mission(mission)
    zone = opened.brief.timezone
    if start or end:
        opened = opened.during(
            start=parse_instant(start, zone=zone) if start else None,
            end=parse_instant(end, zone=zone) if end else None,
        )
    with progress(quiet=as_json) as tell:
        tell("coverage")
        watching = watch_over(opened, kinds=kind, why=why)
        if to_folder is not None:
            tell("pictures")
            to_folder.mkdir(parents=True, exist_ok=True)
            for name, content in coverage_files(watching.page(opened)).items():
                (to_folder / name).write_bytes(content)
    if as_json:
        print_json(_numbers(watching, opened.brief.mission_id))
    else:
        _tell(watching, to_folder)


def _numbers(watching: Watching, mission_id: str) -> dict[str, Any]:
    def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
        return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]

    return {
        "mission": mission_id,
        "from": iso(watching.period.start),
        "to": iso(watching.period.end),
        "exposure": rows(watching.exposure),
        "share_seen": rows(watching.shares),
        "revisit": rows(watching.revisit),
        "time_to_detect": rows(watching.delays),
        "why": rows(watching.reasons),
        "left_out": rows(watching.left_out),
        "remarks": list(watching.remarks),
    }


def _tell(watching: Watching, to_folder: Path | None) -> None:
    for row in watching.left_out.itertuples():
        err.print(f"left out: {row.sensor}: {row.reason} {row.todo}", style="yellow", markup=False, soft_wrap=True)
    for remark in watching.remarks:
        err.print(remark, style="yellow", markup=False, soft_wrap=True)
    out.print("Share of violations that would have been seen, by kind and sector (middle of the range):", style="bold")
    wide = watching.shares.pivot(index="kind", columns="sector", values="seen")
    wide = wide.loc[watching.shares["kind"].unique(), watching.shares["sector"].unique()]
    print_table(wide.reset_index())
    total = watching.exposure.groupby(["kind", "light"], sort=False)[["km_h_seen", "km_h_partly", "km_h_unseen"]].sum()
    out.print("Kilometre-hours seen, partly seen and unseen:", style="bold")
    print_table(total.reset_index())
    for title, table in (
        ("Hours between looks", watching.revisit),
        ("Hours until it is seen", watching.delays),
        ("Share seen, and had one hindrance been absent", watching.reasons),
    ):
        if len(table):
            out.print(f"{title}:", style="bold")
            print_table(table)
    if to_folder is not None:
        out.print(f"Chart, map and page: {to_folder / 'coverage.html'}", markup=False)
