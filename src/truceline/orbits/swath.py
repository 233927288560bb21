"""What an instrument can reach from its satellite, and the bundled library of real instruments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import yaml

from truceline.errors import RequestError, UnknownNameError
from truceline.timespan import parse_instant

Kind = Literal["thermal", "optical", "sar"]
Limit = Literal["off_nadir", "incidence"]
Side = Literal["both", "left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A ground track that repeats: orbits in so many days, numbered in the order flown from a first ascending node."""

    orbits: int
    days: int
    node_deg: float  # longitude of the ascending node of orbit 1

    def numbers(self, node_deg: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return the number of the orbit whose ascending node is nearest to each longitude, (n,) degrees."""
        west = np.round(np.remainder(self.node_deg - node_deg, 360.0) * self.orbits / 360.0).astype(np.int64)
        return west * pow(self.days, -1, self.orbits) % self.orbits + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Swath:
    """What one instrument can reach.

    A place is within it from when its angle falls to `max_deg` until it rises above it again, and the pass counts where
    the angle at its peak is at least `min_deg` and the place lies on a side looked to. The angle is off-nadir (at the
    satellite, from straight down) or incidence (at the place, from straight up). Where `agile` is set the pass is an
    opportunity only: the instrument looks where it is told, in the share `tasked` (low, middle, high) of its passes.
    """

    instrument: str
    kind: Kind
    norad_ids: tuple[int, ...]
    limit: Limit
    max_deg: float
    min_deg: float = 0.0
    side: Side = "both"
    agile: bool = False
    tasked: tuple[float, float, float] = (1.0, 1.0, 1.0)
    needs_daylight: bool = False
    called: str = ""
    repeat: Repeat | None = None
    serves_from: Mapping[int, datetime] = field(default_factory=dict)  # satellite -> its first instant that counts
    serves_to: Mapping[int, datetime] = field(default_factory=dict)  # ... and the first that counts no more
    source: str = ""
    mark: str = "unchecked"  # checked | secondary | measured | unchecked
    ranges: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)  # field -> low, middle, high

    def __post_init__(self) -> None:
        if not 0 <= self.min_deg < self.max_deg < 90:
            raise RequestError(
                f"instrument '{self.instrument}' reaches from {self.min_deg:g} to {self.max_deg:g} degrees.",
                todo="Give 0 <= min_deg < max_deg < 90.",
            )
        choices = {"kind": ("thermal", "optical", "sar"), "limit": ("off_nadir", "incidence")}
        for name, known in (choices | {"side": ("both", "left", "right")}).items():
            if getattr(self, name) not in known:
                raise UnknownNameError(name, str(getattr(self, name)), known, where=f"instrument '{self.instrument}'")
        if not 0 <= self.tasked[0] <= self.tasked[1] <= self.tasked[2] <= 1:
            raise RequestError(
                f"instrument '{self.instrument}' has tasked {self.tasked}.", todo="Give three rising shares of 0-1."
            )


def swaths() -> dict[str, Swath]:
    """Return the bundled library: the name of each instrument -> what it can reach."""
    return dict(_library())


@cache
def _library() -> dict[str, Swath]:
    text = (files("truceline.orbits") / "instruments.yaml").read_text(encoding="utf-8")
    return {name: _read(name, entry) for name, entry in yaml.safe_load(text).items()}


def find_swath(name: str) -> Swath:
    """Return one instrument of the library. Raises UnknownNameError, naming the nearest, where it has none such."""
    if name not in swaths():
        raise UnknownNameError("instrument", name, swaths())
    return swaths()[name]


def _read(name: str, entry: dict[str, Any]) -> Swath:
    given = dict(entry)
    for key in ("serves_from", "serves_to"):
        given[key] = {int(k): parse_instant(v) for k, v in given.get(key, {}).items()}
    if "repeat" in given:
        given["repeat"] = Repeat(**given["repeat"])
    given["norad_ids"] = tuple(given["norad_ids"])
    given["tasked"] = tuple(given.get("tasked", (1.0, 1.0, 1.0)))
    given["ranges"] = {key: tuple(value) for key, value in given.get("ranges", {}).items()}
    return Swath(instrument=name, **given)
