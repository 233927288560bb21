"""UTC instants and spans: the only clock arithmetic in the house. Nothing here reads the wall clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from truceline.errors import RequestError

_DURATION = re.compile(
    r"^P(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timespan:
    """A half-open stretch of time: `start` belongs to it, `end` does not. Both are UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if getattr(self, name).tzinfo is None:
                raise RequestError(
                    f"the {name} {getattr(self, name)} has no time zone.", todo="Say '...Z' or '...+03:00'."
                )
        if self.end < self.start:
            raise RequestError(f"a span cannot end ({self.end}) before it starts ({self.start}).")

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.end - self.start).total_seconds() / 3600

    def contains(self, instant: datetime) -> bool:
        """Return whether the instant lies inside; the start does, the end does not."""
        return self.start <= instant < self.end

    def overlap_h(self, other: Timespan) -> float:
        """Return the hours both spans share."""
        return max(0.0, (min(self.end, other.end) - max(self.start, other.start)).total_seconds() / 3600)

    def days(self, zone: str) -> Iterator[tuple[str, Timespan]]:
        """Yield each local calendar day touched, as (ISO date, the part of the day inside the span)."""
        tz = find_zone(zone)
        day = self.start.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0)
        while day < self.end.astimezone(tz):
            # built from the calendar, not by adding 24 h, so that days of 23 and 25 hours come out right
            following = datetime.combine(day.date() + timedelta(days=1), day.timetz().replace(tzinfo=None), tzinfo=tz)
            start, end = max(self.start, day.astimezone(UTC)), min(self.end, following.astimezone(UTC))
            if end > start:
                yield day.date().isoformat(), Timespan(start=start, end=end)
            day = following

    def __str__(self) -> str:
        return f"{iso(self.start)}/{iso(self.end)}"


def find_zone(name: str, *, where: str = "") -> ZoneInfo:
    """Return the IANA time zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
        raise RequestError(
            f"'{name}' is not a time zone.", where=where, todo="Use a name such as 'Europe/Kyiv'."
        ) from error


def parse_instant(text: object, *, zone: str | None = None, where: str = "") -> datetime:
    """Return a UTC instant from ISO 8601 text, or from a date alone (its first moment).

    `zone` names the local zone to assume when the text has none; without it such text is refused, because an
    hour's doubt decides verdicts.

    Examples
    --------
    >>> parse_instant("2026-04-11T16:00:00+03:00").isoformat()
    '2026-04-11T13:00:00+00:00'
    """
    if isinstance(text, datetime):
        value = text
    else:
        try:
            value = datetime.fromisoformat(str(text).strip())
        except ValueError as error:
            raise RequestError(
                f"'{text}' is not a date and time.",
                where=where,
                todo="Write it like 2026-04-11T16:00:00+03:00.",
            ) from error
    if value.tzinfo is None:
        if zone is None:
            raise RequestError(f"time '{text}' has no time zone.", where=where, todo="Say '...Z' or '...+03:00'.")
        value = value.replace(tzinfo=find_zone(zone))
    return value.astimezone(UTC)


def parse_duration(text: str, *, where: str = "") -> timedelta:
    """Return an ISO 8601 duration without months or years.

    Examples
    --------
    >>> parse_duration("PT24H") == parse_duration("P1D")
    True
    """
    found = _DURATION.match(str(text).strip())
    if not found or str(text).strip() in {"P", "PT"}:
        raise RequestError(f"'{text}' is not a duration.", where=where, todo="Write it like PT24H or P14D.")
    return timedelta(**{unit: float(value) for unit, value in found.groupdict().items() if value})


def iso(instant: datetime) -> str:
    """Return the instant as UTC text to the second, such as 2026-04-11T13:00:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
