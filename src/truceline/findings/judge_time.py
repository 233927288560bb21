"""When a clause binds and when a duty falls due; what must be on record first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement.quantities import Moment, add_days
from truceline.agreement.terms import Agreement, Clause, Condition, Due, Window
from truceline.findings.judge_log import ActLog
from truceline.findings.judge_rows import (
    ALWAYS,
    HOUR_NS,
    NEVER,
    NO,
    OPEN,
    YES,
    Bools,
    Floats,
    Instants,
    Rows,
)
from truceline.timespan import find_zone
from truceline.vocabulary import ACTS, is_kind_of

DAY_NS = 24 * HOUR_NS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window in nanoseconds whose start and end may each be known only within bounds."""

    start_first: int = ALWAYS
    start_last: int = ALWAYS
    end_first: int = NEVER
    end_last: int = NEVER


def span_of(clause: Clause, agreement: Agreement) -> Span:
    """Return the window in which a clause is in force: its own, else its document's, else the agreement's."""
    window = window_of(clause, agreement)
    if window is None:
        return Span()
    start_first, start_last = _bounds(window.start, ALWAYS)
    end_first, end_last = _bounds(window.end, NEVER)
    if window.end is None and window.lasts is not None and window.start is not None:
        if window.counting == "calendar_days":
            end_first = end_last = ns(add_days(window.start, window.lasts, agreement.time_zone or None))
        else:
            end_first, end_last = ns(window.start.earliest + window.lasts), ns(window.start.latest + window.lasts)
    return Span(start_first=start_first, start_last=start_last, end_first=end_first, end_last=end_last)


def window_of(clause: Clause, agreement: Agreement) -> Window | None:
    """Return the window that governs a clause, if any is written."""
    document = next((d for d in agreement.documents if d.document_id == clause.document), None)
    return clause.window or (document.window if document else None) or agreement.effective


def ns(instant: datetime) -> int:
    """Return an instant as UTC nanoseconds since 1970, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1) * 1000


def _bounds(moment: Moment | None, missing: int) -> tuple[int, int]:
    return (missing, missing) if moment is None else (ns(moment.earliest), ns(moment.latest))


def inside_window(rows_start: Instants, rows_end: Instants, span: Span) -> tuple[Floats, Floats]:
    """Return (truth of being inside, margin in hours: positive outside, nan where the window is unbounded)."""
    inside = (rows_start >= span.start_last) & (rows_end < span.end_first)
    outside = (rows_end < span.start_first) | (rows_start >= span.end_last)
    before, after = _hours(span.start_last, rows_start), _hours(span.end_first, rows_start)
    margin = np.where(before > 0, before, np.where(after <= 0, -after, -np.minimum(-before, after)))
    return np.where(inside, YES, np.where(outside, NO, OPEN)), np.where(np.isfinite(margin), margin + 0.0, np.nan)


def _hours(limit: int, times: Instants) -> Floats:
    """Return hours from each time to a limit; infinite for none."""
    if limit in (ALWAYS, NEVER):
        return np.full(len(times), -np.inf if limit == ALWAYS else np.inf)
    return (limit - times) / HOUR_NS


class Clock:
    """Answers, for one clause under one reading, what the log holds for each row's party and time."""

    def __init__(self, rows: Rows, log: ActLog, agreement: Agreement, clause: Clause) -> None:
        self.rows, self.log, self.agreement, self.clause = rows, log, agreement, clause
        self.start_ns, self.end_ns = rows.time_ns, rows.time_end_ns
        if clause.timed_by == "launch_time":
            at = rows.instant("launch_time")
            self.start_ns = np.where(at == ALWAYS, rows.time_ns, at)
            self.end_ns = np.where(at == ALWAYS, rows.time_end_ns, at)
        self.party = rows.parties()

    def window(self) -> tuple[Floats, Floats]:
        """Return (in force, hours outside) of each row."""
        return inside_window(self.start_ns, self.end_ns, span_of(self.clause, self.agreement))

    def between(self, start: datetime | None, end: datetime | None) -> Bools:
        """Return whether each row lies at or after `start` and before `end`."""
        after = np.ones(self.rows.length, bool) if start is None else self.start_ns >= ns(start)
        return after if end is None else after & (self.start_ns < ns(end))

    def consents(self) -> tuple[Condition, ...]:
        """Return the consents without which the clause's window does not begin."""
        window = window_of(self.clause, self.agreement)
        return window.needs if window else ()

    def released(self) -> Floats:
        """Return whether each row's party had declared itself released, after the other party's breach if need be."""
        release = self.clause.release
        assert release is not None
        truth = self.met(Condition(event=release.event, by="same_party"))
        if release.after:
            truth = np.minimum(truth, self.met(Condition(event=release.after, by="other_party")))
        return truth

    def each_party(self) -> Iterator[tuple[str, Bools]]:
        """Yield each party that occurs with the mask of its rows."""
        for party in pd.unique(self.party):
            yield str(party), self.party == party

    def met(self, condition: Condition) -> Floats:
        """Return whether a condition holds at each row's time."""
        if condition.held is not None:
            return self.held_days(condition)[0]
        truth = np.empty(self.rows.length)
        for party, mine in self.each_party():
            truth[mine] = self._met_for(condition, party, self.start_ns[mine])
        return np.where((truth == NO) & (condition.otherwise == "open"), OPEN, truth)

    def _met_for(self, condition: Condition, party: str, times: Instants) -> Floats:
        if condition.by == "all_parties":
            each = [self._happened(condition, self.log.party == p, times) for p in self.rows.party_ids]
            return np.asarray(np.min(each, axis=0), float)
        if condition.by in ("other_party", "same_party"):
            parties = np.array([p in self.rows.party_ids for p in self.log.party], bool)
            if not party:
                return np.minimum(self._happened(condition, parties, times), OPEN)
            same = self.log.party == party
            return self._happened(condition, parties & (same if condition.by == "same_party" else ~same), times)
        who = np.ones(len(self.log.event), bool) if condition.by == "anyone" else self.log.party == condition.by
        return self._happened(condition, who, times)

    def _happened(self, condition: Condition, who: Bools, times: Instants) -> Floats:
        log = self.log
        right = who & _events(log.event, condition.event)
        if condition.covers == "zone":
            right &= (log.zone == self.clause.zone) | (log.zone == "")
        argued = log.outcome == "disputed"
        sure = right & ((log.outcome == condition.outcome) | (condition.outcome == "") & ~argued)
        claimed = right & argued
        if condition.disputed == "accepted":
            sure, claimed = sure | claimed, claimed & False
        elif condition.disputed == "refused":
            claimed = claimed & False
        return np.where(
            self._in_time(condition, sure, times), YES, np.where(self._in_time(condition, claimed, times), OPEN, NO)
        )

    def _in_time(self, condition: Condition, right: Bools, times: Instants) -> Bools:
        at, until = self.log.time_ns[right], self.log.until_ns[right]
        if not len(at):
            return np.zeros(len(times), bool)
        if condition.order == "unspecified":
            return np.ones(len(times), bool)
        bounded = until != ALWAYS
        found = np.zeros(len(times), bool)
        for start, end in zip(at[bounded], until[bounded], strict=True):  # consents with an end: few
            found |= (times >= start) & (times < end)
        latest = _latest(at[~bounded], times)
        age = np.where(latest == ALWAYS, NEVER, times - np.where(latest == ALWAYS, 0, latest))
        longest = NEVER - 1 if condition.within is None else int(condition.within / timedelta(microseconds=1)) * 1000
        shortest = 0 if condition.at_least is None else int(condition.at_least / timedelta(microseconds=1)) * 1000
        if shortest:  # the latest one that left time enough
            latest = _latest(at[~bounded], times - shortest)
            age = np.where(latest == ALWAYS, NEVER, times - np.where(latest == ALWAYS, 0, latest))
        undone = self._refused(condition, latest, times)
        return (found | (age <= longest)) & ~undone

    def _refused(self, condition: Condition, since: Instants, times: Instants) -> Bools:
        """Return whether a refusal came after what it answers and by each row's time."""
        refusals = self.log.time_ns[_events(self.log.event, condition.refused_by)]
        latest = _latest(refusals, times)
        return np.asarray((latest != ALWAYS) & (latest >= since), bool)

    def held_days(self, condition: Condition) -> tuple[Floats, Floats]:
        """Return (truth, margin in days) of a state that must be on record for each day of a span before each row.

        The count restarts after each reset; a day without a record, or with no access, leaves it open.
        """
        assert condition.held is not None
        log, span = self.log, int(condition.held / timedelta(microseconds=1)) * 1000
        limit_km = condition.reset_within.km if condition.reset_within else 0.0
        resets = log.time_ns[_events(log.event, condition.reset_by) & (log.distance_km <= limit_km)]
        quiet = np.unique(log.time_ns[_events(log.event, condition.event)])
        blind = log.time_ns[_events(log.event, condition.unknown_when)] if condition.unknown_when else quiet[:0]
        last = _latest(resets, self.start_ns)
        clear_d = np.floor(np.where(last == ALWAYS, np.inf, (self.start_ns - last) / DAY_NS))
        needed = span / DAY_NS
        recorded = _between(quiet, self.start_ns - span, self.start_ns)
        unseen = _between(blind, self.start_ns - span, self.start_ns)
        broken = clear_d < needed
        truth = np.where(broken, NO, np.where((unseen > 0) | (recorded < needed), OPEN, YES))
        margin = np.where(broken, clear_d - needed, recorded - needed)
        return truth, margin

    def due(self) -> tuple[Floats, Floats, Floats]:
        """Return (first, last, not before) due times in hours after each row's time; nan where no clock runs.

        First and last differ where an anchor or a sector is not known exactly.
        """
        first, last = np.full(self.rows.length, np.inf), np.full(self.rows.length, -np.inf)
        opens = np.full(self.rows.length, -np.inf)
        sector = self.rows.text("sector")
        for due in self.clause.due:
            concerned = (sector == due.sector) | (sector == "") if due.sector else np.ones(self.rows.length, bool)
            early, late = self._due_one(due)
            first = np.where(concerned, np.fmin(first, early), first)
            last = np.where(concerned, np.fmax(last, late), last)
            if due.at is not None:
                opens = np.where(concerned, early, opens)
        running = np.isfinite(first)
        return np.where(running, first, np.nan), np.where(running, last, np.nan), opens

    def started(self) -> Bools:
        """Return whether each row comes at or after the start of its clock."""
        begun = np.ones(self.rows.length, bool)
        for due in self.clause.due:
            if not due.daily_by and due.before is None:
                begun &= ~(self._anchor(due)[0] > self.start_ns)
        return begun

    def ended(self) -> Bools:
        """Return whether the event that ends the duty had come, after the start of its clock."""
        at = self.log.time_ns[_events(self.log.event, self.clause.unless)]
        latest = _latest(at, self.start_ns)
        anchors = [self._anchor(due)[0] for due in self.clause.due if not due.daily_by]
        since = np.maximum.reduce(anchors) if anchors else np.full(self.rows.length, ALWAYS)
        return np.asarray((latest != ALWAYS) & (latest >= since), bool)

    def _due_one(self, due: Due) -> tuple[Floats, Floats]:
        if due.daily_by:
            today = self._hours_to_daily(due.daily_by)
            return today, today
        first, last = self._anchor(due)
        span = (due.within if due.within is not None else due.at) or timedelta()
        add = (span - (due.before or timedelta())) / timedelta(hours=1)
        none = first == ALWAYS
        hours = [
            np.where(none, np.nan, (np.where(none, 0, at) - self.start_ns) / HOUR_NS + add) for at in (first, last)
        ]
        return hours[0], hours[1]

    def _hours_to_daily(self, clock: str) -> Floats:
        """Return hours from each row to HH:MM of its own local day."""
        hour, minute = (int(part) for part in clock.split(":"))
        local = pd.DatetimeIndex(pd.to_datetime(self.start_ns, utc=True)).tz_convert(
            find_zone(self.agreement.time_zone or "UTC")
        )
        limit = local.normalize() + pd.Timedelta(hours=hour, minutes=minute)
        return np.asarray((limit - local) / pd.Timedelta(hours=1), float)

    def _anchor(self, due: Due) -> tuple[Instants, Instants]:
        """Return first and last instant of a deadline's anchor for each row; ALWAYS where it has not happened."""
        log = self.log
        right = _events(log.event, due.anchor)
        first: Instants = np.full(self.rows.length, ALWAYS)
        if right.any():
            for party, mine in self.each_party():
                who = right & _by(due.anchor_by, log.party, party)
                first[mine] = _nearest_event(log.time_ns[who], self.start_ns[mine])
            return first, first
        moment = self.agreement.instants.get(due.anchor)
        if due.anchor == "effective":
            window = window_of(self.clause, self.agreement)
            moment = window.start if window else None
        if moment is None:
            return first, first
        return np.full(self.rows.length, ns(moment.earliest)), np.full(self.rows.length, ns(moment.latest))


def _by(who: str, parties: npt.NDArray[np.object_], party: str) -> Bools:
    if who == "anyone":
        return np.ones(len(parties), bool)
    if who == "same_party":
        return np.asarray(parties == party, bool)
    if who == "other_party":
        return np.asarray((parties != party) & (parties != ""), bool)
    return np.asarray(parties == who, bool)


def _events(events: npt.NDArray[np.object_], wanted: str) -> Bools:
    codes, words = pd.factorize(events)
    kinds = [bool(wanted) and is_kind_of(str(word), wanted, ACTS) for word in words]
    return np.array(kinds, bool)[codes] if len(events) else np.zeros(0, bool)


def _latest(at: Instants, times: Instants) -> Instants:
    """Return the latest of some sorted-or-not instants at or before each time; ALWAYS where none."""
    at = np.sort(at)
    i = np.searchsorted(at, times, side="right") - 1
    return np.where(i >= 0, at[np.maximum(i, 0)] if len(at) else ALWAYS, ALWAYS)


def _nearest_event(at: Instants, times: Instants) -> Instants:
    """Return the latest instant at or before each time, else the first after it, else ALWAYS."""
    latest = _latest(at, times)
    return np.where((latest == ALWAYS) & (len(at) > 0), at.min() if len(at) else ALWAYS, latest)


def _between(at: Instants, start: Instants, end: Instants) -> npt.NDArray[np.intp]:
    at = np.sort(at)
    return np.searchsorted(at, end, side="left") - np.searchsorted(at, start, side="left")
