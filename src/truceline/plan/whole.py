"""One scenario planned as a whole: force and places at every rung of the backstop, and what is not known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from truceline.plan.answers.draws import DRAWS
from truceline.plan.answers.tornado import TORNADO
from truceline.plan.force.scenario import Scenario
from truceline.plan.places.whole import PlacesGiven, PlacesPlan
from truceline.plan.rotation.whole import ForcePlan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScenarioPlan:
    """One scenario, none of the backstop first. Tables are empty where no draws were asked for."""

    scenario: Scenario
    plans: tuple[ForcePlan, ...]
    places: tuple[PlacesPlan | None, ...]
    worth: pd.DataFrame  # backstop.WORTH
    given: PlacesGiven | None = None
    draws: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DRAWS)))
    tornado: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TORNADO)))
