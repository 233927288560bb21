"""Radar satellites: change of backscatter over buildings, ships, vehicles at fine resolution; through cloud and dark.

Building damage by change is found with P_D .28-.74-.88 at a false-alarm rate of .05-.11-.2 over a window of one to two
months (PWTT). Whether damage is of a kind that shows is one draw for each violation (its trace), not one for each look.
Fields, trenches in crops and single vehicles at 5 x 20 m are not seen. Layover, wind, crops and snow are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from truceline.sensors.facts import Fact, fact, has_fact
from truceline.sensors.sight import Sight, View, sight_of, unseen

Floats = npt.NDArray[np.float64]
FINE_M = 3.0  # ground resolution from which single vehicles and earthworks are looked for
LR_CAP = 30.0  # no single satellite source counts for more


def binormal(p_false: float | Floats, a: float) -> Floats:
    """Return the detection probability at another threshold: Phi(a + Phi^-1(P_FA)).

    `a` is sqrt(2) Phi^-1(AUC), or read off one published pair of P_D and P_FA.
    """
    return np.asarray(stats.norm.cdf(a + stats.norm.ppf(np.asarray(p_false, float))))


def separation_of_auc(auc: float) -> float:
    """Return the bi-normal separation a of an area under the curve.

    Examples
    --------
    >>> round(separation_of_auc(0.842), 2)
    1.42
    """
    return float(np.sqrt(2) * stats.norm.ppf(auc))


def separation_of_pair(p_detect: float, p_false: float) -> float:
    """Return the bi-normal separation a on which a published pair of P_D and P_FA lies."""
    return float(stats.norm.ppf(p_detect) - stats.norm.ppf(p_false))


def likelihood_ratio(p_detect: float, p_false: float) -> float:
    """Return P_D / P_FA, capped at 30."""
    return min(LR_CAP, p_detect / p_false) if p_false > 0 else LR_CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Sar:
    """An imaging radar in orbit."""

    name: str
    instrument: str = "s1-iw"
    kind: str = "sar"
    standing: bool = False

    def resolution_m(self) -> Fact:
        """Return the ground resolution."""
        key = f"sar.{self.instrument}.gsd_m"
        return fact(key if has_fact(key) else "sar.other.gsd_m")

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one pass: neither cloud, fog nor night matters."""
        fine = self.resolution_m().mid <= FINE_M
        if kind == "damage":
            chance = fact("sar.change.per_look").for_it(case)
        elif kind == "warship":
            chance = fact("sar.ship").for_it(case)
        elif kind in {"heavy_weapons", "engineering_work"} and fine:
            chance = fact("sar.vehicle.fine").for_it(case)
        else:
            return unseen(view)
        return sight_of(view, available=1.0, visible=1.0, detects=chance * view.traced)

    def reach_km(self) -> float:
        """Return infinity: the swath decides, and the passes know it."""
        return np.inf

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place in the image."""
        return fact("sar.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the pass until the image can be read."""
        return fact("sar.latency_h")
