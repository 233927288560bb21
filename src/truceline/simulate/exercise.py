"""One exercise: invented truth, and everything the watch gets to see of it, in the formats that real sources use.

`files` is what the trainee's folder holds; `truth` and the columns `event` and `cause` of `rows` are the sealed key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.observations import Readings, empty, new_table
from truceline.sensors.scene import Scene
from truceline.simulate.clutter import burn, see_fires
from truceline.simulate.conditions import Conditions, draw_conditions
from truceline.simulate.eyes import Eyes
from truceline.simulate.readings import readings_of
from truceline.simulate.stage import Stage
from truceline.simulate.through_sensors import see
from truceline.simulate.truth import make_truth
from truceline.simulate.truth_scenario import Scenario
from truceline.simulate.voices import ROWS, claims, false_alarms, voiced

Floats = npt.NDArray[np.float64]


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
    parts = [rows, false_alarms(scenario.voices, scene, strip=strip, period=period, dark=eyes.dark, rng=rng)]
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
