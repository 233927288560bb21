"""Suspend and hand over: seal the room, write everything a successor needs, and say what must be wiped here.

For the day a mission has to leave. What is handed over holds no account, no key and no session.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from truceline.errors import RequestError
from truceline.provenance import digest
from truceline.serve.copies import copy_room
from truceline.serve.desk import ACCOUNTS, KEYS, PUBLISHED, SESSIONS, open_desk
from truceline.serve.kept_papers import papers_folder
from truceline.serve.ledger import RESUMED, SEAL, SEALED_ID, SUSPENDED, Ledger
from truceline.serve.releases import Release, Releases
from truceline.serve.whole_mission import copy_whole
from truceline.store import Record, export_bundle
from truceline.store.database import place_name, reading
from truceline.timespan import iso

ROOM_NAME, BUNDLE_NAME, REPORTS_NAME, MISSION_NAME, MANIFEST_NAME, WIPE_NAME = (
    "room.sqlite",
    "record",
    "reports",
    "mission",
    "manifest.json",
    "WIPE.txt",
)
SAME, DIFFERS, NOT_MADE = "same", "differs", "not made"  # a published report, made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What was handed over, and what is left behind to wipe."""

    folder: Path
    root: str
    entries: int
    files: Mapping[str, str]  # file -> SHA-256
    wipe: tuple[str, ...]


def hand_over(db: str | Path, folder: str | Path, *, key: Path, now: datetime, mission: Path | None = None) -> Handover:
    """Suspend a room and write what a successor needs into a new folder; return what was written.

    A server that runs on it answers nobody from then on. The folder holds the room without accounts (room.sqlite, for
    `restore`), the record as a bundle that anybody can verify (record/), each published report as it was published
    (reports/), the mission's folder where it is given, with all it reads (mission/, from which `again` makes the
    reports anew), the digest of every file (manifest.json), and what must be wiped here (WIPE.txt). Nothing is wiped.

    Raises
    ------
    RequestError
        If the folder is there already.
    MissionError
        If the mission cannot be opened: then nothing is sealed.
    """
    folder = Path(folder)
    if folder.exists():
        raise RequestError("the folder is there already.", where=str(folder), todo="Name a new one.")
    record = Record.open(db, key=key)
    if mission is not None:  # before anything is sealed: one that cannot be opened is put right first
        copy_whole(mission, folder / MISSION_NAME)
    releases = Releases(Ledger(record, lambda: now), open_desk(db), place_name(db))
    _mark(record, SUSPENDED, now)
    folder.mkdir(parents=True, exist_ok=True)
    copy_room(db, folder / ROOM_NAME, desk=(PUBLISHED,))
    export_bundle(record, folder / BUNDLE_NAME)
    (folder / REPORTS_NAME).mkdir()
    for one in releases.all():
        if one.published:
            (folder / REPORTS_NAME / report_name(one)).write_bytes(releases.content(one.release_id))
    wipe = _left_behind(db, key)
    (folder / WIPE_NAME).write_text("\n".join(wipe) + "\n", encoding="utf-8")
    files = {
        path.relative_to(folder).as_posix(): digest(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    head = record.head()
    told = {
        "entries": head.size,
        "files": files,
        "handed_over": iso(now),
        "public_key": record.public_key().hex(),
        "root": head.root,
    }
    (folder / MANIFEST_NAME).write_text(json.dumps(told, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return Handover(folder=folder, root=head.root, entries=head.size, files=files, wipe=wipe)


def report_name(release: Release) -> str:
    """Return the name of a published report's file."""
    return f"{release.day}.v{release.version}.{release.language}.html"


def check_open(record: Record, *, resume: bool, now: datetime) -> None:
    """Raise when the room is suspended; go on with it when that is asked for. Both stay in the record."""
    held = record.entries(SEAL)
    if not len(held) or held["state"].iloc[-1] != SUSPENDED:
        return
    if not resume:
        raise RequestError(
            f"this room was suspended at {held['at'].iloc[-1]}.",
            where=record.where,
            todo="Use --resume to go on with it; that is written down.",
        )
    _mark(record, RESUMED, now)


def _mark(record: Record, state: str, now: datetime) -> None:
    with record.batch(now) as batch:
        batch.append(SEAL, [{"seal": SEALED_ID, "state": state, "at": iso(now)}], id_column="seal")


def _left_behind(db: str | Path, key: Path) -> tuple[str, ...]:
    """Return what must be wiped before these rooms are left, one line each."""
    with reading(open_desk(db), place_name(db)) as connection:
        counts = {
            called: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            for called, table in (("accounts", ACCOUNTS), ("keys of programs", KEYS), ("open sessions", SESSIONS))
        }
    where, papers = place_name(db if "://" in str(db) else Path(db).resolve()), papers_folder(db)
    return (
        f"the room's database: {where} (with -wal and -shm beside it)",
        *(f"in it, {count} {called}" for called, count in counts.items()),
        *([f"the papers kept beside it: {papers}"] if papers is not None and papers.is_dir() else []),
        f"the signing key: {key.resolve()} (hand it over by another way if the record is to be gone on with)",
        "every copy made with 'truceline backup', wherever it was put",
        "the mission folder, its data files, and every key for a feed in its configuration or environment",
        "reports and exports under the profile 'mission', and browsers' downloads of them",
    )
