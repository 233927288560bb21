"""Ground waves and infrasound: magnitudes a network can see, and arrays that hear far away.

Station threshold M = log10(S n / g) + 1.11 log10 r + .00189 r - 2.09 (IASPEI local magnitude; n noise in nm, S = 3, g
the square root of the number of elements); detected if three stations or one array are over it.
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
SIGNAL_TO_NOISE = 3.0
SOFTNESS = 0.2  # magnitude units


def threshold_magnitude(range_km: Floats | float, *, noise_nm: float = 1.0, elements: int = 1) -> Floats:
    """Return the local magnitude from which a station or array detects.

    Examples
    --------
    >>> round(float(threshold_magnitude(100.0)), 2)
    0.8
    """
    r = np.maximum(np.asarray(range_km, float), 0.1)
    noise = np.log10(SIGNAL_TO_NOISE * noise_nm / np.sqrt(elements))
    return np.asarray(noise + 1.11 * np.log10(r) + 0.00189 * r - 2.09)


def infrasound(signal_pa: Floats | float, noise_pa: float, *, spread: float = 0.45) -> Floats:
    """Return the chance that an infrasound array detects: Phi((log10 signal - log10 noise - 0.3) / s)."""
    margin = np.log10(np.asarray(signal_pa, float)) - np.log10(noise_pa) - 0.3
    return np.asarray(stats.norm.cdf(margin / spread))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seismic:
    """A seismic array of some elements: sees larger bursts in any weather and light."""

    name: str
    elements: int = 24
    kind: str = "seismic"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one array."""
        if kind not in {"shelling", "strike"}:
            return unseen(view)
        noise = fact("seismic.noise_nm").against(case)
        threshold = threshold_magnitude(view.range_km, noise_nm=noise, elements=self.elements)
        magnitude = violation(kind).number("magnitude", case)
        detects = 1 / (1 + np.exp(np.clip(-(magnitude - threshold) / SOFTNESS, -50, 50)))
        return sight_of(view, available=fact("seismic.ready").for_it(case), visible=1.0, detects=detects)

    def reach_km(self) -> float:
        """Return the distance beyond which nothing is counted."""
        return 250.0

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a place."""
        return fact("seismic.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the burst until the solution."""
        return fact("seismic.latency_h")
