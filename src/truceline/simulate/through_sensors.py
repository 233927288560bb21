"""Truth through the sensors: which of what happened was seen, by what, when and where it said it was.

The chances are those of coverage, from the same models and the same scene; only here they are drawn, not averaged.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import metres_per_degree_each
from truceline.observations import empty
from truceline.sensors.deployment import Post
from truceline.sensors.facts import MID
from truceline.sensors.kinds import violation
from truceline.sensors.scene import Scene
from truceline.sensors.sight import View
from truceline.sensors.thermal import FIRES, INSTRUMENTS, pixel_area_km2
from truceline.sensors.weather import FOGGY, hours_by_month
from truceline.simulate.eyes import Eyes
from truceline.simulate.sightings import FRP_SPREAD, SEEN, sightings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def see(truth: pd.DataFrame, eyes: Eyes, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return every sighting of what happened (SEEN), in order of arrival."""
    parts = []
    for kind in truth["kind"].unique():
        some = truth[truth["kind"] == kind].reset_index(drop=True)
        parts += [_from_orbit(some, kind, eyes, rng), *_from_posts(some, kind, eyes, rng)]
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty(SEEN)
    return pd.concat(parts, ignore_index=True).sort_values(["arrived", "event"], kind="stable", ignore_index=True)


def _hours_since(times: pd.Series, scene: Scene) -> Floats:
    return np.asarray((times - scene.steps[0]).dt.total_seconds().to_numpy() / 3600)


def _from_orbit(truth: pd.DataFrame, kind: str, eyes: Eyes, rng: np.random.Generator) -> pd.DataFrame:
    scene, looks = eyes.scene, eyes.scene.looks
    traced = truth["trace"].to_numpy(bool)
    chance = np.stack([looks.chance(kind, case=MID, traced=t) for t in (False, True)])
    if not chance.any():
        return empty(SEEN)
    node = scene.grid.node[eyes.cell_of(truth["chainage_km"].to_numpy(), truth["offset_km"].to_numpy())]
    which, look = eyes.look_rows(node, _hours_since(truth["time"], scene), _hours_since(truth["time_end"], scene))
    p = chance[traced[which].astype(int), look]
    found = (rng.random(len(look)) < p) & eyes.can_look(look, kind)
    which, look = which[found], look[found]
    made = [empty(SEEN)]
    for i, orbiting in enumerate(looks.orbiting):
        rows = looks.which[look] == i
        if rows.any():
            power = violation(kind).number("power_mw", MID) if kind in FIRES else np.nan
            part = truth.take(which[rows])
            made.append(sightings(part, orbiting.model, kind, looks.time_h[look[rows]], scene, rng))
            made[-1] = _as_look(
                made[-1], eyes, look[rows], power, rng, instrument=getattr(orbiting.model, "instrument", "")
            )
    return pd.concat([m for m in made if len(m)], ignore_index=True) if len(made) > 1 else made[0]


def _as_look(
    table: pd.DataFrame, eyes: Eyes, look: Ints, power_mw: float | Floats, rng: np.random.Generator, *, instrument: str
) -> pd.DataFrame:
    """Return sightings from orbit with what the look adds: its sensor, pixel, night and, of a fire, its power."""
    view = eyes.scene.looks.view
    _, _, height, nadir, merged = INSTRUMENTS.get(instrument, INSTRUMENTS["modis"])
    area = pixel_area_km2(view.off_nadir_deg[look], height_km=height, nadir_km=nadir, merged=merged)
    heat = table["sensor"].eq("thermal").to_numpy()
    strength = np.where(heat, power_mw * np.exp(rng.normal(0, FRP_SPREAD, len(table))), np.nan)
    act = table["act"].mask(heat, "heat")
    return table.assign(sensor_id=eyes.names[look], pixel_km2=area, night=view.night[look], strength=strength, act=act)


def _from_posts(truth: pd.DataFrame, kind: str, eyes: Eyes, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Return the sightings by each sensor that stands there: in the event's own hour, or in each hour that it lasts."""
    scene, standing = eyes.scene, eyes.scene.standing
    hours = len(scene.steps)
    start, end = _hours_since(truth["time"], scene), _hours_since(truth["time_end"], scene)
    first = np.clip(start.astype(np.int64), 0, hours - 1)
    number = np.ones(len(truth), np.int64)
    if violation(kind).lasting:  # seen at the middle of each hour that it lives through
        first = np.ceil(start - 0.5).astype(np.int64)
        number = np.maximum(np.minimum(np.floor(end - 0.5).astype(np.int64), hours - 1) - first + 1, 0)
    row = np.repeat(np.arange(len(truth)), number)
    hour = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + first[row]
    lon, lat, chainage, offset = (truth[c].to_numpy()[row] for c in ("lon_deg", "lat_deg", "chainage_km", "offset_km"))
    cell = eyes.cell_of(chainage, offset)
    weather = eyes.conditions.weather_at(chainage, hour)
    common = {
        "night": scene.night[scene.grid.node[cell], hour],
        "fog": weather == FOGGY,
        "wind_ms": hours_by_month(MID).wind_ms[weather],
        "jammed": eyes.conditions.jammed_at(chainage, hour),
        "traced": truth["trace"].to_numpy(bool)[row] | (not violation(kind).lasting),
        "people": standing.people[cell],
    }
    groups: dict[str, list[int]] = {}
    for i, post in enumerate(standing.posts):
        groups.setdefault(post.sensor_id, []).append(i)
    made = []
    for sensor_id, members in groups.items():
        model = standing.posts[members[0]].model
        away = np.stack([_away(standing.posts[i], lon, lat, chainage, offset) for i in members])
        on = standing.regimes[:, members].T[:, standing.regime[hour]]
        near = on & (away <= model.reach_km() + 1e-9)
        near &= ~eyes.dark.get(sensor_id, np.zeros(hours, bool))[hour]
        which, at = np.nonzero(near)
        if not len(at):
            continue
        view = View(range_km=away[which, at], **{name: value[at] for name, value in common.items()})
        share = np.array([standing.posts[i].share for i in members])[which]
        found = rng.random(len(at)) < share * model.sight(kind, view, case=MID).chance
        at = at[found]
        rows = row[at]
        # within its own hour at the moment itself; of what lasts, at the middle of the hour it was looked at
        when = np.where(violation(kind).lasting, hour[at] + 0.5, start[rows])
        made.append(
            sightings(truth.take(rows), model, kind, when, scene, rng).assign(
                sensor_id=sensor_id, night=common["night"][at]
            )
        )
    return made


def _away(post: Post, lon: Floats, lat: Floats, chainage: Floats, offset: Floats) -> Floats:
    """Return (n,) km from a post; 0 inside its stretch, infinity outside."""
    if np.isfinite(post.from_km):
        inside = (chainage >= post.from_km) & (chainage <= post.to_km) & (np.abs(offset) <= post.band_km / 2)
        return np.where(inside, 0.0, np.inf)
    kx, ky = metres_per_degree_each((lat + post.lat_deg) / 2)
    return np.asarray(np.hypot((lon - post.lon_deg) * kx, (lat - post.lat_deg) * ky) / 1000)
