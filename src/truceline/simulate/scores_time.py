"""Time to detect, with what was never found censored: Kaplan and Meier's estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """The share found by each time, a step function: `share` holds from its `hours` on. Bounds are 95 % (Greenwood)."""

    hours: Floats
    share: Floats
    low: Floats
    high: Floats

    def at(self, hours: float) -> tuple[float, float, float]:
        """Return the share found within some hours, and its bounds."""
        k = int(np.searchsorted(self.hours, hours, side="right")) - 1
        return (0.0, 0.0, 0.0) if k < 0 else (float(self.share[k]), float(self.low[k]), float(self.high[k]))

    def quantile(self, share: float) -> float:
        """Return the hours by which that share of all is found; infinity when it never is."""
        return self._first(self.share, share)

    def quantile_interval(self, share: float) -> tuple[float, float]:
        """Return between which hours it lies (95 %): where the bounds of the curve reach the share."""
        return self._first(self.high, share), self._first(self.low, share)

    def _first(self, reached: Floats, share: float) -> float:
        at = np.flatnonzero(reached >= share - 1e-12)
        return float(self.hours[at[0]]) if len(at) else float("inf")


def kaplan_meier(hours: Floats, found: Bools) -> Curve:
    """Return the share found by time; `hours` is when it was found, or until when it was waited for.

    Kaplan and Meier 1958; variance by Greenwood, bounds on the log-log scale, kept within 0-1.
    """
    order = np.argsort(hours, kind="stable")
    hours, found = np.asarray(hours, float)[order], np.asarray(found, bool)[order]
    times = np.unique(hours[found])
    at_risk = len(hours) - np.searchsorted(hours, times, side="left")
    events = np.array([int(found[hours == t].sum()) for t in times], float)
    left = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        width = 1.96 * np.sqrt(variance) / np.abs(np.log(left))
        low, high = left ** np.exp(width), left ** np.exp(-width)
    low, high = np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=1.0)
    return Curve(hours=times, share=np.asarray(1 - left, float), low=1 - high, high=1 - low)
