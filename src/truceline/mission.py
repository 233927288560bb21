"""A mission folder: everything a run needs, read once and checked, with unknown keys refused and explained."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.agreement import (
    Agreement,
    LineOfContact,
    library_names,
    line_at,
    load_yaml,
    parse_agreement,
    read_library,
)
from truceline.errors import MissionError, UnknownNameError, did_you_mean
from truceline.feeds import Feed, read_feeds
from truceline.findings.tables import CLAIMS
from truceline.incidents import IncidentSettings, settings_from
from truceline.monitor import Brief, monitor
from truceline.monitoring import Monitoring
from truceline.observations import LOOKS, OBSERVATIONS, Readings, empty, gather
from truceline.orbits import Elements, read_elements
from truceline.planning import Planning, make_plan, read_plan
from truceline.sensors.deployment import Deployment
from truceline.sensors.deployment_file import FILE_KEYS, read_deployment
from truceline.sensors.sight import KINDS
from truceline.simulate import Outlook, Setting, outlook, read_setting
from truceline.sources import read_source
from truceline.sources.claims import read_claims
from truceline.sources.firms_passes import read_cloud
from truceline.sources.lines import read_lines
from truceline.sources.places import places_near
from truceline.sources.streamed import read_near
from truceline.strip import Strip
from truceline.timespan import Timespan, find_zone, iso, parse_instant

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
DEFAULT_KINDS = ("strike", "shelling")
SECTOR_KM = 50.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """One entry of sources.yaml."""

    source_id: str
    kind: str
    files: tuple[Path, ...]
    credit: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    history: bool = False  # detections of other years, for the background alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a mission's sources say."""

    readings: Readings
    claims: pd.DataFrame  # CLAIMS
    history: pd.DataFrame | None  # OBSERVATIONS of heat in other years


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """A mission read from its folder. `monitor` carries it through to a report."""

    folder: Path
    brief: Brief
    sources: tuple[SourceEntry, ...]
    warnings: tuple[str, ...] = ()
    held: tuple[Readings, ...] = ()  # read already, when the mission was made

    def read(self, *, now: datetime, tell: Tell = lambda step: None) -> tuple[Readings, pd.DataFrame]:
        """Return everything the sources say, and the parties' claims.

        A time more than a year after `now` and the period is a slip and set aside.
        """
        latest = max(now, self.brief.period.end) + timedelta(days=366)
        readings, claims = list(self.held), []
        for entry in self.sources:
            if entry.history:
                continue
            tell(f"reading {entry.source_id}")
            options = {"now": iso(latest), **entry.options}
            if entry.kind == "claims":
                claims.append(read_claims(entry.files, source=entry.source_id, options=options))
            readings.append(read_source(entry.kind, entry.files, source=entry.source_id, options=options))
        return gather(readings), pd.concat(claims, ignore_index=True) if claims else empty(CLAIMS)

    def read_history(self, *, tell: Tell = lambda step: None) -> Readings | None:
        """Return the detections of heat in other years that tell what burns anyway; None when no source has any.

        What lies in the period itself is left out: it may not testify to its own background.
        """
        read = []
        for entry in (e for e in self.sources if e.history):
            tell(f"reading {entry.source_id}")
            found = read_source(entry.kind, entry.files, source=entry.source_id, options=entry.options)
            heat = found.observations
            heat = heat[(heat["sensor"] == "thermal").to_numpy()]
            if not len(heat):
                raise MissionError(
                    f"source '{entry.source_id}' is called history and holds no detection of heat.",
                    where=str(self.folder / "sources.yaml"),
                    todo="Only heat has a background; leave 'history' out, or name files of other years' detections.",
                )
            period = self.brief.period
            inside = ((heat["time_start"] < period.end) & (heat["time_end"] >= period.start)).to_numpy()
            # files of other years may well be called as those of this one
            digests = {f"{entry.source_id}/{name}": value for name, value in found.digests.items()}
            read.append(replace(found, observations=heat[~inside], digests=digests))
        return gather(read) if read else None

    def monitor(self, *, now: datetime | None = None, tell: Tell = lambda step: None) -> Monitoring:
        """Watch the mission's period and return what was concluded. `now` defaults to the period's end."""
        now = now or self.brief.period.end
        given = self.gather(now=now, tell=tell)
        assessment = monitor(self.brief, given.readings, now=now, claims=given.claims, history=given.history, tell=tell)
        return Monitoring(assessment=assessment, recognised=given.readings.recognised, notes=self.warnings)

    def gather(self, *, now: datetime, tell: Tell = lambda step: None) -> Given:
        """Return what `monitor` is given: all the sources say, the claims, and detections of other years."""
        readings, claims = self.read(now=now, tell=tell)
        past = self.read_history(tell=tell)
        if past is not None:
            # what was set aside and read of them is told; their rows are no observations of this period
            none = replace(past, observations=empty(OBSERVATIONS), looks=empty(LOOKS), recognised={})
            readings = gather([readings, none])
        return Given(readings=readings, claims=claims, history=None if past is None else past.observations)

    def feeds(self) -> tuple[Feed, ...]:
        """Return the live feeds of feeds.yaml; none where there is no such file."""
        path = self.folder / "feeds.yaml"
        if not path.is_file():
            return ()
        deployed = self.brief.deployment
        sensors: set[str] = set()
        if deployed is not None:
            posts = {post.sensor_id for post in deployed.posts}
            sensors = posts | {one.sensor_id for one in deployed.orbiting} | set(deployed.left_out["sensor"])
        return read_feeds(
            path.read_text(encoding="utf-8"),
            folder=self.folder,
            where=str(path),
            sensors=sensors,
            sources={entry.source_id for entry in self.sources},
            box=_box_round(self.brief.strip, 1.0),
        )

    def outlook(self, *, draws: int = 100_000, seed: int = 1, tell: Tell = lambda step: None) -> Outlook:
        """Return how long the ceasefire might hold under the assumptions of outlook.yaml, or the stated ranges."""
        file = self.folder / "outlook.yaml"
        setting = read_setting(file.read_text(encoding="utf-8"), where=str(file)) if file.exists() else Setting()
        return outlook(setting, draws=draws, rng=np.random.default_rng(seed), tell=tell)

    def plan(
        self,
        scenarios: Sequence[str] = (),
        *,
        draws: int = 0,
        horizon_months: int | None = None,
        seed: int = 1,
        tell: Tell = lambda step: None,
    ) -> Planning:
        """Plan the mission's force and places: the scenarios named, or all, at every rung of the backstop.

        `draws` plans are drawn from every number's range, on the same draws with and without the backstop.
        """
        brief = self.brief
        line = next(line for line in brief.lines if line.strip is brief.strip)
        given = read_plan(
            self.folder,
            title=brief.title,
            agreement=brief.agreements[0],
            line=line,
            period=brief.period,
            timezone=brief.timezone,
        )
        return make_plan(given, scenarios=scenarios, draws=draws, horizon_months=horizon_months, seed=seed, tell=tell)

    def during(self, *, start: datetime | None = None, end: datetime | None = None) -> Mission:
        """Return the same mission over another period."""
        period = Timespan(start=start or self.brief.period.start, end=end or self.brief.period.end)
        return replace(self, brief=replace(self.brief, period=period))


def open_mission(folder: str | Path) -> Mission:
    """Return the mission in a folder, or one of the bundled missions by its name.

    Raises
    ------
    MissionError
        When the folder is not a mission, or says something that cannot be used; names file, key and remedy.
    """
    folder = find_mission(folder)
    said = _yaml(folder / "mission.yaml", MISSION_KEYS)
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
        sectors=_sectors(said.get("sectors"), strip, where),
        places=places,
        kinds=_kinds(said.get("kinds", DEFAULT_KINDS), where),
        settings=settings_from(said.get("assumptions") or {}, where=f"{where}, assumptions"),
        credits=tuple(dict.fromkeys(entry.credit for entry in sources if entry.credit)),
        deployment=_sensors(folder, strip, places, said["timezone"]),
    )
    return Mission(folder=folder, brief=brief, sources=sources)


def events_mission(
    events: Path,
    line: Path,
    agreement: str,
    *,
    options: Mapping[str, Any],
    start: datetime | None = None,
    end: datetime | None = None,
) -> Mission:
    """Return a mission made of one sheet of events, one line and one agreement: the ten-minute switch.

    The period is from `start` to `end`; an end not named is that of the events, to the whole local day.

    The sheet is read here, in parts: see `read_near` for what of a large one is kept.
    """
    terms = find_agreement(agreement, Path())
    lines = read_lines(line, terms.parties[0].party_id)
    options = {"near": _box_round(lines[0].strip), **options}
    timezone = str(options.get("timezone", "UTC"))
    strip = lines[0].strip
    readings = read_near(events, source=events.stem, options=options, strip=strip, period=(start, end))
    times = readings.observations
    if not len(times):
        raise _unreadable(events, readings.set_aside)
    period = _period_of(times, (start, end), timezone, events)
    brief = Brief(
        mission_id=events.stem,
        title=f"{events.name} under {terms.title}",
        timezone=timezone,
        report_day_ends="24:00",
        period=period,
        agreements=(terms,),
        strip=strip,
        lines=lines,
        sectors=_sectors(None, strip, ""),
        places=places_near(strip),
        kinds=DEFAULT_KINDS[::-1],
        settings=IncidentSettings(),
        credits=(),
    )
    first, second = (party.called for party in terms.parties[:2])
    side = "left" if strip.positive_side == "left" else "right"
    notes = (f"{first} is taken to hold the {side} of the line as drawn and {second} the other side.",)
    return Mission(folder=events.parent, brief=brief, sources=(), warnings=notes, held=(readings,))


LONGEST_YEARS = 10  # of a period nobody named: longer means a slip in a date


def _period_of(
    times: pd.DataFrame, period: tuple[datetime | None, datetime | None], timezone: str, events: Path
) -> Timespan:
    """Return the period asked for; an end not named is that of the events. What only a slip explains is refused."""
    first, last = times["time_start"].min(), times["time_end"].max()
    whole = _days_around(first, last, timezone)
    start, end = period[0] or whole.start, period[1] or whole.end
    if None in period and end - start > timedelta(days=366 * LONGEST_YEARS):
        earliest, latest = times["ref"][times["time_start"].idxmin()], times["ref"][times["time_end"].idxmax()]
        raise MissionError(
            f"its rows span {(end - start).days // 365} years, "
            f"from {first:%Y-%m-%d} ({earliest}) to {last:%Y-%m-%d} ({latest}).",
            where=str(events),
            todo="Correct the date that is wrong, or name the period with --from and --to.",
        )
    if end <= start:
        raise MissionError(
            f"no period is left between {iso(start)} and {iso(end)}.", where=str(events), todo="Check --from and --to."
        )
    return Timespan(start=start, end=end)


def _unreadable(events: Path, set_aside: pd.DataFrame) -> MissionError:
    """Return the error for a sheet of which no row could be used, with the first row's reason."""
    if not len(set_aside):
        return MissionError("it holds no rows.", where=str(events))
    first = set_aside.iloc[0]
    line = f"line {first.line:.0f}: " if first.line > 0 else ""
    return MissionError(f"no row of it could be used; {line}{first.reason}", where=str(events), todo=first.todo)


def _box_round(strip: Strip, margin_deg: float = 3.0) -> tuple[float, float, float, float]:
    """Return west, south, east, north round a line: a pair that fits only when swapped was swapped."""
    return (
        float(strip.lon_deg.min()) - margin_deg,
        float(strip.lat_deg.min()) - margin_deg,
        float(strip.lon_deg.max()) + margin_deg,
        float(strip.lat_deg.max()) + margin_deg,
    )


def find_agreement(name: str, folder: Path) -> Agreement:
    """Return the agreement of a file (in the folder or by path) or of that name in the library."""
    for path in (folder / name, Path(name)):
        if path.suffix in {".yaml", ".yml"} and path.is_file():
            return parse_agreement(path.read_text(encoding="utf-8"), where=str(path))
    if name in library_names():
        return read_library(name)
    raise UnknownNameError("agreement", name, library_names())


def find_mission(folder: str | Path) -> Path:
    """Return the path of a mission folder, or of the bundled mission of that name."""
    path = Path(folder)
    if (path / "mission.yaml").is_file():
        return path
    bundled = _bundled()
    if (bundled / str(folder) / "mission.yaml").is_file():
        return bundled / str(folder)
    if path.is_dir():
        raise MissionError(
            "there is no mission.yaml here.", where=str(path), todo="Start one with 'truceline init DIR'."
        )
    known = [p.parent.name for p in bundled.glob("*/mission.yaml")]
    guess = did_you_mean(str(folder), known)
    hint = f"Did you mean '{guess}'?" if guess else f"Bundled missions: {', '.join(sorted(known)) or 'none'}."
    raise MissionError(f"there is no mission folder '{folder}'.", todo=hint)


def _bundled() -> Path:
    """Return the folder of the example missions: beside the package when installed, else in the source tree."""
    installed = Path(__file__).resolve().parent / "missions"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "missions"


def _yaml(path: Path, known: set[str]) -> dict[str, Any]:
    """Return the mapping in a YAML file, with unknown keys refused."""
    if not path.is_file():
        raise MissionError("the file is missing.", where=str(path), todo="See missions/easter-2026 for an example.")
    said, _ = load_yaml(path.read_text(encoding="utf-8"), where=str(path))
    if not isinstance(said, dict):
        raise MissionError("it does not hold keys and values.", where=str(path))
    _check_keys(said, known, str(path))
    return said


def _check_keys(said: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in said:
        if key not in known:
            guess = did_you_mean(str(key), known)
            hint = f"Did you mean '{guess}'?" if guess else f"Known keys: {', '.join(sorted(known))}."
            raise MissionError(f"key '{key}' is not known.", where=where, todo=hint)


def _sources(folder: Path) -> tuple[SourceEntry, ...]:
    path = folder / "sources.yaml"
    if not path.is_file():
        return ()
    entries = []
    for said in _yaml(path, {"schema", "sources"}).get("sources") or []:
        where = f"{path}, source '{said.get('id', '?')}'"
        _check_keys(said, SOURCE_KEYS, where)
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
    said, where = _yaml(path, FILE_KEYS), str(path)
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


def _sectors(said: Any, strip: Strip, where: str) -> pd.DataFrame:
    """Return the sectors; without any the line is cut into equal stretches of about 50 km."""
    if not said:
        count = max(1, round(strip.length_km / SECTOR_KM))
        edges = np.linspace(0, strip.length_km, count + 1)
        called = [f"km {a:.0f}-{b:.0f}" for a, b in itertools.pairwise(edges)]
        names = [f"S{i + 1}" for i in range(count)]
        return pd.DataFrame({"sector": names, "called": called, "from_km": edges[:-1], "to_km": edges[1:]})
    for sector in said:
        _check_keys(sector, {"sector", "called", "from_km", "to_km"}, f"{where}, sector '{sector.get('sector', '?')}'")
    table = pd.DataFrame(said)[["sector", "called", "from_km", "to_km"]]
    return table.astype({"from_km": float, "to_km": float})


def _days_around(start: pd.Timestamp, end: pd.Timestamp, zone: str) -> Timespan:
    """Return the whole local days that hold two instants."""
    tz = find_zone(zone)
    first = start.tz_convert(tz).normalize()
    last = (end.tz_convert(tz) + pd.Timedelta(nanoseconds=1)).ceil("D")
    return Timespan(start=first.tz_convert(UTC).to_pydatetime(), end=last.tz_convert(UTC).to_pydatetime())
