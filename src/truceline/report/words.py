"""The report's words in each language, from one catalogue, and its numbers, which are the same in all of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

import pandas as pd
import yaml

from truceline.errors import UnknownNameError

LANGUAGES = ("en", "uk", "fr")
NOT_KNOWN = "–"
_THIN_SPACE = "\u202f"


@functools.cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the catalogue of one language: key -> text.

    Raises
    ------
    UnknownNameError
        If there is no catalogue of that language.
    """
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    text = resources.files("truceline.report").joinpath(f"catalogue/{language}.yaml").read_text(encoding="utf-8")
    entries: Mapping[str, str] = yaml.safe_load(text)
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The catalogue of one language. A key missing there is shown in English, marked '[en]', never left out."""

    language: str
    zone: ZoneInfo

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its values put in. KeyError when English lacks it: a programmer's slip."""
        text = catalogue(self.language).get(key)
        if text is None:
            text = f"[en] {catalogue('en')[key]}"
        return text.format(**values) if values else text

    def term(self, kind: str, value: object) -> str:
        """Return a word of a vocabulary, such as a verdict; a word no catalogue has is shown as it was written."""
        key = f"{kind}.{value}"
        return self(key) if key in catalogue("en") else str(value).replace("_", " ")

    def local(self, instant: datetime | pd.Timestamp | None) -> str:
        """Return an instant in the report's zone, to the minute, as 2026-04-11 16:00."""
        if instant is None or pd.isna(instant):
            return NOT_KNOWN
        return instant.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def number(value: float | None, digits: int | None = None) -> str:
    """Return a number with a decimal point and thin spaces, the same in every language.

    Without `digits`: three significant figures below 100, whole above. nan gives a dash.

    Examples
    --------
    >>> number(0.01234), number(float("nan")), number(12.0)
    ('0.0123', '–', '12')
    """
    if value is None or math.isnan(value):
        return NOT_KNOWN
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if digits is None:
        size = abs(value)
        digits = 0 if size >= 100 or value == round(value) else min(6, 2 - math.floor(math.log10(size)))
        text = f"{value:z,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:z,.{digits}f}"
    return text.replace(",", _THIN_SPACE)


def percent(share: float | None) -> str:
    r"""Return a share as whole per cent; never 0 or 100 unless it is exactly that.

    Examples
    --------
    >>> percent(0.004).replace("\u202f", " "), percent(0.996).replace("\u202f", " ")
    ('<1 %', '>99 %')
    """
    if share is None or math.isnan(share):
        return NOT_KNOWN
    if 0 < share < 0.01:
        return f"<1{_THIN_SPACE}%"
    if 0.99 < share < 1:
        return f">99{_THIN_SPACE}%"
    return f"{share * 100:.0f}{_THIN_SPACE}%"


def error_of(metres: float) -> str:
    r"""Return a location error to two figures, in metres below a kilometre.

    Examples
    --------
    >>> error_of(187.3).replace("\u202f", " "), error_of(8000).replace("\u202f", " ")
    ('± 190 m', '± 8 km')
    """
    if math.isnan(metres):
        return NOT_KNOWN
    if metres < 1000:
        return f"± {number(round(metres, -1), 0)}{_THIN_SPACE}m"
    return f"± {number(round(metres / 1000, 1))}{_THIN_SPACE}km"


def shorten(text: str, length: int) -> str:
    """Return text of at most `length` characters, cut at the end with an ellipsis, on one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
