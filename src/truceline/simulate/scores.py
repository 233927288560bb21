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

from truceline.findings.status import WELL_WATCHED
from truceline.simulate.exercise import Exercise
from truceline.simulate.judged import Judged, judge_readings
from truceline.simulate.scores_boot import (
    block_weights,
    calibration_draws,
    per_block,
    ratio,
    risk_difference,
    spread,
)
from truceline.simulate.scores_calibration import Calibration, calibrate, jeffreys
from truceline.simulate.scores_match import TOLERANCES, Matched, gospa_terms, match
from truceline.simulate.scores_tables import LEVELS, alarm_table, breaches, day_table, episode_table, seen_by_q
from truceline.simulate.scores_time import Curve, kaplan_meier
from truceline.simulate.stage import Asked
from truceline.simulate.truth_scenario import SIDES
from truceline.uncertainty import upper_bound_rate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Figure = tuple[str, float, float, float, int]  # name, value, low, high, number of cases

LAGS_H = (0.25, 1.0, 6.0, 24.0, 72.0)
DRAWS = 400
LEVEL_COLUMNS = (
    *("km", "hours", "level"),
    *("recall", "recall_low", "recall_high", "precision", "precision_low", "precision_high"),
)
SPLITS = ("kind", "sector", "side", "light", "cloud")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """One run's scores. `figures` holds name, value, low, high, n; the other tables break them down."""

    figures: pd.DataFrame
    by: pd.DataFrame  # split, group, n, recall, low, high, bound
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
    work = _work(exercise, table, alarms, days, block_weights(_blocks(days, asked), draws=draws, rng=rng))
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
        by=work.splits(found["at stake"]),
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """The tables of one scoring, with the bootstrap's weights over (day, sector)."""

    table: pd.DataFrame
    alarms: pd.DataFrame
    days: pd.DataFrame
    sectors: list[str]
    weights: Floats
    end: pd.Timestamp

    def block(self, table: pd.DataFrame) -> Ints:
        day, sector = (table[name].to_numpy(np.int64) for name in ("day", "sector"))
        return np.asarray(day * len(self.sectors) + np.maximum(sector, 0))

    def share(self, table: pd.DataFrame, true: npt.ArrayLike, name: str) -> Figure:
        """Return a share; where none or all are true, no draw differs, and Jeffreys' bound stands for the interval."""
        value, low, high = spread(self.draws(table, true))
        if len(table) and value in {0.0, 1.0}:
            ends = jeffreys(np.array([value * len(table)]), np.array([len(table)]), confidence=0.9)
            low, high = float(ends[0][0]), float(ends[1][0])
        return (name, value, low, high, len(table))

    def draws(self, table: pd.DataFrame, true: npt.ArrayLike) -> Floats:
        block, blocks = self.block(table), self.weights.shape[1]
        return ratio(self.weights, per_block(block, blocks, true), per_block(block, blocks))

    def counts(self, found: Mapping[str, Matched]) -> list[Figure]:
        rows = [self.share(self.table, self.table["seen"].notna(), "recall_bound")]
        for level, matched in found.items():
            word = level.replace(" ", "_")
            raised = self.alarms[self.alarms["rank"] >= LEVELS[level]]
            rows.append(self.share(self.table, matched.incident_of >= 0, f"recall_{word}"))
            rows.append(self.share(raised, matched.episode_of >= 0, f"precision_{word}"))
            rows.append(self.share(raised, matched.near_any, f"precision_with_repeats_{word}"))
        rows.append(self.share(self.days, self.days["any"] > 0, "prevalence_sector_days"))
        false = self.alarms[self.alarms["rank"] >= LEVELS["violation"]][~found["violation"].near_any]
        return [*rows, self._quiet(false)]

    def _quiet(self, false: pd.DataFrame) -> Figure:
        """Return false findings of a violation per 1,000 km of line on which a day passed without any breach."""
        quiet = self.days[self.days["any"] == 0]
        on_quiet = false[np.isin(self.block(false), self.block(quiet))]
        blocks = self.weights.shape[1]
        over = per_block(self.block(on_quiet), blocks)
        under = per_block(self.block(quiet), blocks, quiet["km"] / 1000)
        value, low, high = spread(ratio(self.weights, over, under))
        if not over.sum() and under.sum():
            high = upper_bound_rate(0, float(under.sum()))
        return ("false_findings_per_quiet_1000_km_day", value, low, high, len(quiet))

    def false_assurance(self) -> list[Figure]:
        """Return the share of sector-days called well watched and quiet in which a breach in fact began."""
        called = self.days[self.days["status"] == WELL_WATCHED]
        rows = []
        for name in ("main", "any"):
            word = "false_assurance" if name == "main" else "false_assurance_any_kind"
            made = self.share(called, called[name] > 0, word)
            rows.append((word, 0.0, 0.0, 0.0, 0) if not len(called) else made)
        return rows

    def fairness(self, found: Mapping[str, Matched]) -> list[Figure]:
        """Return first side minus second: recall of what each did, and false findings on the ground of each."""
        hit = found["at stake"].incident_of >= 0
        sides = [(self.table["side"] == side).to_numpy() for side in SIDES]
        mine = [self.draws(self.table[rows], hit[rows]) for rows in sides]
        raised = self.alarms[self.alarms["rank"] >= LEVELS["violation"]]
        false = ~found["violation"].near_any
        ground = [(raised["side_hit"] == side).to_numpy() for side in SIDES]
        rate = [self.draws(raised[rows], false[rows]) for rows in ground]
        value, low, high = spread(rate[0] - rate[1])
        if len(raised) and not false.any():  # no draw differs: each side's bound stands for the interval
            number = np.array([rows.sum() for rows in ground], float)
            most = jeffreys(np.zeros(2), number, confidence=0.9)[1]
            low, high = -float(most[1]), float(most[0])
        kind_and_sector = pd.factorize(self.table["kind"].astype(str) + self.table["sector"].astype(str))[0]
        alike = risk_difference(self.weights, self.block(self.table), np.asarray(kind_and_sector), sides[0], hit)
        return [
            ("impartiality_recall", *spread(mine[0] - mine[1]), len(self.table)),
            ("impartiality_recall_like_for_like", *spread(alike), len(self.table)),
            ("impartiality_false_share", value, low, high, len(raised)),
        ]

    def probabilities(self, every: Matched) -> list[Figure]:
        told = self.alarms["forecast"].notna().to_numpy()  # where force itself is open there is no probability
        alarms = self.alarms[told]
        forecast, happened = alarms["forecast"].to_numpy(float), every.near_any[told].astype(float)
        if not len(forecast):
            return [(name, np.nan, np.nan, np.nan, 0) for name in ("brier", "calibration_error")]
        rank = pd.Series(forecast).rank(method="average").to_numpy()
        bins = np.minimum((rank - 0.5) / len(forecast) * 10, 9).astype(np.int64)
        drawn = calibration_draws(self.weights, self.block(alarms), forecast, happened, bins)
        return [(name, *spread(values), len(forecast)) for name, values in drawn.items()]

    def distance(self, matched: Matched) -> Figure:
        """Return GOSPA of the findings of violation."""
        raised = self.alarms[self.alarms["rank"] >= LEVELS["violation"]]
        blocks, (missed, false) = self.weights.shape[1], gospa_terms(matched)
        by_block = per_block(self.block(self.table), blocks, missed) + per_block(self.block(raised), blocks, false)
        return ("gospa_km", *spread(np.sqrt(self.weights @ by_block)), len(self.table))

    def time(self, matched: Matched) -> Curve:
        arrived = self.alarms["arrived"]
        when = arrived.reindex(matched.incident_of).reset_index(drop=True)
        return self._curve(when.where(matched.incident_of >= 0))

    def bound(self) -> Curve:
        return self._curve(self.table["seen"])

    def _curve(self, when: pd.Series) -> Curve:
        """Return the curve of times from the beginning of each episode; censored at the period's end."""
        known = (when.notna() & (when <= self.end)).to_numpy()
        waited = ((self.end - self.table["time"]).dt.total_seconds() / 3600).to_numpy(float)
        after = (
            pd.to_datetime(when.to_numpy(), utc=True) - pd.DatetimeIndex(self.table["time"])
        ).total_seconds() / 3600
        return kaplan_meier(np.where(known, np.maximum(np.nan_to_num(after), 0), waited), known)

    def splits(self, matched: Matched) -> pd.DataFrame:
        rows = []
        hit, seen = matched.incident_of >= 0, self.table["seen"].notna().to_numpy()
        for split in SPLITS:
            for group in sorted(self.table[split].unique()):
                here = (self.table[split] == group).to_numpy()
                recall = spread(self.draws(self.table[here], hit[here]))
                name = self.sectors[int(group)] if split == "sector" and group >= 0 else str(group)
                rows.append((split, name, int(here.sum()), *recall, float(seen[here].mean())))
        return pd.DataFrame(rows, columns=["split", "group", "n", "recall", "low", "high", "bound"])


def _times(found: Curve, bound: Curve, n: int) -> list[Figure]:
    rows: list[Figure] = []
    for word, curve in (("", found), ("_bound", bound)):
        rows += [(f"found_within_{lag:g}_h{word}", *curve.at(lag), n) for lag in LAGS_H]
        for percent in (50, 90):
            name, share = f"hours_to_find_{percent}{word}", percent / 100
            rows.append((name, curve.quantile(share), *curve.quantile_interval(share), n))
    return rows


def _tolerances(work: _Work, truth: pd.DataFrame, of: Ints, which: Sequence[tuple[float, float]]) -> pd.DataFrame:
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
            weights = block_weights(_blocks(days, asked), draws=draws, rng=rng)
        alarms = alarm_table(exercise, judged, None)
        work = _work(exercise, table, alarms, days, weights)
        made.append(_tolerances(work, broken, of, TOLERANCES[1:2]).assign(lag_h=lag))
    return pd.concat(made, ignore_index=True)[["lag_h", *LEVEL_COLUMNS[2:]]]


def _blocks(days: pd.DataFrame, asked: Asked) -> int:
    return int(days["day"].max() + 1) * len(asked.sectors)


def _work(exercise: Exercise, table: pd.DataFrame, alarms: pd.DataFrame, days: pd.DataFrame, weights: Floats) -> _Work:
    asked = exercise.stage.asked
    return _Work(
        table=table,
        alarms=alarms,
        days=days,
        sectors=list(asked.sectors["sector"]),
        weights=weights,
        end=pd.Timestamp(asked.period.end),
    )
