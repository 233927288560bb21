"""A mission made of one sheet of events: the ten-minute switch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from truceline.errors import MissionError
from truceline.incidents import IncidentSettings
from truceline.mission.finding import find_agreement
from truceline.mission.mission import Mission
from truceline.mission.stretches import DEFAULT_KINDS, box_round, sectors_of
from truceline.monitor import Brief
from truceline.sources.lines import read_lines
from truceline.sources.places import places_near
from truceline.sources.streamed import read_near
from truceline.timespan import Timespan, find_zone, iso

LONGEST_YEARS = 10  # of a period nobody named: longer means a slip in a date


def events_mission(
    events: Path,
    line: Path,
    agreement: str,
    *,
    options: Mapping[str, Any],
    start: datetime | None = None,
    end: datetime | None = None,
) -> Mission:
    """Return a mission made of one sheet of events, one line and one agreement: the ten-minute switch.

    The period is from `start` to `end`; an end not named is that of the events, to the whole local day.

    The sheet is read here, in parts: see `read_near` for what of a large one is kept.
    """
    terms = find_agreement(agreement, Path())
    lines = read_lines(line, terms.parties[0].party_id)
    options = {"near": box_round(lines[0].strip), **options}
    timezone = str(options.get("timezone", "UTC"))
    strip = lines[0].strip
    readings = read_near(events, source=events.stem, options=options, strip=strip, period=(start, end))
    times = readings.observations
    if not len(times):
        raise _unreadable(events, readings.set_aside)
    period = _period_of(times, (start, end), timezone, events)
    brief = Brief(
        mission_id=events.stem,
        title=f"{events.name} under {terms.title}",
        timezone=timezone,
        report_day_ends="24:00",
        period=period,
        agreements=(terms,),
        strip=strip,
        lines=lines,
        sectors=sectors_of(None, strip, ""),
        places=places_near(strip),
        kinds=DEFAULT_KINDS[::-1],
        settings=IncidentSettings(),
        credits=(),
    )
    first, second = (party.called for party in terms.parties[:2])
    side = "left" if strip.positive_side == "left" else "right"
    notes = (f"{first} is taken to hold the {side} of the line as drawn and {second} the other side.",)
    return Mission(folder=events.parent, brief=brief, sources=(), warnings=notes, held=(readings,))


def _period_of(
    times: pd.DataFrame, period: tuple[datetime | None, datetime | None], timezone: str, events: Path
) -> Timespan:
    """Return the period asked for; an end not named is that of the events. What only a slip explains is refused."""
    first, last = times["time_start"].min(), times["time_end"].max()
    whole = _days_around(first, last, timezone)
    start, end = period[0] or whole.start, period[1] or whole.end
    if None in period and end - start > timedelta(days=366 * LONGEST_YEARS):
        earliest, latest = times["ref"][times["time_start"].idxmin()], times["ref"][times["time_end"].idxmax()]
        raise MissionError(
            f"its rows span {(end - start).days // 365} years, "
            f"from {first:%Y-%m-%d} ({earliest}) to {last:%Y-%m-%d} ({latest}).",
            where=str(events),
            todo="Correct the date that is wrong, or name the period with --from and --to.",
        )
    if end <= start:
        raise MissionError(
            f"no period is left between {iso(start)} and {iso(end)}.", where=str(events), todo="Check --from and --to."
        )
    return Timespan(start=start, end=end)


def _unreadable(events: Path, set_aside: pd.DataFrame) -> MissionError:
    """Return the error for a sheet of which no row could be used, with the first row's reason."""
    if not len(set_aside):
        return MissionError("it holds no rows.", where=str(events))
    first = set_aside.iloc[0]
    line = f"line {first.line:.0f}: " if first.line > 0 else ""
    return MissionError(f"no row of it could be used; {line}{first.reason}", where=str(events), todo=first.todo)


def _days_around(start: pd.Timestamp, end: pd.Timestamp, zone: str) -> Timespan:
    """Return the whole local days that hold two instants."""
    tz = find_zone(zone)
    first = start.tz_convert(tz).normalize()
    last = (end.tz_convert(tz) + pd.Timedelta(nanoseconds=1)).ceil("D")
    return Timespan(start=first.tz_convert(UTC).to_pydatetime(), end=last.tz_convert(UTC).to_pydatetime())
