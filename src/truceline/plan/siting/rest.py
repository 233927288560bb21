"""What the bounds leave open, solved exactly: integer programmes over the few sites left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from truceline.plan.siting.lagrange import Bound
from truceline.plan.siting.milp import Bools, Floats, Rows, solve

Ints = npt.NDArray[np.int64]


def best_median(cost: Floats, p: int, opened: Bools) -> tuple[Ints, float] | None:
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


def cover_all(near: Bools, p: int, held: Ints) -> Ints | None:
    """Return at most p sites that cover every client, `held` among them, or None where that cannot be."""
    sites = near.shape[1]
    need = near[~near[:, held].any(axis=1)] if len(held) else near
    left = p - len(held)
    if not len(need):
        return held
    if left <= 0:
        return None
    known = _greedy_all(need, left)
    if known is None:
        rows = Rows(
            matrix=sparse.csr_matrix(need, dtype=float), low=np.ones(len(need)), high=np.full(len(need), np.inf)
        )
        answer = solve(np.ones(sites), rows, upper=np.ones(sites), whole=np.ones(sites, bool))
        if not answer.feasible or answer.value > left + 0.5:
            return None
        known = np.flatnonzero(answer.x > 0.5)
    return np.unique(np.r_[held, known]).astype(int)


def _greedy_all(need: Bools, left: int) -> Ints | None:
    """Return at most `left` sites that cover every client, each covering the most of what remains, or None."""
    chosen: list[int] = []
    while len(need):
        if len(chosen) == left:
            return None
        chosen.append(int(np.argmax(need.sum(axis=0))))
        if not need[:, chosen[-1]].any():
            return None
        need = need[~need[:, chosen[-1]]]
    return np.asarray(chosen, int)


def merge_rows(matrix: sparse.csr_matrix, weight: Floats) -> tuple[sparse.csr_matrix, Floats]:
    """Return the distinct rows that count, and the weight of each: rows alike are one client."""
    rng = np.random.default_rng(0)  # two random keys a row: unlike rows agree in both with a chance of 1e-26
    keys = matrix @ rng.random((matrix.shape[1], 2))
    counts = (np.diff(matrix.indptr) > 0) & (weight > 0)
    _, first, group = np.unique(keys[counts], axis=0, return_index=True, return_inverse=True)
    rows = np.flatnonzero(counts)[first]
    total = np.bincount(group.ravel(), weights=weight[counts], minlength=len(rows)).astype(float)
    return matrix[rows], total


def best_cover(rows: sparse.csr_matrix, weight: Floats, p: int, found: Bound) -> tuple[Ints, float] | None:
    """Return the best choice among the sites left, and what it covers."""
    free = np.flatnonzero(~found.closed)
    if len(free) < p:
        return None
    part, merged = merge_rows(rows[:, free].tocsr(), weight)
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
