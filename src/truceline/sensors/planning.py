"""Candidates for a plan: what each would see of each cell by itself, so that a programme can choose among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from truceline.sensors.deployment import Conditions, Deployment, Post
from truceline.sensors.facts import MID
from truceline.sensors.kinds import violation
from truceline.sensors.scene import Scene, make_scene
from truceline.sensors.weather import hours_by_month
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]


def share_seen_by(
    candidates: Sequence[Post],
    strip: Strip,
    kind: str,
    *,
    period: Timespan,
    conditions: Conditions | None = None,
    timezone: str = "UTC",
    case: int = MID,
) -> Table:
    """Return (candidates, 1 km cells along the line): share of violations that each would see, alone, within the hour.

    Means over the hours of the period, day and night, on duty and off, and across the strip, after averaging over
    weather and jamming; the trace is averaged over too. Choosing by 1 - prod(1 - share) counts what candidates have in
    common (jamming, weather) as independent: check the choice with `cover_deployment`, which does not.
    """
    law = violation(kind)
    all_ = Deployment(posts=tuple(candidates), conditions=conditions or Conditions(), timezone=timezone)
    scene = make_scene(all_, strip, period, lasting=law.lasting)
    standing, chain = scene.standing, scene.grid.chain
    made = np.zeros((len(candidates), len(scene.grid.cell_km)), np.float32)
    number = np.bincount(chain, minlength=made.shape[1])
    jam = (
        np.array([1.0]) if standing.jams == 1 else np.array([1 - scene.jamming(case).share, scene.jamming(case).share])
    )
    trace = law.trace(case) if law.lasting else 1.0
    placed = {id(post): i for i, post in enumerate(standing.posts)}
    for k, post in enumerate(candidates):
        if id(post) not in placed:
            continue
        i = placed[id(post)]
        weight = _on_duty(scene, i, case)
        for traced, part in ((True, trace), (False, 1 - trace)):
            missed = standing.missed_by(i, kind, case=case, traced=traced) if part > 0 else None
            if missed is not None:
                seen = np.einsum("wn,j,wnjc->c", weight, jam, 1 - missed)
                made[k] += part * np.bincount(chain[standing.cells[i]], weights=seen, minlength=made.shape[1]) / number
    return made


def at_places(post: Post, *, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Post, ...]:
    """Return the same sensor as a candidate at each of some places."""
    lon, lat = np.atleast_1d(np.asarray(lon_deg, float)), np.atleast_1d(np.asarray(lat_deg, float))
    return tuple(
        replace(post, sensor_id=f"{post.sensor_id}-{i + 1}", lon_deg=float(x), lat_deg=float(y))
        for i, (x, y) in enumerate(zip(lon, lat, strict=True))
    )


def _on_duty(scene: Scene, post: int, case: int) -> Floats:
    """Return (weather, night): share of all hours in which a post is on duty, in each weather and light.

    Light is that of the middle of the line.
    """
    standing, night = scene.standing, scene.night[len(scene.night) // 2]
    on, month = standing.regimes[standing.regime, post], standing.months[standing.regime]
    hours = np.zeros((12, 2))
    np.add.at(hours, (month[on], night[on].astype(int)), 1.0)
    return np.asarray(hours_by_month(case).share @ hours / len(night))
