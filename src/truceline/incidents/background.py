"""How many thermal detections to expect when nothing happens: by strip cell, season and source.

The level comes from a control band on both sides of the line in the same weeks, per effective (cloud-free) look,
so that a clear sky does not look like an escalation. History, where given, says how each cell near the line
differs from its control band in the same season of other years; their ratio does not depend on how many
satellites flew then. Counts are shrunk to the block and the line (gamma-Poisson) and the prediction is negative
binomial: it carries both the clumping of fires and what is not known of the rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from truceline.incidents.exposure import Exposure
from truceline.incidents.settings import IncidentSettings
from truceline.incidents.tables import BACKGROUND
from truceline.observations import new_table

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DAYS_OF_YEAR = 366
LEAST_LOOK = 0.25  # effective looks on a day with a detection
DETECTIONS_PER_FIRE = 5.0  # where the data do not say: a fire is several pixels, seen by several satellites


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Thermal detections in strip space: where, on which day, from which source."""

    chainage_km: Floats
    offset_km: Floats
    day: Ints  # days since 1970-01-01, UTC
    source: Ints  # code into Exposure.sources; 0 for history


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Expected thermal detections; every array is (source, season step, cell) unless said otherwise."""

    exposure: Exposure
    step_of_day: Ints  # (day,)
    step_day: Ints  # (step,) first day of each season step
    control_count: Floats
    control_exposure: Floats  # km2 x effective looks
    history_near: Floats  # (step, cell)
    history_expected: Floats
    ratio: Floats
    rate: Floats  # detections per km2 and effective look near the line
    shape: Floats
    dispersion: Floats  # (source,)
    with_history: bool

    def predict(self, *, cell: Ints, day: Ints, area_km2: Floats | float) -> tuple[Floats, Floats]:
        """Return (mean, size) of the negative binomial count of all sources over an area in a cell on a day."""
        step = self.step_of_day[day]
        looks = self.exposure.looks[:, day, cell]
        # where something was detected somebody looked, whatever the record of looks says
        looks = np.where(looks.sum(axis=0) < LEAST_LOOK, LEAST_LOOK / len(looks), looks)
        mean = self.rate[:, step, cell] * looks * np.asarray(area_km2)
        clumps = (self.dispersion[:, None] - 1) * mean + mean**2 / self.shape[:, step, cell]
        total = mean.sum(axis=0)
        return total, total**2 / np.maximum(clumps.sum(axis=0), 1e-12)


def chance_of_at_least(count: npt.ArrayLike, mean: npt.ArrayLike, size: npt.ArrayLike) -> Floats:
    """Return P(Y >= count) of a negative binomial with that mean and size (variance = mean + mean^2 / size)."""
    mean, size = np.asarray(mean, float), np.asarray(size, float)
    return np.asarray(stats.nbinom.sf(np.asarray(count) - 1, size, size / (size + mean)), dtype=float)


def estimate_background(
    now: Placed, exposure: Exposure, settings: IncidentSettings, history: Placed | None = None
) -> Background:
    """Return the background near the line from the control band of `now` and, if given, other years."""
    step_day, step_of_day = _season_steps(exposure.days, settings)
    heard = _heard_sides(now, exposure, settings)
    in_band = _in_control(now, exposure, heard, settings)
    shape = (len(exposure.sources), len(exposure.days), exposure.cells)
    counts = _histogram(now, in_band, exposure, shape)
    areas = (exposure.control_area_km2 * heard).sum(axis=0)
    block = exposure.block_of_cell
    window = [_window_sum(a, exposure.days, step_day, settings) for a in (counts, exposure.looks * areas)]
    y, e = (_sum_blocks(a, block) for a in window)
    dispersion = _dispersion(counts, exposure.looks * areas, y, e, step_of_day)
    rate, known = _shrink(y, e, dispersion, settings.shrink_clumps)
    ratio, near, expected = _history_ratio(history, exposure, heard, step_day, settings)
    return Background(
        exposure=exposure,
        step_of_day=step_of_day,
        step_day=step_day,
        control_count=y,
        control_exposure=e,
        history_near=near,
        history_expected=expected,
        ratio=ratio,
        rate=rate * ratio,
        shape=known,
        dispersion=dispersion,
        with_history=history is not None,
    )


def control_counts(now: Placed, background: Background, settings: IncidentSettings) -> tuple[Floats, Floats]:
    """Return (counts, counts expected of the season) in the control band by (day, cell), all sources together."""
    x = background.exposure
    heard = _heard_sides(now, x, settings)
    shape = (len(x.sources), len(x.days), x.cells)
    count = _histogram(now, _in_control(now, x, heard, settings), x, shape)
    rate = (background.rate / background.ratio)[:, background.step_of_day]
    expected = rate * x.looks * (x.control_area_km2 * heard).sum(axis=0)
    return count.sum(axis=0), expected.sum(axis=0)


def list_background(background: Background, extra: Callable[[Ints, Ints], dict[str, Floats]]) -> pd.DataFrame:
    """Return the BACKGROUND table: the rate in each cell and season step, and the counts behind it.

    `extra` gives the columns that tell of fires beyond it, for each row's season step and cell.
    """
    b, x = background, background.exposure
    s, t, c = (i.ravel() for i in np.indices(b.rate.shape))
    per_look = b.rate * x.near_area_km2
    looks = np.stack([x.looks[:, b.step_of_day == k].mean(axis=1) for k in range(len(b.step_day))], axis=1)
    method = "control band, gamma-Poisson" + (" x same-season history" if b.with_history else "")
    return new_table(
        BACKGROUND,
        {
            "source": np.asarray(x.sources, dtype=object)[s],
            "cell_km": x.cell_km * c,
            "season": b.step_day[t].astype("datetime64[D]").astype("datetime64[ns]"),
            "control_count": b.control_count.ravel(),
            "control_exposure": b.control_exposure.ravel(),
            "history_near": b.history_near[t, c],
            "history_expected": b.history_expected[t, c],
            "ratio": b.ratio[t, c],
            "rate_per_look": per_look.ravel(),
            "rate_per_day": (per_look * looks).ravel(),
            "dispersion": b.dispersion[s],
            "shape": b.shape.ravel(),
            **extra(t, c),
            "method": method,
        },
    )


def _season_steps(days: Ints, settings: IncidentSettings) -> tuple[Ints, Ints]:
    """Return the first day of each season step, and the step of each day: two steps to a half window."""
    width = max(1, int(settings.season_half_width_d // 2))
    step_of_day = (np.arange(len(days)) // width).astype(np.int64)
    return days[::width], step_of_day


def _in_band(placed: Placed, settings: IncidentSettings) -> Flags:
    away = np.abs(placed.offset_km)
    return np.asarray((away >= settings.control_from_km) & (away <= settings.control_to_km))


def _in_control(placed: Placed, exposure: Exposure, heard: Flags, settings: IncidentSettings) -> Flags:
    """Return which detections lie in the control band, on a side the source delivers."""
    side = (placed.offset_km >= 0).astype(np.int64)
    return _in_band(placed, settings) & heard[side, exposure.cell_of(placed.chainage_km)]


def _heard_sides(placed: Placed, exposure: Exposure, settings: IncidentSettings) -> Flags:
    """Return, by side and cell, whether the control band there is in the data at all.

    A publisher may cut its data off at a border. A side of a block is taken to be cut off when it shows nothing
    at all where the other side's rate would show nothing in less than one case in a hundred.
    """
    block, cells = exposure.block_of_cell, exposure.cells
    keep = _in_band(placed, settings) & exposure.is_beside(placed.chainage_km)
    flat = (placed.offset_km >= 0).astype(np.int64)[keep] * cells + exposure.cell_of(placed.chainage_km[keep])
    seen = _sum_blocks(np.bincount(flat, minlength=2 * cells).reshape(2, cells).astype(float), block)
    exposed = _sum_blocks(exposure.control_area_km2 * exposure.looks.sum(axis=(0, 1)), block)
    with np.errstate(divide="ignore", invalid="ignore"):
        # five detections to a fire: one fire on the other side proves nothing
        expected = np.nan_to_num(seen[::-1] / exposed[::-1], posinf=0.0) * exposed / DETECTIONS_PER_FIRE
    return np.asarray((seen > 0) | (expected < -np.log(0.01)))


def _histogram(placed: Placed, keep: Flags, exposure: Exposure, shape: tuple[int, ...]) -> Floats:
    """Return detections by (source, day, cell)."""
    day = placed.day - exposure.days[0]
    keep = keep & (day >= 0) & (day < shape[1]) & exposure.is_beside(placed.chainage_km)
    flat = np.ravel_multi_index((placed.source[keep], day[keep], exposure.cell_of(placed.chainage_km[keep])), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(float)


def _window_sum(by_day: Floats, days: Ints, step_day: Ints, settings: IncidentSettings) -> Floats:
    """Return sums over the season window around each step's middle: (source, step, cell) from (source, day, cell)."""
    total = np.concatenate([np.zeros_like(by_day[:, :1]), np.cumsum(by_day, axis=1)], axis=1)
    half = settings.season_half_width_d
    middle = step_day + half / 4
    low = np.searchsorted(days, middle - half)
    high = np.searchsorted(days, middle + half, side="right")
    return np.asarray(total[:, high] - total[:, low])


def _sum_blocks(by_cell: Floats, block: Ints) -> Floats:
    """Return each cell's block total, in every cell of the block."""
    edges = np.flatnonzero(np.r_[True, np.diff(block) > 0])
    return np.asarray(np.add.reduceat(by_cell, edges, axis=-1)[..., block])


def _dispersion(counts: Floats, exposed: Floats, y: Floats, e: Floats, step_of_day: Ints) -> Floats:
    """Return variance over mean of the control counts of each source, about their season's rate; at least 1.05."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(e > 0, y / e, 0.0)
    mean = rate[:, step_of_day] * exposed
    total = mean.sum(axis=(1, 2))
    squares = np.square(counts - mean).sum(axis=(1, 2))
    # where the control band saw next to nothing, one expected detection of dispersion 3 stands in
    return np.asarray(np.clip((squares + 3.0) / (total + 1.0), 1.05, 100.0))


def _shrink(y: Floats, e: Floats, dispersion: Floats, weight: float) -> tuple[Floats, Floats]:
    """Return (rate, shape) of each block, drawn to the line's rate by `weight` fires (gamma-Poisson)."""
    per_fire = dispersion[:, None, None]
    fires, line_fires = y / per_fire, y.mean(axis=-1, keepdims=True) / per_fire
    line_e = np.maximum(e.mean(axis=-1, keepdims=True), 1e-9)
    line = (line_fires + 0.5) / line_e  # Jeffreys' half keeps an empty band from proving a rate of nought
    rate = per_fire * (fires + weight) / (e + weight / line)
    return rate, fires + weight


def _history_ratio(
    history: Placed | None, exposure: Exposure, heard: Flags, step_day: Ints, settings: IncidentSettings
) -> tuple[Floats, Floats, Floats]:
    """Return (ratio, near, expected) by (step, cell) from the same season of other years."""
    shape = (len(step_day), exposure.cells)
    if history is None:
        return np.ones(shape), np.full(shape, np.nan), np.full(shape, np.nan)
    near_band = np.abs(history.offset_km) < settings.control_from_km
    control_band = _in_control(history, exposure, heard, settings)
    near, control = (
        _season_sum(_by_day_of_year(history, band, exposure), step_day, settings) for band in (near_band, control_band)
    )
    block = exposure.block_of_cell
    near_area, control_area = exposure.near_area_km2, (exposure.control_area_km2 * heard).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(near_area / _sum_blocks(control_area, block), posinf=0.0)
    expected = _sum_blocks(control, block) * share
    clump = DETECTIONS_PER_FIRE * settings.shrink_clumps
    line = (near.sum(axis=1, keepdims=True) + clump) / (expected.sum(axis=1, keepdims=True) + clump)
    ratio = (near + clump * line) / (expected + clump)
    return np.asarray(ratio), near, expected


def _by_day_of_year(placed: Placed, keep: Flags, exposure: Exposure) -> Floats:
    keep = keep & exposure.is_beside(placed.chainage_km)
    cell = exposure.cell_of(placed.chainage_km[keep])
    flat = _day_of_year(placed.day[keep]) * exposure.cells + cell
    shape = (DAYS_OF_YEAR, exposure.cells)
    return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _day_of_year(day: Ints) -> Ints:
    dates = day.astype("datetime64[D]")
    return np.asarray((dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64))


def _season_sum(by_doy: Floats, step_day: Ints, settings: IncidentSettings) -> Floats:
    """Return sums over the season window round the year's circle: (step, cell) from (day of year, cell)."""
    half = int(settings.season_half_width_d)
    around = np.concatenate([by_doy[-half:], by_doy, by_doy[:half]])
    total = np.concatenate([np.zeros_like(around[:1]), np.cumsum(around, axis=0)])
    middle = _day_of_year(step_day + half // 4)
    return np.asarray(total[middle + 2 * half + 1] - total[middle])
