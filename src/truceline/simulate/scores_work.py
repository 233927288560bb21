"""The figures of one scoring, each with its interval, from the tables of episodes, alarms and sector-days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.findings.status import WELL_WATCHED
from truceline.simulate.exercise import Exercise
from truceline.simulate.scores_boot import calibration_draws, per_block, ratio, risk_difference, spread
from truceline.simulate.scores_calibration import jeffreys
from truceline.simulate.scores_match import Matched, gospa_terms
from truceline.simulate.scores_tables import LEVELS
from truceline.simulate.scores_time import Curve, kaplan_meier
from truceline.simulate.stage import Asked
from truceline.simulate.truth_scenario import SIDES
from truceline.uncertainty import upper_bound_rate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SPLITS = ("kind", "sector", "side", "ground", "light", "cloud")
SPLIT_COLUMNS = (
    *("split", "group", "n", "recall", "low", "high", "bound"),
    *("raised", "precision", "precision_low", "precision_high"),
)
Figure = tuple[str, float, float, float, int]  # name, value, low, high, number of cases


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """The tables of one scoring, with the bootstrap's weights over (day, sector)."""

    table: pd.DataFrame
    alarms: pd.DataFrame
    days: pd.DataFrame
    sectors: list[str]
    weights: Floats
    end: pd.Timestamp

    def block(self, table: pd.DataFrame) -> Ints:
        """Return (n,): the block, day by sector, of each row."""
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
        """Return (draws + 1,): the share of rows that are true, as measured and in each draw."""
        block, blocks = self.block(table), self.weights.shape[1]
        return ratio(self.weights, per_block(block, blocks, true), per_block(block, blocks))

    def counts(self, found: Mapping[str, Matched]) -> list[Figure]:
        """Return recall, precision, prevalence and what was raised for nothing."""
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
        """Return the Brier score and the calibration error of all that is at stake."""
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
        """Return the time to detect: until the first sighting of the incident arrived."""
        arrived = self.alarms["arrived"]
        when = arrived.reindex(matched.incident_of).reset_index(drop=True)
        return self._curve(when.where(matched.incident_of >= 0))

    def bound(self) -> Curve:
        """Return the time until the first true sighting arrived: nobody could have known sooner."""
        return self._curve(self.table["seen"])

    def _curve(self, when: pd.Series) -> Curve:
        """Return the curve of times from the beginning of each episode; censored at the period's end."""
        known = (when.notna() & (when <= self.end)).to_numpy()
        waited = ((self.end - self.table["time"]).dt.total_seconds() / 3600).to_numpy(float)
        after = (
            pd.to_datetime(when.to_numpy(), utc=True) - pd.DatetimeIndex(self.table["time"])
        ).total_seconds() / 3600
        return kaplan_meier(np.where(known, np.maximum(np.nan_to_num(after), 0), waited), known)

    def splits(self, at_stake: Matched, violation: Matched) -> pd.DataFrame:
        """Return SPLIT_COLUMNS: recall, beside its bound, and precision of findings, by kind, sector, side and so on.

        A breach is of the side that did it; a finding names none for sure, and counts by the ground it lies on. An
        array's burst is of no kind: findings are told apart by their act.
        """
        raised = self.alarms[self.alarms["rank"] >= LEVELS["violation"]]
        raised = raised.assign(kind=raised["act"], ground=raised["side_hit"])
        hit, seen = at_stake.incident_of >= 0, self.table["seen"].notna().to_numpy()
        true = violation.episode_of >= 0
        rows = []
        for split in SPLITS:
            broke, said = (t[split] if split in t else pd.Series("", t.index) for t in (self.table, raised))
            for group in sorted((set(broke.unique()) | set(said.unique())) - {""}):
                here, there = (broke == group).to_numpy(), (said == group).to_numpy()
                recall = spread(self.draws(self.table[here], hit[here]))
                precision = spread(self.draws(raised[there], true[there]))
                bound = float(seen[here].mean()) if here.any() else float("nan")
                name = self.sectors[int(group)] if split == "sector" and group >= 0 else str(group)
                rows.append((split, name, int(here.sum()), *recall, bound, int(there.sum()), *precision))
        return pd.DataFrame(rows, columns=list(SPLIT_COLUMNS))


def blocks_of(days: pd.DataFrame, asked: Asked) -> int:
    """Return how many blocks of (day, sector) there are."""
    return int(days["day"].max() + 1) * len(asked.sectors)


def work_on(exercise: Exercise, table: pd.DataFrame, alarms: pd.DataFrame, days: pd.DataFrame, weights: Floats) -> Work:
    """Return the work on an exercise's tables."""
    asked = exercise.stage.asked
    return Work(
        table=table,
        alarms=alarms,
        days=days,
        sectors=list(asked.sectors["sector"]),
        weights=weights,
        end=pd.Timestamp(asked.period.end),
    )
