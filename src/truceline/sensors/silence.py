"""What silence is worth: the chance that sensors which stood by missed what is said to have happened.

The misses of a look that saw nothing are evidence against, as its sightings are evidence for. Only sensors that report
within the hour count, only of what they could notice, and the weather they share is averaged over outside the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import metres_per_degree_each
from truceline.light import SUNRISE_DEG, sun_elevation_each_deg
from truceline.sensors.coverage import hourly_steps
from truceline.sensors.deployment import Deployment, Post
from truceline.sensors.facts import MID
from truceline.sensors.grid import make_grid
from truceline.sensors.sight import View
from truceline.sensors.standing import Standing, stand
from truceline.sensors.weather import FOGGY, hours_by_month
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PROMPT = ("acoustic", "camera", "seismic", "radar")  # sensors that report what they notice within the hour
# act -> the kind whose noise and sight it has; a burst of unknown kind is taken for the quieter shell
KIND_OF = {
    "shelling": "shelling",
    "explosion": "shelling",
    "strike": "strike",
    "drone_strike": "strike",
    "missile_strike": "strike",
    "air_strike": "strike",
    "small_arms_fire": "small_arms_fire",
    "overflight": "overflight",
}
LONGEST_H = 3.0  # of what is known less closely nobody can say which hour was silent
CELL_KM = 5.0  # of the grid that only says who lives where


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandingBy:
    """The posts of a deployment over a period, ready to be asked what they missed."""

    standing: Standing
    steps: pd.DatetimeIndex

    def ln_missed(self, happened: pd.DataFrame, noticed: Mapping[str, Ints]) -> Floats:
        """Return (n,) ln of the chance that all that did not notice each happening missed it; 0 where none stood by.

        `happened` has lon_deg, lat_deg, time_start, time_end and act; `noticed` gives, by kind of sensor, how many of
        that kind did notice each: they are taken to be the best placed ones.
        """
        n = len(happened)
        out = np.zeros(n)
        start, end = (pd.DatetimeIndex(happened[c]) for c in ("time_start", "time_end"))
        hour = np.floor((start - self.steps[0]).total_seconds().to_numpy() / 3600)
        brief = (end - start).total_seconds().to_numpy() / 3600 <= LONGEST_H
        inside = (hour >= 0) & (hour < len(self.steps)) & brief & np.isfinite(happened["lon_deg"].to_numpy(float))
        kinds = happened["act"].map(KIND_OF).fillna("").to_numpy(object)
        for kind in sorted(set(kinds[inside]) - {""}):
            rows = np.flatnonzero(inside & (kinds == kind))
            told = {word: noticed[word][rows] for word in PROMPT if word in noticed}
            out[rows] = self._missed(kind, happened.iloc[rows], hour[rows].astype(np.int64), told)
        return out

    def _missed(self, kind: str, some: pd.DataFrame, hour: Ints, noticed: Mapping[str, Ints]) -> Floats:
        lon, lat = some["lon_deg"].to_numpy(float), some["lat_deg"].to_numpy(float)
        night = sun_elevation_each_deg(pd.DatetimeIndex(some["time_start"]), lon_deg=lon, lat_deg=lat) < SUNRISE_DEG
        weather = hours_by_month(MID)
        ln_left = np.zeros((3, len(some)))
        for word in PROMPT:
            of, chance = self._chances(kind, word, lon, lat, hour, night)
            if not len(of):
                continue
            best = np.lexsort([-chance.mean(axis=0), of])
            rank = np.arange(len(of)) - np.searchsorted(of[best], of[best])
            silent = best[rank >= noticed.get(word, np.zeros(len(some), np.int64))[of[best]]]
            for state in range(3):
                missed = np.log1p(-np.minimum(chance[state, silent], 1 - 1e-9))
                ln_left[state] += np.bincount(of[silent], weights=missed, minlength=len(some))
        share = weather.share[:, self.steps.month.to_numpy()[hour] - 1]
        return np.asarray(np.log((share * np.exp(ln_left)).sum(axis=0)))

    def _chances(
        self, kind: str, word: str, lon: Floats, lat: Floats, hour: Ints, night: npt.NDArray[np.bool_]
    ) -> tuple[Ints, Floats]:
        """Return (which happening, chance in each weather) of every pair of a happening and a post in reach of it."""
        standing, weather = self.standing, hours_by_month(MID)
        parts: list[tuple[Ints, Floats]] = []
        groups: dict[str, list[int]] = {}
        for i, post in enumerate(standing.posts):
            if post.model.kind == word:
                groups.setdefault(post.sensor_id, []).append(i)
        for members in groups.values():
            model = standing.posts[members[0]].model
            away = np.stack([_away_km(standing.posts[i], lon, lat) for i in members])
            on = standing.regimes[:, members].T[:, standing.regime[hour]]
            which, of = np.nonzero(on & (away <= model.reach_km()))
            if not len(of):
                continue
            view = View(
                range_km=away[which, of][None, :],
                night=night[of][None, :],
                fog=(np.arange(3) == FOGGY)[:, None],
                wind_ms=weather.wind_ms[:, None],
            )
            share = np.array([standing.posts[i].share for i in members])[which]
            parts.append(
                (of, np.asarray(share * np.broadcast_to(model.sight(kind, view, case=MID).chance, (3, len(of)))))
            )
        if not parts:
            return np.zeros(0, np.int64), np.zeros((3, 0))
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts], axis=1)


def reports_promptly(deployment: Deployment) -> bool:
    """Return whether any post of a deployment reports within the hour, so that its silence says something."""
    return any(post.model.kind in PROMPT for post in deployment.posts)


def standing_by(deployment: Deployment, *, strip: Strip, period: Timespan) -> StandingBy | None:
    """Return the posts that stand by in a period; None when there are none that report promptly."""
    if not reports_promptly(deployment):
        return None
    grid = make_grid(strip, half_width_km=deployment.conditions.half_width_km, cell_km=CELL_KM, offset_km=CELL_KM)
    steps, _ = hourly_steps(period)
    return StandingBy(standing=stand(deployment, grid, strip=strip, steps=steps), steps=steps)


def _away_km(post: Post, lon: Floats, lat: Floats) -> Floats:
    kx, ky = metres_per_degree_each((lat + post.lat_deg) / 2)
    return np.asarray(np.hypot((lon - post.lon_deg) * kx, (lat - post.lat_deg) * ky) / 1000)
