"""Thermal satellites: how likely a pass is to detect the fire that a violation leaves, if it leaves one.

Detection curve `P_max / (1 + (F50 / F)^k)` with `F50 = F0 (A / 0.1406)^g`, fitted to 2,561 VIIRS detections of
6-17 April 2026; P_max, the chance of a fire, its power and its life are judgement and carry wide ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Range = tuple[float, float, float]  # low, mid, high: about the 5th, 50th and 95th percentile

PIXEL_AREA_NADIR_KM2 = 0.1406
PIXEL_AREA_TYPICAL_KM2 = 0.25  # middle of the VIIRS swath


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalCurve:
    """Detection curve of one instrument by day or by night."""

    f0_mw: Range
    k: float
    g: float
    p_max: Range


VIIRS_DAY = ThermalCurve(f0_mw=(1.7, 2.54, 3.8), k=4.8, g=0.45, p_max=(0.55, 0.80, 0.95))
VIIRS_NIGHT = ThermalCurve(f0_mw=(0.53, 0.80, 1.2), k=6.0, g=0.48, p_max=(0.85, 0.93, 0.98))


@dataclass(frozen=True, slots=True, kw_only=True)
class FireOf:
    """The fire one kind of violation leaves: chance, power and mean life."""

    kind: str
    p_fire: Range
    power_mw: Range
    life_h: Range


# Unchecked ranges, stated as such in every report. A shell is almost never a fire detection: the share of
# reported artillery place-days with a fire due to the report lies between 0 and 0.04 (measured, clear days 2023).
FIRES: dict[str, FireOf] = {
    "shelling": FireOf(kind="shelling", p_fire=(0.01, 0.05, 0.20), power_mw=(1, 3, 15), life_h=(0.5, 1.0, 5)),
    "strike": FireOf(kind="strike", p_fire=(0.2, 0.5, 0.8), power_mw=(5, 30, 300), life_h=(2, 8, 48)),
}


def detection_probability(
    curve: ThermalCurve, power_mw: float | Floats, *, area_km2: float = PIXEL_AREA_TYPICAL_KM2, case: int = 1
) -> Floats:
    """Return the chance that one clear look detects a fire of that radiative power.

    `case` picks the low (0), middle (1) or high (2) end of the curve's ranges; low detection pairs the high F0 with
    the low P_max.

    Examples
    --------
    >>> round(float(detection_probability(VIIRS_DAY, 2.54, area_km2=0.1406)), 2)
    0.4
    """
    f50 = curve.f0_mw[2 - case] * (area_km2 / PIXEL_AREA_NADIR_KM2) ** curve.g
    return np.asarray(curve.p_max[case] / (1 + (f50 / np.asarray(power_mw, float)) ** curve.k))


def clear_share(cloud: Floats, *, exponent: float = 1.5) -> Floats:
    """Return the share of fires left visible under a cloud cover of 0-1: (1 - c)^b.

    Fires counted fall to 1, .59, .31, .15, .07, .02 in cloud classes 0-10 ... 90-100 % (measured 2018-21); b lies
    between 1 and 2. Cloud that is not known counts as half covered.
    """
    known = np.where(np.isnan(cloud), 0.5, cloud)
    return np.asarray((1 - np.clip(known, 0, 1)) ** exponent)
