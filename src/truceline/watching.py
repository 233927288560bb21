"""How well a mission's line is watched: coverage and all its summaries, for the command line and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from truceline.errors import RequestError
from truceline.mission import Mission
from truceline.orbits.remarks import remarks
from truceline.report.coverage_page import CoveragePage
from truceline.sensors.cover import cover_deployment
from truceline.sensors.coverage import Coverage
from truceline.sensors.deployment import left_out_table
from truceline.sensors.detect import DELAYS, time_to_detect
from truceline.sensors.kinds import KINDS, violation
from truceline.sensors.reasons import REASONS, reasons
from truceline.sensors.recorded import cover
from truceline.sensors.scene import make_scene
from truceline.sensors.summary import REVISIT, exposure_table, revisit_table, share_table
from truceline.timespan import Timespan

NO_SENSORS = "the mission has no sensors.yaml: only looks that its sources recorded are counted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Coverage of a period and what it comes to."""

    period: Timespan
    coverage: Coverage
    exposure: pd.DataFrame  # EXPOSURE
    shares: pd.DataFrame  # SHARES
    revisit: pd.DataFrame  # REVISIT; empty without sensors.yaml
    delays: pd.DataFrame  # DELAYS; empty without sensors.yaml
    reasons: pd.DataFrame  # REASONS; empty unless asked for
    left_out: pd.DataFrame  # LEFT_OUT
    remarks: tuple[str, ...]

    def page(self, mission: Mission) -> CoveragePage:
        """Return what the pictures and the page are drawn from."""
        brief = mission.brief
        return CoveragePage(
            title=brief.title,
            timezone=brief.timezone,
            period=self.period,
            strip=brief.strip,
            sectors=brief.sectors,
            coverage=self.coverage,
            exposure=self.exposure,
            shares=self.shares,
            revisit=self.revisit,
            delays=self.delays,
            left_out=self.left_out,
            remarks=self.remarks,
        )


def watch_over(mission: Mission, *, kinds: Sequence[str] | None = None, why: bool = False) -> Watching:
    """Return how well a mission's line is watched in its period, by the sensors its folder names.

    Without sensors.yaml only looks that the sources recorded are counted. Kinds default to all eight. `why` works the
    coverage out again with one hindrance taken away at a time.
    """
    brief = mission.brief
    wanted = tuple(violation(kind).kind for kind in kinds or KINDS)
    period = brief.period
    if period.hours <= 0:
        raise RequestError(f"the period {period} is empty.", todo="Give --to after --from.")
    deployed = brief.deployment
    if deployed is None:
        readings, _ = mission.read(now=period.end)
        made = cover(readings.looks, strip=brief.strip, period=period, kinds=wanted)
        empty = {name: pd.DataFrame({k: pd.Series(dtype=v) for k, v in schema.items()}) for name, schema in _EMPTY}
        return Watching(
            period=period,
            coverage=made,
            exposure=exposure_table(made, brief.sectors),
            shares=share_table(made, brief.sectors),
            left_out=left_out_table([("all", NO_SENSORS, "Add one to say what watches.")]),
            remarks=(),
            **empty,
        )
    made = cover_deployment(deployed, strip=brief.strip, period=period, kinds=wanted)
    scene = make_scene(deployed, brief.strip, period)
    known = deployed.placeable(period)
    return Watching(
        period=period,
        coverage=made,
        exposure=exposure_table(made, brief.sectors),
        shares=share_table(made, brief.sectors),
        revisit=revisit_table(scene),
        delays=time_to_detect(scene, wanted),
        reasons=reasons(deployed, strip=brief.strip, period=period, kinds=wanted if why else ()),
        left_out=deployed.outside(period),
        remarks=tuple(remarks(known, period)["text"]) if known else (),
    )


_EMPTY = (("revisit", REVISIT), ("delays", DELAYS), ("reasons", REASONS))
