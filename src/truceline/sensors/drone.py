"""Drones on patrol: what their swath sweeps in an hour, what jamming, wind and fog leave of it.

Area search in time T: random 1 - exp(-S v T / A), parallel sweeps erf(sqrt(pi)/2 x S v T / A) (Koopman). A short event
of duration D on a line flown to and fro with gap g is seen with min(1, D / g) x d. The random law is used: it is the
lower of the two, and a patrol that keeps to a pattern is soon known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from truceline.sensors.facts import Fact, fact
from truceline.sensors.optical import SIZED, seen_at
from truceline.sensors.sight import Sight, View, sight_of, unseen

Floats = npt.NDArray[np.float64]
EVENT_H = {"shelling": 0.02, "strike": 0.2, "small_arms_fire": 0.02}  # smoke, flash, people in cover: judgement
TYPES = ("mini", "male")


def swath_m(altitude_m: float, field_deg: float) -> float:
    """Return the width seen straight down: 2 h tan(FOV / 2).

    Examples
    --------
    >>> round(swath_m(120, 32)), round(swath_m(1000, 32))
    (69, 573)
    """
    return float(2 * altitude_m * np.tan(np.radians(field_deg) / 2))


def random_search(sweep_km: float | Floats, speed_kmh: float, hours: float, area_km2: float) -> Floats:
    """Return the chance that a random search of that effort finds what stays: 1 - exp(-S v T / A)."""
    return np.asarray(1 - np.exp(-np.asarray(sweep_km, float) * speed_kmh * hours / area_km2))


def parallel_search(sweep_km: float | Floats, speed_kmh: float, hours: float, area_km2: float) -> Floats:
    """Return the chance with parallel sweeps and the inverse-cube law: erf(sqrt(pi)/2 x S v T / A)."""
    effort = np.asarray(sweep_km, float) * speed_kmh * hours / area_km2
    return np.asarray(special.erf(np.sqrt(np.pi) / 2 * effort))


def shuttle_chance(duration_h: float, gap_h: float) -> float:
    """Return the chance that an event of that duration is passed over on a line with that gap: min(1, D / g)."""
    return min(1.0, duration_h / gap_h)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drone:
    """Some drones of one type, in the air together, patrolling a stretch of the strip while on duty."""

    name: str
    stretch_km: float
    band_km: float  # full width of the strip they search
    number: float = 1.0
    type: str = "male"
    swath_km: float = 0.0  # 0: as the library says for the type
    speed_kmh: float = 0.0
    kind: str = "drone"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one hour of patrol: wind grounds a mini drone, fog blinds all, jamming blinds some."""
        area = self.stretch_km * self.band_km
        swath = self.swath_km or fact(f"drone.{self.type}.swath_km").for_it(case)
        speed = self.speed_kmh or fact(f"drone.{self.type}.speed_kmh").for_it(case)
        open_, trees = (fact(f"drone.attention.{place}").for_it(case) for place in ("open", "trees"))
        if kind in EVENT_H:
            swept = self.number * swath * (speed * EVENT_H[kind] + swath) / area
            detects: Floats | float = min(1.0, swept) * fact("drone.event").for_it(case)
        elif kind in SIZED:
            shown = 1.0 if kind in {"damage", "warship"} else view.traced
            seen = seen_at(kind, fact("drone.pixel_m").against(case), case=case)
            sweep = self.number * swath * seen * np.where(shown, open_, trees)
            detects = random_search(sweep, speed, 1.0, area)
        else:
            return unseen(view)
        grounded = view.wind_ms > fact(f"drone.{self.type}.wind_limit_ms").mid
        blind = np.where(view.jammed, fact("jamming.blind").against(case), 0.0)
        return sight_of(
            view,
            available=np.where(grounded, 0.0, fact(f"drone.{self.type}.ready").for_it(case)) * (1 - blind),
            visible=np.where(view.fog, 0.0, 1.0),
            detects=np.where(view.range_km > 0, 0.0, detects),
        )

    def reach_km(self) -> float:
        """Return nought: a drone sees inside its stretch, and distances are counted from the stretch's edge."""
        return 0.0

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place; .05-.3-5 km when jammed."""
        return fact("drone.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from seeing until the report."""
        return fact("drone.latency_h")
