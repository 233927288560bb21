"""Intervals by block bootstrap over days and sectors: violations come in bursts, and rows of one burst are one case."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

INTERVAL = (0.05, 0.95)


def block_weights(blocks: int, *, draws: int, rng: np.random.Generator) -> Floats:
    """Return (draws + 1, blocks): how often each block is drawn; the first row is the data as they are."""
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws) if draws else np.zeros((0, blocks))
    return np.vstack([np.ones(blocks), drawn]).astype(float)


def per_block(block: Ints, blocks: int, values: npt.ArrayLike | None = None) -> Floats:
    """Return (blocks,): the sum of values, or the number of rows, in each block."""
    weights = None if values is None else np.asarray(values, float)
    return np.asarray(np.bincount(block, weights=weights, minlength=blocks), float)


def ratio(weights: Floats, over: Floats, under: Floats) -> Floats:
    """Return (draws + 1,) sums of `over` in sums of `under`; nan where there is nothing under it."""
    below = weights @ under
    made = np.divide(weights @ over, below, out=np.full(len(weights), np.nan), where=below > 0)
    return np.asarray(made)


def risk_difference(weights: Floats, block: Ints, stratum: Ints, first: Bools, true: Bools) -> Floats:
    """Return (draws + 1,): share true of the first group minus that of the second, like compared with like.

    Mantel and Haenszel's risk difference over strata, each weighing n1 n2 / (n1 + n2) (Greenland and Robins 1985); nan
    where no stratum holds both.
    """
    shape = (weights.shape[1], int(stratum.max(initial=0)) + 1)

    def summed(rows: Bools) -> Floats:
        table = np.zeros(shape)
        np.add.at(table, (block[rows], stratum[rows]), 1.0)
        return np.asarray(weights @ table)

    n1, n2 = summed(first), summed(~first)
    x1, x2 = summed(first & true), summed(~first & true)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where((n1 > 0) & (n2 > 0), (x1 * n2 - x2 * n1) / (n1 + n2), 0.0)
        weight = np.where((n1 > 0) & (n2 > 0), n1 * n2 / (n1 + n2), 0.0)
        return np.asarray(each.sum(axis=1) / weight.sum(axis=1))


def spread(values: Floats) -> tuple[float, float, float]:
    """Return the value as measured and its 90 % interval over the draws; nan ends when there are none."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not len(drawn):
        return float(values[0]), float("nan"), float("nan")
    low, high = np.quantile(drawn, INTERVAL)
    return float(values[0]), float(low), float(high)


def calibration_draws(
    weights: Floats, block: Ints, forecast: Floats, happened: Floats, bin_of: Ints
) -> Mapping[str, Floats]:
    """Return (draws + 1,) of the Brier score and the calibration error, bins held as they are."""
    blocks, bins = weights.shape[1], int(bin_of.max(initial=0)) + 1
    off = np.zeros((blocks, bins))
    np.add.at(off, (block, bin_of), forecast - happened)
    number = weights @ per_block(block, blocks)
    square = weights @ per_block(block, blocks, (forecast - happened) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"brier": square / number, "calibration_error": np.abs(weights @ off).sum(axis=1) / number}
