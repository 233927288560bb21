"""What those who stand by say: the chance that so many of them notice what happened, and that no more of them do.

Both sightings and misses are evidence, for and against. Only sensors that report within the hour count, only of what
they could notice, and the weather they share is averaged over outside the product. Which of them noticed is not known,
only how many: their number is Poisson-binomial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import metres_per_degree_each
from truceline.light import SUNRISE_DEG, sun_elevation_each_deg
from truceline.sensors.alarms import SOUND_OF, alarms_per_day, expected_alarms
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
LEAST = 1e-9  # no sensor is sure to notice, or to miss
NEVER = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticing:
    """What those who stood by say of each happening; 0 and nought where none stood by.

    `ln_silent`, (n,): ln of the chance that no more noticed than did, given that so many did. `at_least`: by kind of
    sensor that states its false alarms, (most + 1, n): the chance that at least 0, 1, 2 ... of it notice.
    """

    ln_silent: Floats
    at_least: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandingBy:
    """The posts of a deployment over a period, ready to be asked what they noticed and missed."""

    standing: Standing
    steps: pd.DatetimeIndex
    post_km: Floats  # (posts,) where each stands along the line

    def notice(self, happened: pd.DataFrame, noticed: Mapping[str, Ints]) -> Noticing:
        """Return what those who stood by say of each happening.

        `happened` has lon_deg, lat_deg, time_start, time_end and act; `noticed` gives, by kind of sensor, how many of
        that kind noticed each.
        """
        n = len(happened)
        silent = np.zeros(n)
        at_least = {word: np.zeros((1, n)) for word in self._stated()}
        hour, inside = self._hours(happened)
        kinds = happened["act"].map(KIND_OF).fillna("").to_numpy(object)
        for kind in sorted(set(kinds[inside]) - {""}):
            rows = np.flatnonzero(inside & (kinds == kind))
            told = {word: noticed.get(word, np.zeros(n, np.int64))[rows] for word in PROMPT}
            silent[rows], tails = self._together(kind, happened.iloc[rows], hour[rows], told)
            for word in at_least if kind in SOUND_OF else ():
                grown = np.zeros((max(len(tails[word]), len(at_least[word])), n))
                grown[: len(at_least[word])] = at_least[word]
                grown[: len(tails[word]), rows] = tails[word]
                at_least[word] = grown
        return Noticing(ln_silent=silent, at_least=at_least)

    def alarms(self, happened: pd.DataFrame, word: str, *, half_km: Floats, hours: float) -> Floats:
        """Return (n,) false alarms by a kind of sensor to expect within `half_km` along the line of each happening.

        `happened` also has chainage_km; `hours` is the span in which they may fall.
        """
        hour, inside = self._hours(happened)
        mine = [i for i, post in enumerate(self.standing.posts) if post.model.kind == word]
        on = self.standing.regimes[:, mine].T[:, self.standing.regime[np.where(inside, hour, 0)]] & inside
        at_km = happened["chainage_km"].to_numpy(float)
        posts = [self.standing.posts[i] for i in mine]
        return expected_alarms(posts, self.post_km[mine], on, at_km=at_km, half_km=half_km, hours=hours)

    def _stated(self) -> list[str]:
        """Return the kinds of prompt sensor that state how often they are wrong."""
        stated = {post.model.kind for post in self.standing.posts if alarms_per_day(post.model) is not None}
        return [word for word in PROMPT if word in stated]

    def _hours(self, happened: pd.DataFrame) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return the hour of each happening, and whether it is in the period, brief and placed."""
        start, end = (pd.DatetimeIndex(happened[c]) for c in ("time_start", "time_end"))
        hour = np.floor((start - self.steps[0]).total_seconds().to_numpy() / 3600)
        brief = (end - start).total_seconds().to_numpy() / 3600 <= LONGEST_H
        inside = (hour >= 0) & (hour < len(self.steps)) & brief & np.isfinite(happened["lon_deg"].to_numpy(float))
        return np.where(inside, hour, 0).astype(np.int64), inside

    def _together(
        self, kind: str, some: pd.DataFrame, hour: Ints, noticed: Mapping[str, Ints]
    ) -> tuple[Floats, dict[str, Floats]]:
        lon, lat = some["lon_deg"].to_numpy(float), some["lat_deg"].to_numpy(float)
        night = sun_elevation_each_deg(pd.DatetimeIndex(some["time_start"]), lon_deg=lon, lat_deg=lat) < SUNRISE_DEG
        share = hours_by_month(MID).share[:, self.steps.month.to_numpy()[hour] - 1]
        exactly, at_least = np.ones((2, 3, len(some)))
        tails = {}
        for word in PROMPT:
            of, chance = self._chances(kind, word, lon, lat, hour, night)
            mass = how_many(of, chance, len(some))
            tail = np.cumsum(mass[::-1], axis=0)[::-1]
            number = np.minimum(noticed[word], np.bincount(of, minlength=len(some)))[None, None, :]
            exactly, at_least = (
                v * np.take_along_axis(w, number, axis=0)[0] for v, w in ((exactly, mass), (at_least, tail))
            )
            tails[word] = (share * tail).sum(axis=1)
        so_many, or_more = (np.maximum((share * v).sum(axis=0), NEVER) for v in (exactly, at_least))
        return np.asarray(np.log(so_many / or_more)), tails

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


def how_many(of: Ints, chance: Floats, n: int) -> Floats:
    """Return (most + 1, 3, n): in each weather the chance that 0, 1, 2 ... notice each happening, and no more.

    `of`, (pairs,), says which happening each chance, (3, pairs), is for. The Poisson-binomial recursion; `most` is the
    greatest number of posts that any of them has.
    """
    order = np.argsort(of, kind="stable")
    of, chance = of[order], np.clip(chance[:, order], LEAST, 1 - LEAST)
    rank = np.arange(len(of)) - np.searchsorted(of, of)
    most = int(rank.max(initial=-1)) + 1
    p = np.zeros((most, 3, n))
    p[rank, :, of] = chance.T
    mass = np.zeros((most + 1, 3, n))
    mass[0] = 1.0
    for one in p:
        mass[1:] = mass[1:] * (1 - one) + mass[:-1] * one
        mass[0] *= 1 - one
    return mass


def reports_promptly(deployment: Deployment) -> bool:
    """Return whether any post of a deployment reports within the hour, so that its silence says something."""
    return any(post.model.kind in PROMPT for post in deployment.posts)


def standing_by(deployment: Deployment, *, strip: Strip, period: Timespan) -> StandingBy | None:
    """Return the posts that stand by in a period; None when there are none that report promptly."""
    if not reports_promptly(deployment):
        return None
    grid = make_grid(strip, half_width_km=deployment.conditions.half_width_km, cell_km=CELL_KM, offset_km=CELL_KM)
    steps, _ = hourly_steps(period)
    return as_bystanders(stand(deployment, grid, strip=strip, steps=steps), steps, strip)


def as_bystanders(standing: Standing, steps: pd.DatetimeIndex, strip: Strip) -> StandingBy:
    """Return posts that are placed already as those who stand by."""
    lon, lat = (np.array([getattr(post, c) for post in standing.posts], float) for c in ("lon_deg", "lat_deg"))
    return StandingBy(standing=standing, steps=steps, post_km=strip.place(lon_deg=lon, lat_deg=lat)[0])


def _away_km(post: Post, lon: Floats, lat: Floats) -> Floats:
    kx, ky = metres_per_degree_each((lat + post.lat_deg) / 2)
    return np.asarray(np.hypot((lon - post.lon_deg) * kx, (lat - post.lat_deg) * ky) / 1000)
