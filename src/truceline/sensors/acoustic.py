"""Sound: peak pressure of a burst with distance, and whether an array or a listener hears it.

L = 20 log10(P / 2e-5), P = 2^.367 x 6526 (2e-6 W)^.367 r^-1.1 Pa for a ground burst of W kg TNT at r km in neutral air
(recalled standard form, unchecked); d = Phi((L - threshold - wind + bending) / s). No shadow zone: upper values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from truceline.sensors.facts import Fact, fact
from truceline.sensors.kinds import violation
from truceline.sensors.sight import Sight, View, sight_of, unseen

Floats = npt.NDArray[np.float64]
NEAREST_KM = 0.05
CALM_MS = 3.0  # wind from which noise grows


def peak_pressure_pa(charge_kg: float, range_km: Floats | float) -> Floats:
    """Return the peak pressure of a ground burst.

    Examples
    --------
    >>> round(float(peak_pressure_pa(7, 10.0)), 1)
    11.1
    """
    r = np.maximum(np.asarray(range_km, float), NEAREST_KM)
    return np.asarray(2**0.367 * 6526 * (2e-6 * charge_kg) ** 0.367 * r**-1.1)


def level_db(pressure_pa: Floats | float) -> Floats:
    """Return the peak level in dB re 20 micropascal."""
    return np.asarray(20 * np.log10(np.asarray(pressure_pa, float) / 2e-5))


def hears(level: Floats, *, threshold_db: float, spread_db: float, bending_db: Floats | float = 0.0) -> Floats:
    """Return the chance that a sound of that level is heard: Phi((L - (N + T) + G) / s)."""
    return np.asarray(stats.norm.cdf((np.asarray(level) - threshold_db + bending_db) / spread_db))


def travel_s(range_km: Floats | float, temperature_c: float) -> Floats:
    """Return how long the sound takes: 331.3 + 0.606 T metres a second."""
    return np.asarray(np.asarray(range_km, float) * 1000 / (331.3 + 0.606 * temperature_c))


def at_least(chances: Floats, least: int) -> Floats:
    """Return the chance that at least `least` of the nodes (first axis) detect, given what they share.

    The Poisson-binomial recursion; three are needed to locate, one to give an alert.
    """
    table = np.zeros((least + 1, *chances.shape[1:]))
    table[0] = 1.0
    for p in chances:
        table[least] += table[least - 1] * p
        for k in range(least - 1, 0, -1):
            table[k] = table[k] * (1 - p) + table[k - 1] * p
        table[0] = table[0] * (1 - p)
    return np.asarray(table[least])


def heard(kind: str, view: View, *, case: int, threshold_db: float) -> Floats:
    """Return the chance that the sound of a violation is heard at the view's distances and in its weather.

    By day a share of bearings is upwind and loses 15-30 dB beyond 1 km; by night an inversion may carry 10 dB more.
    """
    law = violation(kind)
    wind_db = fact("acoustic.wind_db").against(case) * np.maximum(view.wind_ms - CALM_MS, 0)
    spread = fact("acoustic.spread_db").mid
    r = np.maximum(view.range_km, NEAREST_KM)
    if charge := law.number("charge_kg", case):
        level = level_db(peak_pressure_pa(charge, r))
    elif muzzle := law.number("level_db", case):
        level = muzzle - fact("acoustic.shot.decay").mid * np.log10(r * 1000)
    else:
        middle, scale = fact("acoustic.engine.r50_km").for_it(case), fact("acoustic.engine.scale_km").mid
        engine: Floats = 1 / (1 + np.exp(np.clip((r - middle) / scale, -50, 50)))
        return engine * 10 ** (-wind_db / 40)
    upwind = np.where(view.night | (r < 1.0), 0.0, fact("acoustic.upwind_share").against(case))
    bending = np.where(view.night, fact("acoustic.inversion_db").for_it(case), 0.0)
    level = level - wind_db
    neutral = hears(level, threshold_db=threshold_db, spread_db=spread, bending_db=bending)
    lost = fact("acoustic.upwind_db").for_it(case)
    against_wind = hears(level, threshold_db=threshold_db, spread_db=spread, bending_db=lost)
    return np.asarray((1 - upwind) * neutral + upwind * against_wind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acoustic:
    """An acoustic array: hears bursts, shots and engines by day and night, in fog too; wind drowns them."""

    name: str
    false_alarms_per_day: float | None = None  # of each kind of sound; None: the library's rate
    kind: str = "acoustic"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one array over one hour."""
        if kind not in {"shelling", "strike", "small_arms_fire", "overflight"}:
            return unseen(view)
        detects = heard(kind, view, case=case, threshold_db=fact("acoustic.array.threshold_db").against(case))
        return sight_of(view, available=fact("acoustic.ready").for_it(case), visible=1.0, detects=detects)

    def reach_km(self) -> float:
        """Return the distance beyond which no burst is counted as heard."""
        return 30.0

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place."""
        return fact("acoustic.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the sound until the alert."""
        return fact("acoustic.latency_h")
