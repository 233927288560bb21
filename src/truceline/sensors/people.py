"""People: patrols and observation posts that hear and see while they are there, and reports in the news or by a party.

Patrols heard explosions at 1-10 km by day and 3-15 km by night (SMM); no misses are on record, so the acoustic model
with a listener's threshold is used and distances bound it. Reports grow with the people who live near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.sensors.acoustic import heard
from truceline.sensors.facts import Fact, fact
from truceline.sensors.sight import Sight, View, sight_of, unseen

Floats = npt.NDArray[np.float64]
HEARD = ("shelling", "strike", "small_arms_fire", "overflight")
SEEN = ("heavy_weapons", "engineering_work", "damage")
# against an explosion: judgement. What lasts (damage, works) is told with the event that made it, not hour by hour.
REPORTED = {"shelling": 1.0, "strike": 1.0, "small_arms_fire": 0.3, "overflight": 0.3}
HEARING_KM = 15.0


def reported(people: Floats | float, *, case: int) -> Floats:
    """Return the chance that an explosion is reported at all: 1 - exp(-kappa x people within 2 km), floor and cap."""
    chance = 1 - np.exp(-fact("report.kappa").for_it(case) * np.asarray(people, float))
    return np.asarray(np.clip(chance, fact("report.floor").for_it(case), fact("report.cap").for_it(case)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrol:
    """A patrol or an observation post; `by_night` says whether the rules let it stay after dark."""

    name: str
    by_night: bool = False
    kind: str = "patrol"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the sight of one hour of presence: hears at a distance, sees near by and by day."""
        threshold = fact("acoustic.listener.threshold_db").against(case)
        sees = (view.range_km <= fact("patrol.sight_km").for_it(case)) & ~view.night & ~view.fog
        if kind in HEARD:
            detects = heard(kind, view, case=case, threshold_db=threshold) * fact("patrol.attentive").for_it(case)
        elif kind in SEEN:
            shown = 1.0 if kind == "damage" else view.traced
            detects = np.asarray(sees * fact("patrol.attentive").for_it(case) * shown, float)
        else:
            return unseen(view)
        return sight_of(
            view,
            available=fact("patrol.access").for_it(case),
            visible=np.where(view.night, 1.0 if self.by_night else 0.0, 1.0),
            detects=np.where(view.range_km <= HEARING_KM, detects, 0.0),
        )

    def reach_km(self) -> float:
        """Return the farthest at which bursts were heard."""
        return HEARING_KM

    def sigma_km(self) -> Fact:
        """Return the one-sigma error: bearing 10-20-45 degrees, range 40 %."""
        return fact("patrol.sigma_km")

    def latency_h(self) -> Fact:
        """Return the time from the event until the report is out."""
        return fact("patrol.latency_h")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """News and parties' reports, wherever people live; many copies of one report are one witness."""

    name: str
    kind: str = "report"
    standing: bool = True

    def sight(self, kind: str, view: View, *, case: int) -> Sight:
        """Return the chance that what happened is reported by anybody."""
        if kind not in REPORTED:
            return unseen(view)
        return sight_of(view, available=1.0, visible=1.0, detects=reported(view.people, case=case) * REPORTED[kind])

    def reach_km(self) -> float:
        """Return infinity: reports come from the whole line."""
        return np.inf

    def sigma_km(self) -> Fact:
        """Return the one-sigma error of a named settlement."""
        return fact("report.sigma_km")

    def latency_h(self) -> Fact:
        """Return the delay of a report: log-normal, median 20 minutes for posts."""
        return fact("report.latency_h")
