"""What the outlook rests on: counts of past truces, effects and shapes, each with range, source and kind."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import load_yaml
from truceline.agreement.plain import Reader, read_record
from truceline.errors import RequestError
from truceline.simulate.survival import CureFit, LifeTable, fit

Floats = npt.NDArray[np.float64]
Kind = Literal["evidence", "judgement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The ratio of hazards for one unit of a condition."""

    unit: str
    hazard_ratio: tuple[float, ...]  # low, mid, high
    kind: Kind
    mark: str
    source: str

    def __post_init__(self) -> None:
        check_range(self.hazard_ratio, f"the effect of {self.unit}", above=0.0)

    def draw(self, number: int, rng: np.random.Generator) -> Floats:
        """Return (number,) draws of ln of the ratio: triangular on the logarithm, so no draw leaves the range."""
        return triangular([math.log(v) for v in self.hazard_ratio], number, rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A number of the model itself."""

    unit: str
    value: tuple[float, ...]  # low, mid, high
    kind: Kind
    mark: str
    source: str

    def __post_init__(self) -> None:
        check_range(self.value, f"the value of {self.unit}", above=-math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Truces by interval."""

    failed: tuple[float, ...]
    still_held: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTruces:
    """Counts of past truces, by interval of years since the cease-fire."""

    what: str
    source: str
    mark: str
    caution: str
    from_year: tuple[float, ...]
    without: Counts
    with_peacekeepers: Counts = dataclasses.field(metadata={"key": "with"})

    def table(self) -> LifeTable:
        """Return the counts as arrays."""
        rows = (self.without, self.with_peacekeepers)
        if any(len(counts) != len(self.from_year) for row in rows for counts in (row.failed, row.still_held)):
            raise RequestError("the life table's rows differ in length.", todo="Give one count an interval.")
        return LifeTable(
            from_year=np.array(self.from_year),
            failed=np.array([row.failed for row in rows]),
            still_held=np.array([row.still_held for row in rows]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the outlook assumes."""

    life_table: PastTruces
    effects: Mapping[str, Effect]
    shape: Mapping[str, Shape]

    def assumptions(self) -> pd.DataFrame:
        """Return one row per effect and shape: name, unit, low, mid, high, kind, mark, source."""
        rows = [(name, e.unit, *e.hazard_ratio, e.kind, e.mark, e.source) for name, e in self.effects.items()]
        rows += [(name, s.unit, *s.value, s.kind, s.mark, s.source) for name, s in self.shape.items()]
        return pd.DataFrame(rows, columns=["name", "unit", "low", "mid", "high", "kind", "mark", "source"])

    def replaced(self, *, effects: Mapping[str, Effect], shape: Mapping[str, Shape]) -> Evidence:
        """Return the same with some effects or shapes of the user's own."""
        return dataclasses.replace(self, effects={**self.effects, **effects}, shape={**self.shape, **shape})


def read_evidence() -> Evidence:
    """Return the bundled evidence."""
    text = (files("truceline.simulate") / "evidence.yaml").read_text(encoding="utf-8")
    value, lines = load_yaml(text, where="evidence.yaml")
    return read_record(Evidence, value, Reader(file="evidence.yaml", lines=lines))  # type: ignore[no-any-return]


@cache
def fit_past(past: PastTruces) -> CureFit:
    """Return the model fitted to past truces; the same counts are fitted once."""
    return fit(past.table())


def check_range(values: tuple[float, ...], what: str, *, above: float) -> None:
    """Raise RequestError unless there are three numbers that do not fall and lie above a bound."""
    if len(values) != 3:
        raise RequestError(f"{what} has {len(values)} numbers.", todo="Give three: low, mid and high.")
    if not (above < values[0] <= values[1] <= values[2]):
        raise RequestError(f"{what} is {list(values)}.", todo=f"Give low <= mid <= high, all above {above:g}.")


def triangular(values: list[float], number: int, rng: np.random.Generator) -> Floats:
    """Return draws from the triangle over low, mid, high; a range of no width is its one value."""
    low, mid, high = values
    return np.full(number, low) if low == high else np.asarray(rng.triangular(low, mid, high, size=number))
