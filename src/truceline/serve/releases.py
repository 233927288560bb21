"""Daily reports on their way out: one person asks, another approves, and what was wrong is corrected in the open.

What is approved is what was read: the bytes are made once, when somebody asks, and only their digest is approved. A
published report is never replaced. A correction is a new version that says what was wrong; the old one stays and
names its correction.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from truceline.errors import RecordError, RequestError, UnknownNameError
from truceline.findings.tables import Assessment
from truceline.provenance import digest
from truceline.report import render_html
from truceline.report.release import PROFILES, release
from truceline.serve.basis import exact
from truceline.serve.daily import one_day
from truceline.serve.desk import PUBLISHED
from truceline.serve.ledger import Ledger
from truceline.serve.memo import DRAWING
from truceline.serve.refusals import ConflictError, NotAllowedError
from truceline.serve.regrouping import told_once
from truceline.serve.roles import APPROVE, ASK_RELEASE, Caller
from truceline.store.database import reading, writing
from truceline.timespan import iso

KIND = "release"
PROFILE = "public"  # the same for everybody: no reader's copy is made for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of one day's report. Published once it has been approved."""

    release_id: str  # day, version, language
    day: str
    version: int
    language: str
    sha256: str
    correction: str  # what was wrong with the version before; "" for the first
    asked_by: str
    asked_at: str
    approved_by: str = ""
    approved_at: str = ""
    as_of: str = ""  # the instant, to the microsecond, of the assessment that it was made from

    @property
    def published(self) -> bool:
        """Whether two people stand behind it."""
        return self.approved_by != ""


class Releases:
    """The daily reports of one room."""

    def __init__(self, ledger: Ledger, engine: sa.Engine, where: str) -> None:
        self._ledger = ledger
        self._engine = engine
        self._where = where
        self._lock = threading.Lock()
        table = ledger.record.entries(KIND)
        self._all: dict[str, Release] = {}
        for row in table.to_dict("records"):
            told: dict[str, Any] = {name: row[name] for name in Release.__slots__ if isinstance(row.get(name), str)}
            self._all[row["record_id"]] = Release(**told | {"version": int(row["version"])})

    def all(self) -> tuple[Release, ...]:
        """Return every release, the oldest first."""
        with self._lock:
            return tuple(self._all.values())

    def ask(self, caller: Caller, assessment: Assessment, said: Mapping[str, Any], *, now: datetime) -> Release:
        """Make one day's report as the public may have it, and ask for its release.

        `said` holds day, language and, from the second version on, the correction.

        Raises
        ------
        RequestError
            If the day is not past its delay, or a version after the first does not say what it corrects.
        """
        caller.check(ASK_RELEASE)
        day, language, correction = str(said["day"]), str(said["language"]), str(said.get("correction", "")).strip()
        with self._lock:
            before = [r for r in self._all.values() if (r.day, r.language) == (day, language)]
            if before and not before[-1].published:
                raise ConflictError(f"version {before[-1].version} of {day} waits to be approved.")
            if bool(before) != bool(correction):
                raise RequestError(
                    f"{day} has been published already." if before else f"{day} has not been published yet.",
                    todo="Say what the new version corrects." if before else "There is nothing to correct.",
                )
            corrections = [r.correction for r in before if r.correction] + ([correction] if correction else [])
            content = render_daily(assessment, day, language, corrections, now)
            made = Release(
                release_id=f"{day}|{len(before) + 1}|{language}",
                day=day,
                version=len(before) + 1,
                language=language,
                sha256=digest(content),
                correction=correction,
                asked_by=caller.account,
                asked_at=iso(now),
                as_of=exact(assessment.now),
            )
            self._store(made.sha256, content)
            self._ledger.append(KIND, asdict(made), id_column="release_id", new=True)
            self._all[made.release_id] = made
        return made

    def approve(self, caller: Caller, release_id: str, sha256: str, *, now: datetime) -> Release:
        """Publish a report: the caller names the digest of the bytes they read.

        Raises
        ------
        NotAllowedError
            If the caller is the one who asked, or their role may not.
        ConflictError
            If it is published already, or other bytes were read.
        """
        caller.check(APPROVE)
        with self._lock:
            held = self._find(release_id)
            if held.published:
                raise ConflictError(f"{release_id} was approved at {held.approved_at} already.")
            if not caller.account or caller.account == held.asked_by:
                raise NotAllowedError("you asked for this release.", todo="Somebody else approves it.")
            if sha256 != held.sha256:
                raise ConflictError(f"you read other bytes than those of {release_id}.", todo="Read it again.")
            made = Release(**asdict(held) | {"approved_by": caller.account, "approved_at": iso(now)})
            self._ledger.append(KIND, asdict(made), id_column="release_id")
            self._all[release_id] = made
        return made

    def content(self, release_id: str) -> bytes:
        """Return the bytes of a release.

        Raises
        ------
        RecordError
            If they are no longer those the record names.
        """
        with self._lock:
            held = self._find(release_id)
        wanted = sa.select(PUBLISHED.c.content).where(PUBLISHED.c.sha256 == held.sha256)
        with reading(self._engine, self._where) as connection:
            content = connection.execute(wanted).scalar()
        if content is None or digest(content) != held.sha256:
            raise RecordError("the report is not the one that was approved.", item=release_id, where=self._where)
        return bytes(content)

    def _find(self, release_id: str) -> Release:
        if release_id not in self._all:
            raise UnknownNameError("release", release_id, self._all)
        return self._all[release_id]

    def _store(self, sha256: str, content: bytes) -> None:
        with writing(self._engine, self._where) as connection:
            held = connection.execute(sa.select(PUBLISHED.c.sha256).where(PUBLISHED.c.sha256 == sha256)).first()
            if held is None:
                connection.execute(PUBLISHED.insert(), {"sha256": sha256, "content": content})


def render_daily(assessment: Assessment, day: str, language: str, corrections: Sequence[str], now: datetime) -> bytes:
    """Return one day's report as the public may have it at `now`; the same arguments give the same bytes.

    Raises
    ------
    RequestError
        If the day is not past its delay.
    """
    one = one_day(told_once(assessment), day)
    free = one.period.end + timedelta(hours=PROFILES[PROFILE].delay_h)
    if now < free:
        raise RequestError(
            f"the day ended at {iso(one.period.end)}, and its report may leave from {iso(free)}.",
            todo="Ask again then: what is fresh enough to fire at is not published.",
        )
    shown, notes = release(one, PROFILE, now=now)
    with DRAWING:
        return render_html(shown, language=language, release_notes=notes, corrections=list(corrections)).encode()
