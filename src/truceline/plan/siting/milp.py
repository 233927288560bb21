"""Mixed-integer programmes to a proven optimum, by HiGHS (Huangfu and Hall 2018) through highspy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from truceline.errors import RequestError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PROVEN = 1e-9  # relative gap under which an answer counts as proven


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Linear rows: low <= matrix @ x <= high; `matrix` is (row, column) and sparse."""

    matrix: sparse.csr_matrix
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """The best x found, its value, and the bound no other x can pass. `x` is empty where nothing is feasible."""

    feasible: bool
    value: float
    bound: float
    x: Floats

    @property
    def gap(self) -> float:
        """Relative distance of value and bound; inf where nothing is feasible."""
        return relative_gap(self.value, self.bound) if self.feasible else math.inf


def relative_gap(value: float, bound: float) -> float:
    """Return |value - bound| / |value|, 0 where they agree."""
    difference = abs(value - bound)
    return 0.0 if difference <= PROVEN else difference / max(abs(value), PROVEN)


def solve(
    cost: Floats,
    rows: Rows,
    *,
    upper: Floats,
    whole: Bools,
    maximise: bool = False,
    gap: float = 0.0,
    nodes: int | None = None,
) -> Solved:
    """Return the optimum of cost @ x over 0 <= x <= upper within the rows.

    Parameters
    ----------
    cost, upper
        (column,)
        Objective and upper bounds; inf is no bound.
    whole
        (column,)
        True where x must be a whole number.
    rows
        The linear rows.
    maximise
        Whether more is better.
    gap
        relative gap at which to stop.
    nodes
        most branch-and-bound nodes to look at, so that a stop falls at the same place on every machine.

    Raises
    ------
    RequestError
        If HiGHS says the programme is unbounded or cannot be solved.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    if nodes is not None:
        solver.setOptionValue("mip_max_nodes", nodes)
    solver.passModel(_model(cost, rows, upper, whole, maximise))
    solver.run()
    return _answer(solver, whole)


def _model(cost: Floats, rows: Rows, upper: Floats, whole: Bools, maximise: bool) -> highspy.HighsLp:
    matrix = rows.matrix.tocsr()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), matrix.shape[0]
    lp.col_cost_ = np.asarray(cost, float)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(cost)), _bounded(upper)
    lp.row_lower_, lp.row_upper_ = _bounded(rows.low), _bounded(rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data.astype(float)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(w)] for w in whole]
    lp.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
    return lp


def _bounded(values: Floats) -> Floats:
    return np.asarray(np.clip(values, -highspy.kHighsInf, highspy.kHighsInf), float)


def _answer(solver: highspy.Highs, whole: Bools) -> Solved:
    status = solver.getModelStatus()
    stops = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit)
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(feasible=False, value=math.nan, bound=math.nan, x=np.empty(0))
    if status not in stops or not found:
        raise RequestError(
            f"the optimiser stopped without an answer ({solver.modelStatusToString(status)}).",
            todo="Allow more nodes, or make the problem smaller.",
        )
    x = np.asarray(solver.getSolution().col_value, float)
    x[whole] = np.round(x[whole])
    value = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if whole.any() else value
    return Solved(feasible=True, value=value, bound=bound, x=x)
