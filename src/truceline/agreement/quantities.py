"""Distances, moments and durations as an agreement writes them: the typed words are kept beside the SI value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from truceline.errors import AgreementError, RequestError
from truceline.geodesy import KM_PER_MILE, KM_PER_NAUTICAL_MILE
from truceline.timespan import find_zone, iso, parse_duration

UNITS_KM: dict[str, float] = {
    "m": 0.001,
    "km": 1.0,
    "nm": KM_PER_NAUTICAL_MILE,
    "mi": KM_PER_MILE,
    "mile": KM_PER_MILE,  # statute, and the linter asks: a bare mile may be nautical
    "miles": KM_PER_MILE,
}
_DISTANCE = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$")
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
# local clocks on Earth run from UTC-12 to UTC+14: how far a time without a zone may be out
_EARLIEST_CLOCK, _LATEST_CLOCK = timedelta(hours=14), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Distance:
    """A length as typed, such as '10 nm', with its unit and its value in kilometres."""

    said: str
    unit: str = field(compare=False)
    km: float = field(compare=False)

    @property
    def in_unit(self) -> float:
        """The value in its own unit."""
        return self.km / UNITS_KM[self.unit]


def read_distance(text: object, *, where: str = "") -> Distance:
    """Return a distance from text with its unit, such as '15 km' or '10 nm'. A bare number is refused.

    Examples
    --------
    >>> round(read_distance("10 nm").km, 2)
    18.52
    """
    found = _DISTANCE.match(str(text))
    if not found or found.group(2) not in UNITS_KM:
        raise AgreementError(
            f"'{text}' is not a distance.",
            where=where,
            todo=f"Write the number and its unit, such as '15 km' or '10 nm' (units: {', '.join(UNITS_KM)}).",
        )
    unit = found.group(2)
    return Distance(str(text).strip(), unit, float(found.group(1)) * UNITS_KM[unit])


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as typed, which may be known only within bounds.

    A date alone means some instant of that local day; 'A..B' means some instant between the two; a time whose
    zone is not known may be any clock on Earth. `certain` moments have equal bounds. `day_start` is the first
    moment of the local day of `earliest`, for counting calendar days.
    """

    said: str
    earliest: datetime
    latest: datetime
    zone_known: bool = True

    @property
    def is_certain(self) -> bool:
        """Whether the instant is known exactly."""
        return self.earliest == self.latest


def read_moment(text: object, *, zone: str | None, where: str = "") -> Moment:
    """Return the moment that text means; `zone` is the agreement's own local zone, if it states one."""
    said = str(text).strip()
    if ".." in said:
        first, last = (read_moment(part, zone=zone, where=where) for part in said.split("..", 1))
        if last.earliest < first.earliest:
            raise AgreementError(f"'{said}' ends before it begins.", where=where, todo="Write the earlier time first.")
        return Moment(said, first.earliest, last.latest, first.zone_known and last.zone_known)
    try:
        value = datetime.fromisoformat(said)
    except ValueError as error:
        raise AgreementError(
            f"'{said}' is not a date and time.",
            where=where,
            todo="Write it like '2026-04-11T16:00+03:00', as a date, or as 'earliest..latest'; in quotes.",
        ) from error
    try:
        return _bounded(said, value, zone)
    except OverflowError as error:
        raise AgreementError(f"'{said}' is outside the calendar.", where=where, todo="Write a real date.") from error


def _bounded(said: str, value: datetime, zone: str | None) -> Moment:
    whole_day = timedelta(days=1) if _ISO_DATE.match(said) else timedelta()
    if value.tzinfo is None and zone is None:
        utc = value.replace(tzinfo=UTC)
        return Moment(said, utc - _EARLIEST_CLOCK, utc + whole_day + _LATEST_CLOCK, zone_known=False)
    clock = value.tzinfo or find_zone(str(zone))
    # the next local midnight, so that days of 23 and 25 hours come out right
    return Moment(
        said, value.replace(tzinfo=clock).astimezone(UTC), (value + whole_day).replace(tzinfo=clock).astimezone(UTC)
    )


def add_days(moment: Moment, span: timedelta, zone: str | None) -> datetime:
    """Return the local midnight that ends `span` whole calendar days, the day of the moment being the first."""
    clock = find_zone(zone) if zone else UTC
    day = moment.earliest.astimezone(clock).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return (day + span).replace(tzinfo=clock).astimezone(UTC)


def read_duration(text: object, *, where: str = "") -> timedelta:
    """Return an ISO 8601 duration, naming the place when it is not one."""
    try:
        return parse_duration(str(text), where=where)
    except (RequestError, OverflowError) as error:
        raise AgreementError(
            f"'{text}' is not a duration.", where=where, todo="Write it like PT24H or P14D."
        ) from error


def write_duration(span: timedelta) -> str:
    """Return a duration as ISO 8601 text that reads back to the same span.

    Examples
    --------
    >>> write_duration(timedelta(hours=36))
    'P1DT12H'
    """
    days, rest = span.days, timedelta(seconds=span.seconds, microseconds=span.microseconds)
    hours, left = divmod(rest, timedelta(hours=1))
    minutes, seconds = divmod(left, timedelta(minutes=1))
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds:
        clock += f"{seconds.total_seconds():.6f}".rstrip("0").rstrip(".") + "S"
    return f"P{days}D" + (f"T{clock}" if clock else "") if days or not clock else f"PT{clock}"


def write_moment(moment: Moment) -> str:
    """Return the moment in UTC, or its bounds."""
    return iso(moment.earliest) if moment.is_certain else f"{iso(moment.earliest)}..{iso(moment.latest)}"
