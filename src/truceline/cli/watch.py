"""Commands that watch: monitor a mission, and verify what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from truceline.cli.shown import out, print_json, progress, tell_set_aside
from truceline.cli.words import DONE, FOUND_SOMETHING, Json, instant, pairs_of
from truceline.errors import RequestError
from truceline.mission import events_mission, open_mission
from truceline.monitoring import Monitoring
from truceline.store import verify as verify_record
from truceline.timespan import parse_instant


def monitor(
    mission: Annotated[str | None, typer.Argument(help="A mission folder, or the name of a bundled mission.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First instant, e.g. 2026-04-11T16:00+03:00.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="The instant after the last.")] = None,
    to_folder: Annotated[Path, typer.Option("--out", help="Folder for report, exports and record.")] = Path("report"),
    events: Annotated[Path | None, typer.Option(help="Your own sheet instead of a mission folder.")] = None,
    line: Annotated[Path | None, typer.Option(help="With --events: GeoJSON of the line.")] = None,
    agreement: Annotated[str | None, typer.Option(help="With --events: a library name or YAML file.")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="With --events: their=ours, repeated.")] = None,
    timezone: Annotated[str | None, typer.Option(help="With --events: zone of times that name none.")] = None,
    profile: Annotated[str, typer.Option(help="Release profile: mission, parties, public ...")] = "mission",
    language: Annotated[list[str] | None, typer.Option(help="en, uk or fr; repeat for several.")] = None,
    now: Annotated[str | None, typer.Option(help="The instant of the report; default: the clock.")] = None,
    as_json: Json = False,
) -> None:
    """Watch a ceasefire: from observations to incidents, findings, record and report.

    Example: truceline monitor missions/easter-2026 --out report

    Example: truceline monitor --events theirs.csv --line line.geojson --agreement minsk_2014_2015 --out report/
    """
    if events is not None:
        if line is None or agreement is None:
            raise RequestError("--events needs --line and --agreement.", todo="Name a GeoJSON line and a library name.")
        options = {"map": pairs_of(mapping)} | ({"timezone": timezone} if timezone else {})
        first, last = (parse_instant(text, zone=timezone) if text else None for text in (start, end))
        opened = events_mission(events, line, agreement, options=options, start=first, end=last)
    elif mission is not None:
        opened = open_mission(mission)
        zone = opened.brief.timezone
        if start or end:
            opened = opened.during(
                start=parse_instant(start, zone=zone) if start else None,
                end=parse_instant(end, zone=zone) if end else None,
            )
    else:
        raise RequestError("name a mission folder, or give --events.", todo="Try: truceline demo")
    with progress(quiet=as_json) as tell:
        result = opened.monitor(now=instant(now), tell=tell)
        numbers = result.write(to_folder, profile=profile, languages=language or ["en"], tell=tell)
    tell_watch(result, numbers, as_json=as_json, show_columns=events is not None)


def verify(
    record: Annotated[Path, typer.Argument(help="A record, or an exported bundle.")], as_json: Json = False
) -> None:
    """Check a record or bundle; exit code 1 and the item's name when anything was changed.

    Example: truceline verify report/record.sqlite
    """
    problems = verify_record(record)
    if as_json:
        print_json([{"item": problem.item, "message": problem.what} for problem in problems])
    else:
        for problem in problems:
            out.print(f"{problem.item}: {problem.what}", markup=False)
        if not problems:
            out.print("The record is whole: every entry, proof and signature agrees.")
    raise typer.Exit(FOUND_SOMETHING if problems else DONE)


def tell_watch(result: Monitoring, numbers: dict[str, Any], *, as_json: bool, show_columns: bool = False) -> None:
    """Print what a monitoring run concluded, for people or as JSON."""
    if as_json:
        print_json(numbers)
        return
    if show_columns:
        said = ", ".join(f"{theirs} -> {ours}" for ours, theirs in result.recognised.items())
        out.print(f"Columns recognised: {said}", markup=False, soft_wrap=True)
    for note in (*result.notes, *numbers.get("release", ())):
        out.print(note, markup=False, soft_wrap=True)
    out.print(result.summary(), markup=False, soft_wrap=True)
    tell_set_aside(result.assessment.set_aside)
    out.print(f"Record root {numbers['record_root']}", markup=False)
    out.print(f"Report: {numbers['report']}", markup=False)
