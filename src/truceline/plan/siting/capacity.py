"""Units of limited capacity, several at one site if need be, so that they serve the most; to a proven optimum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from truceline.errors import RequestError
from truceline.plan.siting.choose import Siting, check_numbers, site_names
from truceline.plan.siting.milp import Rows, relative_gap, solve


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
    need = check_numbers(demand, can.shape[0])
    worth = need if weight is None else check_numbers(weight, can.shape[0])
    room = check_numbers(capacity, can.shape[1])
    most = np.full(can.shape[1], float(units)) if at_most is None else check_numbers(at_most, can.shape[1])
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
    return Siting(
        chosen=site_names(where), value=value, bound=max(value, _tidy(answer.bound, value)), assigned=assigned
    )


def _tidy(bound: float, value: float) -> float:
    """Return the bound, or the value where they differ by no more than rounding."""
    return value if relative_gap(value, bound) <= 1e-7 else bound
