"""Are the probabilities true? Brier score and its parts, reliability diagram, and every word of likelihood checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from truceline.uncertainty import LIKELIHOOD_WORDS, likelihood_word

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BINS = 10
LIKELY_MISS = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Brier = reliability - resolution + uncertainty (Murphy 1973), exact within bins of equal forecasts."""

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    error: float  # expected calibration error over bins of equal mass
    bins: pd.DataFrame  # forecast, observed, low, high, n
    words: pd.DataFrame  # word, from, to, n, observed, low, high, holds

    @property
    def skill(self) -> float:
        """Return the Brier skill against always saying the base rate; nan when there is nothing to tell apart."""
        return float("nan") if self.uncertainty < LIKELY_MISS else 1 - self.brier / self.uncertainty


def calibrate(forecast: Floats, happened: Bools) -> Calibration:
    """Return how forecasts, (n,) probabilities, compare with what happened, (n,)."""
    forecast, happened = np.asarray(forecast, float), np.asarray(happened, bool)
    if not len(forecast):
        nothing = pd.DataFrame(columns=["forecast", "observed", "low", "high", "n"])
        return Calibration(
            brier=float("nan"), reliability=float("nan"), resolution=float("nan"), uncertainty=float("nan"),
            error=float("nan"), bins=nothing, words=_words(forecast, happened),
        )  # fmt: skip
    base = happened.mean()
    value, of = np.unique(forecast, return_inverse=True)
    n = np.bincount(of)
    observed = np.bincount(of, weights=happened) / n
    bins = _bins(forecast, happened)
    return Calibration(
        brier=float(((forecast - happened) ** 2).mean()),
        reliability=float((n * (value - observed) ** 2).sum() / len(forecast)),
        resolution=float((n * (observed - base) ** 2).sum() / len(forecast)),
        uncertainty=float(base * (1 - base)),
        error=float((bins["n"] * (bins["forecast"] - bins["observed"]).abs()).sum() / len(forecast)),
        bins=bins,
        words=_words(forecast, happened),
    )


def _bins(forecast: Floats, happened: Bools) -> pd.DataFrame:
    """Return bins of equal mass; equal forecasts are never parted."""
    rank = stats.rankdata(forecast, method="average")
    at = np.minimum((rank - 0.5) / len(forecast) * BINS, BINS - 1e-9).astype(int)
    table = pd.DataFrame({"at": at, "forecast": forecast, "happened": happened.astype(float)}).groupby("at")
    made = table.agg(forecast=("forecast", "mean"), observed=("happened", "mean"), n=("happened", "size"))
    low, high = jeffreys(made["observed"].to_numpy() * made["n"].to_numpy(), made["n"].to_numpy())
    return made.assign(low=low, high=high).reset_index(drop=True)[["forecast", "observed", "low", "high", "n"]]


def _words(forecast: Floats, happened: Bools) -> pd.DataFrame:
    """Return each ICD 203 word with the share that came true; it holds when the 95 % interval meets its range."""
    said = np.array([likelihood_word(p) for p in forecast], object)
    rows, lower = [], 0.0
    for upper, word in LIKELIHOOD_WORDS:
        mine = happened[said == word] if len(forecast) else happened
        n, true = len(mine), int(mine.sum())
        low, high = (float(v[0]) for v in jeffreys(np.array([true]), np.array([n])))
        upper = min(upper, 1.0)
        rows.append((word, lower, upper, n, true / n if n else np.nan, low, high, low <= upper and high >= lower))
        lower = upper
    return pd.DataFrame(rows, columns=["word", "from", "to", "n", "observed", "low", "high", "holds"])


def jeffreys(true: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return Jeffreys' interval of a share; 0-1 without any case, and its ends 0 and 1 at no and all cases."""
    tail = (1 - confidence) / 2
    low = np.where(true > 0, stats.beta.ppf(tail, true + 0.5, n - true + 0.5), 0.0)
    high = np.where(true < n, stats.beta.ppf(1 - tail, true + 0.5, n - true + 0.5), 1.0)
    return np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0)
