"""Optical satellites: from the size of a thing and the ground sample distance to the chance that it is seen.

Johnson's criterion with the target transfer probability function: cycles N = dim / (2 GSD), r = N / N50,
P = r^E / (1 + r^E), E = 2.7 + 0.7 r. Capped, because the formula knows no clutter and no camouflage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.sensors.facts import Fact, fact, has_fact
from truceline.sensors.kinds import violation
from truceline.sensors.sight import Sight, View, sight_of, unseen
from truceline.sensors.thermal import clear_share

Floats = npt.NDArray[np.float64]
N50 = {"detect": 1.0, "recognise": 4.0, "identify": 6.4}  # line pairs across the critical dimension (Johnson)
SIZED = ("heavy_weapons", "warship", "damage", "engineering_work")  # kinds of violation with a size to be seen


def johnson(dim_m: float, gsd_m: float | Floats, *, n50: float = N50["detect"]) -> Floats:
    """Return the chance that a thing of critical dimension `dim_m` is seen at a ground sample distance, no cap.

    Examples
    --------
    >>> round(float(johnson(3.0, 1.0)), 2)
    0.82
    """
    r = dim_m / (2 * np.asarray(gsd_m, float)) / n50
    power = r ** (2.7 + 0.7 * r)
    return np.where(np.isinf(power), 1.0, power / (1 + np.where(np.isinf(power), 0.0, power)))


def seen_at(kind: str, gsd_m: float | Floats, *, case: int) -> Floats:
    """Return the capped chance that a violation of the kind is detected at a ground sample distance, in clear view."""
    size = violation(kind).number("size_m", case)
    if size <= 0:
        return np.zeros(np.shape(gsd_m))
    found = johnson(size, gsd_m, n50=fact("optical.n50").against(case))
    return np.minimum(found, fact("optical.ceiling").for_it(case))


@dataclass(frozen=True, slots=True, kw_only=True)
class Optical:
    """An optical imager in orbit: sees by day, through an open sky, what its ground sample resolves."""

    name: str
    instrument: str = "other"
    kind: str = "optical"
    standing: bool = False

    def gsd_m(self) -> Fact:
        """Return the ground sample distance at nadir."""
        key = f"optical.{self.instrument}.gsd_m"
        return fact(key if has_fact(key) else "optical.other.gsd_m")

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one pass; night closes it, and what lies hidden is not seen (save damage)."""
        if kind not in SIZED:
            return unseen(view)
        # the sample grows with the slant range and, across, with the slope of the view
        gsd = self.gsd_m().against(case) / np.cos(np.radians(np.clip(view.incidence_deg, 0, 80)))
        shown = np.ones(view.shape) if kind == "damage" else view.traced
        return sight_of(
            view,
            available=1.0,
            visible=np.where(
                view.night | view.fog, 0.0, clear_share(view.cloud, exponent=fact("cloud.exponent.optical").mid)
            ),
            detects=seen_at(kind, gsd, case=case) * shown,
        )

    def reach_km(self) -> float:
        """Return infinity: the swath decides, and the passes know it."""
        return np.inf

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place in the image."""
        return fact("optical.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the pass until the image can be read."""
        return fact("optical.latency_h")
