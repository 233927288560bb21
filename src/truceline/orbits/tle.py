"""Two-line element sets to records: fixed columns, a checksum on each line (Spacetrack Report 3; Vallado 2006)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from truceline.orbits.elements import Elements

COLUMNS = 69  # of each line; the last is the checksum
_FIRST_YEAR = 57  # two digits: 57-99 are 1957-1999, 00-56 are 2000-2056
_ALPHA5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # I and O are left out: A0000 is 100000

_LINE_1 = re.compile(
    r"1 (?P<id>[ \dA-HJ-NP-Z][ \d]{4})[A-Z ] .{8} (?P<year>\d\d)(?P<day>[ \d]{3}\.\d{8}) (?P<dot>[ +-]\.\d{8}) "
    r"(?P<ddot>[ +-][ \d]{5}[+ -]\d) (?P<drag>[ +-][ \d]{5}[+ -]\d) .[ \d]{5}\d",
    re.ASCII,
)
_LINE_2 = re.compile(
    r"2 (?P<id>[ \dA-HJ-NP-Z][ \d]{4}) (?P<inclination>[ \d]{3}\.\d{4}) (?P<node>[ \d]{3}\.\d{4}) (?P<ecc>[ \d]{7}) "
    r"(?P<perigee>[ \d]{3}\.\d{4}) (?P<anomaly>[ \d]{3}\.\d{4}) (?P<motion>[ \d]{2}\.\d{8})(?P<rev>[ \d]{5})\d",
    re.ASCII,
)
_TYPED_AGAIN = "Fetch the set again: a set that was typed or cut cannot be trusted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A set that cannot be used, and why."""

    name: str
    reason: str
    todo: str = _TYPED_AGAIN


def checksum(line: str) -> int:
    """Return the checksum of the first 68 columns: the digits, and 1 for each minus sign, modulo 10."""
    body = line[: COLUMNS - 1]
    return (sum(int(c) for c in body if c in "0123456789") + body.count("-")) % 10


def read_tle(text: str) -> Iterator[tuple[int, Elements | Bad]]:
    """Yield (line number, set or what is wrong with it) of text in two or three lines a set; # begins a remark."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    name, i = "", 0
    while i < len(lines):
        number, line = lines[i]
        following = lines[i + 1][1] if i + 1 < len(lines) else ""
        i += 1
        if line.startswith("1 ") and following.startswith("2 "):
            yield number, _read_set(name, line, following)
            name, i = "", i + 1
        elif line.startswith(("1 ", "2 ")) and (len(line) > 40 or i == len(lines)):
            other = "2" if line[0] == "1" else "1"
            yield number, Bad(name=name or line[2:7].strip(), reason=f"line {line[0]} stands without its line {other}.")
            name = ""
        else:
            name = line.removeprefix("0 ").strip()


def _read_set(name: str, first: str, second: str) -> Elements | Bad:
    called = name or first[2:7].strip()
    for line in (first, second):
        if len(line) != COLUMNS:
            return Bad(name=called, reason=f"line {line[0]} has {len(line)} characters, not {COLUMNS}.")
        if line[-1] != str(checksum(line)):
            said = f"line {line[0]} ends in the checksum {line[-1]}; its digits give {checksum(line)}."
            return Bad(name=called, reason=said)
    one, two = _LINE_1.fullmatch(first), _LINE_2.fullmatch(second)
    if one is None or two is None:
        return Bad(name=called, reason=f"line {1 if one is None else 2} does not have its numbers in their columns.")
    if one["id"] != two["id"]:
        said = f"line 1 is of satellite {one['id'].strip()}, line 2 of {two['id'].strip()}."
        return Bad(name=called, reason=said)
    try:
        return _elements(called, one, two)
    except ValueError as error:
        return Bad(name=called, reason=f"a number cannot be read ({error}).")


def _elements(name: str, one: re.Match[str], two: re.Match[str]) -> Elements:
    year = int(one["year"])
    if not 1 <= float(one["day"]) < 367:
        raise ValueError(f"day {one['day'].strip()} of the year")
    begins = datetime(year + (1900 if year >= _FIRST_YEAR else 2000), 1, 1, tzinfo=UTC)
    return Elements(
        name=name,
        norad_id=read_norad_id(one["id"]),
        epoch=begins + timedelta(days=float(one["day"]) - 1),
        inclination_deg=float(two["inclination"]),
        node_deg=float(two["node"]),
        eccentricity=float("0." + two["ecc"].replace(" ", "0")),
        perigee_deg=float(two["perigee"]),
        anomaly_deg=float(two["anomaly"]),
        revolutions_per_day=float(two["motion"]),
        drag_per_radius=_assumed_point(one["drag"]),
        acceleration_rev_d2=float(one["dot"].replace(" ", "")),
        jerk_rev_d3=_assumed_point(one["ddot"]),
        revolution=int(two["rev"].strip() or 0),
    )


def read_norad_id(text: str) -> int:
    """Return the catalogue number of five columns, in which a leading letter stands for 10-33 (Alpha-5)."""
    text = text.strip()
    if text[:1] in _ALPHA5 and text:
        return (10 + _ALPHA5.index(text[0])) * 10_000 + int(text[1:])
    return int(text)


def _assumed_point(text: str) -> float:
    """Return a number such as ' 81445-4', which is 0.81445e-4."""
    digits = text[1:6].replace(" ", "0")
    return float(f"{text[0].strip()}0.{digits}e{text[6:].replace(' ', '+')}")
