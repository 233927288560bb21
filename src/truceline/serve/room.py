"""The room: one mission as it stands now, its record, and what people decided about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from truceline.findings.tables import Assessment
from truceline.serve.ledger import Clock, Ledger
from truceline.serve.reviews import Reviews, with_reviews
from truceline.serve.succession import Told, in_effect, passed_on
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
        with self._lock:
            stood = self._stood
        one = _at(stood, at)
        told = passed_on(self.reviews.steps(as_of), one.assessment.incidents)
        effective = in_effect(told, one.assessment.incidents)
        return replace(one, assessment=with_reviews(one.assessment, effective), steps=told)

    def number(self, at: datetime | None = None) -> int:
        """Return the number of what stood at an instant, or of what stands now."""
        with self._lock:
            stood = self._stood
        return _at(stood, at).number

    def assessment(self, as_of: datetime | None = None) -> Assessment:
        """Return the assessment as it reads with every step taken by an instant, or by now."""
        return self.standing(as_of=as_of).assessment


def _at(stood: tuple[Standing, ...], at: datetime | None) -> Standing:
    return next((one for one in reversed(stood) if at is None or one.since is None or one.since <= at), stood[0])


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
