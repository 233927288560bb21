"""How long truces held: a table of counts, and the mixture-cure model that fits it.

S(t) = pi + (1 - pi) exp(-(t / scale)^shape). A share pi is of the lasting kind; the others fail, most of them early. A
constant hazard cannot say "inside two years, or 20 to 30": one with a median of 25 years leaves 94.6 % holding at two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from truceline.errors import RequestError

Floats = npt.NDArray[np.float64]

STARTS = ((-1.0, 1.0, -0.3, 0.0), (0.0, 0.0, 0.0, 0.0), (-1.0, 1.0, 0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LifeTable:
    """Truces by interval of years since the cease-fire, without (row 0) and with (row 1) peacekeepers."""

    from_year: Floats  # (n,) start of each interval; the last has no end
    failed: Floats  # (2, n)
    still_held: Floats  # (2, n) last seen holding in the interval

    def __post_init__(self) -> None:
        shape = (2, len(self.from_year))
        if self.failed.shape != shape or self.still_held.shape != shape:
            raise RequestError(
                f"the life table has {shape[1]} intervals, but its counts do not.", todo="Give one count an interval."
            )
        if self.from_year[0] != 0 or (np.diff(self.from_year) <= 0).any():
            raise RequestError("the life table's intervals do not rise from 0.", todo="Begin at 0 and go up.")
        counts = np.stack([self.failed, self.still_held])
        if (counts < 0).any() or (counts != np.floor(counts)).any() or not self.failed.sum():
            raise RequestError("the life table's counts are not whole numbers.", todo="Count truces; some must fail.")

    def held(self) -> Floats:
        """Return (2, n + 1): the share still holding at the start of each interval and after the last.

        Kaplan and Meier 1958, with those last seen holding in an interval counted as at risk until its end; exact at
        an interval's end as long as nobody was lost before it.
        """
        gone = np.cumsum(self.failed + self.still_held, axis=1)
        at_risk = (self.failed + self.still_held).sum(axis=1, keepdims=True) - np.c_[np.zeros(2), gone[:, :-1]]
        step = 1 - np.divide(self.failed, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
        return np.asarray(np.c_[np.ones(2), np.cumprod(step, axis=1)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CureFit:
    """The fitted model: logit of the lasting share, what peacekeepers add to it, ln shape, ln scale in years."""

    best: Floats  # (4,)
    covariance: Floats  # (4, 4) of the estimates, from the curvature of the likelihood

    def draw(self, number: int, rng: np.random.Generator) -> Floats:
        """Return (number, 4) draws of the parameters from their large-sample normal distribution."""
        return np.asarray(rng.multivariate_normal(self.best, self.covariance, size=number, method="cholesky"))


def survival(parameters: Floats, years: Floats | float, *, peacekeepers: float) -> Floats:
    """Return the share of truces still holding after some years, for parameters (..., 4)."""
    lasting = special.expit(parameters[..., 0] + parameters[..., 1] * peacekeepers)
    failing = np.exp(-((np.asarray(years) / np.exp(parameters[..., 3])) ** np.exp(parameters[..., 2])))
    return np.asarray(lasting + (1 - lasting) * failing)


def fit(table: LifeTable) -> CureFit:
    """Return the model of greatest likelihood for counts by interval.

    Failures are known to their interval; a truce last seen holding is taken to have been seen at the middle of its
    interval, in the open last one at its start. Nelder and Mead from three starts, then the inverse of the Hessian.
    """
    runs = [
        optimize.minimize(_minus_ln_likelihood, start, args=(table,), method="Nelder-Mead", options={"maxfev": 8000})
        for start in STARTS
    ]
    best = min(runs, key=lambda run: run.fun).x
    return CureFit(best=best, covariance=np.asarray(np.linalg.inv(_hessian(best, table)), float))


def _minus_ln_likelihood(parameters: Floats, table: LifeTable) -> float:
    edges = np.append(table.from_year, np.inf)
    seen = np.append((edges[:-2] + edges[1:-1]) / 2, edges[-2])
    total = 0.0
    for row in (0, 1):
        held = survival(parameters, edges[:-1], peacekeepers=row)
        held = np.append(held, special.expit(parameters[0] + parameters[1] * row))
        fell = np.maximum(held[:-1] - held[1:], 1e-300)
        stayed = np.maximum(survival(parameters, seen, peacekeepers=row), 1e-300)
        total += float((table.failed[row] * np.log(fell) + table.still_held[row] * np.log(stayed)).sum())
    return -total


def _hessian(at: Floats, table: LifeTable, step: float = 1e-3) -> Floats:
    """Return the second derivatives by central differences."""
    n = len(at)
    unit = np.eye(n) * step
    made = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            corners = [
                a * b * _minus_ln_likelihood(at + a * unit[i] + b * unit[j], table) for a in (1, -1) for b in (1, -1)
            ]
            made[i, j] = sum(corners) / (4 * step * step)
    return made
