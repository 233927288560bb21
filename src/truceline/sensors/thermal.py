"""Thermal satellites: how likely a pass is to detect the fire that a violation leaves, if it leaves one.

Detection curve `P_max / (1 + (F50 / F)^k)` with `F50 = F0 (A / 0.1406)^g`, fitted to 2,561 VIIRS detections of
6-17 April 2026; P_max, the chance of a fire, its power and its life are judgement and carry wide ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.sensors.facts import Fact, fact
from truceline.sensors.kinds import violation
from truceline.sensors.sight import Sight, View, sight_of, unseen

Floats = npt.NDArray[np.float64]
Range = tuple[float, float, float]  # low, mid, high: about the 5th, 50th and 95th percentile

PIXEL_AREA_NADIR_KM2 = 0.1406
PIXEL_AREA_TYPICAL_KM2 = 0.25  # middle of the VIIRS swath
FIRES = ("shelling", "strike")  # kinds of violation that may leave a fire
EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalCurve:
    """Detection curve of one instrument by day or by night."""

    f0_mw: Range
    k: float
    g: float
    p_max: Range
    area_km2: float = PIXEL_AREA_NADIR_KM2  # the pixel area F0 holds for


def _viirs(when: str) -> ThermalCurve:
    f0, k, g, p_max = (fact(f"thermal.viirs.{when}.{name}") for name in ("f0_mw", "k", "g", "p_max"))
    return ThermalCurve(f0_mw=(f0.low, f0.mid, f0.high), k=k.mid, g=g.mid, p_max=(p_max.low, p_max.mid, p_max.high))


def _other(name: str) -> ThermalCurve:
    f0, p_max = fact(f"thermal.{name}.f0_mw"), fact(f"thermal.{name}.p_max")
    return ThermalCurve(
        f0_mw=(f0.low, f0.mid, f0.high),
        k=fact("thermal.other.k").mid,
        g=fact("thermal.other.g").mid,
        p_max=(p_max.low, p_max.mid, p_max.high),
        area_km2=1.0,
    )


VIIRS_DAY, VIIRS_NIGHT = _viirs("day"), _viirs("night")
# instrument -> curve by day, curve by night, height km, pixel at nadir km, whether pixels are merged off nadir
INSTRUMENTS: dict[str, tuple[ThermalCurve, ThermalCurve, float, float, bool]] = {
    "viirs": (VIIRS_DAY, VIIRS_NIGHT, 833.0, 0.375, True),
    "modis": (_other("modis"), _other("modis"), 705.0, 1.0, False),
    "slstr": (_other("slstr"), _other("slstr"), 810.0, 1.0, False),
}


def detection_probability(
    curve: ThermalCurve, power_mw: float | Floats, *, area_km2: float | Floats = PIXEL_AREA_TYPICAL_KM2, case: int = 1
) -> Floats:
    """Return the chance that one clear look detects a fire of that radiative power.

    `case` picks the low (0), middle (1) or high (2) end of the curve's ranges; low detection pairs the high F0 with
    the low P_max.

    Examples
    --------
    >>> round(float(detection_probability(VIIRS_DAY, 2.54, area_km2=0.1406)), 2)
    0.4
    """
    f50 = curve.f0_mw[2 - case] * (np.asarray(area_km2) / curve.area_km2) ** curve.g
    return np.asarray(curve.p_max[case] / (1 + (f50 / np.asarray(power_mw, float)) ** curve.k))


def pixel_area_km2(off_nadir_deg: Floats, *, height_km: float, nadir_km: float, merged: bool) -> Floats:
    """Return the pixel's area from the scan angle, (n,) degrees.

    Along track it grows as the slant range over the height, along scan also by 1 / cos of the view zenith. VIIRS
    merges 3, then 2, then 1 samples as the scan angle passes 31.72 and 44.86 degrees (Wolfe et al. 2013), so that the
    pixel stays near 0.14 km2 at nadir and reaches some 0.6 km2 at the edge.
    """
    angle = np.radians(np.abs(np.asarray(off_nadir_deg, float)))
    ratio = (EARTH_KM + height_km) / EARTH_KM
    zenith = np.arcsin(np.clip(ratio * np.sin(angle), -1, 1))
    slant = EARTH_KM * np.sin(zenith - angle) / np.maximum(np.sin(angle), 1e-9)
    growth = np.where(angle < 1e-6, 1.0, slant / height_km)
    samples = np.select([angle < np.radians(31.72), angle < np.radians(44.86)], [1.0, 2 / 3], 1 / 3) if merged else 1.0
    return np.asarray(nadir_km**2 * growth**2 / np.cos(zenith) * samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermal:
    """A thermal imager in orbit: sees a fire, if the violation left one that still burns, through an open sky."""

    name: str
    instrument: str = "viirs"
    kind: str = "thermal"
    standing: bool = False

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one pass; a violation that left no fire is not seen."""
        if kind not in FIRES:
            return unseen(view)
        by_day, by_night, height_km, nadir_km, merged = INSTRUMENTS.get(self.instrument, INSTRUMENTS["modis"])
        area = pixel_area_km2(view.off_nadir_deg, height_km=height_km, nadir_km=nadir_km, merged=merged)
        power = violation(kind).number("power_mw", case)
        day, night = (detection_probability(curve, power, area_km2=area, case=case) for curve in (by_day, by_night))
        exponent = fact("cloud.exponent.fire").against(case)
        return sight_of(
            view,
            available=1.0,
            visible=clear_share(view.cloud, exponent=exponent),
            detects=np.where(view.night, night, day) * view.traced,
        )

    def reach_km(self) -> float:
        """Return infinity: the swath decides, and the passes know it."""
        return np.inf

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a fire's place: 0.3-0.5 pixel."""
        return fact("thermal.viirs.sigma_km" if self.instrument == "viirs" else "thermal.modis.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the pass until the detection is published."""
        return fact("thermal.viirs.latency_h" if self.instrument == "viirs" else "thermal.modis.latency_h")


def clear_share(cloud: Floats, *, exponent: float = 1.5) -> Floats:
    """Return the share of fires left visible under a cloud cover of 0-1: (1 - c)^b.

    Fires counted fall to 1, .59, .31, .15, .07, .02 in cloud classes 0-10 ... 90-100 % (measured 2018-21); b lies
    between 1 and 2. Cloud that is not known counts as half covered.
    """
    known = np.where(np.isnan(cloud), 0.5, cloud)
    return np.asarray((1 - np.clip(known, 0, 1)) ** exponent)
