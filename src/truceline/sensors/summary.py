"""Coverage in numbers: exposure that adds up, the share seen by kind and sector, revisit, and what silence bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.sensors.coverage import Coverage
from truceline.sensors.scene import Scene
from truceline.uncertainty import upper_bound_rate

Floats = npt.NDArray[np.float64]
WELL, PARTLY = 0.8, 0.3  # chance of being seen from which a cell and hour count as seen, and as partly seen

EXPOSURE: dict[str, str] = {
    "kind": "object",
    "sector": "object",
    "light": "object",  # day | night
    "km_h_seen": "float64",
    "km_h_partly": "float64",
    "km_h_unseen": "float64",
    "km_h": "float64",  # the three together
}
SHARES: dict[str, str] = {
    "kind": "object",
    "sector": "object",
    "km_h": "float64",
    "seen": "float64",  # share of violations begun there that would have been seen
    "seen_low": "float64",
    "seen_high": "float64",
    "missed_upper": "float64",  # 95 % upper bound on how many there were when none was seen: 3.0 x (km h / sum of Q)
}
REVISIT: dict[str, str] = {
    "by": "object",  # thermal | optical | sar | tasked | posts
    "looks_per_day": "float64",
    "median_h": "float64",  # between two looks at one place; nan where there never are two
    "p90_h": "float64",
    "worst_h": "float64",
    "never": "float64",  # share of places with fewer than two looks
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sectors:
    names: list[str]
    km: Floats  # (sectors, cells) kilometres of each cell in each sector


def _split(coverage: Coverage, sectors: pd.DataFrame) -> _Sectors:
    start, end = coverage.cell_km, coverage.cell_km + coverage.width_km
    km = [np.clip(np.minimum(end, s.to_km) - np.maximum(start, s.from_km), 0, None) for s in sectors.itertuples()]
    names = [str(name) for name in sectors["sector"]]
    rest = coverage.width_km - np.sum(km, axis=0) if km else coverage.width_km
    if (rest > 1e-9).any():
        names, km = [*names, "outside any sector"], [*km, np.clip(rest, 0, None)]
    return _Sectors(names=names, km=np.stack(km))


def exposure_table(coverage: Coverage, sectors: pd.DataFrame) -> pd.DataFrame:
    """Return kilometre-hours seen, partly seen and unseen by kind, sector and light; they add up to line x hours."""
    split, rows = _split(coverage, sectors), []
    for kind, seen in coverage.seen.items():
        levels = (seen >= WELL, (seen >= PARTLY) & (seen < WELL), seen < PARTLY)
        for light, part in (("day", coverage.daylight), ("night", ~coverage.daylight)):
            by_cell = np.stack([(level & part) @ coverage.step_h for level in levels])  # (levels, cells) hours
            for name, km in zip(split.names, split.km, strict=True):
                three = by_cell @ km
                rows.append((kind, name, light, *three, float(three.sum())))
    return pd.DataFrame(rows, columns=list(EXPOSURE)).astype(EXPOSURE)


def share_table(coverage: Coverage, sectors: pd.DataFrame) -> pd.DataFrame:
    """Return, by kind and sector, the share of violations that would have been seen, and what silence bounds."""
    split, rows = _split(coverage, sectors), []
    for kind in coverage.seen:
        tables = (coverage.seen, coverage.seen_low, coverage.seen_high)
        by_cell = [table[kind].astype(float) @ coverage.step_h for table in tables]
        for name, km in zip(split.names, split.km, strict=True):
            whole = float(km.sum() * coverage.step_h.sum())
            shares = [float(km @ hours) / whole if whole > 0 else 0.0 for hours in by_cell]
            rows.append((kind, name, whole, *shares, upper_bound_rate(0, shares[0])))
    return pd.DataFrame(rows, columns=list(SHARES)).astype(SHARES)


def revisit_table(scene: Scene) -> pd.DataFrame:
    """Return the gaps between looks at one place, by kind of instrument: median, 90 %, worst; never a mean.

    Tasked satellites are told apart: their gaps are between opportunities. `posts` are hours in which anything that
    stands there is on duty within reach of some cell of the node.
    """
    looks = scene.looks
    kinds = np.array([str(o.swath.kind) for o in looks.orbiting] or [""])
    of = np.where(looks.needs_task, "tasked", kinds[looks.which] if len(looks.which) else "")
    days, nodes = len(scene.steps) / 24, len(scene.night)
    rows = []
    for by in ("thermal", "optical", "sar", "tasked"):
        here = (of == by) & ((kinds[looks.which] != "optical") | ~looks.view.night if len(of) else False)
        if not np.any(here):
            continue
        rows.append((by, *_gaps(looks.node[here], looks.time_h[here], nodes, days)))
    if scene.standing.posts:
        rows.append(("posts", *_post_gaps(scene, days)))
    return pd.DataFrame(rows, columns=list(REVISIT)).astype(REVISIT)


def _gaps(node: npt.NDArray[np.int64], time_h: Floats, nodes: int, days: float) -> tuple[float, ...]:
    """Return looks a day and quantiles of the gaps at each place, places weighing alike within all gaps."""
    same = node[1:] == node[:-1]
    gap = np.diff(time_h)[same]
    number = np.bincount(node, minlength=nodes)
    quantiles = np.quantile(gap, [0.5, 0.9, 1.0]) if len(gap) else np.full(3, np.nan)
    return (len(node) / nodes / days, *(float(q) for q in quantiles), float((number < 2).mean()))


def _post_gaps(scene: Scene, days: float) -> tuple[float, ...]:
    """Return the same for posts, in whole hours."""
    standing, nodes = scene.standing, len(scene.night)
    near = np.zeros((len(standing.posts), nodes), bool)
    for i, cells in enumerate(standing.cells):
        near[i, scene.grid.node[cells]] = True
    on = (standing.regimes.astype(np.float32) @ near.astype(np.float32) > 0)[standing.regime]  # (hours, nodes)
    node, hour = np.nonzero(on.T)
    return _gaps(node, hour.astype(float), nodes, days)
