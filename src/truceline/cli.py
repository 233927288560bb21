"""The command line: the only place that prints and reads the clock."""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from truceline.agreement import lint as lint_agreement
from truceline.errors import RequestError, TrucelineError, UnknownNameError
from truceline.findings.judge import judge as judge_sightings
from truceline.mission import events_mission, find_agreement, find_mission, open_mission
from truceline.monitoring import Monitoring
from truceline.provenance import VERSION
from truceline.sources.fetch import Manner, fetch_firms, fetch_lines
from truceline.sources.lines import read_lines
from truceline.sources.sheet import read_sightings
from truceline.store import verify as verify_record
from truceline.timespan import Timespan, parse_instant

DONE, FOUND_SOMETHING, BAD_REQUEST = 0, 1, 2

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch a ceasefire, judge it by its own terms, and say what was not seen.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command line on the words it was given."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code; an error raised on purpose becomes one clear line and code 2."""
    try:
        app(list(words))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else DONE
    except TrucelineError as error:
        err.print(f"truceline: {error}", style="red", markup=False, soft_wrap=True)
        return BAD_REQUEST
    return DONE


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(f"truceline {VERSION}")
        raise typer.Exit


@app.command()
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
        _print_json({"mission": str(folder), "template": source.name})
        return
    out.print(f"Made {folder} from {source.name}. Next: edit mission.yaml, then")
    out.print(f"  truceline monitor {folder} --out report")


@app.command()
def lint(
    agreement: Annotated[str, typer.Argument(help="A YAML file, or a name from the library.")], as_json: Json = False
) -> None:
    """List what the agreement's text leaves open; exit code 1 when anything was found.

    Example: truceline lint minsk_2014_2015
    """
    found = lint_agreement(find_agreement(agreement, Path()))
    if as_json:
        _print_json(found.to_dict("records"))
    elif len(found):
        _print_table(found)
    else:
        out.print("Nothing left open that the linter knows of.")
    raise typer.Exit(FOUND_SOMETHING if len(found) else DONE)


@app.command()
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
    judged = judge_sightings(terms, table, lines=lines, now=_instant(now))
    _tell_set_aside(set_aside)
    if as_json:
        _print_json(judged.to_dict("records"))
    else:
        _print_judgements(judged)


@app.command()
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
        period = None
        if start and end:
            period = Timespan(start=parse_instant(start, zone=timezone), end=parse_instant(end, zone=timezone))
        options = {"map": _mapping(mapping)} | ({"timezone": timezone} if timezone else {})
        opened = events_mission(events, line, agreement, options=options, period=period)
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
    with _progress(quiet=as_json) as tell:
        result = opened.monitor(now=_instant(now), tell=tell)
        numbers = result.write(to_folder, profile=profile, languages=language or ["en"], tell=tell)
    _show(result, numbers, as_json=as_json, show_columns=events is not None)


@app.command()
def demo(
    to_folder: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path("demo-report"),
    as_json: Json = False,
) -> None:
    """Watch the Easter truce of 11-12 April 2026 on bundled real data.

    Example: truceline demo --out demo-report
    """
    opened = open_mission("easter-2026")
    with _progress(quiet=as_json) as tell:
        result = opened.monitor(tell=tell)
        numbers = result.write(to_folder, languages=("en", "uk", "fr"), tell=tell)
    _show(result, numbers, as_json=as_json)


@app.command()
def verify(
    record: Annotated[Path, typer.Argument(help="A record, or an exported bundle.")], as_json: Json = False
) -> None:
    """Check a record or bundle; exit code 1 and the item's name when anything was changed.

    Example: truceline verify report/record.sqlite
    """
    problems = verify_record(record)
    if as_json:
        _print_json([{"item": problem.item, "message": problem.what} for problem in problems])
    else:
        for problem in problems:
            out.print(f"{problem.item}: {problem.what}", markup=False)
        if not problems:
            out.print("The record is whole: every entry, proof and signature agrees.")
    raise typer.Exit(FOUND_SOMETHING if problems else DONE)


@app.command()
def fetch(
    what: Annotated[str, typer.Argument(help="firms (satellite heat) or lines (map of control).")],
    day: Annotated[str, typer.Argument(help="First day, such as 2026-04-11.")],
    to_file: Annotated[Path, typer.Option("--out", help="The file to write.")],
    box: Annotated[str, typer.Option(help="firms: west,south,east,north in degrees.")] = "",
    product: Annotated[str, typer.Option(help="firms: the product's name.")] = "VIIRS_NOAA20_NRT",
    days: Annotated[int, typer.Option(help="firms: how many days, 1-10.")] = 1,
    base_url: Annotated[str, typer.Option(help="Another server that answers alike.")] = "",
    as_json: Json = False,
) -> None:
    """Download a public feed; goes on where a broken download stopped. Needs the network.

    The key for firms is read from TRUCELINE_FIRMS_KEY.

    Example: truceline fetch firms 2026-04-11 --box 31,46,39,51 --out noaa20.csv
    """
    if what not in {"firms", "lines"}:
        raise UnknownNameError("feed", what, ["firms", "lines"])
    first = parse_instant(day, zone="UTC").date()
    where = {"base_url": base_url} if base_url else {}
    with _download_bar(quiet=as_json) as progress:
        manner = Manner(progress=progress)
        if what == "firms":
            path = fetch_firms(to_file, product=product, box=_box(box), day=first, days=days, manner=manner, **where)
        else:
            path = fetch_lines(to_file, day=first, manner=manner, **where)
    if as_json:
        _print_json({"file": str(path), "bytes": path.stat().st_size})
    else:
        out.print(f"{path}: {path.stat().st_size:,} bytes", markup=False)


def _box(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north from text."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise RequestError(f"--box '{text}' is not four numbers.", todo="Write --box 31,46,39,51.") from error
    return west, south, east, north


@contextmanager
def _download_bar(*, quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Show how much of a download has come."""
    if quiet:
        yield lambda done, total: None
        return
    with Progress(BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _instant(text: str | None) -> datetime:
    return parse_instant(text) if text else datetime.now(UTC)


def _mapping(pairs: list[str] | None) -> dict[str, str]:
    made = {}
    for pair in pairs or ():
        theirs, equals, ours = pair.partition("=")
        if not equals or not theirs or not ours:
            raise RequestError(f"--map '{pair}' is not their=ours.", todo="Write for example --map when=time.")
        made[theirs] = ours
    return made


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show each step as it happens, on the error stream so that output stays clean."""
    if quiet:
        yield lambda step: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda step: bar.update(task, description=step)


def _show(result: Monitoring, numbers: dict[str, Any], *, as_json: bool, show_columns: bool = False) -> None:
    if as_json:
        _print_json(numbers)
        return
    if show_columns:
        said = ", ".join(f"{theirs} -> {ours}" for ours, theirs in result.recognised.items())
        out.print(f"Columns recognised: {said}", markup=False, soft_wrap=True)
    for note in result.notes:
        out.print(note, markup=False, soft_wrap=True)
    out.print(result.summary(), markup=False, soft_wrap=True)
    _tell_set_aside(result.assessment.set_aside)
    out.print(f"Record root {numbers['record_root']}", markup=False)
    out.print(f"Report: {numbers['report']}", markup=False)


def _tell_set_aside(set_aside: Any, *, most: int = 5) -> None:
    for row in set_aside.head(most).itertuples():
        text = f"set aside: {row.file}, line {row.line:.0f}: {row.reason} {row.todo}"
        err.print(text, style="yellow", markup=False, soft_wrap=True)
    if len(set_aside) > most:
        err.print(f"... and {len(set_aside) - most} more; the report lists them.", style="yellow")


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(_plain(value), ensure_ascii=False, indent=2) + "\n")


def _plain(value: Any) -> Any:
    """Return the value as JSON can hold it: nan and infinity become null."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):
        return _plain(value.item())
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _print_judgements(judged: pd.DataFrame) -> None:
    """Print what applies to each sighting, the gravest first; what does not apply is counted."""
    rank = {"violation": 0, "indeterminate": 1, "compliant": 2}
    for sighting, rows in judged.groupby("sighting", sort=False):
        shown = rows[rows["verdict"].isin(rank)].sort_values("verdict", key=lambda v: v.map(rank), kind="stable")
        out.print(str(sighting), style="bold", markup=False)
        margin = [
            f"{m:+.4g} {unit}" if m == m else "" for m, unit in zip(shown["margin"], shown["margin_unit"], strict=True)
        ]
        _print_table(
            shown[["verdict", "clause", "interpretation", "party"]].assign(margin=margin, reason=shown["reason"])
        )
        out.print(f"  {len(rows) - len(shown)} more rules and readings do not apply.", style="dim")


def _print_table(table: pd.DataFrame) -> None:
    """Print a table whose last column may wrap."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in table.columns:
        last = name == table.columns[-1]
        shown.add_column(str(name), overflow="fold", no_wrap=not last, ratio=1 if last else None)
    for row in table.itertuples(index=False):
        shown.add_row(*[f"{v:.3g}" if isinstance(v, float) else str(v) for v in row])
    out.print(shown, markup=False)
