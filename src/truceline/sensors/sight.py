"""The one interface of every sensor: how a place is viewed, and the availability, visibility and detection it gives.

A look sees a violation with probability a v d. What several looks or sensors share (cloud, jamming, wind, fog,
tasking) is in the view, not averaged here: coverage averages over it outside the product of the misses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.sensors.facts import Fact, facts
from truceline.sensors.kinds import KINDS

__all__ = ["KINDS", "REASONS", "RECORDED", "SensorModel", "Sight", "View", "assumptions"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REASONS = ("not available", "not visible", "out of reach or too weak", "mostly seen")
LIKELY = 0.5


def _number(value: float) -> Floats:
    return np.asarray(value, float)


def _flag(*, value: bool) -> Bools:
    return np.asarray(value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """How places are viewed from a sensor. Every field is an array; they broadcast against one another."""

    range_km: Floats = field(default_factory=lambda: _number(0.0))  # ground distance from the sensor
    off_nadir_deg: Floats = field(default_factory=lambda: _number(0.0))  # satellites: at the satellite
    incidence_deg: Floats = field(default_factory=lambda: _number(0.0))  # satellites: view zenith at the ground
    night: Bools = field(default_factory=lambda: _flag(value=False))
    cloud: Floats = field(default_factory=lambda: _number(0.0))  # share of the sky, 0-1
    fog: Bools = field(default_factory=lambda: _flag(value=False))
    wind_ms: Floats = field(default_factory=lambda: _number(3.0))
    jammed: Bools = field(default_factory=lambda: _flag(value=False))
    traced: Bools = field(default_factory=lambda: _flag(value=True))  # the violation left its trace: see `Violation`
    people: Floats = field(default_factory=lambda: _number(0.0))  # living within some 2 km

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape all fields broadcast to."""
        return np.broadcast_shapes(*(getattr(self, name).shape for name in self.__slots__))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """What one look, or one hour of a sensor that stands there, comes to: three probabilities of one shape."""

    available: Floats  # up, tasked, not blinded
    visible: Floats  # open sky, daylight, line of sight
    detects: Floats  # given visible

    @property
    def chance(self) -> Floats:
        """Return the probability that a violation is seen; 0 if any of the three is."""
        return self.available * self.visible * self.detects

    @property
    def reason(self) -> npt.NDArray[np.str_]:
        """Return the dominating reason for a miss: the least of the three, or that it is mostly seen."""
        least = np.argmin(np.stack(np.broadcast_arrays(self.available, self.visible, self.detects)), axis=0)
        return np.asarray(REASONS)[np.where(self.chance >= LIKELY, 3, least)]


class SensorModel(Protocol):
    """One kind of sensor. `standing` sensors watch through whole hours; the others look for an instant."""

    @property
    def name(self) -> str:
        """Its name in the mission."""

    @property
    def kind(self) -> str:
        """One of thermal, optical, sar, drone, camera, acoustic, seismic, radar, patrol, report."""

    @property
    def standing(self) -> bool:
        """Whether it watches through whole hours; the others look for an instant."""

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return what it makes of a violation of the kind, for each place viewed."""

    def reach_km(self) -> float:
        """Return the distance beyond which it sees nothing: the radius of its footprint."""

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of the places it reports."""

    def latency_h(self) -> Fact:
        """Return the time from the event until its report can be read."""


def sight_of(view: View, *, available: npt.ArrayLike, visible: npt.ArrayLike, detects: npt.ArrayLike) -> Sight:
    """Return a sight whose three parts have the view's shape, clipped to 0-1."""
    parts = [
        np.clip(np.broadcast_to(np.asarray(part, float), view.shape), 0, 1) for part in (available, visible, detects)
    ]
    return Sight(available=parts[0], visible=parts[1], detects=parts[2])


def unseen(view: View) -> Sight:
    """Return the sight of a sensor that can see nothing of that kind."""
    return sight_of(view, available=1.0, visible=1.0, detects=0.0)


# kind of sensor -> the families of numbers its model uses
_USES = {
    "thermal": ("thermal", "cloud"),
    "optical": ("optical", "cloud", "tasking"),
    "sar": ("sar", "tasking"),
    "drone": ("drone", "jamming", "fog", "wind", "optical"),
    "camera": ("camera", "fog"),
    "acoustic": ("acoustic", "wind"),
    "seismic": ("seismic",),
    "radar": ("radar",),
    "patrol": ("patrol", "acoustic", "fog", "wind"),
    "report": ("report",),
    "present": ("present",),
}
RECORDED = ("thermal", "present")  # what recorded looks are judged by


def assumptions(*, sensors: Iterable[str] = _USES, kinds: Sequence[str] = KINDS) -> pd.DataFrame:
    """Return the numbers that sensors of those kinds use for those violations, with range, unit and source."""
    families = {family for sensor in sensors for family in _USES[sensor]} | {f"kind.{kind}" for kind in kinds}
    rows = [
        (
            f"{fact.key}: {fact.note}" if fact.note else fact.key,
            fact.mid,
            fact.low,
            fact.high,
            fact.unit,
            f"{fact.source} ({fact.mark})",
        )
        for fact in facts().values()
        if any(fact.key.startswith(f"{family}.") for family in families)
    ]
    return pd.DataFrame(rows, columns=["name", "value", "low", "high", "unit", "source"])
