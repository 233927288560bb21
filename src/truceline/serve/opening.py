"""What a room opens with: the mission watched, all of it in the record, and its tables in files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from truceline.errors import RequestError
from truceline.findings.tables import Assessment
from truceline.keeping import keep
from truceline.mission import Mission, open_mission
from truceline.serve.beside import beside
from truceline.serve.endings import endings
from truceline.serve.handover import check_open
from truceline.serve.spool import Laid, lay_down, spooled, take_up
from truceline.store import Record

LARGE_MIB = 20.0  # of files read: to watch a larger mission takes memory that a server would not get rid of again
Tell = Callable[[str], None]


def opened(mission: Mission, db: str | Path, *, key: Path, now: datetime, resume: bool, tell: Tell) -> Assessment:
    """Return the mission's assessment as of `now`, or as of its end when that is past, with its tables in files.

    A mission that is over reads the same whenever it is opened, so that opening it again adds nothing to the record.

    Raises
    ------
    RequestError
        As `kept` does.
    """
    if _size_mib(mission) < LARGE_MIB:
        return spooled(_watched_and_kept(mission, db, key, now, resume, tell))
    with tempfile.TemporaryDirectory(prefix="truceline-", ignore_cleanup_errors=True) as folder:
        laid = beside(_laid_down, mission.folder, db, key, now, resume, Path(folder), tell=tell)
        return take_up(laid)


def kept(assessment: Assessment, db: str | Path, *, key: Path, now: datetime, resume: bool) -> None:
    """Write everything an assessment rests on and concluded to the record; what it holds is not written again.

    Raises
    ------
    RequestError
        If the record belongs to another mission, or is suspended and `resume` is not asked for.
    """
    record = Record.open(db, key=key)
    held = record.entries("room")
    if len(held) and held["mission"].iloc[-1] != assessment.mission_id:
        raise RequestError(
            f"this is the room of the mission '{held['mission'].iloc[-1]}', not of '{assessment.mission_id}'.",
            where=record.where,
            todo="Name another database with --db.",
        )
    check_open(record, resume=resume, now=now)
    keep(assessment, record)
    with record.batch(now) as batch:
        batch.append("room", [{"room": "mission", "mission": assessment.mission_id}], id_column="room")
        for kind, ends, id_column in endings(assessment, batch):
            batch.append(kind, ends, id_column=id_column)


def _watched_and_kept(
    mission: Mission, db: str | Path, key: Path, now: datetime, resume: bool, tell: Tell
) -> Assessment:
    assessment = mission.monitor(now=min(now, mission.brief.period.end), tell=tell).assessment
    tell("record")
    kept(assessment, db, key=key, now=now, resume=resume)
    return assessment


def _laid_down(mission: Path, db: str | Path, key: Path, now: datetime, resume: bool, folder: Path, tell: Tell) -> Laid:
    return lay_down(_watched_and_kept(open_mission(mission), db, key, now, resume, tell), folder)


def _size_mib(mission: Mission) -> float:
    return sum(file.stat().st_size for source in mission.sources for file in source.files) / 2**20
