"""One exercise: invented truth, and everything the watch gets to see of it, in the formats that real sources use.

`files` is what the trainee's folder holds; `truth` and the columns `event` and `cause` of `rows` are the sealed key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.errors import RequestError, UnknownNameError
from truceline.incidents import IncidentSettings
from truceline.observations import LOOKS, OBSERVATIONS, Readings, empty, gather, new_table
from truceline.observations.tables import SET_ASIDE
from truceline.orbits import find_passes
from truceline.sensors.coverage import Coverage
from truceline.sensors.deployment import Deployment, Duty, Post
from truceline.sensors.facts import MID
from truceline.sensors.scene import Scene, make_scene
from truceline.sensors.silence import StandingBy, reports_promptly
from truceline.simulate.clutter import burn, see_fires
from truceline.simulate.conditions import Conditions, draw_conditions
from truceline.simulate.through_sensors import Eyes, see
from truceline.simulate.truth import make_truth
from truceline.simulate.truth_scenario import SIDES, Scenario, Trouble
from truceline.simulate.voices import ROWS, claims, false_alarms, voiced
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]

LOOK_BOX_DEG = 1.0  # a pass reaches at least this far beyond the nodes it saw
PASS_H = 0.5
_FAR, _SAME_H = 1e6, 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What an exercise needs to know of a mission: the fields of the same names of its brief."""

    mission_id: str
    timezone: str
    period: Timespan
    strip: Strip
    agreements: tuple[Agreement, ...]
    lines: tuple[LineOfContact, ...]
    sectors: pd.DataFrame
    places: pd.DataFrame
    kinds: tuple[str, ...]
    settings: IncidentSettings
    deployment: Deployment | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """A mission made ready: what every run of a scenario shares. Build it with `set_stage`."""

    asked: Asked
    scenario: Scenario
    deployment: Deployment  # as it was, sensors known to be out left out
    scene: Scene
    coverage: Coverage  # what that deployment could see
    looked_by: npt.NDArray[np.object_]  # (l,) the sensor of each of the scene's looks
    standing: StandingBy | None  # those whose silence counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exercise:
    """One run. `rows` are all sightings, hits and lies (ROWS), in order of arrival."""

    stage: Stage
    truth: pd.DataFrame
    fires: pd.DataFrame
    rows: pd.DataFrame
    claims: pd.DataFrame
    conditions: Conditions

    def readings(self, rows: pd.DataFrame | None = None) -> Readings:
        """Return what a source of these rows (all by default) would read, with every pass as a look."""
        return readings_of(self.rows if rows is None else rows, self.stage, self.conditions)


def set_stage(scenario: Scenario, asked: Asked, coverage: Coverage) -> Stage:
    """Return a stage; `coverage` is that of `deployed(...)`, worked out once for any number of runs."""
    there = deployed(scenario, asked)
    scene = make_scene(there, asked.strip, asked.period)
    by = _looked_by(there, scene, asked.period)
    return Stage(
        asked=asked,
        scenario=scenario,
        deployment=there,
        scene=scene,
        coverage=coverage,
        looked_by=by,
        standing=StandingBy(standing=scene.standing, steps=scene.steps) if reports_promptly(there) else None,
    )


def _looked_by(deployment: Deployment, scene: Scene, period: Timespan) -> npt.NDArray[np.object_]:
    """Return the sensor of each look: a scene tells instruments apart, files of detections come by satellite."""
    looks, grid = scene.looks, scene.grid
    names = np.array([o.sensor_id for o in looks.orbiting] or [""], object)[looks.which]
    for instrument in {o.swath.instrument for o in deployment.orbiting}:
        entries = [o for o in deployment.orbiting if o.swath.instrument == instrument]
        for one in entries if len(entries) > 1 else ():
            passes = find_passes(
                deployment.placeable(period),
                [one.swath],
                lon_deg=grid.node_lon_deg,
                lat_deg=grid.node_lat_deg,
                period=period,
            )
            at = (pd.DatetimeIndex(passes["time_peak"]) - scene.steps[0]).total_seconds().to_numpy() / 3600
            keys = np.sort(passes["cell"].to_numpy() * _FAR + at)
            mine = looks.node * _FAR + looks.time_h
            nearest = np.clip(np.searchsorted(keys, mine), 1, max(len(keys) - 1, 1))
            if len(keys) > 1:
                names[np.minimum(np.abs(keys[nearest] - mine), np.abs(keys[nearest - 1] - mine)) < _SAME_H] = (
                    one.sensor_id
                )
    return names


def deployed(scenario: Scenario, asked: Asked) -> Deployment:
    """Return the mission's deployment without what the scenario is known to take out of it."""
    whole = asked.deployment or Deployment(timezone=asked.timezone)
    known = {p.sensor_id for p in whole.posts} | {o.sensor_id for o in whole.orbiting}
    for trouble in scenario.troubles:
        if trouble.sensor not in known:
            raise UnknownNameError("sensor", trouble.sensor, known, where="exercise.yaml, troubles")
    posts = list(whole.posts)
    for trouble in scenario.troubles:
        if trouble.known:
            posts = [part for post in posts for part in _around(post, trouble, asked.period.start)]
    return replace(whole, posts=tuple(posts))


def _around(post: Post, trouble: Trouble, start: datetime) -> list[Post]:
    """Return what is left of a post before and after a trouble."""
    if post.sensor_id != trouble.sensor:
        return [post]
    first, last = (start + timedelta(days=day) for day in (trouble.from_day, trouble.to_day))
    duty, left = post.duty, []
    if duty.start is None or duty.start < first:
        left.append(Duty(start=duty.start, end=min(duty.end or first, first), from_h=duty.from_h, to_h=duty.to_h))
    if duty.end is None or duty.end > last:
        left.append(Duty(start=max(duty.start or last, last), end=duty.end, from_h=duty.from_h, to_h=duty.to_h))
    return [replace(post, duty=part) for part in left]


def play(stage: Stage, *, rng: np.random.Generator, background: pd.DataFrame | None = None) -> Exercise:
    """Return one run of the stage's scenario.

    `background` (OBSERVATIONS of real thermal detections) is laid under it in place of invented clutter.

    Raises
    ------
    RequestError
        When the scenario never ends or breeds without end.
    """
    asked, scenario, scene = stage.asked, stage.scenario, stage.scene
    strip, period = asked.strip, asked.period
    conditions = draw_conditions(scene, length_km=asked.strip.length_km, rng=rng)
    truth = make_truth(scenario, strip=strip, period=period, timezone=asked.timezone, watched=stage.coverage, rng=rng)
    eyes = Eyes(scene, conditions, dark=_dark(scenario, scene), names=stage.looked_by)
    rows = voiced(see(truth, eyes, rng=rng), truth, scenario.voices, timezone=asked.timezone, rng=rng)
    fires = burn(scenario.clutter, strip=strip, period=period, timezone=asked.timezone, rng=rng)
    parts = [rows, false_alarms(scenario.voices, stage.deployment.posts, strip=strip, period=period, rng=rng)]
    if background is None:
        lit = see_fires(fires, eyes, rng=rng)
        parts.append(lit.assign(time_end=lit["time"], origin="", reliability="B", credibility="6", cause="fire"))
    else:
        parts.append(_injected(background))
    whole = pd.concat([part for part in parts if len(part)] or [empty(ROWS)], ignore_index=True)
    return Exercise(
        stage=stage,
        truth=truth,
        fires=fires,
        rows=whole[list(ROWS)].sort_values(["arrived", "time"], kind="stable", ignore_index=True),
        claims=claims(truth, scenario.voices, period=asked.period, timezone=asked.timezone, rng=rng),
        conditions=conditions,
    )


def _dark(scenario: Scenario, scene: Scene) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the hours in which tampered sensors say nothing, by sensor."""
    day = np.arange(len(scene.steps)) / 24
    dark: dict[str, npt.NDArray[np.bool_]] = {}
    for trouble in scenario.troubles:
        if not trouble.known:
            hours = (day >= trouble.from_day) & (day < trouble.to_day)
            dark[trouble.sensor] = dark.get(trouble.sensor, np.zeros(len(day), bool)) | hours
    return dark


def _injected(background: pd.DataFrame) -> pd.DataFrame:
    """Return real detections as rows of no event."""
    heat = background[background["sensor"] == "thermal"]
    if not len(heat):
        raise RequestError("the background holds no thermal detections.", todo="Give rows read by the source 'firms'.")
    return new_table(
        ROWS,
        {
            "event": np.full(len(heat), -1.0),
            "sensor_id": heat["source"],
            "sensor": "thermal",
            "time": heat["time_start"],
            "time_end": heat["time_end"],
            "arrived": heat["time_start"] + pd.Timedelta(hours=3),
            "lon_deg": heat["lon_deg"],
            "lat_deg": heat["lat_deg"],
            "sigma_m": heat["sigma_m"],
            "act": "heat",
            "strength": heat["strength"],
            "pixel_km2": (heat["sigma_m"] / 400) ** 2,  # a FIRMS error is 0.4 of a pixel
            "night": heat["daynight"] == "N",
            "reliability": "B",
            "credibility": "6",
            "cause": "real",
        },
        length=len(heat),
    )


def readings_of(rows: pd.DataFrame, stage: Stage, conditions: Conditions) -> Readings:
    """Return rows as observations. Their ids are the rows' own numbers, so that the key can be laid beside them."""
    parties = [party.party_id for party in stage.asked.agreements[0].parties[:2]]
    names = rows["party"].map(dict(zip(SIDES, parties, strict=True))).fillna("")
    thermal = (rows["sensor"] == "thermal").to_numpy()
    observations = new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"row-{i}" for i in rows.index],
            "source": rows["sensor_id"],
            "sensor": rows["sensor"],
            "act": rows["act"],
            "time_start": rows["time"],
            "time_end": rows["time_end"],
            "lon_deg": rows["lon_deg"],
            "lat_deg": rows["lat_deg"],
            "sigma_m": rows["sigma_m"],
            "party": names,
            "item": rows["item"],
            "strength": rows["strength"],
            "daynight": np.where(thermal, np.where(rows["night"], "N", "D"), ""),
            "origin": rows["origin"],
            "reliability": rows["reliability"],
            "credibility": rows["credibility"],
            "reported_at": rows["arrived"],
        },
        length=len(rows),
    )
    made = Readings(
        observations=observations,
        looks=looks_of(stage, conditions),
        set_aside=empty(SET_ASIDE),
        recognised={},
        digests={},
    )
    return gather([made])


def looks_of(stage: Stage, conditions: Conditions) -> pd.DataFrame:
    """Return every pass of a thermal satellite as a look, with the share of its nodes that lay under cloud."""
    scene, looks = stage.scene, stage.scene.looks
    thermal = np.array([o.model.kind == "thermal" for o in looks.orbiting] or [False])
    rows = np.flatnonzero(thermal[looks.which]) if len(looks.which) else np.zeros(0, int)
    if not len(rows):
        return empty(LOOKS)
    sensors, number = np.unique(stage.looked_by.astype(str), return_inverse=True)
    order = rows[np.lexsort([looks.time_h[rows], number[rows]])]
    which, time = number[order], looks.time_h[order]
    begins = np.r_[True, (np.diff(which) != 0) | (np.diff(time) > PASS_H)]
    passed = np.cumsum(begins) - 1
    clear = scene.clear("strike", MID)
    lon, lat = (v[looks.node[order]] for v in (scene.grid.node_lon_deg, scene.grid.node_lat_deg))
    shut = ~conditions.is_open(looks.node[order], time, clear)
    table = pd.DataFrame({"n": passed, "which": which, "time": time, "lon": lon, "lat": lat, "shut": shut})
    found = table.groupby("n").agg(
        which=("which", "first"), start=("time", "min"), end=("time", "max"), west=("lon", "min"), east=("lon", "max"),
        south=("lat", "min"), north=("lat", "max"), shut=("shut", "mean"),
    )  # fmt: skip
    names = sensors.astype(object)[found["which"]]
    zero = scene.steps[0]
    return new_table(
        LOOKS,
        {
            "look_id": [f"look-{i}" for i in range(len(found))],
            "source": names,
            "sensor": "thermal",
            "time_start": zero + pd.to_timedelta(found["start"].to_numpy(), unit="h"),
            "time_end": zero + pd.to_timedelta(found["end"].to_numpy() + 1 / 60, unit="h"),
            "west_deg": found["west"] - LOOK_BOX_DEG,
            "south_deg": found["south"] - LOOK_BOX_DEG,
            "east_deg": found["east"] + LOOK_BOX_DEG,
            "north_deg": found["north"] + LOOK_BOX_DEG,
            "cloud": found["shut"],
            "basis": "pass from the orbit",
        },
        length=len(found),
    )
