"""Sensors that stand there: which watch which cell in which hour, and what they miss together.

Within an hour they share the weather (calm, strong wind, fog) and, block by block, jamming: both are averaged over
outside the product of their misses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.sensors.deployment import Deployment, Post
from truceline.sensors.grid import Grid
from truceline.sensors.sight import View
from truceline.sensors.weather import FOGGY, hours_by_month
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
PEOPLE_KM = 2.0  # towns are points: whoever lives within this of a cell counts as near


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """The posts with their cells and distances, and the regimes of duty of the hours."""

    posts: tuple[Post, ...]
    cells: tuple[Ints, ...]  # of each post: the cells in its reach
    range_km: tuple[Floats, ...]  # ... and how far they are
    people: Floats  # (cells,)
    regimes: npt.NDArray[np.bool_]  # (regimes, posts): who is on duty
    months: Ints  # (regimes,) month of each, from 0
    regime: Ints  # (hours,) regime of each hour
    jams: int  # 2 where anything can be jammed, else 1

    def missed(self, kind: str, *, case: int, traced: bool) -> Floats32:
        """Return (regimes x night, jam states, cells): chance that all who are on duty miss one for an hour.

        Rows are regime x 2 + night. A sensor that stands by itself misses 1 - a v d; sensors together the product,
        averaged over the weather of the month.
        """
        number = len(self.people)
        weather = hours_by_month(case)
        made = np.ones((len(self.regimes), 2, self.jams, number), np.float32)
        if not len(self.posts):
            return made[:0].reshape(0, self.jams, number)
        chances = [self.missed_by(i, kind, case=case, traced=traced) for i in range(len(self.posts))]
        for r, on in enumerate(self.regimes):
            left = np.ones((3, 2, self.jams, number), np.float32)
            for i in np.flatnonzero(on):
                chance = chances[i]
                if chance is not None:
                    left[..., self.cells[i]] *= chance
            made[r] = np.tensordot(weather.share[:, self.months[r]].astype(np.float32), left, axes=1)
        return made.reshape(-1, self.jams, number)

    def missed_by(self, i: int, kind: str, *, case: int, traced: bool) -> Floats32 | None:
        """Return (weather, night, jam, cells in reach): chance that one post misses it for an hour; None if blind."""
        post, weather = self.posts[i], hours_by_month(case)
        view = View(
            range_km=self.range_km[i],
            night=np.array([False, True])[None, :, None, None],
            fog=(np.arange(3) == FOGGY)[:, None, None, None],
            wind_ms=weather.wind_ms[:, None, None, None],
            jammed=np.array([False, True])[: self.jams][None, None, :, None],
            traced=np.asarray(traced),
            people=self.people[self.cells[i]],
        )
        chance = post.share * post.model.sight(kind, view, case=case).chance
        return (1 - chance).astype(np.float32) if chance.any() else None


def stand(deployment: Deployment, grid: Grid, *, strip: Strip, steps: pd.DatetimeIndex) -> Standing:
    """Return the deployment's posts over a grid and hours."""
    posts = tuple(p for p in deployment.posts if p.duty.on(steps, deployment.timezone).any())
    reached = [_reach(post, grid, strip) for post in posts]
    duty = np.stack([p.duty.on(steps, deployment.timezone) for p in posts] or [np.zeros(len(steps), bool)], axis=1)
    keys = np.column_stack([steps.month.to_numpy() - 1, duty]).astype(np.int64)
    kept, regime = np.unique(keys, axis=0, return_inverse=True)
    return Standing(
        posts=posts,
        cells=tuple(cells for cells, _ in reached),
        range_km=tuple(away for _, away in reached),
        people=_people(grid, deployment.conditions.places),
        regimes=kept[:, 1 : 1 + len(posts)].astype(bool),
        months=kept[:, 0],
        regime=regime.reshape(-1),
        jams=2 if any(p.model.kind == "drone" for p in posts) else 1,
    )


def _reach(post: Post, grid: Grid, strip: Strip) -> tuple[Ints, Floats]:
    """Return the cells a post reaches and their distances; 0 inside a stretch."""
    if np.isfinite(post.from_km):
        middle = (grid.cell_km + grid.width_km / 2)[grid.chain]
        inside = (middle >= post.from_km) & (middle <= post.to_km) & (np.abs(grid.offset_km) <= post.band_km / 2)
        cells = np.flatnonzero(inside)
        return cells, np.zeros(len(cells))
    away = grid.away_km(lon_deg=post.lon_deg, lat_deg=post.lat_deg)
    cells = np.flatnonzero(away <= post.model.reach_km())
    return cells, away[cells]


def _people(grid: Grid, places: pd.DataFrame | None) -> Floats:
    people = np.zeros(len(grid.chain))
    if places is not None:
        for place in places.itertuples():
            away = grid.away_km(lon_deg=place.lon_deg, lat_deg=place.lat_deg)
            people += np.where(away <= PEOPLE_KM, float(np.nan_to_num(place.population)), 0.0)
    return people
