"""The room: one mission as it stands now, its record, and what people decided about it."""

from __future__ import annotations

from datetime import datetime

from truceline.findings.tables import Assessment
from truceline.serve.ledger import Clock, Ledger
from truceline.serve.reviews import Reviews, with_reviews
from truceline.serve.windows import Windows
from truceline.store import Record


class Room:
    """What the door looks into. Nothing but the door, and what writes, may hold one."""

    def __init__(self, assessment: Assessment, record: Record, clock: Clock) -> None:
        self._assessment = assessment
        self.revision = 0  # how often it was replaced
        self.record = record
        self.now = clock
        self.ledger = Ledger(record, clock)
        self.reviews = Reviews(self.ledger)
        self.windows = Windows(self.ledger)

    def replace(self, assessment: Assessment) -> None:
        """Let another assessment stand, one that knows more."""
        self._assessment = assessment
        self.revision += 1

    def assessment(self, as_of: datetime | None = None) -> Assessment:
        """Return the assessment as it reads with every step taken by an instant, or by now."""
        return with_reviews(self._assessment, self.reviews.steps(as_of))
