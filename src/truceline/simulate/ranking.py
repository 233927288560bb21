"""Which uncertain numbers matter: the share of an answer's variance that each explains by itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

BINS = 20
MOST_ROWS = 100_000  # more say no more about an order of importance


def rank_inputs(
    inputs: Mapping[str, Floats], kinds: Mapping[str, str], outcomes: Mapping[str, Floats]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (ranking, spread by kind) of independent inputs, (n,) or (outcomes, n), for outcomes (n,).

    The share is the first-order Sobol index by the given-data estimate: draws are put into 20 bins of equal mass of an
    input, and the variance of the bins' means, less what chance alone makes, is divided by the whole (Plischke,
    Borgonovo and Smith 2013). `low` and `high` are the means in the lowest and highest bin. What no input explains by
    itself is the kind "together".
    """
    rows = []
    for name, values in inputs.items():
        used = np.atleast_2d(values)[:, :MOST_ROWS]
        if np.ptp(used) == 0:
            continue
        order = np.argsort(used, axis=1)
        for k, (measure, outcome) in enumerate(outcomes.items()):
            means, share = _first_order(outcome[:MOST_ROWS][order[min(k, len(order) - 1)]])
            rows.append((name, kinds[name], measure, share, means[0], means[-1]))
    ranking = pd.DataFrame(rows, columns=["input", "kind", "measure", "share", "low", "high"])
    ranking = ranking.sort_values(["measure", "share"], ascending=[True, False], ignore_index=True)
    by_kind = ranking.groupby(["measure", "kind"], as_index=False)["share"].sum()
    rest = 1 - by_kind.groupby("measure")["share"].sum()
    together = pd.DataFrame({"measure": rest.index, "kind": "together", "share": np.maximum(rest.to_numpy(), 0.0)})
    return ranking, pd.concat([by_kind, together], ignore_index=True).sort_values(
        ["measure", "kind"], ignore_index=True
    )


def _first_order(outcome: Floats) -> tuple[Floats, float]:
    """Return the bins' means and the share of variance of an outcome sorted by the input."""
    bins = np.array_split(outcome, BINS)
    means = np.array([part.mean() for part in bins])
    whole = outcome.var()
    if whole == 0:
        return means, 0.0
    by_chance = np.mean([part.var() / len(part) for part in bins])
    return means, max(0.0, float((means.var() - by_chance) / whole))
