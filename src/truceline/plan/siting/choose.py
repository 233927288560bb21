"""Where to stand: choose p sites so that the rest are near, none is far, or most is covered; to a proven optimum.

Each first takes a Lagrangian bound (`lagrange`), which on most problems rules out all but a few sites, and leaves
those to a mixed-integer programme. Any sites may be fixed: those already held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from truceline.errors import RequestError
from truceline.plan.siting.lagrange import bound_cover, bound_median, greedy
from truceline.plan.siting.milp import PROVEN, Floats, relative_gap
from truceline.plan.siting.probe import probe
from truceline.plan.siting.rest import best_cover, best_median, cover_all, merge_rows

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Siting:
    """Which sites were chosen. `bound` is what no choice can pass; `assigned` is -1 where a client has no site."""

    chosen: tuple[int, ...]
    value: float
    bound: float
    assigned: Ints  # (client,) site that serves it

    @property
    def gap(self) -> float:
        """Relative distance of value and bound."""
        return relative_gap(self.value, self.bound)

    @property
    def is_proven(self) -> bool:
        """Whether no choice can do better."""
        return self.gap <= PROVEN


def p_median(
    distance: npt.ArrayLike, *, p: int, weight: npt.ArrayLike | None = None, fixed: Sequence[int] = ()
) -> Siting:
    """Return the p sites of least total weighted distance from each client to its nearest (Hakimi 1964).

    Parameters
    ----------
    distance
        (client, site), finite and not negative, in any unit.
    p
        how many sites.
    weight
        (client,), not negative; 1 each where not given.
    fixed
        sites that must be among the p.

    Notes
    -----
    What the bound and probing leave open is solved in the radius formulation (Elloumi 2010; Garcia, Labbe and Marin
    2011), which has a variable for each distance at which a client may have no site, not one for each pair.
    """
    far = _matrix(distance, "distance")
    cost = far * check_numbers(weight, len(far))[:, None]
    held = _check(p, fixed, cost.shape[1])
    step = 1.0 - 1e-6 if np.array_equal(cost, np.rint(cost)) else 0.0
    found = bound_median(cost, p=p, fixed=held, step_up=step)
    chosen, value, bound = found.chosen, found.value, found.bound
    if bound > value - step:
        bound = value
    else:
        free, opened = np.flatnonzero(~found.closed), np.flatnonzero(found.opened)
        free = probe(cost, found.multiplier, free, p=p, opened=opened, beat=value - step)
        better = best_median(cost[:, free], p, found.opened[free])
        if better is None or better[1] >= value:
            bound = value
        else:
            chosen, value = free[better[0]], better[1]
            bound = value
    return _siting(chosen, value, bound, far)


def p_center(distance: npt.ArrayLike, *, p: int, fixed: Sequence[int] = ()) -> Siting:
    """Return the p sites for which the farthest client is nearest to a site (Hakimi 1964).

    Parameters
    ----------
    distance
        (client, site), finite and not negative, in any unit.
    p
        how many sites.
    fixed
        sites that must be among the p.

    Notes
    -----
    Bisection over the distinct distances; at each, whether p sites cover every client (Minieka 1970).
    """
    far = _matrix(distance, "distance")
    held = _check(p, fixed, far.shape[1])
    chosen = greedy(far, p, held)
    steps = np.unique(far)
    least = float(far.min(axis=1).max())  # no choice brings the worst client nearer than its own nearest site
    low = int(np.searchsorted(steps, least))
    high = int(np.searchsorted(steps, far[:, chosen].min(axis=1).max()))
    while low < high:
        middle = (low + high) // 2
        found = cover_all(far <= steps[middle], p, held)
        if found is None:
            low = middle + 1
        else:
            chosen = found
            high = int(np.searchsorted(steps, far[:, chosen].min(axis=1).max()))
    chosen = greedy(far, p, chosen)  # sites to spare stand where they shorten the mean
    value = float(far[:, chosen].min(axis=1).max())
    return _siting(chosen, value, value, far)


def maximal_cover(
    covers: npt.ArrayLike | sparse.spmatrix, *, p: int, weight: npt.ArrayLike | None = None, fixed: Sequence[int] = ()
) -> Siting:
    """Return the p sites that cover the most client weight (Church and ReVelle 1974).

    Parameters
    ----------
    covers
        (client, site), True where the site covers the client; dense or sparse.
    p
        how many sites, at most.
    fixed
        sites that must be among the p.
    weight
        (client,), not negative; 1 each where not given.

    Notes
    -----
    Clients covered by the same sites count as one, before the bound and again among the sites it leaves.
    """
    matrix = sparse.csr_matrix(covers, dtype=float)
    matrix.eliminate_zeros()
    matrix.data[:] = 1.0
    given = check_numbers(weight, matrix.shape[0])
    p = min(p, matrix.shape[1]) if p > 0 else p
    held = _check(p, fixed, matrix.shape[1])
    rows, merged = merge_rows(matrix, given)
    step = 1.0 - 1e-6 if np.array_equal(given, np.rint(given)) else 0.0
    found = bound_cover(rows, merged, p=p, fixed=held, step_up=step)
    chosen, value = found.chosen, found.value
    if found.bound >= value + step:
        better = best_cover(rows, merged, p, found)
        if better is not None and better[1] > value:
            chosen, value = better
    served = matrix[:, chosen]
    assigned = np.full(matrix.shape[0], -1)
    some = np.asarray(served.sum(axis=1)).ravel() > 0
    assigned[some] = chosen[np.asarray(served.argmax(axis=1)).ravel()[some]]
    return Siting(chosen=site_names(chosen), value=value, bound=value, assigned=assigned)


def _siting(chosen: Ints, value: float, bound: float, far: Floats) -> Siting:
    chosen = np.sort(chosen)
    return Siting(chosen=site_names(chosen), value=value, bound=bound, assigned=chosen[far[:, chosen].argmin(axis=1)])


def site_names(chosen: Ints) -> tuple[int, ...]:
    """Return the indices of the sites chosen, in order."""
    return tuple(sorted(int(j) for j in chosen))


def _matrix(values: npt.ArrayLike, what: str) -> Floats:
    made = np.asarray(values, float)
    if made.ndim != 2 or 0 in made.shape:
        raise RequestError(
            f"{what} has shape {made.shape}.", todo="Give a row for each client, a column for each site."
        )
    if not (np.isfinite(made) & (made >= 0)).all():
        i, j = np.argwhere(~(np.isfinite(made) & (made >= 0)))[0]
        raise RequestError(
            f"{what} of client {i} to site {j} is {made[i, j]}.", todo="Give finite numbers of 0 or more."
        )
    return made


def check_numbers(values: npt.ArrayLike | None, number: int) -> Floats:
    """Return so many numbers of 0 or more, 1 each where none are given; raise RequestError for any other."""
    if values is None:
        return np.ones(number)
    made = np.asarray(values, float)
    if made.shape != (number,):
        raise RequestError(f"{made.shape} numbers are given for {number}.", todo="Give one each.")
    bad = ~(np.isfinite(made) & (made >= 0))
    if bad.any():
        at = int(np.argmax(bad))
        raise RequestError(f"number {at} is {made[at]}.", todo="Give finite numbers of 0 or more.")
    return made


def _check(p: int, fixed: Sequence[int], sites: int) -> Ints:
    held = np.unique(np.asarray(fixed, int)) if len(fixed) else np.empty(0, int)
    if not 1 <= p <= sites:
        raise RequestError(f"{p} sites are asked for out of {sites}.", todo=f"Ask for 1 to {sites}.")
    if len(held) > p or (held < 0).any() or (held >= sites).any():
        raise RequestError(f"fixed sites {held.tolist()} do not fit into {p} of {sites}.", todo="Fix fewer, or others.")
    return held
