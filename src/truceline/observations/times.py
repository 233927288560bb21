"""Times as people write them, to UTC: whole columns at once, daylight saving included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.timespan import find_zone

Words = npt.NDArray[np.object_]

_ZONED = r":\d\d(?:[.,]\d+)?\s*(?:[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)$"
_ISO = r"(?:\d{4}-\d\d-\d\d|\d{8}(?:$|T))"
_NUMBERED = (
    r"^(?P<a>\d{1,2})(?P<mark>[./-])(?P<b>\d{1,2})(?P=mark)(?P<y>\d{4}|\d\d)"
    r"(?:[ T,]+(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d))?\s*(?P<half>[AaPp][Mm])?)?$"
)
_DAYS = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y")
_NAMED = tuple(day + clock for day in _DAYS for clock in ("", " %H:%M", ", %H:%M", " %H:%M:%S"))
_EARLIEST = pd.Timestamp("1900-01-01")
_QUARTER_S = 900  # no zone has changed its clocks at another instant than a quarter hour since 1900
SET_ZONE = "Write the zone in the time ('...Z', '...+03:00') or set timezone (--timezone), such as Europe/Kyiv."
WRITE_ISO = "Write it like 2026-04-11T16:00:00+03:00."


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What a column of times means. `reason` is "" where the time is usable, else why it is not."""

    start: pd.Series  # UTC
    end: pd.Series  # UTC; later than start for a date alone or an hour that the clock shows twice
    reason: Words
    todo: Words


def read_times(said: pd.Series, *, zone: str | None, day_first: bool | None = None) -> Times:
    """Return the UTC interval that each written time means.

    Parameters
    ----------
    said : (n,) text or datetimes
        ISO 8601 with or without zone, a date alone, day and month by number, English month names, or seconds or
        milliseconds since 1970 (10 or 13 digits).
    zone
        IANA name for times that state none; without it such a time is refused.
    day_first
        Whether 04/05/2025 is 4 May. None: decided by the column itself where it can be, refused where not.

    Notes
    -----
    A date alone is its whole local day. An hour that the clock shows twice is an interval of both; one that it
    skips is refused.
    """
    codes, unique = pd.factorize(said, use_na_sentinel=False)
    values = pd.Series(unique)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        wall, utc, whole_day, reason, todo = _from_datetimes(values)
    else:
        wall, utc, whole_day, reason, todo = _from_text(values.astype(str), day_first)
    start, end = utc.copy(), utc.copy()
    local = wall.notna() & utc.isna() & (reason == "")
    if zone is None:
        mark(reason, todo, local.to_numpy(), "time '{}' has no time zone.", SET_ZONE, said=values)
    elif local.any():
        start[local], end[local], missing = _to_utc(wall[local], zone)
        dated = local & whole_day
        if dated.any():
            end[dated] = _to_utc(wall[dated] + pd.Timedelta(days=1), zone)[0] - np.timedelta64(1, "s")
        gone = np.zeros(len(values), bool)
        gone[np.flatnonzero(local)] = missing & ~whole_day[local].to_numpy()
        mark(
            reason,
            todo,
            gone,
            "time '{}' does not exist in " + zone + ": the clocks go forward.",
            WRITE_ISO,
            said=values,
        )
    bad = reason != ""
    start[bad], end[bad] = pd.NaT, pd.NaT
    return Times(
        start=start.take(codes).reset_index(drop=True).dt.tz_localize("UTC"),
        end=end.take(codes).reset_index(drop=True).dt.tz_localize("UTC"),
        reason=reason[codes],
        todo=todo[codes],
    )


def mark(
    reason: Words, todo: Words, rows: npt.NDArray[np.bool_], why: str, what: str, *, said: pd.Series | None = None
) -> None:
    """Write a reason and what to do onto rows that have none yet; `{}` in the reason is the row's `said`."""
    if not rows.any():
        return
    fresh = np.flatnonzero(rows & (reason == ""))
    if len(fresh):
        reason[fresh] = why if said is None else [why.replace("{}", str(v)[:60]) for v in said.iloc[fresh]]
        todo[fresh] = what


def no_marks(length: int) -> tuple[Words, Words]:
    """Return empty reasons and todos for that many rows."""
    return np.full(length, "", object), np.full(length, "", object)


Parsed = tuple[pd.Series, pd.Series, pd.Series, Words, Words]


def _from_datetimes(values: pd.Series) -> Parsed:
    reason, todo = no_marks(len(values))
    empty = pd.Series(np.full(len(values), np.datetime64("NaT"), "datetime64[ns]"))
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        wall, utc = empty, values.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[ns]")
    else:
        wall, utc = values.astype("datetime64[ns]"), empty
    mark(reason, todo, values.isna().to_numpy(), "the time is empty.", WRITE_ISO)
    return wall, utc, pd.Series(np.zeros(len(values), bool)), reason, todo


def _from_text(text: pd.Series, day_first: bool | None) -> Parsed:
    """Return (wall clock, UTC, whether a date alone, reason, todo) of unique texts."""
    plain, dated = plain_iso(text)
    reason, todo = no_marks(len(text))
    wall, utc, whole_day = _no_times(len(text)), _no_times(len(text)), pd.Series(dated)
    wall[plain] = pd.to_datetime(text[plain], format="ISO8601", errors="coerce", cache=False).astype("datetime64[ns]")
    odd = np.flatnonzero(~plain)
    if len(odd):
        parsed = _from_odd_text(text.iloc[odd].str.strip().reset_index(drop=True), day_first)
        for whole, part in zip((wall, utc, whole_day, reason, todo), parsed, strict=True):
            whole[odd] = part.to_numpy() if isinstance(part, pd.Series) else part
    lost = (wall.isna() & utc.isna()).to_numpy()
    mark(reason, todo, lost, "'{}' is not a date and time.", WRITE_ISO, said=text)
    early = (wall.fillna(utc) < _EARLIEST).to_numpy()
    mark(reason, todo, early, "time '{}' is before 1900.", "Correct the year.", said=text)
    return wall, utc, whole_day, reason, todo


def _no_times(length: int) -> pd.Series:
    return pd.Series(np.full(length, np.datetime64("NaT"), "datetime64[ns]"))


def plain_iso(text: pd.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which texts are YYYY-MM-DD with or without HH:MM or HH:MM:SS after a blank or T, and which have none.

    By looking at the letters of all texts at once: most files write every time so.
    """
    letters = np.array(text.tolist(), "U20").view(np.uint32).reshape(-1, 20)
    digit = (letters >= ord("0")) & (letters <= ord("9"))
    date = digit[:, [0, 1, 2, 3, 5, 6, 8, 9]].all(axis=1) & (letters[:, [4, 7]] == ord("-")).all(axis=1)
    minute = digit[:, [11, 12, 14, 15]].all(axis=1) & (letters[:, 13] == ord(":"))
    second = digit[:, [17, 18]].all(axis=1) & (letters[:, 16] == ord(":")) & (letters[:, 19] == 0)
    split = (letters[:, 10] == ord(" ")) | (letters[:, 10] == ord("T"))
    dated = date & (letters[:, 10:] == 0).all(axis=1)
    return dated | (date & split & minute & (second | (letters[:, 16:] == 0).all(axis=1))), dated


def _from_odd_text(text: pd.Series, day_first: bool | None) -> Parsed:
    """Return what `_from_text` does for every other way of writing a time."""
    reason, todo = no_marks(len(text))
    wall, utc = _no_times(len(text)), _no_times(len(text))
    epoch = text.str.fullmatch(r"[0-9]{10}|[0-9]{13}")
    if epoch.any():
        number = text[epoch].astype("int64")
        millis = number.where(text[epoch].str.len() == 13, number * 1000)
        utc[epoch] = pd.to_datetime(millis, unit="ms", errors="coerce").astype("datetime64[ns]")
    zoned = text.str.contains(_ZONED) & ~epoch
    if zoned.any():
        named = text[zoned].str.replace(r"\s*(?:UTC|GMT)$", "Z", regex=True)
        spaced = named.str.replace(r"\s+(?=[Z+-])", "", regex=True)
        read = pd.to_datetime(spaced, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
        utc[zoned] = read.astype("datetime64[ns]")
    iso = text.str.match(_ISO) & ~epoch & ~zoned
    if iso.any():
        wall[iso] = pd.to_datetime(text[iso], format="ISO8601", errors="coerce").astype("datetime64[ns]")
    rest = wall.isna() & utc.isna()
    if rest.any():
        wall[rest] = _numbered(text, rest.to_numpy(), reason, todo, day_first).astype("datetime64[ns]")
    for style in _NAMED:
        rest = wall.isna() & utc.isna()
        if not rest.any():
            break
        wall[rest] = pd.to_datetime(text[rest], format=style, errors="coerce").astype("datetime64[ns]")
    blank = text.isin(["", "nan", "NaT", "None", "<NA>"]).to_numpy()
    mark(reason, todo, blank, "the time is empty.", WRITE_ISO)
    return wall, utc, ~text.str.contains(":", regex=False) & ~epoch, reason, todo


def _numbered(
    text: pd.Series, rest: npt.NDArray[np.bool_], reason: Words, todo: Words, day_first: bool | None
) -> pd.Series:
    """Return wall clocks of texts such as 20.04.2025 18:30 or 4/20/2025 6:30 PM; marks those with two readings."""
    part = text[rest].str.extract(_NUMBERED)
    a, b = pd.to_numeric(part["a"]), pd.to_numeric(part["b"])
    if day_first is None:
        day_first = True if (a > 12).any() else False if (b > 12).any() else None
    dotted = part["mark"] == "."  # 20.04.2025 is written day first everywhere
    if day_first is None:
        two = np.zeros(len(text), bool)
        two[rest] = (a.notna() & ~dotted & (a != b)).to_numpy()
        mark(
            reason,
            todo,
            two,
            "'{}' can be read two ways: the day first, or the month.",
            "Set day_first to true or false.",
            said=text,
        )
    first = dotted | bool(day_first)
    hour = pd.to_numeric(part["h"]).fillna(0)
    half = part["half"].str.lower()
    hour = hour.where(half.isna(), hour % 12 + 12 * (half == "pm"))
    year = pd.to_numeric(part["y"])
    fields = pd.DataFrame(
        {
            "year": year.where(year >= 100, year + 2000),
            "month": b.where(first, a),
            "day": a.where(first, b),
            "hour": hour,
            "minute": pd.to_numeric(part["m"]).fillna(0),
            "second": pd.to_numeric(part["s"]).fillna(0),
        }
    )
    return pd.to_datetime(fields, errors="coerce")


def _to_utc(wall: pd.Series, zone: str) -> tuple[Any, Any, npt.NDArray[np.bool_]]:
    """Return (first UTC, last UTC, whether the clock skips it) of wall-clock times.

    PEP 495: both folds differ where the clock shows an hour twice or skips one. A day at both ends of which the
    offset is the same is taken whole; on other days each quarter hour is looked up.
    """
    tz = find_zone(zone)
    clock = wall.to_numpy("datetime64[s]")
    days, of_day = np.unique(clock.astype("datetime64[D]"), return_inverse=True)
    both = _offsets_s(np.r_[days, days + 1].astype("datetime64[s]"), tz)
    steady = (both[: len(days)] == both[len(days) :]).all(axis=1) & (both[: len(days), 0] == both[: len(days), 1])
    offsets = both[of_day]
    rows = np.flatnonzero(~steady[of_day])
    if len(rows):
        quarters, of_quarter = np.unique(clock[rows].astype("int64") // _QUARTER_S, return_inverse=True)
        offsets[rows] = _offsets_s((quarters * _QUARTER_S).astype("datetime64[s]"), tz)[of_quarter]
    first, second = (offsets[:, fold].astype("timedelta64[s]") for fold in (0, 1))
    exact = wall.to_numpy("datetime64[ns]")
    return exact - np.maximum(first, second), exact - np.minimum(first, second), offsets[:, 0] < offsets[:, 1]


def _offsets_s(wall: npt.NDArray[np.datetime64], tz: ZoneInfo) -> npt.NDArray[np.int64]:
    """Return (n, 2) seconds ahead of UTC at wall-clock times, for both folds."""
    return np.array([_offset_s(at, tz) for at in wall.tolist()], np.int64).reshape(-1, 2)


@lru_cache(maxsize=100_000)  # a year's days come again with every batch of a file
def _offset_s(at: datetime, tz: ZoneInfo) -> tuple[int, int]:
    first, second = (at.replace(tzinfo=tz, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return int(first.total_seconds()), int(second.total_seconds())
