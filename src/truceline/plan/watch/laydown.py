"""Which sensors to buy and where to put them: as much of the line seen as a budget allows, with a proven gap.

Sensors come as a matrix of detection probabilities, candidate x cell, as the sensor models give it. They are fused
as independent, so give one matrix for each state of weather and jamming (their common causes) and its chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from truceline.errors import RequestError
from truceline.plan.siting.milp import Floats, Rows, Solved, relative_gap, solve

SURE = 1 - 1e-9  # a detection taken as certain, so that its logarithm is finite
FIRST_CUTS = np.r_[0.0, np.geomspace(0.05, 8.0, 12)]  # where the curve 1 - exp(-s) is first bounded by tangents
MOST_ROUNDS = 6
NODES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """What may be put somewhere: `costs` is, for each scarce thing (aircraft, crews, money), what one of each takes.

    `at_most` (candidate,) is 1 each where not given. `needs` says which candidate another cannot do without, such as
    an orbit its base.
    """

    costs: Mapping[str, npt.ArrayLike]
    at_most: npt.ArrayLike | None = None
    needs: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laydown:
    """How many of each candidate; the share of the line's weight seen; the bound no laydown in the budget passes."""

    chosen: npt.NDArray[np.int64]  # (candidate,)
    seen: float
    bound: float
    by_cell: Floats  # (cell,) probability of detection, over all states
    spent: dict[str, float]
    left: dict[str, float]

    @property
    def gap(self) -> float:
        """Relative distance of what is seen and the bound."""
        return relative_gap(self.seen, self.bound)


def propose_laydown(
    detection: npt.ArrayLike,
    *,
    candidates: Candidates,
    budget: Mapping[str, float],
    weight: npt.ArrayLike | None = None,
    chance: npt.ArrayLike | None = None,
    gap: float = 0.01,
) -> Laydown:
    """Return the laydown that sees most of the line within a budget.

    Parameters
    ----------
    detection
        (candidate, cell), or (state, candidate, cell): chance that one of the candidate detects there.
    candidates
        What each takes and how many there may be.
    budget
        how much there is of each.
    weight
        (cell,) worth of each cell; equal where not given.
    chance
        (state,) chance of each state of weather and jamming; they sum to 1.
    gap
        relative gap at which to stop; a tenth of it takes many times as long.

    Raises
    ------
    RequestError
        For probabilities outside 0-1, a negative cost or budget, or a cost without a budget.

    Notes
    -----
    Maximises sum_c w_c (1 - prod_k (1 - p_kc)^x_k) = sum_c w_c (1 - exp(-s_c)), s_c = -sum_k x_k ln(1 - p_kc):
    concave in s. The curve is bounded from above by tangents, and by more of them where the answer falls (outer
    approximation, Duran and Grossmann 1986), until answer and bound agree to the gap.
    """
    problem = _prepare(detection, candidates, budget, weight, chance)
    cuts = [FIRST_CUTS] * len(problem.weight)
    best, bound = np.zeros(len(problem.upper), int), np.inf
    seen = 0.0
    for _ in range(MOST_ROUNDS):
        answer = _solve(problem, cuts, gap)
        bound = min(bound, answer.bound)
        chosen = answer.x[: len(problem.upper)].astype(int)
        strength = problem.strength.T @ chosen
        value = float(problem.weight @ -np.expm1(-strength))
        if value > seen:
            best, seen = chosen, value
        if relative_gap(seen, max(bound, seen)) <= gap:
            break
        cuts = [np.unique(np.r_[c, s]) for c, s in zip(cuts, strength, strict=True)]
    return _laydown(problem, best, seen, max(bound, seen))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    strength: Floats  # (candidate, state x cell), -ln(1 - p)
    weight: Floats  # (state x cell,), sums to 1
    states: int
    names: tuple[str, ...]
    costs: Floats  # (thing, candidate)
    budget: Floats  # (thing,)
    upper: Floats  # (candidate,)
    needs: Mapping[int, int]


def _prepare(
    detection: npt.ArrayLike,
    given: Candidates,
    budget: Mapping[str, float],
    weight: npt.ArrayLike | None,
    chance: npt.ArrayLike | None,
) -> _Problem:
    p = np.asarray(detection, float)
    p = p[None] if p.ndim == 2 else p
    if p.ndim != 3 or not ((p >= 0) & (p <= 1)).all():
        raise RequestError(f"detection of shape {p.shape} holds no chances.", todo="Give (candidate, cell) in 0-1.")
    states, candidates, cells = p.shape
    share = _numbers("chance", chance, states, 1 / states)
    if abs(share.sum() - 1) > 1e-6:
        raise RequestError(f"the chances of the states sum to {share.sum():g}.", todo="Make them sum to 1.")
    worth = _numbers("weight", weight, cells, 1.0)
    if worth.sum() <= 0:
        raise RequestError("no cell has a weight.", todo="Give at least one above 0.")
    for name in given.costs:
        if name not in budget:
            raise RequestError(f"there is a cost in {name} and no budget of it.", todo=f"Add {name} to the budget.")
    names = tuple(given.costs)
    table = np.array([_numbers(name, given.costs[name], candidates, 0.0) for name in names]).reshape(
        len(names), candidates
    )
    strength = -np.log1p(-np.minimum(p, SURE))
    return _Problem(
        strength=np.moveaxis(strength, 1, 0).reshape(candidates, states * cells),
        weight=np.outer(share, worth / worth.sum()).ravel(),
        states=states,
        names=names,
        costs=table,
        budget=_numbers("budget", [budget[name] for name in names], len(names), 0.0),
        upper=np.floor(_numbers("at_most", given.at_most, candidates, 1.0)),
        needs=dict(given.needs),
    )


def _numbers(name: str, values: npt.ArrayLike | None, number: int, default: float) -> Floats:
    made = np.full(number, default) if values is None else np.asarray(values, float)
    if made.shape != (number,) or not (np.isfinite(made) & (made >= 0)).all():
        raise RequestError(f"{name} is {made.tolist()}.", todo=f"Give {number} numbers of 0 or more.")
    return made


def _solve(problem: _Problem, cuts: list[Floats], gap: float) -> Solved:
    """Solve the tangent programme over x (whole), s and theta of each cell."""
    k, c = len(problem.upper), len(problem.weight)
    at = np.concatenate(cuts)
    cell = np.repeat(np.arange(c), [len(one) for one in cuts])
    slope = np.exp(-at)
    # theta_c - slope s_c <= 1 - exp(-at) - slope at
    tangents = sparse.csr_matrix(
        (np.r_[np.ones(len(at)), -slope], (np.tile(np.arange(len(at)), 2), np.r_[k + c + cell, k + cell])),
        (len(at), k + 2 * c),
    )
    sums = sparse.hstack([sparse.csr_matrix(-problem.strength.T), sparse.identity(c), sparse.csr_matrix((c, c))])
    money = sparse.hstack([sparse.csr_matrix(problem.costs), sparse.csr_matrix((len(problem.names), 2 * c))])
    wants = sparse.lil_matrix((len(problem.needs), k + 2 * c))
    for row, (candidate, other) in enumerate(problem.needs.items()):
        wants[row, candidate], wants[row, other] = 1.0, -max(problem.upper[candidate], 1.0)
    low = np.r_[np.full(len(at), -np.inf), np.zeros(c), np.full(len(problem.names) + len(problem.needs), -np.inf)]
    high = np.r_[-np.expm1(-at) - slope * at, np.zeros(c), problem.budget, np.zeros(len(problem.needs))]
    return solve(
        np.r_[np.zeros(k + c), problem.weight],
        Rows(matrix=sparse.vstack([tangents, sums, money, wants]).tocsr(), low=low, high=high),
        upper=np.r_[problem.upper, np.full(c, np.inf), np.ones(c)],
        whole=np.r_[np.ones(k, bool), np.zeros(2 * c, bool)],
        maximise=True,
        gap=gap / 2,
        nodes=NODES,
    )


def _laydown(problem: _Problem, chosen: npt.NDArray[np.int64], seen: float, bound: float) -> Laydown:
    strength = problem.strength.T @ chosen
    share = problem.weight.reshape(problem.states, -1)
    by_state = (share.sum(axis=1) / share.sum())[:, None]
    cells = (-np.expm1(-strength)).reshape(problem.states, -1)
    spent = problem.costs @ chosen
    return Laydown(
        chosen=chosen,
        seen=seen,
        bound=bound,
        by_cell=(by_state * cells).sum(axis=0),
        spent={name: float(spent[i]) for i, name in enumerate(problem.names)},
        left={name: float(problem.budget[i] - spent[i]) for i, name in enumerate(problem.names)},
    )
