"""The room: one mission as it stands now, its record, and what people decided about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.serve.kept_groups import KeptGroups
from truceline.serve.ledger import Clock, Ledger
from truceline.serve.regrouping import GROUPING, Remembered
from truceline.serve.reviews import Reading, Reviews, read_with
from truceline.serve.succession import Told, passed_on
from truceline.serve.windows import Windows
from truceline.store import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An assessment that stands, or stood."""

    number: int  # how often the assessment had been replaced
    since: datetime | None  # None: from the opening of the room
    assessment: Assessment
    steps: tuple[Told, ...] = ()


class Room:
    """What the door looks into. Nothing but the door, and what writes, may hold one."""

    def __init__(self, assessment: Assessment, record: Record, clock: Clock) -> None:
        first = Standing(number=0, since=None, assessment=assessment)
        self._stood: tuple[Standing, ...] = (first,)  # the oldest first
        self._lock = threading.Lock()
        self.record = record
        self.now = clock
        self.ledger = Ledger(record, clock)
        self.reviews = Reviews(self.ledger)
        self.windows = Windows(self.ledger)
        self._worked = Remembered()
        self._groups = KeptGroups(self.ledger)

    def replace(self, assessment: Assessment) -> None:
        """Put another assessment of the mission in the place of the one that stands. Any thread may.

        What stood when the hour began is kept as long as the hour lasts: views that move by whole hours show it.
        """
        now = self.now()
        with self._lock:
            number = self._stood[-1].number + 1
            before = [one for one in self._stood if one.since is None or one.since <= _hour(now)]
            self._stood = (*before[-1:], Standing(number=number, since=now, assessment=assessment))

    def standing(self, at: datetime | None = None, *, as_of: datetime | None = None) -> Standing:
        """Return what stood at the start of an hour, or what stands now, with the steps taken by an instant, or all.

        Its assessment reads as the steps have it.
        """
        one = self._stands(at)
        told, reading = self._reading(one, as_of)
        return replace(one, assessment=reading.assessment, steps=told)

    def watched(self) -> pd.DataFrame:
        """Return the incidents as the watch has them now, whatever people decided."""
        return self._stands(None).assessment.incidents

    def keep_groups(self) -> None:
        """Write to the record what the groups that people made come to now, as far as it does not say so yet."""
        if self._groups.any or any(step.state in GROUPING for step in self.reviews.steps()):
            self._groups.keep(lambda: self._reading(self._stands(None), None)[1])

    def _stands(self, at: datetime | None) -> Standing:
        with self._lock:
            stood = self._stood
        return _at(stood, at)

    def _reading(self, one: Standing, as_of: datetime | None) -> tuple[tuple[Told, ...], Reading]:
        told = passed_on(self.reviews.steps(as_of), one.assessment.incidents)
        steps = (each.step for each in told)
        return told, read_with(one.assessment, steps, work_out=partial(self._worked.work_out, one.number))

    def number(self, at: datetime | None = None) -> int:
        """Return the number of what stood at an instant, or of what stands now."""
        return self._stands(at).number

    def assessment(self, as_of: datetime | None = None) -> Assessment:
        """Return the assessment as it reads with every step taken by an instant, or by now."""
        return self.standing(as_of=as_of).assessment


def _at(stood: tuple[Standing, ...], at: datetime | None) -> Standing:
    return next((one for one in reversed(stood) if at is None or one.since is None or one.since <= at), stood[0])


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
