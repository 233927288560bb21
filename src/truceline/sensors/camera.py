"""Cameras on masts: d = d0 / (1 + exp((r - r50) / s)) in line of sight; fog closes them.

The SMM's 18 m masts saw 2.4 km by design and recorded bright night events to 6 km; no misses are on record, so those
distances bound the range and not the probability. Clutter, operator fatigue and several bursts at once are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.sensors.facts import Fact, fact
from truceline.sensors.sight import Sight, View, sight_of, unseen

Floats = npt.NDArray[np.float64]
CLEAR_KM = 50.0  # visibility without fog


def logistic(range_km: Floats | float, *, r50_km: float | Floats, scale_km: float) -> Floats:
    """Return the chance of 1 / (1 + exp((r - r50) / s)): half at r50."""
    return np.asarray(1 / (1 + np.exp(np.clip((np.asarray(range_km, float) - r50_km) / scale_km, -50, 50))))


def horizon_km(height_m: float, target_m: float = 0.0, *, radar: bool = False) -> float:
    """Return the distance to the horizon: 3.57 sqrt(h) for light, 4.12 (sqrt h1 + sqrt h2) for radar.

    Examples
    --------
    >>> round(horizon_km(18.0), 1)
    15.1
    """
    return (4.12 if radar else 3.57) * float(np.sqrt(height_m) + np.sqrt(target_m))


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera on a mast, turning, by day and night."""

    name: str
    height_m: float = 18.0
    kind: str = "camera"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one camera: flashes and tracer by night, vehicles and works to its design range."""
        scale = fact("camera.scale_km").mid
        haze = np.where(view.fog, fact("fog.visibility_km").for_it(case), CLEAR_KM)
        if kind in {"shelling", "strike", "small_arms_fire"}:
            by_day, by_night = (self._burst(when, view, haze, case) for when in ("day", "night"))
            detects = np.where(view.night, by_night, by_day)
        elif kind in {"heavy_weapons", "engineering_work", "damage", "overflight"}:
            r50 = np.minimum(fact("camera.vehicle.r50_km").for_it(case), haze)
            detects = fact("camera.vehicle.d0").for_it(case) * logistic(view.range_km, r50_km=r50, scale_km=scale)
            if kind != "damage":  # what stands under trees or nets the camera does not see either
                detects = detects * view.traced
        else:
            return unseen(view)
        return sight_of(
            view,
            available=fact("camera.ready").for_it(case),
            visible=view.range_km <= np.minimum(horizon_km(self.height_m), 3 * haze),
            detects=detects,
        )

    def _burst(self, when: str, view: View, haze: Floats, case: int) -> Floats:
        r50 = np.minimum(fact(f"camera.{when}.r50_km").for_it(case), haze)
        d0 = fact(f"camera.{when}.d0").for_it(case)
        return d0 * logistic(view.range_km, r50_km=r50, scale_km=fact("camera.scale_km").mid)

    def reach_km(self) -> float:
        """Return the horizon of the mast."""
        return horizon_km(self.height_m)

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place."""
        return fact("camera.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the event until it is reported."""
        return fact("camera.latency_h")
