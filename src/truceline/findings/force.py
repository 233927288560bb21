"""The hours of a period in which any clause of an agreement binds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from truceline.agreement import Agreement
from truceline.findings.judge_time import ns, span_of
from truceline.timespan import Timespan

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hours_in_force(agreement: Agreement, period: Timespan) -> tuple[Timespan, ...]:
    """Return the spans of the period in which at least one clause may bind, in order and without overlap.

    Where a start or an end is known only within bounds the widest reading is taken: an hour that may have been in force
    is watched as if it was.
    """
    first, last = ns(period.start), ns(period.end)
    spans = []
    for clause in agreement.clauses:
        span = span_of(clause, agreement)
        start, end = max(first, span.start_first), min(last, span.end_last)
        if clause.applies and start < end:
            spans.append((start, end))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Timespan(start=_instant(start), end=_instant(end)) for start, end in merged)


def _instant(nanoseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
