"""One clause's verdicts while they are being decided: the first reason that holds settles a row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.findings.judge_rows import Bools, Floats

VERDICTS = np.array(["compliant", "violation", "indeterminate", "not_applicable"], object)
COMPLIANT, VIOLATION, INDETERMINATE, NOT_APPLICABLE = range(4)


class Ruling:
    """Verdict, probability, margin and reason of each row for one clause under one reading."""

    def __init__(self, length: int) -> None:
        self.verdict: npt.NDArray[np.int8] = np.full(length, NOT_APPLICABLE, np.int8)
        self.reason: npt.NDArray[np.object_] = np.full(length, "", object)
        self.probability: Floats = np.full(length, np.nan)
        self.margin: Floats = np.full(length, np.nan)
        self.unit: npt.NDArray[np.object_] = np.full(length, "", object)
        self.open: Bools = np.ones(length, bool)

    def decide(self, where: Bools, verdict: int, reason: str, probability: float | Floats = np.nan) -> Bools:
        """Settle the rows still open in `where`; return which they were."""
        mine = self.open & where
        if mine.any():
            self.verdict[mine] = verdict
            self.reason[mine] = reason
            self.probability[mine] = probability[mine] if isinstance(probability, np.ndarray) else probability
            self.open &= ~mine
        return mine

    def measure(self, where: Bools, margin: Floats, unit: str) -> None:
        """Give rows their signed margin; rows without a number keep none."""
        mine = where & np.isfinite(margin)
        self.margin[mine] = margin[mine] + 0.0  # no negative zero
        self.unit[mine] = unit

    def take(self, index: npt.NDArray[np.intp], part: Ruling) -> None:
        """Take over the ruling of some rows."""
        for name in ("verdict", "reason", "probability", "margin", "unit", "open"):
            getattr(self, name)[index] = getattr(part, name)

    def say(self, where: Bools, values: Floats, words: Callable[[float], str], *, more: bool = False) -> None:
        """Give rows a reason that quotes a number rounded to three places, or `more` words after the one they have.

        Each distinct sentence is made once.
        """
        if where.any():
            quoted, inverse = np.unique(np.round(values[where], 3), return_inverse=True)
            said = np.array([words(float(v)) for v in quoted], object)[inverse]
            self.reason[where] = self.reason[where] + said if more else said

    def add(self, where: Bools, words: str) -> None:
        """Append words to the reasons of rows; each distinct reason is extended once."""
        if where.any():
            codes, texts = pd.factorize(self.reason[where])
            self.reason[where] = np.array([f"{t}; {words}" for t in texts], object)[codes]
