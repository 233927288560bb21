"""A mission read from its folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from truceline.agreement import (
    LineOfContact,
    line_at,
)
from truceline.errors import MissionError, UnknownNameError
from truceline.incidents import settings_from
from truceline.mission.finding import find_agreement, find_mission
from truceline.mission.keys import check_keys, read_mapping
from truceline.mission.mission import Mission, SourceEntry
from truceline.mission.stretches import DEFAULT_KINDS, sectors_of
from truceline.monitor import Brief
from truceline.orbits import Elements, read_elements
from truceline.sensors.deployment import Deployment
from truceline.sensors.deployment_file import FILE_KEYS, read_deployment
from truceline.sensors.sight import KINDS
from truceline.sources.firms_passes import read_cloud
from truceline.sources.lines import read_lines
from truceline.sources.places import places_near
from truceline.strip import Strip
from truceline.timespan import Timespan, find_zone, parse_instant

MISSION_KEYS = {
    "schema",
    "id",
    "title",
    "agreement",
    "also",
    "timezone",
    "report_day_ends",
    "period",
    "line",
    "kinds",
    "sectors",
    "assumptions",
}


SOURCE_KEYS = {"id", "kind", "files", "credit", "options", "history"}


def open_mission(folder: str | Path) -> Mission:
    """Return the mission in a folder, or one of the bundled missions by its name.

    Raises
    ------
    MissionError
        When the folder is not a mission, or says something that cannot be used; names file, key and remedy.
    """
    folder = find_mission(folder)
    said = read_mapping(folder / "mission.yaml", MISSION_KEYS)
    where = str(folder / "mission.yaml")
    for key in ("title", "agreement", "timezone", "period"):
        if key not in said:
            raise MissionError(f"'{key}' is missing.", where=where, todo="See missions/easter-2026/mission.yaml.")
    find_zone(said["timezone"], where=where)
    agreements = tuple(find_agreement(name, folder) for name in (said["agreement"], *said.get("also", ())))
    first_party = agreements[0].parties[0].party_id
    lines = tuple(
        line for path in sorted((folder / "lines").glob("*.geojson")) for line in read_lines(path, first_party)
    )
    if not lines:
        raise MissionError("there is no line in lines/.", where=str(folder), todo="Add lines/<name>.geojson.")
    period = _period(said["period"], said["timezone"], where)
    strip = _strip(lines, said.get("line", lines[0].line_id), period, where)
    sources = _sources(folder)
    places = places_near(strip)
    brief = Brief(
        mission_id=said.get("id", folder.name),
        title=said["title"],
        timezone=said["timezone"],
        report_day_ends=str(said.get("report_day_ends", "24:00")),
        period=period,
        agreements=agreements,
        strip=strip,
        lines=lines,
        sectors=sectors_of(said.get("sectors"), strip, where),
        places=places,
        kinds=_kinds(said.get("kinds", DEFAULT_KINDS), where),
        settings=settings_from(said.get("assumptions") or {}, where=f"{where}, assumptions"),
        credits=tuple(dict.fromkeys(entry.credit for entry in sources if entry.credit)),
        deployment=_sensors(folder, strip, places, said["timezone"]),
    )
    return Mission(folder=folder, brief=brief, sources=sources)


def _sources(folder: Path) -> tuple[SourceEntry, ...]:
    path = folder / "sources.yaml"
    if not path.is_file():
        return ()
    entries = []
    for said in read_mapping(path, {"schema", "sources"}).get("sources") or []:
        where = f"{path}, source '{said.get('id', '?')}'"
        check_keys(said, SOURCE_KEYS, where)
        options = dict(said.get("options") or {})
        if "cloud" in options:
            options["cloud"] = str(folder / options["cloud"])
        entries.append(
            SourceEntry(
                source_id=str(said["id"]),
                kind=str(said["kind"]),
                files=_files(folder, said.get("files") or [], where),
                credit=str(said.get("credit", "")),
                options=options,
                history=_flag(said.get("history", False), "history", where),
            )
        )
    return tuple(entries)


def _flag(said: Any, key: str, where: str) -> bool:
    if not isinstance(said, bool):
        raise MissionError(f"'{key}' is '{said}'.", where=where, todo="Say true or false.")
    return said


def _sensors(folder: Path, strip: Strip, places: pd.DataFrame, timezone: str) -> Deployment | None:
    """Return what sensors.yaml deploys, with the cloud it names; None where there is no such file."""
    path = folder / "sensors.yaml"
    if not path.is_file():
        return None
    said, where = read_mapping(path, FILE_KEYS), str(path)
    elements: list[Elements] = []
    for file in _files(folder, said.get("elements") or [], where):
        elements += read_elements(file.read_text(encoding="utf-8"), where=str(file)).sets
    cloud = read_cloud(folder / str(said["cloud"]), said.get("cloud_column")) if "cloud" in said else None
    by_date = None if cloud is None else {str(day): float(share) for day, share in cloud.dropna().items()}
    made = read_deployment(said, strip=strip, elements=elements, timezone=timezone, where=where)
    return replace(made, conditions=replace(made.conditions, cloud=by_date, places=places))


def _files(folder: Path, patterns: Sequence[str], where: str) -> tuple[Path, ...]:
    found: list[Path] = []
    for pattern in patterns:
        expanded = os.path.expandvars(pattern)
        if "$" in expanded:
            raise MissionError(
                f"'{pattern}' names a variable that is not set.", where=where, todo="Set it to a folder."
            )
        base = Path(expanded)
        matches = (
            [base]
            if base.is_absolute() and base.is_file()
            else sorted(folder.glob(expanded))
            if not base.is_absolute()
            else []
        )
        if not matches:
            raise MissionError(
                f"no file matches '{pattern}'.", where=where, todo="Paths are relative to the mission folder."
            )
        found += matches
    return tuple(found)


def _period(said: Any, zone: str, where: str) -> Timespan:
    if not isinstance(said, dict) or set(said) != {"from", "to"}:
        raise MissionError("'period' needs 'from' and 'to'.", where=where)
    return Timespan(
        start=parse_instant(said["from"], zone=zone, where=where), end=parse_instant(said["to"], zone=zone, where=where)
    )


def _strip(lines: Sequence[LineOfContact], line_id: str, period: Timespan, where: str) -> Strip:
    try:
        return line_at(lines, line_id, period.start).strip
    except UnknownNameError as error:
        raise MissionError(str(error), where=where) from error


def _kinds(said: Any, where: str) -> tuple[str, ...]:
    """Return the kinds of violation coverage is computed for."""
    for kind in said:
        if kind not in KINDS:
            raise UnknownNameError("kind of violation", str(kind), KINDS, where=where)
    return tuple(said)
