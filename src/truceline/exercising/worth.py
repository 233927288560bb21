"""What other sensor plans buy: from what they would see to how long the ceasefire might hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from truceline.agreement import load_yaml
from truceline.errors import RequestError
from truceline.exercising.ready import CELL_KM, Tell, scenario_of
from truceline.mission import Mission
from truceline.monitor import watch
from truceline.observations import LOOKS, empty
from truceline.sensors.cover import cover_deployment
from truceline.sensors.coverage import Coverage
from truceline.sensors.deployment_file import read_deployment
from truceline.simulate.link import link
from truceline.simulate.setting import Setting, read_setting
from truceline.simulate.truth_scenario import Scenario


def worth(
    mission: Mission,
    plans: Mapping[str, Path],
    *,
    draws: int = 20_000,
    seed: int = 1,
    tell: Tell = lambda step: None,
) -> pd.DataFrame:
    """Return what other sensor plans (name -> a sensors.yaml) buy over the mission's own, down to the outlook."""
    scenario = scenario_of(mission)
    file = mission.folder / "outlook.yaml"
    setting = read_setting(file.read_text(encoding="utf-8"), where=str(file)) if file.is_file() else Setting()
    tell("plan 'as it is'")
    made = {"as it is": _coverage(mission, scenario)}
    for name, path in plans.items():
        tell(f"plan '{name}'")
        made[name] = _coverage(_with_sensors(mission, path), scenario)
    tell("outlook")
    return link(made, scenario, setting=setting, draws=draws, seed=seed)


def _coverage(mission: Mission, scenario: Scenario) -> Coverage:
    brief = mission.brief
    if brief.deployment is None:
        return watch(brief, empty(LOOKS))
    kinds = tuple(scenario.kinds)
    made = cover_deployment(brief.deployment, strip=brief.strip, period=brief.period, kinds=kinds)
    return made.coarser(CELL_KM)


def _with_sensors(mission: Mission, path: Path) -> Mission:
    """Return the mission with another sensors.yaml, read beside its own files."""
    if not path.is_file():
        raise RequestError(f"there is no sensor plan '{path}'.", todo="Give a file like the mission's sensors.yaml.")
    said, _ = load_yaml(path.read_text(encoding="utf-8"), where=str(path))
    brief = mission.brief
    elements = brief.deployment.elements if brief.deployment is not None else ()
    plan = read_deployment(said, strip=brief.strip, elements=elements, timezone=brief.timezone, where=str(path))
    plan = replace(plan, conditions=replace(plan.conditions, places=brief.places))
    return replace(mission, brief=replace(brief, deployment=plan))
