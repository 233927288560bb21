"""How often fires burn near the line beyond the background: learnt from the run itself (two groups).

Fires near the line are background, as the control band on the same day leads to expect, and extra. How many are
extra is estimated by empirical Bayes for the line, each block of it, its season steps and its days, every level
shrunk to the one above and the line to the stated assumption; how far units differ is chosen by marginal
likelihood. The share of extra among the fires of a place and day is one minus the local false discovery rate
(Efron 2004). Nothing but thermal detections and looks goes in: no report, and no claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln, logsumexp

from truceline.incidents.associate import associate
from truceline.incidents.background import LEAST_LOOK, Background, Placed, control_counts, estimate_background
from truceline.incidents.exposure import Exposure, days_of
from truceline.incidents.settings import IncidentSettings
from truceline.incidents.tables import ASSUMPTIONS
from truceline.observations import new_table

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RATE_RANGE = (0.001, 0.2)  # happenings per cell and day, in the long run
# how units may differ: (shape of a gamma law; share of units with extra fires, the others have next to none)
ALIKE = (64.0, 1.0)
LAWS = (ALIKE, *((shape, share) for share in (1.0, 0.5, 0.2) for shape in (8.0, 2.0, 0.5)))
CLEARLY = 2.0  # ln likelihood by which a law must be better than that
SPREAD = np.log(RATE_RANGE[1] / RATE_RANGE[0]) / (2 * 1.96)  # of ln rate: the stated range read as a 95 % interval
MOST, GRID = 5.0, 48  # rates looked at: from the least of that range to MOST, evenly in the logarithm
LEADING = ["source", "act", "time_start", "time_end", "lon_deg", "lat_deg", "sigma_m", "chainage_km", "offset_km"]
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A rate of happenings per cell and day with its 90 % interval, and the counts behind it; arrays of one shape."""

    mean: Floats
    low: Floats
    high: Floats
    fires: Floats
    expected: Floats  # of the background


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The rate of extra fires, and the background fires beside it."""

    exposure: Exposure
    step_of_day: Ints
    line: Estimate  # ()
    step: Estimate  # (season step, block)
    day: Floats  # (day, block) happenings per cell and day, as they tell of that day's fires: see `_telling`
    across: Floats  # (ring,) density of extra fires by distance from the line, 1 on average
    ring_km: float
    expected: Floats  # (day, cell) background fires within `control_from_km`
    shows: Floats  # (day, cell) chance that a happening's fire shows in that day's looks

    def at(self, chainage_km: Floats, offset_km: Floats, day: Ints) -> tuple[Floats, Floats, Floats]:
        """Return (happenings per cell and day, their density there and chance to show, background fires expected).

        The last two are for the whole strip cell on that day.
        """
        x = self.exposure
        cell = x.cell_of(np.nan_to_num(chainage_km))
        when = np.clip(day - x.days[0], 0, len(x.days) - 1)
        ring = np.minimum((np.abs(np.nan_to_num(offset_km)) / self.ring_km).astype(np.int64), len(self.across) - 1)
        rate = self.day[when, x.block_of_cell[cell]]
        return rate, self.shows[when, cell] * self.across[ring], self.expected[when, cell]


def estimate_rates(
    thermal: pd.DataFrame, off_sites: npt.NDArray[np.bool_], exposure: Exposure, settings: IncidentSettings,
    history: Placed | None = None,
) -> Rates:  # fmt: skip
    """Return the rates of extra fires. `off_sites` tells which detections lie on no fixed heat source."""
    fires = _find_fires(thermal[off_sites], settings)
    looks = exposure.looks.sum(axis=0)
    seen_by_any = replace(exposure, sources=("fires",), looks=looks[None])
    background = estimate_background(fires, seen_by_any, settings, history)
    near = np.abs(fires.offset_km) < settings.control_from_km
    blocks, days, cells = exposure.block_of_cell, len(exposure.days), exposure.cells
    where = (fires.day - exposure.days[0])[near], exposure.cell_of(fires.chainage_km[near])
    count = np.bincount(where[0] * cells + where[1], minlength=days * cells).reshape(days, cells).astype(float)
    factor, clumping = _days_against_season(fires, background, settings)
    day, cell = np.indices(count.shape)
    mean, _ = background.predict(cell=cell.ravel(), day=day.ravel(), area_km2=exposure.near_area_km2[cell.ravel()])
    expected = mean.reshape(count.shape) * factor[:, None]
    looked = np.maximum(looks, LEAST_LOOK)
    shows = np.minimum(1.0, settings.heat_seen * looked / looked.mean(axis=0))
    told = (looks > 0) | (count > 0)
    n, mu, s = (_by_block(np.where(told, v, 0.0), blocks) for v in (count, expected, shows))
    unsure = 1 / _by_block_mean(background.shape[0], blocks)  # (step, block) relative variance of the level
    levels = _Levels(steps=background.step_of_day, unsure=unsure, clumping=clumping, settings=settings)
    line, step, by_day = levels.estimate(n, mu, s)
    return Rates(
        exposure=exposure,
        step_of_day=background.step_of_day,
        line=line,
        step=step,
        day=by_day,
        across=_across(np.abs(fires.offset_km[near]), line, s.sum(), settings),
        ring_km=settings.cell_km,
        expected=expected,
        shows=shows,
    )


def _find_fires(thermal: pd.DataFrame, settings: IncidentSettings) -> Placed:
    """Return the fires behind the detections, each by its first: what the association makes one incident."""
    keys = [thermal[c].to_numpy(float) for c in ("sigma_m", "lat_deg", "lon_deg")]
    rows = thermal[LEADING].take(np.lexsort([*keys, thermal["time_start"].to_numpy("datetime64[ns]").astype("int64")]))
    first = np.unique(associate(rows, settings), return_index=True)[1]
    return Placed(
        chainage_km=rows["chainage_km"].to_numpy()[first],
        offset_km=rows["offset_km"].to_numpy()[first],
        day=days_of(rows["time_start"])[first],
        source=np.zeros(len(first), np.int64),
    )


def _by_block(by_cell: Floats, block: Ints) -> Floats:
    return np.asarray(np.add.reduceat(by_cell, np.flatnonzero(np.r_[True, np.diff(block) > 0]), axis=-1))


def _by_block_mean(by_cell: Floats, block: Ints) -> Floats:
    return _by_block(by_cell, block) / np.bincount(block)


def _days_against_season(fires: Placed, background: Background, settings: IncidentSettings) -> tuple[Floats, float]:
    """Return how each day's control band burnt against its season's rate, and the clumping left between blocks.

    A dry windy day burns on both sides of the band's inner edge, so it must not look like an escalation.
    """
    count, expected = (
        _by_block(v, background.exposure.block_of_cell) for v in control_counts(fires, background, settings)
    )
    y, e = count.sum(axis=1), expected.sum(axis=1)
    spread = max(float((np.square(y - e) - e).sum()), 1e-9)
    weight = np.clip(float(np.square(e).sum()) / spread, 0.5, 1e4)
    factor = (y + weight) / (e + weight)
    mean = expected * factor[:, None]
    clumping = (np.square(count - mean).sum() + 3.0) / (mean.sum() + 3.0)
    return factor, float(np.clip(clumping, 1.0, 10.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Levels:
    """Line, block, its season step, its day: each shrunk to the one above."""

    steps: Ints
    unsure: Floats  # (step, block)
    clumping: float
    settings: IncidentSettings

    def estimate(self, n: Floats, mu: Floats, s: Floats) -> tuple[Estimate, Estimate, Floats]:
        """Return the estimates of the line, of each step and block, and the mean rate of each day and block."""
        firsts = np.flatnonzero(np.r_[True, np.diff(self.steps) > 0])
        in_step = [np.add.reduceat(v, firsts, axis=0) for v in (n, mu, s)]
        total = [np.asarray(v.sum()) for v in in_step]
        whole = [v.sum(axis=0) for v in in_step]
        windows = max(1.0, len(self.steps) / (2 * self.settings.season_half_width_d))  # that do not overlap
        block_unsure = self.unsure.mean(axis=0) / windows
        with np.errstate(invalid="ignore"):
            unsure = np.nan_to_num(np.asarray((block_unsure * whole[1] ** 2).sum()) / total[1] ** 2)
        # what is looked for may lie beyond what is believed: otherwise a heavy tail of the background explains it
        grid = np.geomspace(RATE_RANGE[0], MOST, GRID)
        base = np.clip(self.settings.base_rate_per_cell_day, *RATE_RANGE)
        line = self._fit(total, unsure, grid, [-0.5 * (np.log(grid / base) / SPREAD) ** 2])
        block = self._fit(whole, block_unsure, grid, _laws(grid, line.mean))
        step = self._fit(in_step, self.unsure, grid, _laws(grid, block.mean))
        unsure = self.unsure[self.steps]
        weight = self._posterior([n, mu, s], unsure, grid, _laws(grid, step.mean[self.steps]))
        most = max(-np.log1p(-self.settings.prior_at_most), RATE_RANGE[1])  # a single day may be worse
        return _held(line), _held(step), np.minimum(self._telling(weight, [n, mu, s], unsure, grid), most)

    def _telling(self, weight: Floats, data: list[Floats], unsure: Floats, grid: Floats) -> Floats:
        """Return the rate whose odds against the background give each unit's mean share of extra fires.

        The share is averaged over the posterior of the rate, for at the mean rate it would be too high (it is concave
        in the rate), and the background is the one to expect beside so many fires: of a surplus, what varies more
        explains more. Without fires or looks it is the mean rate.
        """
        n, mu, s = (v[..., None] for v in data)
        beyond = (self.clumping - 1) * mu + unsure[..., None] * mu**2
        mean = np.maximum(mu + grid * s, 1e-9)
        usual = mu + (mu + beyond) / (mean + beyond) * (n - mean)  # best linear guess, given n in all
        share = np.clip(1 - usual / np.maximum(n, 1e-9), 0.0, 1.0)
        p = np.clip((weight * share).sum(axis=-1), 1e-9, 1 - 1e-9)
        seen = (data[0] > 0) & (data[2] > 0) & (data[1] > 0)
        odds = p / (1 - p) * data[1] / np.maximum(data[2], 1e-12)
        return np.where(seen, odds, weight @ grid)

    def _fit(self, data: list[Floats], unsure: Floats, grid: Floats, log_priors: Iterable[Floats]) -> Estimate:
        """Return the posterior of each unit's rate under the law between units that explains all best.

        Units are taken to be nearly alike unless another law is clearly better: noise must not make a hot spot.
        """
        weight = self._posterior(data, unsure, grid, log_priors)
        mean, heap = weight @ grid, np.cumsum(weight, axis=-1)
        low, high = (grid[np.minimum((heap < q).sum(axis=-1), GRID - 1)] for q in INTERVAL)
        return Estimate(
            mean=mean, low=np.minimum(low, mean), high=np.maximum(high, mean), fires=data[0], expected=data[1]
        )  # fmt: skip

    def _posterior(self, data: list[Floats], unsure: Floats, grid: Floats, log_priors: Iterable[Floats]) -> Floats:
        """Return P(rate) of each unit on the grid, (unit..., rate)."""
        n, mu, s = data
        likelihood = _log_likelihood(n, mu, s, unsure, self.clumping, grid)
        joint, evidence = [], []
        for prior in log_priors:
            joint.append(likelihood + prior)
            evidence.append(float(logsumexp(joint[-1], axis=-1).sum()))
        best = int(np.argmax(evidence))
        chosen = joint[best if evidence[best] > evidence[0] + CLEARLY else 0]
        return np.asarray(np.exp(chosen - logsumexp(chosen, axis=-1, keepdims=True)))


def _held(found: Estimate) -> Estimate:
    """Return the estimate held inside the stated range."""
    held = {name: np.clip(getattr(found, name), *RATE_RANGE) for name in ("mean", "low", "high")}
    return replace(found, **held)


def _laws(grid: Floats, parent: Floats) -> Iterator[Floats]:
    return (_log_prior(grid, np.asarray(parent)[..., None], *law) for law in LAWS)


def _log_prior(grid: Floats, parent: Floats, shape: float, share: float) -> Floats:
    """Return ln P(rate) on the grid of rates: `share` of units by a gamma law, the others at the least rate.

    The mean is the parent's, so that a law says how units differ and not how many fires there are in all.
    """
    mean = np.clip((parent - (1 - share) * grid[0]) / share, grid[0], grid[-1])
    law = shape * np.log(grid) - shape * grid / mean
    law = law - logsumexp(law, axis=-1, keepdims=True) + np.log(share)
    if share < 1:
        law[..., 0] = np.logaddexp(law[..., 0], np.log1p(-share))
    return np.asarray(law)


def _log_likelihood(n: Floats, mu: Floats, s: Floats, unsure: Floats, clumping: float, grid: Floats) -> Floats:
    """Return ln P(n fires) by (unit..., rate): negative binomial about background plus rate x what would show."""
    mean = np.maximum(mu[..., None] + grid * s[..., None], 1e-9)
    beyond = (clumping - 1) * mu + unsure * mu**2  # variance beyond Poisson's, of the background alone
    size = np.clip(mean**2 / np.maximum(beyond[..., None], 1e-9), 1e-6, 1e6)
    k = n[..., None]
    return np.asarray(
        gammaln(k + size) - gammaln(size) - gammaln(k + 1)
        + size * np.log(size / (size + mean)) + k * np.log(mean / (size + mean))
    )  # fmt: skip


def _across(away_km: Floats, line: Estimate, shows: float, settings: IncidentSettings) -> Floats:
    """Return the density of extra fires in each ring of distance from the line, 1 on average.

    Both sides together: nothing depends on which side is whose.
    """
    rings = max(1, int(np.ceil(settings.control_from_km / settings.cell_km)))
    ring = np.minimum((away_km / settings.cell_km).astype(np.int64), rings - 1)
    n = np.bincount(ring, minlength=rings).astype(float)
    grid = np.geomspace(RATE_RANGE[0] / 10, MOST, GRID)
    levels = _Levels(steps=np.zeros(1, np.int64), unsure=np.zeros(1), clumping=1.0, settings=settings)
    share = np.full(rings, 1 / rings)
    rate = levels._fit([n, line.expected * share, shows * share], np.zeros(rings), grid, _laws(grid, line.mean)).mean
    return np.asarray(rate / rate.mean())


def list_rates(rates: Rates) -> pd.DataFrame:
    """Return the ASSUMPTIONS row of the rate learnt: its value, interval and the counts behind it."""
    line = rates.line
    return new_table(
        ASSUMPTIONS,
        {
            "name": ["extra_fires_per_cell_day"],
            "value": [float(line.mean)],
            "low": [float(line.low)],
            "high": [float(line.high)],
            "unit": ["per cell and day"],
            "source": [
                f"estimated (empirical Bayes, 90 % interval): {line.fires:.0f} fires near the line where the control "
                f"band leads to expect {line.expected:.1f}; drawn to base_rate_per_cell_day, held to "
                f"{RATE_RANGE[0]}-{RATE_RANGE[1]}; by block and season step in the background table"
            ],
        },
    )


def columns_of(rates: Rates, step: Ints, cell: Ints) -> dict[str, Floats]:
    """Return the columns of the BACKGROUND table that tell of extra fires, for each row's season step and cell."""
    at = step, rates.exposure.block_of_cell[cell]
    e = rates.step
    values = {
        "fires_near": e.fires, "fires_expected": e.expected,
        "extra_rate": e.mean, "extra_low": e.low, "extra_high": e.high,
    }  # fmt: skip
    return {name: value[at] for name, value in values.items()}
