"""Truth through the sensors: which of what happened was seen, by what, when and where it said it was.

The chances are those of coverage, from the same models and the same scene; only here they are drawn, not averaged.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import metres_per_degree_each
from truceline.observations import empty, new_table
from truceline.sensors.deployment import Post
from truceline.sensors.facts import MID, Fact
from truceline.sensors.kinds import violation
from truceline.sensors.scene import Scene
from truceline.sensors.sight import SensorModel, View
from truceline.sensors.thermal import FIRES, INSTRUMENTS, pixel_area_km2
from truceline.sensors.weather import FOGGY, hours_by_month
from truceline.simulate.conditions import Conditions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SEEN = {
    "event": "number",  # of the truth; -1 for what is no violation
    "sensor_id": "text",
    "sensor": "text",  # a word of the Observation table
    "time": "time",  # when it was seen
    "arrived": "time",  # when it could be read
    "lon_deg": "number",
    "lat_deg": "number",
    "sigma_m": "number",
    "act": "text",
    "item": "text",
    "party": "text",  # the side its source names; "" mostly
    "strength": "number",  # MW of a fire
    "pixel_km2": "number",
    "night": "flag",
}
WORDS = {"sar": "radar"}  # kind of sensor model -> word of the Observation table, where they differ
ACTS = {"heavy_weapons": "presence", "warship": "presence", "damage": "explosion"}
ITEMS = {"heavy_weapons": "heavy_weapons", "warship": "warship", "overflight": "uav"}
DEAF = ("acoustic", "seismic")  # a burst is a burst: they cannot tell a shell from a missile
FRP_SPREAD = 0.4  # sigma of ln of the power reported


class Eyes:
    """A scene under one draw of the conditions, ready to be looked through."""

    def __init__(
        self,
        scene: Scene,
        conditions: Conditions,
        *,
        dark: Mapping[str, Bools] | None = None,
        names: npt.NDArray[np.object_] | None = None,
    ) -> None:
        self.scene, self.conditions = scene, conditions
        known = np.array([o.sensor_id for o in scene.looks.orbiting] or [""], object)
        self.names = known[scene.looks.which] if names is None else names  # (l,) which sensor each look is of
        self.dark = dark or {}  # sensor -> (hours,) hours in which it says nothing though it should
        grid = scene.grid
        self._offsets = np.unique(grid.offset_km)
        across = np.searchsorted(self._offsets, grid.offset_km)
        self._cells = np.empty((len(grid.cell_km), len(self._offsets)), np.int64)
        self._cells[grid.chain, across] = np.arange(len(grid.chain))
        looks = scene.looks
        self._span = len(scene.steps) + 1e5
        self._keys = looks.node * self._span + looks.time_h

    def cell_of(self, chainage_km: Floats, offset_km: Floats) -> Ints:
        """Return the grid's cell of each place; what lies beyond its edge takes the cell at the edge."""
        grid = self.scene.grid
        chain = np.clip(np.searchsorted(grid.cell_km, chainage_km, side="right") - 1, 0, len(grid.cell_km) - 1)
        edges = (self._offsets[1:] + self._offsets[:-1]) / 2
        return np.asarray(self._cells[chain, np.searchsorted(edges, offset_km)])

    def look_rows(self, node: Ints, from_h: Floats, to_h: Floats) -> tuple[Ints, Ints]:
        """Return (which, look): every look at each node between two hours."""
        first = np.searchsorted(self._keys, node * self._span + from_h)
        number = np.searchsorted(self._keys, node * self._span + to_h, side="right") - first
        which = np.repeat(np.arange(len(node)), number)
        return which, np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + first[which]

    def can_look(self, look: Ints, kind: str) -> Bools:
        """Return whether each look finds an open sky, where it needs one, and was tasked, where it must be."""
        looks = self.scene.looks
        time = looks.time_h[look]
        sky = self.conditions.is_open(looks.node[look], time, self.scene.clear(kind, MID))
        task = self.conditions.tasked[(time + self.scene.steps[0].hour).astype(np.int64) // 24]
        return np.asarray((sky | ~looks.needs_sky[look]) & (task | ~looks.needs_task[look]))


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
            made.append(_sightings(part, orbiting.model, kind, looks.time_h[look[rows]], scene, rng))
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
            _sightings(truth.take(rows), model, kind, when, scene, rng).assign(
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


def _sightings(
    truth: pd.DataFrame, model: SensorModel, kind: str, when_h: Floats, scene: Scene, rng: np.random.Generator
) -> pd.DataFrame:
    n = len(truth)
    sigma_km = model.sigma_km().mid
    lon, lat = scattered(truth["lon_deg"].to_numpy(), truth["lat_deg"].to_numpy(), sigma_km, rng)
    start = scene.steps[0]
    act = ACTS.get(kind, kind)
    if model.kind in DEAF and kind in FIRES:
        act = "explosion"
    return new_table(
        SEEN,
        {
            "event": truth["event"].to_numpy(),
            "sensor_id": model.name,
            "sensor": WORDS.get(model.kind, model.kind),
            "time": start + pd.to_timedelta(when_h, unit="h"),
            "arrived": start + pd.to_timedelta(when_h + delays(model.latency_h(), n, rng), unit="h"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": np.full(n, 1000 * sigma_km),
            "act": act,
            "item": ITEMS.get(kind, ""),
        },
        length=n,
    )


def scattered(
    lon_deg: Floats, lat_deg: Floats, sigma_km: float | Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return places moved by a normal error of that sigma each way."""
    kx, ky = metres_per_degree_each(lat_deg)
    east, north = rng.normal(0, 1, (2, len(lon_deg))) * sigma_km * 1000
    return lon_deg + east / kx, lat_deg + north / ky


def delays(latency_h: Fact, n: int, rng: np.random.Generator) -> Floats:
    """Return (n,) hours: log-normal about the middle, with low and high as its 5th and 95th percentile."""
    spread = np.log(max(latency_h.high, 1e-6) / max(latency_h.low, 1e-6)) / (2 * 1.645)
    return np.asarray(latency_h.mid * np.exp(rng.normal(0, spread, n)))
