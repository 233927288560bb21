"""The published reports of a room that was handed over, made anew and compared byte for byte with what was published.

Nothing published is read to make them: the mission's folder says what was seen, and the journey is gone again; the
record says what people decided, what was asked for and when, and must hold the very incidents and findings that come
out. Then the report is drawn and its bytes compared.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from truceline.errors import RecordError, TrucelineError
from truceline.feeds.messages import KIND as FED
from truceline.findings.tables import Assessment
from truceline.mission import Mission, open_mission
from truceline.provenance import canonical_json
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
        why_not = _why_not(folder, record)
        if why_not:
            return tuple(Again(report=report_name(one), state=NOT_MADE, says=why_not) for one in published)
        runs = _Runs(open_mission(folder / MISSION_NAME), record, Reviews(ledger))
        return tuple(_again(one, releases, folder, runs) for one in published)


def _why_not(folder: Path, record: Record) -> str:
    if not (folder / MISSION_NAME).is_dir():
        return "The mission's folder was not handed over with it."
    if len(record.entries(FED)):
        return "The room had live feeds: what they had said by then is not gone through again here."
    return ""


class _Runs:
    """The assessments of a record, each made anew from the mission's folder as of the run's own instant."""

    def __init__(self, mission: Mission, record: Record, reviews: Reviews) -> None:
        self._mission = mission
        self._record = record
        self._reviews = reviews
        self._made: dict[str, Assessment] = {}
        tables = {kind: record.entries(kind).drop_duplicates("record_id") for kind in ("review", "release")}
        self._place = {kind: dict(zip(t["record_id"], t["record_entry"], strict=True)) for kind, t in tables.items()}

    def of(self, release: Release) -> Assessment:
        """Return the assessment that stood when a release was asked for, with every step taken by then.

        Instants are written to the second: of the steps of that second those count that the record has before it.
        """
        when, asked = parse_instant(release.asked_at), self._place["release"][release.release_id]
        steps = [s for s in self._reviews.steps(when) if self._place["review"][s.step_id] < asked]
        runs = [run.rpartition(" at ")[2] for run in self._record.entries("run")["run"]]
        now = max(run for run in runs if run <= iso(when))
        if now not in self._made:
            made = self._mission.monitor(now=parse_instant(now)).assessment
            self._check("incident", made.incidents)
            self._check("finding", made.findings)
            self._made[now] = made
        told = passed_on(steps, self._made[now].incidents)
        reading = read_with(self._made[now], (each.step for each in told))
        self._find(GROUPED, [(entry["incident_id"], canonical_json(entry)) for entry in grouped_entries(reading)])
        return reading.assessment

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
