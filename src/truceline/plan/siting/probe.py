"""Sites of a p-median ruled out one by one: open each in turn, raise the bound, close what no better choice can hold.

Probing (Savelsbergh 1994) with the Lagrangian bound of `lagrange`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FIRST_STEPS = 1000  # for all the sites left together
STEPS = 300  # for each site opened in turn
PATIENCE = 10
SMALLEST_STEP = 1e-3
WORTH_A_ROUND = 0.1  # share of sites a round must close for another to pay


def probe(cost: Floats, multiplier: Floats, sites: Ints, *, p: int, opened: Ints, beat: float) -> Ints:
    """Return the sites that a choice with a total of at most `beat` may hold; none proves that there is no such choice.

    Parameters
    ----------
    cost
        (client, site) of all sites.
    multiplier
        (client,) to begin from, as `bound_median` left it.
    sites, opened
        Sites left, and those of them that every better choice opens.
    p
        how many sites.
    beat
        the largest total that would be better.
    """
    beat += 1e-9 * max(abs(beat), 1.0)
    while True:
        part = cost[:, sites]
        held = np.flatnonzero(np.isin(sites, opened))
        bound, multiplier = _rise(part, multiplier, p, held, beat, FIRST_STEPS)
        if bound > beat:
            return sites[:0]
        stays = np.ones(len(sites), bool)
        for at in np.setdiff1d(np.arange(len(sites)), held).tolist():
            alone, _ = _rise(part, multiplier, p, np.r_[held, at].astype(int), beat, STEPS)
            stays[at] = alone <= beat
        enough = (~stays).sum() >= WORTH_A_ROUND * len(sites)
        sites = sites[stays]
        if len(sites) < p:
            return sites[:0]
        if not enough:
            return sites


def _rise(cost: Floats, multiplier: Floats, p: int, opened: Ints, beat: float, steps: int) -> tuple[float, Floats]:
    """Return the best bound met with some sites open, and its multiplier; stops once the bound passes `beat`."""
    best, at_best, step, quiet = -np.inf, multiplier, 0.5, 0
    for _ in range(steps):
        slack = np.minimum(cost - multiplier[:, None], 0.0)
        reduced = slack.sum(axis=0)
        key = reduced.copy()
        key[opened] = -np.inf
        picked = np.argpartition(key, p - 1)[:p]
        bound = float(multiplier.sum() + reduced[picked].sum())
        quiet += 1
        if bound > best + 1e-9 * abs(bound):
            best, at_best, quiet = bound, multiplier, 0
        if quiet >= PATIENCE:
            step, quiet = step / 2, 0
        gradient = 1.0 - (slack[:, picked] < 0).sum(axis=1)
        norm = float(gradient @ gradient)
        if best > beat or norm == 0 or step < SMALLEST_STEP:
            break
        multiplier = multiplier + step * max(1.02 * beat - bound, 1e-9 * abs(beat)) / norm * gradient
    return best, at_best
