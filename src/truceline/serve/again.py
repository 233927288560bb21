"""The published reports of a room that was handed over, made anew and compared byte for byte with what was published.

Nothing published is read to make them: the mission's folder says what was seen, and the journey is gone again; the
record says what feeds told and how much of it was taken, what people decided, what was asked for and when, and must
hold the very incidents and findings that come out. Then the report is drawn and its bytes compared.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from truceline.errors import RecordError, TrucelineError
from truceline.feeds.messages import KIND as FED
from truceline.findings.tables import Assessment
from truceline.mission import Mission, open_mission
from truceline.provenance import canonical_json
from truceline.serve.basis import assessed_on, bases_of
from truceline.serve.desk import open_desk
from truceline.serve.handover import DIFFERS, MISSION_NAME, NOT_MADE, REPORTS_NAME, ROOM_NAME, SAME, report_name
from truceline.serve.house import utc_now
from truceline.serve.kept_groups import KIND as GROUPED
from truceline.serve.kept_groups import grouped_entries
from truceline.serve.ledger import Ledger
from truceline.serve.releases import Release, Releases, render_daily
from truceline.serve.reviews import Reviews, read_with
from truceline.serve.succession import passed_on
from truceline.store import Record
from truceline.store.canonical import payloads
from truceline.timespan import iso, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """One published report made anew: the same, different, or not made; and why."""

    report: str
    state: str
    says: str = ""


def reports_again(folder: str | Path) -> tuple[Again, ...]:
    """Return how each published report of a handed-over folder comes out when it is made anew."""
    folder = Path(folder)
    with tempfile.TemporaryDirectory() as beside:  # what was handed over is not touched
        room = Path(beside) / ROOM_NAME
        shutil.copyfile(folder / ROOM_NAME, room)
        record = Record.open(room)
        ledger = Ledger(record, utc_now)  # nothing is written
        releases = Releases(ledger, open_desk(room), str(room)).all()
        published = [one for one in releases if one.published]
        why_not = _why_not(folder)
        if why_not:
            return tuple(Again(report=report_name(one), state=NOT_MADE, says=why_not) for one in published)
        runs = _Runs(open_mission(folder / MISSION_NAME), record, Reviews(ledger))
        return tuple(_again(one, releases, folder, runs) for one in published)


def _why_not(folder: Path) -> str:
    if not (folder / MISSION_NAME).is_dir():
        return "The mission's folder was not handed over with it."
    return ""


class _Runs:
    """The assessments of a record, each made anew from the mission's folder as of the run's own instant."""

    def __init__(self, mission: Mission, record: Record, reviews: Reviews) -> None:
        self._mission = mission
        self._record = record
        self._reviews = reviews
        self._bases = bases_of(record)
        self._made: dict[str, Assessment] = {}
        tables = {kind: record.entries(kind).drop_duplicates("record_id") for kind in ("review", "release")}
        self._place = {kind: dict(zip(t["record_id"], t["record_entry"], strict=True)) for kind, t in tables.items()}

    def of(self, one: Release) -> Assessment:
        """Return the assessment that a report was made from, with every step taken when it was asked for.

        Instants of steps are written to the second: of those of that second count those the record has before it.

        Raises
        ------
        RecordError
            If the record does not hold what comes out, or does not say which assessment it was.
        """
        asked_at, asked = parse_instant(one.asked_at), self._place["release"][one.release_id]
        as_of = one.as_of or self._last_before(asked_at)
        if as_of not in self._made:
            self._made[as_of] = self._make(as_of)
        made = self._made[as_of]
        steps = [s for s in self._reviews.steps(asked_at) if self._place["review"][s.step_id] < asked]
        told = passed_on(steps, made.incidents)
        reading = read_with(made, (each.step for each in told))
        self._find(GROUPED, [(entry["incident_id"], canonical_json(entry)) for entry in grouped_entries(reading)])
        return reading.assessment

    def _last_before(self, asked_at: datetime) -> str:
        if len(self._record.entries(FED)):
            raise RecordError("the room had live feeds, and the record does not say how much of them was in it.")
        runs = [run.rpartition(" at ")[2] for run in self._record.entries("run")["run"]]
        return max((run for run in runs if run <= iso(asked_at)), default="")

    def _make(self, as_of: str) -> Assessment:
        basis = self._bases.get(as_of)
        if basis is None:  # it rested on no feed
            made = self._mission.monitor(now=parse_instant(as_of)).assessment
        else:
            made = assessed_on(self._mission, self._record, basis)
        self._check("incident", made.incidents)
        self._check("finding", made.findings)
        return made

    def _check(self, kind: str, table: pd.DataFrame) -> None:
        rows = (row for ids, texts in payloads(table, f"{kind}_id") for row in zip(ids, texts, strict=True))
        self._find(kind, ((name, text.encode()) for name, text in rows))

    def _find(self, kind: str, made: Iterable[tuple[str, bytes]]) -> None:
        """Raise where the record holds no such entry."""
        held = {canonical_json(said) for part in self._record.payloads(kind) for said in part}
        for name, text in made:
            if text not in held:
                raise RecordError(f"the {kind} does not come out anew as the record holds it.", item=name)


def _again(one: Release, releases: Iterable[Release], folder: Path, runs: _Runs) -> Again:
    name = report_name(one)
    before = [r for r in releases if (r.day, r.language) == (one.day, one.language) and r.version <= one.version]
    corrections = [r.correction for r in before if r.correction]
    asked_at = parse_instant(one.asked_at)
    try:
        made = render_daily(runs.of(one), one.day, one.language, corrections, asked_at)
    except TrucelineError as error:
        return Again(report=name, state=NOT_MADE, says=f"{getattr(error, 'item', '')} {error}".strip())
    same = made == (folder / REPORTS_NAME / name).read_bytes()
    return Again(report=name, state=SAME if same else DIFFERS)
