"""A mission made ready for exercises: its scenario read, its coverage worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from truceline.errors import MissionError
from truceline.mission import Mission
from truceline.monitor import watch
from truceline.observations import LOOKS, empty
from truceline.sensors.cover import cover_deployment
from truceline.simulate.stage import Asked, Stage, deployed, set_stage
from truceline.simulate.truth_scenario import Scenario, read_scenario

Tell = Callable[[str], None]

SCENARIO_FILE = "exercise.yaml"
CELL_KM = 10.0
FINE_KM = 2.0  # cells that coverage is worked out in: against 1 km the mean differs by 0.001, one cell by 0.03 at most


def scenario_of(mission: Mission) -> Scenario:
    """Return the scenario of a mission's exercise.yaml.

    Raises
    ------
    MissionError
        When there is none.
    """
    path = mission.folder / SCENARIO_FILE
    if not path.is_file():
        raise MissionError(
            f"there is no {SCENARIO_FILE}.", where=str(mission.folder), todo="Copy one from missions/exercise-30d."
        )
    return read_scenario(path.read_text(encoding="utf-8"), where=str(path))


def stage_of(mission: Mission, *, tell: Tell = lambda step: None) -> Stage:
    """Return the mission made ready for any number of runs: its scenario, sensors and coverage, worked out once."""
    scenario, brief = scenario_of(mission), mission.brief
    asked = Asked(**{field.name: getattr(brief, field.name) for field in fields(Asked)})
    tell("coverage")
    there = deployed(scenario, asked)
    if brief.deployment is None:
        coverage = watch(brief, empty(LOOKS))
    else:
        made = cover_deployment(there, strip=brief.strip, period=brief.period, kinds=brief.kinds, cell_km=FINE_KM)
        coverage = made.coarser(CELL_KM)
    tell("stage")
    return set_stage(scenario, asked, coverage)
