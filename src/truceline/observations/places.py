"""Coordinates as people write them, to degrees; and the slips that can be told from the values alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations.times import Words, mark, no_marks

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]  # west, south, east, north

_SEXAGESIMAL = (
    r"^\s*(?P<before>[NSEW])?\s*(?P<sign>-)?(?P<d>\d{1,3})\s*[°ºd:\s]\s*(?P<m>\d{1,2}(?:[.,]\d+)?)\s*['′’m:\s]?\s*"
    r"(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:[\"″”s]|''|′′)?)?\s*(?P<after>[NSEW])?\s*$"
)
_LETTERED = r"^\s*(?P<before>[NSEW])?\s*(?P<d>[+-]?\d+(?:[.,]\d+)?)\s*°?\s*(?P<after>[NSEW])?\s*$"
DEGREES = "Write degrees, such as 48.015 and 37.803."


def read_degrees(said: pd.Series, *, axis: str) -> tuple[Floats, Words, Words]:
    """Return (degrees, reason, todo) of a column of latitudes or longitudes.

    Parameters
    ----------
    said : (n,) text or numbers
        Decimal degrees (point or comma), or degrees, minutes and seconds with or without a hemisphere letter.
    axis
        'latitude' or 'longitude'; a hemisphere letter of the other axis is refused.
    """
    reason, todo = no_marks(len(said))
    value = pd.to_numeric(said, errors="coerce").to_numpy(float, copy=True)
    odd = ~np.isfinite(value)
    if odd.any():
        text = said[odd].astype(str).str.strip().str.upper()
        value[odd] = _written_out(text, axis)
        left = ~np.isfinite(value)
        blank = np.zeros(len(said), bool)
        blank[odd] = text.isin(["", "NAN", "NONE", "<NA>", "NULL"])
        mark(reason, todo, blank, f"the {axis} is empty.", "Give the place in degrees.")
        mark(reason, todo, left, axis + " '{}' is not a number of degrees.", DEGREES, said=said)
        value[left] = np.nan
    return value, reason, todo


def _written_out(text: pd.Series, axis: str) -> Floats:
    signs = {"N": 1.0, "S": -1.0} if axis == "latitude" else {"E": 1.0, "W": -1.0}
    out = np.full(len(text), np.nan)
    for pattern in (_LETTERED, _SEXAGESIMAL):
        part = text.str.extract(pattern)
        number = {
            name: pd.to_numeric(part[name].str.replace(",", ".", regex=False), errors="coerce")
            for name in ("d", "m", "s")
            if name in part
        }
        minute, second = number.get("m", pd.Series(0.0, part.index)), number.get("s", pd.Series(0.0, part.index))
        degrees = number["d"] + minute.fillna(0) / 60 + second.fillna(0) / 3600
        letter = part["before"].where(part["before"].notna(), part["after"])
        sign = letter.map(signs).where(letter.notna(), 1.0)
        if "sign" in part:
            sign = sign * np.where(part["sign"] == "-", -1.0, 1.0)
        fits = (minute.fillna(0) < 60) & (second.fillna(0) < 60)
        found = (degrees * sign).where(fits).to_numpy(float)
        out = np.where(np.isfinite(out), out, found)
    return out


def check_places(lon_deg: Floats, lat_deg: Floats, reason: Words, todo: Words, *, near: Box | None = None) -> None:
    """Mark places that cannot be meant: off the Earth, 0/0, or longitude and latitude swapped.

    Swapped is said where only the swapped pair is on the Earth, or where `near` is given and only the swapped
    pair lies in it.
    """
    with np.errstate(invalid="ignore"):
        swap = (abs(lat_deg) > 90) & (abs(lat_deg) <= 180) & (abs(lon_deg) <= 90)
        if near is not None:
            swap |= ~_inside(lon_deg, lat_deg, near) & _inside(lat_deg, lon_deg, near)
        off_lat, off_lon = abs(lat_deg) > 90, abs(lon_deg) > 180
    for i in _unmarked(swap, reason):
        reason[i] = f"latitude {lat_deg[i]:g} and longitude {lon_deg[i]:g} look swapped."
        todo[i] = "Set map so that lat and lon name the right columns."
    for wrong, value, axis, limit in ((off_lat, lat_deg, "latitude", 90), (off_lon, lon_deg, "longitude", 180)):
        for i in _unmarked(wrong, reason):
            reason[i] = f"{axis} {value[i]:.15g} is outside -{limit}...{limit}."
            todo[i] = "If it is degrees and minutes run together, write degrees such as 48.025."
    nowhere = (lat_deg == 0) & (lon_deg == 0)
    mark(reason, todo, nowhere, "the place is 0, 0: a usual filling for 'not known'.", "Give the place in degrees.")


def _unmarked(wrong: npt.NDArray[np.bool_], reason: Words) -> list[int]:
    rows = np.flatnonzero(wrong)
    return [int(row) for row in rows if reason[row] == ""]


def _inside(lon: Floats, lat: Floats, box: Box) -> npt.NDArray[np.bool_]:
    west, south, east, north = box
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
