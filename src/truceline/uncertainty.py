"""Probabilities, their words, and what silence can prove. Sources are named at each function."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Floats = npt.NDArray[np.float64]

# ICD 203 (Analytic Standards), the left-hand terms. A value on a boundary belongs to the higher row:
# 0.55 is "likely". Below 1 % and above 99 % the end terms are kept: nothing is ever "certain".
LIKELIHOOD_WORDS: tuple[tuple[float, str], ...] = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (math.inf, "almost certain"),
)


def likelihood_word(probability: float) -> str:
    """Return the ICD 203 word for a probability; `nan` gives 'not assessed'.

    Examples
    --------
    >>> likelihood_word(0.55), likelihood_word(0.30)
    ('likely', 'unlikely')
    """
    if math.isnan(probability):
        return "not assessed"
    return next(word for upper, word in LIKELIHOOD_WORDS if probability < upper)


def log_odds(probability: Floats | float) -> Floats:
    """Return ln(p / (1 - p)), elementwise; 0 and 1 give -inf and inf."""
    return np.asarray(special.logit(probability), dtype=float)


def from_log_odds(value: Floats | float) -> Floats:
    """Return the probability of a log-odds value, elementwise."""
    return np.asarray(special.expit(value), dtype=float)


def probability_beyond(offset: Floats | float, sigma: Floats | float) -> Floats:
    """Return the chance that a thing reported at `offset` from a straight edge truly lies beyond it.

    Offset and sigma share a unit; offset is positive beyond the edge. Phi(offset / sigma). With sigma 0 the
    edge itself counts as not beyond (a closed bound complies).
    """
    offset, sigma = np.broadcast_arrays(np.asarray(offset, float), np.asarray(sigma, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = stats.norm.cdf(offset / sigma)
    return np.where(sigma > 0, p, (offset > 0).astype(float))


def upper_bound_rate(seen: int, exposure: float, confidence: float = 0.95) -> float:
    """Return the upper bound on the rate of events per unit of exposure.

    chi2(confidence, 2(n + 1)) / (2 E); for none seen and 95 % that is 3.0 / E. Exposure is the sum of detection
    probabilities. No exposure gives infinity: nothing can be ruled out.
    """
    if exposure <= 0:
        return math.inf
    return float(stats.chi2.ppf(confidence, 2 * (seen + 1)) / (2 * exposure))


def poisson_interval(count: float, confidence: float = 0.90) -> tuple[float, float]:
    """Return the exact (Garwood) interval of a Poisson mean after `count` events."""
    tail = (1 - confidence) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 if count > 0 else 0.0
    return float(low), float(stats.chi2.ppf(1 - tail, 2 * (count + 1)) / 2)
