"""Coverage by a deployment: every kind of violation, walked node by node, averaged across the strip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.sensors.coverage import Coverage, hourly_steps
from truceline.sensors.deployment import Deployment
from truceline.sensors.facts import CASES, MID
from truceline.sensors.grid import Grid
from truceline.sensors.kinds import KINDS, Violation, violation
from truceline.sensors.scene import CELL_KM, Scene, make_scene
from truceline.strip import Strip
from truceline.timespan import Timespan

Table = npt.NDArray[np.floating[Any]]


def cover_deployment(
    deployment: Deployment,
    *,
    strip: Strip,
    period: Timespan,
    kinds: Sequence[str] = KINDS,
    cell_km: float = CELL_KM,
    passes: pd.DataFrame | None = None,
) -> Coverage:
    """Return how well each cell was watched in each hour of the period, by everything deployed.

    Cells are `cell_km` along the line; each value is the mean across the strip's width. Hours are judged by what is
    looked at until the period's end, so its last hours are seen less of what lasts. `passes` (PASSES, cell = node of
    the grid) may be given; else they are found. Cost is linear in cells and hours.
    """
    law = [violation(kind) for kind in kinds]
    steps, step_h = hourly_steps(period)
    fine = make_scene(deployment, strip, period, cell_km=cell_km, passes=passes)
    wide = fine
    if any(one.lasting for one in law):
        wide = make_scene(deployment, strip, period, cell_km=cell_km, passes=fine.looks, lasting=True)
    made: list[dict[str, Table]] = [{}, {}, {}]
    stood = np.zeros((len(fine.grid.cell_km), len(steps)), np.float32)
    for one in law:
        for case in CASES:
            seen, by_posts = _lasting(wide, one, case) if one.lasting else _sudden(fine, one, case)
            made[case][one.kind] = seen
            if case == MID and by_posts is not None:
                np.maximum(stood, by_posts, out=stood)
    daylight = ~fine.night[fine.grid.node_chain * fine.grid.bands + fine.grid.bands // 2]
    return Coverage(
        cell_km=fine.grid.cell_km,
        width_km=fine.grid.width_km,
        steps=steps,
        step_h=step_h,
        daylight=daylight,
        looked=np.maximum(stood, _looked(fine)),
        seen_low=made[0],
        seen=made[1],
        seen_high=made[2],
    )


def _lasting(scene: Scene, one: Violation, case: int) -> tuple[Table, Table | None]:
    """Return (c, s) seen of a kind that lasts, and what the posts alone see of it within the hour."""
    constants, clear, trace = scene.constants(one.life_h(case), case), scene.clear(one.kind, case), one.trace(case)
    seen = np.zeros((len(scene.grid.cell_km), len(scene.steps)), np.float32)
    by_posts: Table | None = None
    for traced, share in ((True, trace), (False, 1 - trace)):
        chance = scene.looks.chance(one.kind, case=case, traced=traced)
        missed = scene.standing.missed(one.kind, case=case, traced=traced)
        blind = not len(missed) or bool((missed == 1).all())
        if blind and not chance.any():
            continue
        found = scene.walk(chance, None if blind else missed, clear=clear, constants=constants)
        seen += np.float32(share) * _across(scene.grid, found)
        if traced and not blind:
            by_posts = _within_the_hour(scene, _unjammed(scene, missed, case))
    return seen, by_posts


def _sudden(scene: Scene, one: Violation, case: int) -> tuple[Table, Table | None]:
    """Return (c, s) seen of a kind that is over at once: by posts in its hour, by satellites in the fire it leaves."""
    nodes, hours = scene.night.shape
    left = np.ones((nodes, hours), np.float32)
    chance = scene.looks.chance(one.kind, case=case, traced=True)
    if chance.any():
        constants, clear = scene.constants(one.life_h(case), case), scene.clear(one.kind, case)
        found = scene.walk(chance, None, clear=clear, constants=constants)
        left = 1 - np.float32(one.trace(case)) * np.stack([f[:, 0] for f in found])
    missed = scene.standing.missed(one.kind, case=case, traced=True)
    if not len(missed) or bool((missed == 1).all()):
        return 1 - _mean_over_bands(scene.grid, left), None
    posts = _unjammed(scene, missed, case)
    return _within_the_hour(scene, posts, left), _within_the_hour(scene, posts)


def _unjammed(scene: Scene, missed: Table, case: int) -> Table:
    """Return (rows, cells): what the posts miss for an hour, averaged over jamming."""
    share = np.float32(scene.jamming(case).share)
    return missed[:, 0] if missed.shape[1] == 1 else (1 - share) * missed[:, 0] + share * missed[:, 1]


def _within_the_hour(scene: Scene, missed: Table, left: Table | None = None) -> Table:
    """Return (c, s): seen by posts within the hour, (rows, cells) missed, and by satellites that leave (nodes, s)."""
    grid, rows = scene.grid, missed.shape[0]
    key = grid.chain * grid.bands + grid.node % grid.bands
    slots = len(grid.cell_km) * grid.bands
    count = np.bincount(key, minlength=slots)
    mean = np.stack([np.bincount(key, weights=row, minlength=slots) for row in missed]) / np.maximum(count, 1)
    mean = mean.reshape(rows, -1, grid.bands).astype(np.float32)
    weight = (count.reshape(-1, grid.bands) / count.reshape(-1, grid.bands).sum(axis=1, keepdims=True)).astype(
        np.float32
    )
    out = np.ones((len(grid.cell_km), len(scene.steps)), np.float32)
    chain = np.arange(len(grid.cell_km))[:, None]
    for band in range(grid.bands):
        node = grid.node_chain * grid.bands + band
        row = scene.standing.regime[None, :] * 2 + scene.night[node]
        part = mean[:, :, band][row, chain]
        if left is not None:
            part = part * left[node]
        out -= weight[:, band, None] * part
    return out


def _mean_over_bands(grid: Grid, by_node: Table) -> Table:
    """Return (c, s): the mean across the strip of something known by node."""
    by_stretch = by_node.reshape(-1, grid.bands, by_node.shape[1])
    cells = np.bincount(grid.node, minlength=len(by_node)).reshape(-1, grid.bands).astype(np.float32)
    mean = (by_stretch * (cells / cells.sum(axis=1, keepdims=True))[:, :, None]).sum(axis=1)
    return np.asarray(mean[grid.node_chain], np.float32)


def _across(grid: Grid, found: Sequence[Table]) -> Table:
    """Return (c, s): the mean across the strip of walks by node, each (hours, cells) or (hours, 1).

    A node's cells lie chainage by chainage, as many across for each.
    """
    out = np.zeros((len(grid.cell_km), found[0].shape[0]), np.float32)
    number = len(grid.chain) // len(grid.cell_km)
    for node, seen in enumerate(found):
        chain = grid.chain[grid.edges[node] : grid.edges[node + 1]]
        first, count = chain[0], chain[-1] - chain[0] + 1
        deep = len(chain) // count
        if seen.shape[1] == 1:
            out[first : first + count] += (seen * np.float32(deep / number)).T
        else:
            out[first : first + count] += np.sum([seen[:, k::deep] for k in range(deep)], axis=0).T / np.float32(number)
    return out


def _looked(scene: Scene) -> Table:
    """Return (c, s): the chance that something living an hour was looked at by a satellite, under an open sky."""
    if not len(scene.looks.node):
        return np.zeros((len(scene.grid.cell_km), len(scene.steps)), np.float32)
    ones = np.full(scene.night.shape, 1.0)
    found = scene.walk(scene.looks.when_told, None, clear=ones, constants=scene.constants(1.0, MID))
    return _mean_over_bands(scene.grid, np.stack([f[:, 0] for f in found]))
