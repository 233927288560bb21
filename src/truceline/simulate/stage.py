"""A mission made ready for exercises: its sensors as they were, what they could see, and whose looks are whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Agreement, LineOfContact
from truceline.errors import UnknownNameError
from truceline.incidents import IncidentSettings
from truceline.orbits import find_passes
from truceline.sensors.coverage import Coverage
from truceline.sensors.deployment import Deployment
from truceline.sensors.scene import Scene, make_scene
from truceline.sensors.silence import StandingBy, as_bystanders, reports_promptly
from truceline.simulate.truth_scenario import Scenario
from truceline.strip import Strip
from truceline.timespan import Timespan

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
        standing=as_bystanders(scene.standing, scene.steps, asked.strip) if reports_promptly(there) else None,
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
    out: dict[str, tuple[Timespan, ...]] = {}
    for trouble in scenario.troubles:
        if trouble.known:
            first, last = (asked.period.start + timedelta(days=day) for day in (trouble.from_day, trouble.to_day))
            out[trouble.sensor] = (*out.get(trouble.sensor, ()), Timespan(start=first, end=last))
    return whole.silenced(out)
