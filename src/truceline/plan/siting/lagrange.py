"""Bounds for choosing p sites, by Lagrangian relaxation, and which sites they rule out or in.

Minimise the cost of serving every client from one of p sites: Cornuejols, Fisher and Nemhauser 1977; step rule and
reduced-cost tests of Beasley 1993. Maximise the weight covered by p sites: Galvao and ReVelle 1996.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDS = 3000  # most steps; each is one pass over the matrix
PATIENCE = 25  # steps without a better bound before the step is halved
SMALLEST_STEP = 1e-4
WORTH_A_TRY = 0.03  # choices this near the best are bettered by exchange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bound:
    """A bound on the optimum, the best choice met, and which sites the optimum must or cannot hold.

    `closed` and `opened` are proven against `value`: any better choice opens none of `closed` and all of `opened`.
    """

    bound: float
    value: float
    chosen: Ints
    closed: Bools  # (site,)
    opened: Bools  # (site,)
    multiplier: Floats  # (client,) at the bound


def bound_median(cost: Floats, *, p: int, fixed: Ints, step_up: float) -> Bound:
    """Return the bound for serving each client, row of (client, site) `cost`, from the cheapest of p sites.

    `step_up` is the least amount by which two different totals can differ: 1 for whole costs, else 0.
    """
    sites = cost.shape[1]
    multiplier = np.partition(cost, min(1, sites - 1), axis=1)[:, min(1, sites - 1)].copy()
    chosen = swap(cost, greedy(cost, p, fixed), fixed)
    value = float(cost[:, chosen].min(axis=1).sum())
    best, best_reduced, step, quiet = -np.inf, np.zeros(sites), 2.0, 0
    slack, at_best = np.empty_like(cost), multiplier
    tried = {tuple(sorted(chosen))}
    for _ in range(ROUNDS):
        np.subtract(cost, multiplier[:, None], out=slack)
        np.minimum(slack, 0.0, out=slack)
        reduced = slack.sum(axis=0)
        picked = _lowest(reduced, p, fixed)
        bound = float(multiplier.sum() + reduced[picked].sum())
        if bound > best + 1e-9 * abs(bound):
            best, best_reduced, at_best, quiet = bound, reduced, multiplier.copy(), 0
        else:
            quiet += 1
        found = tuple(sorted(picked))
        if found not in tried and cost[:, picked].min(axis=1).sum() < (1 + WORTH_A_TRY) * value:
            tried.add(found)
            better = swap(cost, picked, fixed)
            total = float(cost[:, better].min(axis=1).sum())
            if total < value:
                value, chosen = total, better
        if quiet >= PATIENCE:
            step, quiet = step / 2, 0
        gradient = 1.0 - (slack[:, picked] < 0).sum(axis=1)
        norm = float(gradient @ gradient)
        if best > value - step_up or norm == 0 or step < SMALLEST_STEP:
            break
        multiplier += step * max(1.05 * value - bound, 1e-9) / norm * gradient
    closed, opened = _tests(best_reduced, best, value - step_up, p, fixed)
    return Bound(bound=min(best, value), value=value, chosen=chosen, closed=closed, opened=opened, multiplier=at_best)


def bound_cover(covers: sparse.csr_matrix, weight: Floats, *, p: int, fixed: Ints, step_up: float) -> Bound:
    """Return the bound for covering the most weight with p sites; `covers` is (client, site), 0 or 1.

    Everything is turned over in sign inside, so that both problems minimise.
    """
    by_site = covers.T.tocsr()
    total = float(weight.sum())
    reach = np.asarray(covers.sum(axis=1)).ravel()
    multiplier = weight / np.maximum(reach, 1.0)
    chosen = _swap_cover(covers, weight, _greedy_cover(by_site, weight, p, fixed), fixed)
    value = total - _covered(by_site, weight, chosen)
    best, best_reduced, step, quiet = -np.inf, np.zeros(by_site.shape[0]), 2.0, 0
    tried, at_best = {tuple(sorted(chosen))}, multiplier
    for _ in range(ROUNDS):
        reduced = -(by_site @ multiplier)
        picked = _lowest(reduced, p, fixed)
        bound = float(multiplier.sum() + reduced[picked].sum())
        if bound > best + 1e-9 * max(abs(bound), 1.0):
            best, best_reduced, at_best, quiet = bound, reduced, multiplier.copy(), 0
        else:
            quiet += 1
        count = np.asarray(by_site[picked].sum(axis=0)).ravel()
        found = tuple(sorted(picked))
        if found not in tried and weight[count > 0].sum() > (1 - WORTH_A_TRY) * (total - value):
            tried.add(found)
            better = _swap_cover(covers, weight, picked, fixed)
            missed = total - _covered(by_site, weight, better)
            if missed < value:
                value, chosen = missed, better
        if quiet >= PATIENCE:
            step, quiet = step / 2, 0
        gradient = 1.0 - count
        gradient[((multiplier <= 0) & (gradient < 0)) | ((multiplier >= weight) & (gradient > 0))] = 0.0
        norm = float(gradient @ gradient)
        if best > value - step_up or norm == 0 or step < SMALLEST_STEP:
            break
        multiplier = np.clip(multiplier + step * max(value - bound, 1e-9) / norm * gradient, 0.0, weight)
    closed, opened = _tests(best_reduced, best, value - step_up, p, fixed)
    return Bound(
        bound=total - min(best, value),
        value=total - value,
        chosen=chosen,
        closed=closed,
        opened=opened,
        multiplier=at_best,
    )


def greedy(cost: Floats, p: int, fixed: Ints) -> Ints:
    """Return p sites, `fixed` first, each the one that lowers the total cost most."""
    chosen = list(fixed)
    near = cost[:, chosen].min(axis=1) if chosen else np.full(len(cost), cost.max())
    while len(chosen) < p:
        total = np.minimum(cost, near[:, None]).sum(axis=0)
        total[chosen] = np.inf
        chosen.append(int(np.argmin(total)))
        near = np.minimum(near, cost[:, chosen[-1]])
    return np.asarray(chosen, int)


def swap(cost: Floats, chosen: Ints, fixed: Ints) -> Ints:
    """Return the choice after exchanging one site for another as long as that pays (Teitz and Bart 1968)."""
    chosen = chosen.copy()
    stays = np.isin(chosen, fixed)
    while True:
        own = cost[:, chosen]
        order = np.argsort(own, axis=1)[:, :2] if len(chosen) > 1 else np.zeros((len(cost), 1), int)
        first = own[np.arange(len(cost)), order[:, 0]]
        second = own[np.arange(len(cost)), order[:, 1]] if len(chosen) > 1 else np.full(len(cost), np.inf)
        with_new = np.minimum(cost, first[:, None])
        loss = np.minimum(cost, second[:, None]) - with_new
        owner = sparse.csr_matrix((np.ones(len(cost)), (order[:, 0], np.arange(len(cost)))), (len(chosen), len(cost)))
        change = owner @ loss + (with_new.sum(axis=0) - first.sum())[None, :]
        change[:, chosen] = np.inf
        change[stays] = np.inf
        out, new = np.unravel_index(int(np.argmin(change)), change.shape)
        if not change[out, new] < -1e-9 * max(first.sum(), 1.0):
            return chosen
        chosen[out] = new


def _lowest(reduced: Floats, p: int, fixed: Ints) -> Ints:
    """Return the p sites of least reduced cost, `fixed` among them; of equals the first."""
    key = reduced.copy()
    key[fixed] = -np.inf
    return np.argsort(key, kind="stable")[:p]


def _tests(reduced: Floats, bound: float, beat: float, p: int, fixed: Ints) -> tuple[Bools, Bools]:
    """Return which sites no choice better than `beat` opens, and which every such choice opens."""
    key = reduced.copy()
    key[fixed] = -np.inf
    order = np.argsort(key, kind="stable")
    inside, outside = order[:p], order[p:]
    closed, opened = np.zeros(len(reduced), bool), np.zeros(len(reduced), bool)
    opened[fixed] = True
    free = inside[~np.isin(inside, fixed)]
    slack = 1e-9 * max(abs(beat), 1.0)
    if len(free) and len(outside):
        closed[outside] = bound - reduced[free[-1]] + reduced[outside] > beat + slack
        opened[free] = bound - reduced[free] + reduced[outside[0]] > beat + slack
    elif len(outside):
        closed[outside] = True  # every one of the p is fixed
    return closed, opened


def _covered(by_site: sparse.csr_matrix, weight: Floats, chosen: Ints) -> float:
    return float(weight[np.asarray(by_site[chosen].sum(axis=0)).ravel() > 0].sum())


def _greedy_cover(by_site: sparse.csr_matrix, weight: Floats, p: int, fixed: Ints) -> Ints:
    chosen = list(fixed)
    left = weight.copy()
    for j in chosen:
        left[by_site[j].indices] = 0.0
    while len(chosen) < p:
        gain = by_site @ left
        gain[chosen] = -np.inf
        chosen.append(int(np.argmax(gain)))
        left[by_site[chosen[-1]].indices] = 0.0
    return np.asarray(chosen, int)


def _swap_cover(covers: sparse.csr_matrix, weight: Floats, chosen: Ints, fixed: Ints) -> Ints:
    """Return the choice after exchanging one site for another as long as that covers more."""
    chosen = chosen.copy()
    stays = np.isin(chosen, fixed)
    while True:
        mine = covers[:, chosen].tocsr()
        count = np.diff(mine.indptr)
        once = np.flatnonzero(count == 1)
        owner = mine.indices[mine.indptr[once]]
        only = sparse.csr_matrix((weight[once], (owner, once)), (len(chosen), len(weight)))
        gain = (only @ covers).toarray() + (covers.T @ (weight * (count == 0)))[None, :]
        gain -= np.asarray(only.sum(axis=1))
        gain[:, chosen] = -np.inf
        gain[stays] = -np.inf
        out, new = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if not gain[out, new] > 1e-9 * max(float(weight.sum()), 1.0):
            return chosen
        chosen[out] = new
