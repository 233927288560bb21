"""What outages take away: the hours in which a sensor or source could not be heard, and its looks in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pandas as pd

from truceline.observations.outages import Outage
from truceline.timespan import Timespan

HOUR = timedelta(hours=1)
Gaps = Mapping[str, tuple[Timespan, ...]]


def silent_hours(outages: Sequence[Outage], period: Timespan) -> dict[str, tuple[Timespan, ...]]:
    """Return, by sensor and source, the spans of a period in which nothing of it could be heard, in order.

    Whole hours of the period: one that an outage only touches is lost, for what would have come in it may have come in
    just those minutes.
    """
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for outage in outages:
        start, end = max(outage.start, period.start), min(outage.end, period.end)
        if start < end:
            first = period.start + (start - period.start) // HOUR * HOUR
            last = period.start - (period.start - end) // HOUR * HOUR
            for name in {*outage.sensors, *outage.sources}:
                spans.setdefault(name, []).append((first, last))
    return {name: _joined(several) for name, several in sorted(spans.items())}


def _joined(spans: list[tuple[datetime, datetime]]) -> tuple[Timespan, ...]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(Timespan(start=start, end=end) for start, end in joined)


def heard_looks(looks: pd.DataFrame, gaps: Gaps) -> pd.DataFrame:
    """Return the looks that watched: passes in their source's gaps left out, and of a presence the hours in them."""
    for source, spans in gaps.items():
        for span in spans:
            looks = _without(looks, source, pd.Timestamp(span.start), pd.Timestamp(span.end))
    return looks


def _without(looks: pd.DataFrame, source: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    begins, ends = looks["time_start"], looks["time_end"]
    within = (looks["source"] == source) & (begins < end) & ((ends > start) | (begins >= start))
    if not within.any():
        return looks
    lasting = looks[within & (looks["sensor"] != "thermal")]
    before = lasting[lasting["time_start"] < start].assign(time_end=start)
    after = lasting[lasting["time_end"] > end].assign(time_start=end)
    kept = [part for part in (looks[~within], before, after) if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else looks[:0]


def silence_told(outages: Sequence[Outage], period: Timespan) -> list[str]:
    """Return a warning for each feed that was silent in a period, with the hours lost."""
    told = []
    for feed in sorted({outage.feed for outage in outages}):
        mine = [outage for outage in outages if outage.feed == feed]
        spans = [(max(o.start, period.start), min(o.end, period.end)) for o in mine]
        lost = sum(span.hours for span in _joined([(a, b) for a, b in spans if a < b]))
        if lost > 0:
            sensors, sources = ({name for o in mine for name in getattr(o, kind)} for kind in ("sensors", "sources"))
            told.append(
                f"Feed {feed} was silent for {lost:.1f} h of the period: {len(sensors)} sensors and {len(sources)} "
                "sources that report through it count as not watching in those hours."
            )
    return told
