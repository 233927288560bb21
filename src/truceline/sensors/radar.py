"""Radars on the ground, in the air picture and at sea: d = .9 x line of sight / (1 + exp((r - r50) / (.15 r50))).

Moving things only (radial speed over 0.5 m/s); rain and leaves raise false alarms, terrain halves vendors' ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

from truceline.sensors.camera import horizon_km, logistic
from truceline.sensors.facts import Fact, fact
from truceline.sensors.sight import Sight, View, sight_of, unseen

SOFTNESS = 0.15  # of r50
# type of radar -> kind of violation -> (r50 by fact, height of the target in metres)
SEES: dict[str, dict[str, tuple[str, float]]] = {
    "ground": {"heavy_weapons": ("radar.vehicle.r50_km", 2.0), "overflight": ("radar.air.small_r50_km", 100.0)},
    "air": {"overflight": ("radar.air.r50_km", 100.0)},
    "sea": {"warship": ("radar.sea.r50_km", 10.0), "overflight": ("radar.air.small_r50_km", 100.0)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """A ground, air or sea surveillance radar."""

    name: str
    type: str = "ground"
    height_m: float = 10.0
    kind: str = "radar"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one hour: neither night nor fog matters, the horizon does."""
        if kind not in SEES[self.type]:
            return unseen(view)
        key, target_m = SEES[self.type][kind]
        r50 = fact(key).for_it(case)
        if kind == "overflight":
            target_m = fact("radar.air.low_m").for_it(case)
        detects = fact("radar.d0").mid * logistic(view.range_km, r50_km=r50, scale_km=SOFTNESS * r50)
        if kind == "heavy_weapons":
            detects = detects * fact("radar.moving").for_it(case)
        return sight_of(
            view,
            available=fact("radar.ready").for_it(case),
            visible=view.range_km <= horizon_km(self.height_m, target_m, radar=True),
            detects=detects,
        )

    def reach_km(self) -> float:
        """Return the farthest horizon against anything it looks for."""
        far = max(fact(key).high for key, _ in SEES[self.type].values())
        target = max(height for _, height in SEES[self.type].values())
        return min(2 * far, horizon_km(self.height_m, max(target, fact("radar.air.low_m").high), radar=True))

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place."""
        return fact("radar.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from detection until the track can be read."""
        return fact("radar.latency_h")
