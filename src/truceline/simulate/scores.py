"""Scores: what the watch found of an invented truth, what it raised for nothing, and whether its assurances were true.

Every figure comes with a 90 % interval by block bootstrap over days and sectors, and beside it what somebody who knew
which sighting was of what could have found at best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.simulate.exercise import Exercise
from truceline.simulate.judged import Judged, judge_readings
from truceline.simulate.scores_boot import (
    block_weights,
)
from truceline.simulate.scores_calibration import Calibration, calibrate
from truceline.simulate.scores_match import TOLERANCES, match
from truceline.simulate.scores_tables import LEVELS, alarm_table, breaches, day_table, episode_table, seen_by_q
from truceline.simulate.scores_time import Curve
from truceline.simulate.scores_work import Figure, Work, blocks_of, work_on

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


LAGS_H = (0.25, 1.0, 6.0, 24.0, 72.0)
DRAWS = 400
LEVEL_COLUMNS = (
    *("km", "hours", "level"),
    *("recall", "recall_low", "recall_high", "precision", "precision_low", "precision_high"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """One run's scores. `figures` holds name, value, low, high, n; the other tables break them down."""

    figures: pd.DataFrame
    by: pd.DataFrame  # SPLIT_COLUMNS
    tolerances: pd.DataFrame  # LEVEL_COLUMNS
    calibration: Calibration
    found: Curve  # time to detect
    bound: Curve  # the same for somebody who knew which sighting was of what
    breaches: (
        pd.DataFrame
    )  # one row per episode: time, chainage_km, kind, side, seen (by anything), found, as violation
    seen_by_q: pd.DataFrame  # coverage's probability, binned, against the share in fact seen

    def as_json(self) -> dict[str, dict[str, float | None]]:
        """Return name -> value, low, high, n; what is not a number is None."""
        table = self.figures
        names, columns = table["name"], ("value", "low", "high", "n")
        rows = zip(*(table[column] for column in columns), strict=True)
        return {
            str(name): {column: _plain(number) for column, number in zip(columns, row, strict=True)}
            for name, row in zip(names, rows, strict=True)
        }


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def score(
    exercise: Exercise,
    judged: Judged,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    row_of: Mapping[str, int] | None = None,
) -> Scores:
    """Return the scores of one run. `draws` of the bootstrap; 0 leaves out intervals and other tolerances."""
    asked = exercise.stage.asked
    broke = breaches(exercise.truth, asked)
    table, of, truth = episode_table(exercise, broke)
    alarms = alarm_table(exercise, judged, row_of)
    days = day_table(exercise, judged, truth)
    work = work_on(exercise, table, alarms, days, block_weights(blocks_of(days, asked), draws=draws, rng=rng))
    km, hours = TOLERANCES[1]
    found = {
        level: match(truth, of, alarms[alarms["rank"] >= least].reset_index(drop=True), km=km, hours=hours)
        for level, least in LEVELS.items()
    }
    every = match(truth, of, alarms, km=km, hours=hours)
    told = alarms["forecast"].notna().to_numpy()
    curve, bound = work.time(found["at stake"]), work.bound()
    return Scores(
        figures=pd.DataFrame(
            [
                *work.counts(found),
                *work.false_assurance(),
                *work.fairness(found),
                *work.probabilities(every),
                *_times(curve, bound, len(table)),
                work.distance(found["violation"]),
            ],
            columns=["name", "value", "low", "high", "n"],
        ),
        by=work.splits(found["at stake"], found["violation"]),
        tolerances=_tolerances(work, truth, of, TOLERANCES if draws else ()),
        calibration=calibrate(alarms["forecast"].to_numpy(float)[told], every.near_any[told]),
        found=curve,
        bound=bound,
        breaches=table.assign(
            seen=table["seen"].notna(),
            found=found["at stake"].incident_of >= 0,
            as_violation=found["violation"].incident_of >= 0,
        ),
        seen_by_q=seen_by_q(exercise),
    )


def _times(found: Curve, bound: Curve, n: int) -> list[Figure]:
    rows: list[Figure] = []
    for word, curve in (("", found), ("_bound", bound)):
        rows += [(f"found_within_{lag:g}_h{word}", *curve.at(lag), n) for lag in LAGS_H]
        for percent in (50, 90):
            name, share = f"hours_to_find_{percent}{word}", percent / 100
            rows.append((name, curve.quantile(share), *curve.quantile_interval(share), n))
    return rows


def _tolerances(work: Work, truth: pd.DataFrame, of: Ints, which: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Return km, hours, level, recall and precision, each with its interval."""
    rows = []
    for km, hours in which:
        for level, least in LEVELS.items():
            raised = work.alarms[work.alarms["rank"] >= least].reset_index(drop=True)
            matched = match(truth, of, raised, km=km, hours=hours)
            recall = work.share(work.table, matched.incident_of >= 0, "")[1:4]
            precision = work.share(raised, matched.episode_of >= 0, "")[1:4]
            rows.append((km, hours, level, *recall, *precision))
    return pd.DataFrame(rows, columns=list(LEVEL_COLUMNS))


def frozen(
    exercise: Exercise, *, rng: np.random.Generator, draws: int = DRAWS, lags_h: tuple[float, ...] = LAGS_H
) -> pd.DataFrame:
    """Return lag_h, level, recall and precision (with intervals) of the verdicts so long after each happening.

    Rows are judged in order of arrival: of each happening only what had arrived by then counts. What is no violation
    counts from its own time.
    """
    truth, rows, asked = exercise.truth, exercise.rows, exercise.stage.asked
    began = truth.set_index("event")["time"].reindex(rows["event"]).reset_index(drop=True)
    age = rows["arrived"].reset_index(drop=True) - began.fillna(rows["time"].reset_index(drop=True))
    table, of, broken = episode_table(exercise, breaches(truth, asked))
    made = []
    weights = None
    for lag in lags_h:
        judged = judge_readings(exercise.readings(rows[(age <= timedelta(hours=lag)).to_numpy()]), exercise.stage)
        days = day_table(exercise, judged, broken)
        if weights is None:
            weights = block_weights(blocks_of(days, asked), draws=draws, rng=rng)
        alarms = alarm_table(exercise, judged, None)
        work = work_on(exercise, table, alarms, days, weights)
        made.append(_tolerances(work, broken, of, TOLERANCES[1:2]).assign(lag_h=lag))
    return pd.concat(made, ignore_index=True)[["lag_h", *LEVEL_COLUMNS[2:]]]
