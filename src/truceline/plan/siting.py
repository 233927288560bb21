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
from truceline.plan.lagrange import Bound, bound_cover, bound_median, greedy
from truceline.plan.milp import PROVEN, Rows, relative_gap, solve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


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
    What the bound leaves open is solved in the radius formulation (Elloumi 2010; Garcia, Labbe and Marin 2011),
    which has a variable for each distance at which a client may have no site, not one for each pair.
    """
    far = _matrix(distance, "distance")
    cost = far * _weight(weight, len(far))[:, None]
    held = _check(p, fixed, cost.shape[1])
    step = 1.0 - 1e-6 if np.array_equal(cost, np.rint(cost)) else 0.0
    found = bound_median(cost, p=p, fixed=held, step_up=step)
    chosen, value, bound = found.chosen, found.value, found.bound
    if bound > value - step:
        bound = value
    else:
        free = np.flatnonzero(~found.closed)
        better = _radius(cost[:, free], p, found.opened[free])
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
        found = _cover_all(far <= steps[middle], p, held)
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
    given = _weight(weight, matrix.shape[0])
    p = min(p, matrix.shape[1]) if p > 0 else p
    held = _check(p, fixed, matrix.shape[1])
    rows, merged = _merge(matrix, given)
    step = 1.0 - 1e-6 if np.array_equal(given, np.rint(given)) else 0.0
    found = bound_cover(rows, merged, p=p, fixed=held, step_up=step)
    chosen, value = found.chosen, found.value
    if found.bound >= value + step:
        better = _cover_rest(rows, merged, p, found)
        if better is not None and better[1] > value:
            chosen, value = better
    served = matrix[:, chosen]
    assigned = np.full(matrix.shape[0], -1)
    some = np.asarray(served.sum(axis=1)).ravel() > 0
    assigned[some] = chosen[np.asarray(served.argmax(axis=1)).ravel()[some]]
    return Siting(chosen=_names(chosen), value=value, bound=value, assigned=assigned)


def capacitated_cover(
    covers: npt.ArrayLike,
    *,
    units: int,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    at_most: npt.ArrayLike | None = None,
) -> Siting:
    """Return where to put identical units, several at one site if need be, so that they serve the most weight.

    Parameters
    ----------
    covers
        (client, site), True where a unit at the site reaches the client.
    units
        how many there are.
    demand
        (client,) what each client takes of a unit's capacity; a client is served by one site or not at all.
    capacity
        (site,) what one unit can give from there.
    weight
        (client,) worth of serving it; its demand where not given.
    at_most
        (site,) most units at one site; all of them where not given.

    Returns
    -------
    Siting
        `chosen` repeats a site for each unit there.
    """
    can = np.asarray(covers, bool)
    need = _weight(demand, can.shape[0])
    worth = need if weight is None else _weight(weight, can.shape[0])
    room = _weight(capacity, can.shape[1])
    most = np.full(can.shape[1], float(units)) if at_most is None else _weight(at_most, can.shape[1])
    if units < 0:
        raise RequestError(f"there are {units} units.", todo="Give 0 or more.")
    client, site = np.nonzero(can & (need[:, None] <= (room * most)[None, :]))
    pairs, sites = len(client), can.shape[1]
    one = np.ones(pairs)
    at = np.arange(pairs)
    once = sparse.csr_matrix((one, (client, at)), (can.shape[0], pairs + sites))
    within = sparse.csr_matrix(
        (np.r_[need[client], -room], (np.r_[site, np.arange(sites)], np.arange(pairs + sites))), (sites, pairs + sites)
    )
    total = sparse.csr_matrix(np.r_[np.zeros(pairs), np.ones(sites)][None, :])
    matrix = sparse.vstack([once, within, total]).tocsr()
    high = np.r_[np.ones(can.shape[0]), np.zeros(sites), float(units)]
    rows = Rows(matrix=matrix, low=np.full(len(high), -np.inf), high=high)
    answer = solve(
        np.r_[worth[client], np.zeros(sites)],
        rows,
        upper=np.r_[one, most],
        whole=np.ones(pairs + sites, bool),
        maximise=True,
    )
    assigned = np.full(can.shape[0], -1)
    taken = answer.x[:pairs] > 0.5
    assigned[client[taken]] = site[taken]
    value = float(worth[assigned >= 0].sum())
    where = np.repeat(np.arange(sites), answer.x[pairs:].astype(int))
    return Siting(chosen=_names(where), value=value, bound=max(value, _tidy(answer.bound, value)), assigned=assigned)


def _tidy(bound: float, value: float) -> float:
    """Return the bound, or the value where they differ by no more than rounding."""
    return value if relative_gap(value, bound) <= 1e-7 else bound


def _siting(chosen: Ints, value: float, bound: float, far: Floats) -> Siting:
    chosen = np.sort(chosen)
    return Siting(chosen=_names(chosen), value=value, bound=bound, assigned=chosen[far[:, chosen].argmin(axis=1)])


def _names(chosen: Ints) -> tuple[int, ...]:
    return tuple(sorted(int(j) for j in chosen))


def _radius(cost: Floats, p: int, opened: Bools) -> tuple[Ints, float] | None:
    """Return the best choice among a few sites and its cost, or None if there is none, by the radius formulation."""
    sites = cost.shape[1]
    if sites < p:
        return None
    order = np.argsort(cost, axis=1, kind="stable")[:, : sites - p + 1]  # one of these is open whatever is chosen
    ranked = np.take_along_axis(cost, order, axis=1)
    rise = np.diff(ranked, axis=1)
    client, rank = np.nonzero(rise > 0)  # z = 1 where nothing at this rank or nearer is open
    number = len(client)
    upto = rank[:, None] >= np.arange(order.shape[1])[None, :]
    row, k = np.nonzero(upto)
    near = sparse.csr_matrix((np.ones(len(row)), (row, order[client[row], k])), (number, sites))
    need = sparse.hstack([near, sparse.identity(number)])
    total = sparse.csr_matrix(np.r_[np.ones(sites), np.zeros(number)][None, :])
    stay = sparse.csr_matrix(np.r_[opened.astype(float), np.zeros(number)][None, :])
    answer = solve(
        np.r_[np.zeros(sites), rise[client, rank]],
        Rows(
            matrix=sparse.vstack([need, total, stay]).tocsr(),
            low=np.r_[np.ones(number), float(p), float(opened.sum())],
            high=np.r_[np.full(number, np.inf), float(p), float(sites)],
        ),
        upper=np.ones(sites + number),
        whole=np.r_[np.ones(sites, bool), np.zeros(number, bool)],
    )
    if not answer.feasible:
        return None
    chosen = np.flatnonzero(answer.x[:sites] > 0.5)
    return chosen, float(cost[:, chosen].min(axis=1).sum())


def _cover_all(near: Bools, p: int, held: Ints) -> Ints | None:
    """Return at most p sites that cover every client, `held` among them, or None where that cannot be."""
    sites = near.shape[1]
    need = near[~near[:, held].any(axis=1)] if len(held) else near
    left = p - len(held)
    if not len(need):
        return held
    if left <= 0:
        return None
    rows = Rows(matrix=sparse.csr_matrix(need, dtype=float), low=np.ones(len(need)), high=np.full(len(need), np.inf))
    answer = solve(np.ones(sites), rows, upper=np.ones(sites), whole=np.ones(sites, bool))
    if not answer.feasible or answer.value > left + 0.5:
        return None
    return np.unique(np.r_[held, np.flatnonzero(answer.x > 0.5)]).astype(int)


def _merge(matrix: sparse.csr_matrix, weight: Floats) -> tuple[sparse.csr_matrix, Floats]:
    """Return the distinct rows that count, and the weight of each: rows alike are one client."""
    rng = np.random.default_rng(0)  # two random keys a row: unlike rows agree in both with a chance of 1e-26
    keys = matrix @ rng.random((matrix.shape[1], 2))
    counts = (np.diff(matrix.indptr) > 0) & (weight > 0)
    _, first, group = np.unique(keys[counts], axis=0, return_index=True, return_inverse=True)
    rows = np.flatnonzero(counts)[first]
    total = np.bincount(group.ravel(), weights=weight[counts], minlength=len(rows)).astype(float)
    return matrix[rows], total


def _cover_rest(rows: sparse.csr_matrix, weight: Floats, p: int, found: Bound) -> tuple[Ints, float] | None:
    """Return the best choice among the sites left, and what it covers."""
    free = np.flatnonzero(~found.closed)
    if len(free) < p:
        return None
    part, merged = _merge(rows[:, free].tocsr(), weight)
    clients, sites = part.shape
    opened = found.opened[free].astype(float)
    served = sparse.hstack([part, -sparse.identity(clients)])
    total = sparse.csr_matrix(np.r_[np.ones(sites), np.zeros(clients)][None, :])
    stay = sparse.csr_matrix(np.r_[opened, np.zeros(clients)][None, :])
    answer = solve(
        np.r_[np.zeros(sites), merged],
        Rows(
            matrix=sparse.vstack([served, total, stay]).tocsr(),
            low=np.r_[np.zeros(clients), 0.0, opened.sum()],
            high=np.r_[np.full(clients, np.inf), float(p), float(sites)],
        ),
        upper=np.ones(sites + clients),
        whole=np.r_[np.ones(sites, bool), np.zeros(clients, bool)],
        maximise=True,
    )
    if not answer.feasible:
        return None
    chosen = np.flatnonzero(answer.x[:sites] > 0.5)
    return free[chosen], float(merged[np.asarray(part[:, chosen].sum(axis=1)).ravel() > 0].sum())


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


def _weight(values: npt.ArrayLike | None, number: int) -> Floats:
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
