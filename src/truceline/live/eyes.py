"""What watched, kept between batches: it hangs on the looks and the outages alone, and on no report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from truceline.findings.force import hours_in_force
from truceline.findings.status import exposure_box, watched_days
from truceline.monitor import Brief, known_looks, standing, watch_beside, watch_deployed
from truceline.sensors.coverage import Coverage
from truceline.sensors.silence import StandingBy
from truceline.timespan import Timespan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eyes:
    """The looks, the coverage and all that is worked out from it."""

    brief: Brief
    silent: Mapping[str, tuple[Timespan, ...]]
    looks: pd.DataFrame
    deployed: Coverage | None
    standing: StandingBy | None
    coverage: Coverage
    table: pd.DataFrame  # COVERAGE
    watched: pd.DataFrame  # `watched_days`
    exposure: Mapping[str, float]

    @classmethod
    def of(cls, brief: Brief, looks: pd.DataFrame) -> Eyes:
        """Return what watches a mission, beside recorded looks."""
        looks = known_looks(brief, looks)
        deployed = watch_deployed(brief)
        coverage = watch_beside(brief, looks, deployed)
        watched, exposure = _worked_out(brief, coverage)
        return cls(
            brief=brief,
            silent=brief.silent,
            looks=looks,
            deployed=deployed,
            standing=standing(brief),
            coverage=coverage,
            table=coverage.table(),
            watched=watched,
            exposure=exposure,
        )

    def again(self, brief: Brief, looks: pd.DataFrame, *, changed: bool) -> Eyes:
        """Return this under other outages, and beside other recorded looks if they `changed`."""
        silent = brief.silent
        quieter = silent != self.silent
        if not changed and not quieter:
            return replace(self, brief=brief)
        known = known_looks(brief, looks)
        deployed = watch_deployed(brief) if quieter else self.deployed
        coverage = watch_beside(brief, known, deployed)
        watched, exposure = _worked_out(brief, coverage)
        return replace(
            self,
            brief=brief,
            silent=silent,
            looks=self.looks if known.equals(self.looks) else known,
            deployed=deployed,
            standing=standing(brief) if quieter else self.standing,
            coverage=coverage,
            table=coverage.table(),
            watched=watched,
            exposure=exposure,
        )

    def sees_other_heat(self, before: Eyes) -> bool:
        """Return whether the looks of satellites are others than before."""
        if self.looks is before.looks:
            return False
        mine, others = (eyes.looks[eyes.looks["sensor"] == "thermal"].reset_index(drop=True) for eyes in (self, before))
        return not mine.equals(others)

    def turned(self, before: Eyes) -> list[Timespan]:
        """Return the hours in which other sensors can be heard than before."""
        names = [name for name in {*self.silent, *before.silent} if self.silent.get(name) != before.silent.get(name)]
        return [span for name in names for eyes in (self, before) for span in eyes.silent.get(name, ())]


def _worked_out(brief: Brief, coverage: Coverage) -> tuple[pd.DataFrame, dict[str, float]]:
    in_force = hours_in_force(brief.agreements[0], brief.period)
    watched = watched_days(
        coverage, sectors=brief.sectors, in_force=in_force, period=brief.period, timezone=brief.timezone
    )
    return watched, exposure_box(coverage, in_force=in_force)
