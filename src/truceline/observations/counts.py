"""Counts as monitors write them ("over 100", "15-20", "uncountable"), to the least and the most they can mean."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float]

_NUMBER = r"(\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+|\d{1,15})(?:\.0*)?"
_UNKNOWN: Bounds = (math.nan, math.nan)
# at least two; a plural of a power of ten is at least two of them and less than one of the next
_PHRASES: tuple[tuple[str, Bounds], ...] = (
    (r"thousands", (2000, math.inf)),
    (r"hundreds", (200, 999)),
    (r"dozens", (24, 99)),
    (r"tens\b", (20, 99)),
    (r"uncount|overlapping|several|multiple|numerous", (2, math.inf)),
)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def read_count(said: str) -> Bounds:
    """Return the (least, most) a written count can mean; nan where it says nothing, inf where it sets no top.

    "over N" is N or more, as "at least N": a round number is not exact to one. "about N" and "nearly N" are N as
    rounded to its last digit that is not zero: a stated assumption.

    Examples
    --------
    >>> read_count("over 100"), read_count("15-20"), read_count("about 610")
    ((100.0, inf), (15.0, 20.0), (605.0, 615.0))
    """
    text = str(said).strip().lower()
    spread = re.search(rf"^(?:between )?{_NUMBER}\s*(?:-|–|—|to|and)\s*{_NUMBER}", text)
    if spread:
        low, high = _plain(spread[1]), _plain(spread[2])
        return (low, high) if low <= high else _UNKNOWN
    number = re.search(rf"(?<![\d.,-]){_NUMBER}(?![\d.])", text)
    if number and not (
        number.end() < len(text) and text[number.end()] == "," and text[number.end() + 1 :][:1].isdigit()
    ):
        return _qualified(text[: number.start()], _plain(number[1]), text[number.end() :])
    for word, bounds in _PHRASES:
        if re.search(word, text):
            return bounds
    first = text.split()[0] if text.split() else ""
    if first in _WORDS:
        value = float(_WORDS.index(first) + 1)
        return value, value
    return _UNKNOWN


def read_counts(said: pd.Series) -> tuple[Floats, Floats]:
    """Return the least and the most of a column of written counts."""
    codes, unique = pd.factorize(said.astype(str), use_na_sentinel=False)
    bounds = np.array([read_count(text) for text in unique], float).reshape(-1, 2)
    return bounds[codes, 0], bounds[codes, 1]


def _plain(digits: str) -> float:
    return float(re.sub(r"\D", "", digits))


def _qualified(before: str, n: float, after: str) -> Bounds:
    if re.search(r"over|more than|exceeding|at least|no fewer|no less|≥|>|minimum", before):
        return n, math.inf
    if after.startswith(("+", " or more")):
        return n, math.inf
    if re.search(r"up to|at most|no more", before):
        return 0.0, n
    if re.search(r"fewer than|less than|under|<", before):
        return 0.0, max(0.0, n - 1)
    if re.search(r"nearly|almost|close to", before):
        return max(0.0, n - _half_step(n)), n
    if re.search(r"about|around|approx|some|circa|~|≈|near", before):
        return max(0.0, n - _half_step(n)), n + _half_step(n)
    return n, n


def _half_step(n: float) -> float:
    if n == 0:
        return 0.0
    digits = str(int(n))
    return float(10 ** (len(digits) - len(digits.rstrip("0")))) / 2
