"""Passes of satellites as looks at the nodes of a grid: when, with what chance, and what they share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.light import SUNRISE_DEG
from truceline.orbits import PASSES, Swath, find_passes
from truceline.sensors.deployment import Deployment, Orbiting
from truceline.sensors.grid import Grid
from truceline.sensors.sight import View
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Every look at every node, sorted by node and time."""

    orbiting: tuple[Orbiting, ...]
    which: Ints  # (l,) entry of `orbiting`, one for each instrument
    node: Ints  # (l,)
    time_h: Floats  # (l,) hours from the period's start
    view: View  # of all looks, sky open
    edges: Ints  # (nodes + 1,): number of the first look of each node
    needs_sky: Bools  # (l,) cloud hides it
    needs_task: Bools  # (l,) agile: it looks only where it was told to
    when_told: Floats  # (l,) share of its passes on which it looks, on a day on which the line is tasked

    def chance(self, kind: str, *, case: int, traced: bool) -> Floats:
        """Return (l,): the chance that each look detects one of the kind under an open sky, when it looks."""
        made = np.zeros(len(self.node))
        for i, orbiting in enumerate(self.orbiting):
            rows = np.flatnonzero(self.which == i)
            view = View(
                off_nadir_deg=self.view.off_nadir_deg[rows],
                incidence_deg=self.view.incidence_deg[rows],
                night=self.view.night[rows],
                traced=np.asarray(traced),
            )
            made[rows] = orbiting.model.sight(kind, view, case=case).chance
        return made * self.when_told


def find_looks(deployment: Deployment, grid: Grid, *, period: Timespan, passes: pd.DataFrame | None = None) -> Looks:
    """Return the looks of a deployment's satellites at the nodes of a grid.

    `passes` (PASSES, cell = node) may be given; otherwise they are found from the deployment's element sets. Satellites
    without elements make no looks: `Deployment.outside` names them.
    """
    if passes is None:
        passes = _passes(deployment, grid, period)
    most = max((o.swath.tasked[1] for o in deployment.orbiting if o.swath.agile), default=1.0)
    alike = {(o.swath.kind, o.swath.instrument): o for o in reversed(deployment.orbiting)}
    models = list(alike)
    of_satellite = passes.groupby("norad_id").indices
    parts = []
    for orbiting in deployment.orbiting:
        swath = orbiting.swath
        mine = [of_satellite[norad_id] for norad_id in swath.norad_ids if norad_id in of_satellite]
        rows = passes.iloc[np.concatenate(mine) if mine else np.zeros(0, np.int64)]
        angle = rows["incidence_deg" if swath.limit == "incidence" else "off_nadir_deg"].to_numpy(float)
        keep = (rows["instrument"] == swath.instrument).to_numpy(bool) & (angle <= swath.max_deg + 1e-6)
        peak = pd.DatetimeIndex(rows["time_peak"])
        if orbiting.duty.start is not None:
            keep &= np.asarray(peak >= pd.Timestamp(orbiting.duty.start))
        if orbiting.duty.end is not None:
            keep &= np.asarray(peak < pd.Timestamp(orbiting.duty.end))
        keep &= ~orbiting.duty.in_gap(peak)
        told = swath.tasked[1] / most if swath.agile and most > 0 else 1.0
        which = models.index((swath.kind, swath.instrument))
        parts.append(rows[keep].assign(which=which, sky=swath.kind != "sar", task=swath.agile, told=told))
    columns = [
        "node",
        "which",
        "sky",
        "task",
        "told",
        "time_peak",
        "off_nadir_deg",
        "incidence_deg",
        "sun_elevation_deg",
    ]
    table = pd.concat(parts).rename(columns={"cell": "node"}) if parts else pd.DataFrame(columns=columns)
    table = table.sort_values(["node", "time_peak"], kind="stable")
    hours = (
        (
            pd.DatetimeIndex(table["time_peak"]).tz_localize(None).to_numpy("datetime64[ns]").astype("int64")
            - pd.Timestamp(period.start).value
        )
        / 3.6e12
        if len(table)
        else np.zeros(0)
    )
    node = table["node"].to_numpy(np.int64)
    return Looks(
        orbiting=tuple(alike.values()),
        which=table["which"].to_numpy(np.int64),
        node=node,
        time_h=np.asarray(hours, float),
        view=View(
            off_nadir_deg=table["off_nadir_deg"].to_numpy(float),
            incidence_deg=table["incidence_deg"].to_numpy(float),
            night=table["sun_elevation_deg"].to_numpy(float) < SUNRISE_DEG,
        ),
        edges=np.searchsorted(node, np.arange(len(grid.node_lon_deg) + 1)),
        needs_sky=table["sky"].to_numpy(bool),
        needs_task=table["task"].to_numpy(bool),
        when_told=table["told"].to_numpy(float),
    )


def _passes(deployment: Deployment, grid: Grid, period: Timespan) -> pd.DataFrame:
    """Return the passes of the satellites that have elements of use."""
    known = deployment.placeable(period)
    if not known:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in PASSES.items()})
    swaths = [_joined(deployment, name) for name in dict.fromkeys(o.swath.instrument for o in deployment.orbiting)]
    return find_passes(known, swaths, lon_deg=grid.node_lon_deg, lat_deg=grid.node_lat_deg, period=period)


def _joined(deployment: Deployment, instrument: str) -> Swath:
    """Return the swath of an instrument with all its satellites, whichever entries name them."""
    entries = [o.swath for o in deployment.orbiting if o.swath.instrument == instrument]
    widest = max(entries, key=lambda swath: swath.max_deg)
    return replace(widest, norad_ids=tuple(dict.fromkeys(n for swath in entries for n in swath.norad_ids)))
