"""The same rotation as a mixed-integer programme, solved to proven optimality by HiGHS, one aim after the other."""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse

from truceline.errors import RequestError
from truceline.plan.rotation.problem import Bools, Floats, Ints, Problem, Worth, worth_of
from truceline.plan.siting.milp import Rows, solve

NODES = 2000  # branch-and-bound nodes for each aim, so that a stop falls at the same place on every machine


def columns(problem: Problem) -> int:
    """Return how many columns the programme has: the measure of its size."""
    pools, groups = problem.fits.shape
    return int((pools * groups + groups + pools) * problem.steps)


def solve_exactly(problem: Problem, *, nodes: int = NODES) -> tuple[Ints, Worth, Worth]:
    """Return the best schedule (pool, group, step), its worth, and the bound on each aim in turn.

    Aims in order: post-steps unfilled of each priority, unit-steps of rest short of the rules, cost. Each is held
    at its optimum while the next is sought. An aim is proven where worth and bound agree; after one that is not,
    the bounds of later aims are those of the programme with the values found, and prove nothing.

    Raises
    ------
    RequestError
        When HiGHS finds nothing within `nodes`.
    """
    aims = _aims(problem)
    rows = _rows(problem)
    upper, whole = _upper(problem), _whole(problem)
    bounds: list[float] = []
    x = np.zeros(len(upper))
    for aim in aims:
        try:
            solved = solve(aim, rows, upper=upper, whole=whole, nodes=nodes)
        except RequestError:
            if not bounds:
                raise
            bounds.append(-math.inf)  # nothing better was found for this aim; what stands stands, unproven
            continue
        if not solved.feasible:  # what stood before is feasible: HiGHS lost it to rounding
            bounds.append(-math.inf)
            continue
        x = solved.x
        bounds.append(solved.bound)
        rows = _held(rows, aim, solved.value)
    starts = np.rint(x[: problem.fits.size * problem.steps]).astype(np.int64)
    starts = starts.reshape(*problem.fits.shape, problem.steps)
    whole_bounds = [max(math.ceil(b - 1e-6), 0) if math.isfinite(b) else 0 for b in bounds[:-1]]
    last = bounds[-1] if math.isfinite(bounds[-1]) else 0.0
    bound = Worth(unfilled=tuple(whole_bounds[:-1]), rest_missed=whole_bounds[-1], cost=last)
    return starts, worth_of(problem, starts), bound


def _windows(steps: int, length: int) -> sparse.csr_matrix:
    """Return the matrix whose row t sums the last `length` steps up to t."""
    return sparse.diags(
        [np.ones(steps - k) for k in range(min(length, steps))], [-k for k in range(min(length, steps))]
    )


def _rows(problem: Problem) -> Rows:
    """Return posts (group, step), pools (pool, step) and rest (pool, step), in this order of rows."""
    pools, groups = problem.fits.shape
    n = problem.steps
    cover = [_windows(n, int(m)) for m in problem.covers]
    posts = [[cover[k] if g == h else None for k in range(pools) for h in range(groups)] for g in range(groups)]
    hard = [_windows(n, int(b + f)) for b, f in zip(problem.tour, problem.floor, strict=True)]
    ruled = [_windows(n, int(b + r)) for b, r in zip(problem.tour, problem.rest, strict=True)]
    eye = sparse.identity(n)
    parts = []
    for g, row in enumerate(posts):
        parts.append([*row, *[eye if g == h else None for h in range(groups)], *[None] * pools])
    for matrices, slack in ((hard, None), (ruled, -eye)):
        for k in range(pools):
            row = [matrices[k] if k == j else None for j in range(pools) for _ in range(groups)]
            parts.append([*row, *[None] * groups, *[slack if k == j else None for j in range(pools)]])
    # an empty block needs a shape: anchor each column of blocks with zeros
    width = pools * groups + groups + pools
    anchor = [sparse.csr_matrix((1, n)) for _ in range(width)]
    matrix = sparse.bmat([*parts, anchor], format="csr")
    units = np.repeat(problem.units, n).astype(float)
    low = np.concatenate([problem.wanted.ravel(), np.full(2 * pools * n, -math.inf), [-math.inf]]).astype(float)
    high = np.concatenate([np.full(groups * n, math.inf), units, units, [math.inf]])
    return Rows(matrix=matrix, low=low, high=high)


def _held(rows: Rows, aim: Floats, value: float) -> Rows:
    """Return the rows with an aim held at its value; every aim but the last, cost, is a whole number."""
    matrix = sparse.vstack([rows.matrix, sparse.csr_matrix(aim)], format="csr")
    return Rows(matrix=matrix, low=np.append(rows.low, -math.inf), high=np.append(rows.high, round(value) + 0.5))


def _upper(problem: Problem) -> Floats:
    pools, groups = problem.fits.shape
    steps = np.arange(problem.steps)
    final = np.where(problem.last < problem.steps, problem.last - problem.tour, problem.steps)
    may = (steps >= problem.first[:, None]) & (steps <= final[:, None])
    starts = np.where(may[:, None, :] & problem.fits[:, :, None], problem.units[:, None, None], 0)
    slack = np.full((groups + pools) * problem.steps, math.inf)
    return np.concatenate([starts.ravel().astype(float), slack])


def _whole(problem: Problem) -> Bools:
    """Starts are whole; what is unfilled or missed then comes out whole by itself."""
    pools, groups = problem.fits.shape
    whole: Bools = np.arange(columns(problem)) < pools * groups * problem.steps
    return whole


def _aims(problem: Problem) -> list[Floats]:
    pools, groups = problem.fits.shape
    n = problem.steps
    starts = pools * groups * n
    aims = []
    for r in range(problem.ranks):
        aim = np.zeros((pools * groups + groups + pools) * n)
        for g in np.flatnonzero(problem.rank == r):
            aim[starts + g * n : starts + (g + 1) * n] = 1.0
        aims.append(aim)
    missed = np.zeros((pools * groups + groups + pools) * n)
    missed[starts + groups * n :] = 1.0
    cost = np.zeros_like(missed)
    cost[:starts] = np.repeat(problem.cost, groups * n)
    return [*aims, missed, cost]
