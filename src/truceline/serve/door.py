"""The one way out. Page, interface, exports and events all get what they tell from `Door.look`, and from nowhere else.

It gives the mission as the release profile of the caller's role has it, and it writes down in the record, before
anything leaves, that this account looked at this. What cannot be written down does not leave.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from truceline.errors import UnknownNameError
from truceline.findings.tables import Assessment
from truceline.report.release import PROFILES, Profile, release
from truceline.serve.features import Collections
from truceline.serve.kept_groups import KIND as GROUPED
from truceline.serve.roles import READ, Caller
from truceline.serve.room import Room
from truceline.serve.shelf import Shelf
from truceline.serve.spool import spooled
from truceline.serve.succession import Told
from truceline.serve.together import Together
from truceline.serve.windows import Window
from truceline.store import Proof
from truceline.timespan import iso

ACCESS = "access"
_KEPT = 2  # views of each profile held ready: now, and an hour ago


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The mission as one profile has it. Every reply is made from one of these."""

    profile: str
    now: datetime  # of the release; whole hours where there is a delay, so that nothing is fresher than an hour
    as_of: datetime  # nothing in it is later
    version: str  # changes when the view does
    assessment: Assessment
    notes: tuple[str, ...]
    collections: Collections
    steps: tuple[Mapping[str, Any], ...]  # of review, with what this profile may have of them
    windows: tuple[Window, ...]  # of silence: to the public those that are over
    whole: bool  # whether nothing is withheld
    made: dict[str, Any] = field(default_factory=dict)  # replies made from it, kept while it is

    def incident(self, incident_id: str) -> dict[str, Any]:
        """Return one incident's row, or say that there is none."""
        rows = self.assessment.incidents
        found = rows[rows["incident_id"] == incident_id]
        if not len(found):
            raise UnknownNameError("incident", incident_id, ())
        row: dict[str, Any] = found.iloc[0].to_dict()
        return row

    def clocks(self) -> pd.DataFrame:
        """Return the consequence clocks as they stand at `now`, overdue first, then by due time."""
        table = self.assessment.clocks
        running = table["state"].isin(["running", "overdue"]) & table["due"].notna()
        late = running & (table["due"] < pd.Timestamp(self.now))
        state = table["state"].mask(running, "running").mask(late, "overdue")
        order = table.assign(state=state, _late=~late).sort_values(["_late", "due", "severity"], kind="stable")
        return order.drop(columns="_late").reset_index(drop=True)


class Door:
    """The door of one room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._shelf: Shelf | None = None
        self._views: OrderedDict[tuple[str, str, int, int], View] = OrderedDict()
        self._lock = threading.Lock()
        self._lookers: Together[tuple[Caller, str], View] = Together(self._let_in, name="door")

    def look(self, caller: Caller, what: str) -> View:
        """Return what the caller may have, once it is in the record that they asked for `what`.

        Raises
        ------
        NotAllowedError
            If the caller may not read.
        RecordError
            If the record does not take the entry; then nothing leaves.
        """
        return self.ask(caller, what).result()

    def ask(self, caller: Caller, what: str) -> Future[View]:
        """Return what `look` does, to come: the looks that come meanwhile are written down at once."""
        return self._lookers.ask((caller, what))

    def _let_in(self, asked: Sequence[tuple[Caller, str]]) -> list[View | Exception]:
        now, entries = self._room.now(), []
        told: list[View | Exception] = []
        for caller, what in asked:
            try:
                caller.check(READ)
                view = self._view(PROFILES[caller.role.profile])
            except Exception as error:  # whatever it is, it is nothing to those who came at the same time
                told.append(error)
                continue
            entries.append(
                {
                    "access": f"{iso(now)} {secrets.token_hex(8)}",
                    "account": caller.account,
                    "role": caller.role.name,
                    "profile": view.profile,
                    "what": what,
                    "version": view.version,
                    "at": iso(now),
                }
            )
            told.append(view)
        if entries:
            self._room.ledger.append_all(ACCESS, entries, id_column="access")
        return told

    def proof(self, view: View, incident_id: str) -> Mapping[str, Any] | None:
        """Return the proof that an incident is in the record; none outside the mission.

        It holds the entry as it was written, which is as fine as the mission has it: of one that people grouped, what
        it came to then.
        """
        if not view.whole:
            return None
        kinds = ("incident", GROUPED)
        proof = self._proof(incident_id, kinds[::-1] if incident_id in view.assessment.stands_for else kinds)
        if proof is None:
            return None
        return {
            "entry": proof.entry,
            "line": proof.line.decode(),
            "path": [step.hex() for step in proof.path],
            "root": proof.head.root,
            "size": proof.head.size,
            "time": proof.head.time,
            "signature": proof.head.signature,
            "holds": proof.holds(),
        }

    def _proof(self, incident_id: str, kinds: Sequence[str]) -> Proof | None:
        for kind in kinds:
            with contextlib.suppress(UnknownNameError):
                return self._room.record.prove(incident_id, kind=kind)
        return None

    def make_ready(self, make: Callable[[View], object]) -> None:
        """Make something from the mission's view before anybody asks for it; it is kept with the view, and stays in."""
        make(self._view(PROFILES["mission"]))

    def hold(self, shelf: Shelf) -> None:
        """Take the shelf of the mission's papers in charge."""
        self._shelf = shelf

    def shelf(self, view: View) -> Shelf | None:
        """Return the shelf of the mission's papers; None outside the mission, for they hold its bases and sites."""
        return self._shelf if view.whole else None

    def papers(self, view: View) -> Shelf:
        """Return the shelf, or say that there is none."""
        shelf = self.shelf(view)
        if shelf is None:
            raise UnknownNameError("path", "papers", ())
        return shelf

    def version(self, caller: Caller) -> str:
        """Return the version a caller would see: that something changed, not what."""
        return self._view(PROFILES[caller.role.profile]).version

    def _view(self, profile: Profile) -> View:
        now = self._room.now()
        if profile.delay_h:
            now = now.replace(minute=0, second=0, microsecond=0)
        as_of = now - timedelta(hours=profile.delay_h) if profile.delay_h else None
        # what comes in within the hour changes no view that moves by whole hours: not even its version, which would
        # tell that something came in
        hour = now if profile.delay_h else None
        steps = self._room.reviews.steps(as_of)
        key = (profile.name, iso(now) if profile.delay_h else "", len(steps), self._room.number(hour))
        with self._lock:
            if key not in self._views:
                others = [one for one in self._views if one[0] == profile.name]
                # what the mission saw before is asked for no more
                for old in others if not profile.delay_h else others[: 1 - _KEPT]:
                    del self._views[old]
                self._views[key] = self._made(profile, now, as_of)
            self._views.move_to_end(key)
            view = self._views[key]
        windows = _windows(self._room.windows.all(), profile, now)
        # the mission's clocks run on though nothing else has changed
        return replace(view, windows=windows) if profile.delay_h else replace(view, windows=windows, now=now, as_of=now)

    def _made(self, profile: Profile, now: datetime, as_of: datetime | None) -> View:
        stands = self._room.standing(now if profile.delay_h else None, as_of=as_of)
        whole = stands.assessment
        shown, notes = release(whole, profile, now=now if profile.delay_h else whole.now)
        if profile.delay_h:  # tables of its own
            shown = spooled(shown)
        ids = shown.incidents["incident_id"]
        known = set(ids[ids.isin({one.step.incident_id for one in stands.steps})])
        told = tuple(_told(one, profile) for one in stands.steps if one.step.incident_id in known)
        version = iso(now) if profile.delay_h else f"{iso(whole.now)} {stands.number}"
        return View(
            profile=profile.name,
            now=now,
            as_of=as_of or now,
            version=f"{version} {len(told)}",
            assessment=shown,
            notes=notes,
            collections=Collections(shown),
            steps=told,
            windows=(),
            whole=profile.name == "mission",
        )


def _windows(windows: tuple[Window, ...], profile: Profile, now: datetime) -> tuple[Window, ...]:
    """Return the windows a profile may have: the parties', whom they bind, at once; the public's once over."""
    if profile.name == "mission":
        return windows
    kept = windows if profile.name == "parties" else tuple(w for w in windows if w.end <= iso(now) and w.agreed)
    return tuple(replace(window, proposed_by="") for window in kept)


def _told(told: Told, profile: Profile) -> Mapping[str, Any]:
    """Return a step as a profile may have it: outside the mission what was decided, nothing written by hand."""
    said = asdict(told.step)
    if not profile.columns:
        return said | ({"inherited_from": told.inherited_from} if told.inherited_from else {})
    return {name: said[name] for name in ("incident_id", "number", "state", "at", "due")}
