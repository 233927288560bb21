"""What watches a line: which instruments on which satellites, and which sensors stand where and when.

Nothing here opens a file: a mission's sensors.yaml comes as its mapping, element sets as records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.orbits import Elements, Swath
from truceline.sensors.sight import SensorModel
from truceline.timespan import Timespan, find_zone

LEFT_OUT: dict[str, str] = {
    "sensor": "object",  # its id in sensors.yaml
    "reason": "object",  # what is wrong, with its value
    "todo": "object",  # what to do
}

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """When a sensor is on: between two instants, within those in some local hours of the day, and not in the gaps."""

    start: datetime | None = None
    end: datetime | None = None
    from_h: float = 0.0
    to_h: float = 24.0  # below from_h the duty runs through midnight
    gaps: tuple[Timespan, ...] = ()  # when it was out, or nothing was heard of it

    def on(self, steps: pd.DatetimeIndex, zone: str) -> Bools:
        """Return (steps,): whether the sensor is on duty, and heard, at the middle of each hourly step."""
        return self.planned(steps, zone) & ~self.in_gap(steps + pd.Timedelta(minutes=30))

    def in_gap(self, times: pd.DatetimeIndex) -> Bools:
        """Return (times,): which instants lie in a gap."""
        inside = np.zeros(len(times), bool)
        for gap in self.gaps:
            inside |= np.asarray((times >= pd.Timestamp(gap.start)) & (times < pd.Timestamp(gap.end)))
        return inside

    def planned(self, steps: pd.DatetimeIndex, zone: str) -> Bools:
        """Return (steps,): whether the sensor is meant to be on duty at the middle of each hourly step."""
        middle = steps + pd.Timedelta(minutes=30)
        local = middle.tz_convert(find_zone(zone))
        hour = local.hour.to_numpy() + local.minute.to_numpy() / 60
        through = self.to_h < self.from_h
        inside = (hour >= self.from_h) | (hour < self.to_h) if through else (hour >= self.from_h) & (hour < self.to_h)
        if self.start is not None:
            inside = inside & (middle >= pd.Timestamp(self.start)).astype(bool)
        if self.end is not None:
            inside = inside & (middle < pd.Timestamp(self.end)).astype(bool)
        return np.asarray(inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A sensor that stands, or patrols a stretch: at a point (lon, lat), or everywhere between two chainages.

    `share` is the part of its duty that it spends at this point, for a patrol that goes from place to place.
    """

    sensor_id: str
    model: SensorModel
    lon_deg: float = np.nan
    lat_deg: float = np.nan
    from_km: float = np.nan
    to_km: float = np.nan
    band_km: float = np.inf  # full width of the band, about the line, that a patrol of a stretch searches
    share: float = 1.0
    duty: Duty = field(default_factory=Duty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbiting:
    """One instrument on some satellites, for as long as it counts."""

    sensor_id: str
    model: SensorModel
    swath: Swath
    duty: Duty = field(default_factory=Duty)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditions:
    """What the mission knows of the conditions, in place of the library's ranges; None where it does not."""

    half_width_km: float = 15.0  # the strip that is watched reaches this far to both sides of the line
    jamming_share: float | None = None
    tasking: float | None = None
    cloud: Mapping[str, float] | None = None  # cover (0-1) by UTC date
    places: pd.DataFrame | None = None  # lon_deg, lat_deg, population: who lives near and can report


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that watches, and what of the wish list had to be left out."""

    posts: tuple[Post, ...] = ()
    orbiting: tuple[Orbiting, ...] = ()
    elements: tuple[Elements, ...] = ()
    conditions: Conditions = field(default_factory=Conditions)
    timezone: str = "UTC"
    left_out: pd.DataFrame = field(default_factory=lambda: left_out_table([]))

    def kinds(self) -> set[str]:
        """Return the kinds of sensor in it."""
        return {post.model.kind for post in self.posts} | {one.model.kind for one in self.orbiting}

    def without(self, sensor_id: str) -> Deployment:
        """Return the deployment with one sensor taken away."""
        return Deployment(
            posts=tuple(p for p in self.posts if p.sensor_id != sensor_id),
            orbiting=tuple(o for o in self.orbiting if o.sensor_id != sensor_id),
            elements=self.elements,
            conditions=self.conditions,
            timezone=self.timezone,
            left_out=self.left_out,
        )

    def silenced(self, gaps: Mapping[str, tuple[Timespan, ...]]) -> Deployment:
        """Return the deployment with gaps in the duty of the sensors named; other names are passed over."""

        def duty_of(placed: Post | Orbiting) -> Duty:
            return replace(placed.duty, gaps=(*placed.duty.gaps, *gaps.get(placed.sensor_id, ())))

        return replace(
            self,
            posts=tuple(replace(post, duty=duty_of(post)) for post in self.posts),
            orbiting=tuple(replace(one, duty=duty_of(one)) for one in self.orbiting),
        )

    def orbits(self, kind: str, period: Timespan) -> bool:
        """Return whether any satellite of a kind (thermal, optical, sar) can be placed over the period."""
        return any(
            o.swath.kind == kind and len(self._unknown_orbits(o, period)) < len(o.swath.norad_ids)
            for o in self.orbiting
        )

    def placeable(self, period: Timespan) -> tuple[Elements, ...]:
        """Return the element sets of the deployment's satellites that are of use in a period."""
        reach = timedelta(days=MOST_DAYS + 1)
        wanted = {norad_id for o in self.orbiting for norad_id in o.swath.norad_ids}
        return tuple(
            e for e in self.elements if e.norad_id in wanted and period.start - reach <= e.epoch <= period.end + reach
        )

    def outside(self, period: Timespan) -> pd.DataFrame:
        """Return what of it cannot count in a period: sensors never on duty then, satellites without elements."""
        steps = pd.date_range(period.start, period.end, freq="h", inclusive="left")
        rows = []
        everything: tuple[Post | Orbiting, ...] = (*self.posts, *self.orbiting)
        for placed in {p.sensor_id: p for p in everything}.values():
            if not placed.duty.planned(steps, self.timezone).any():
                said = f"it is on duty from {placed.duty.start} to {placed.duty.end}, which does not touch {period}."
                rows.append((placed.sensor_id, said, "Correct its dates, or the period."))
        rows += [row for orbiting in self.orbiting for row in self._unknown_orbits(orbiting, period)]
        return pd.concat([self.left_out, left_out_table(rows)], ignore_index=True)

    def _unknown_orbits(self, orbiting: Orbiting, period: Timespan) -> list[tuple[str, str, str]]:
        rows = []
        for norad_id in orbiting.swath.norad_ids:
            ages = [
                max((period.start - e.epoch).days, (e.epoch - period.end).days, 0)
                for e in self.elements
                if e.norad_id == norad_id
            ]
            if not ages:
                said = f"there is no element set of satellite {norad_id}."
            elif min(ages) > MOST_DAYS:
                said = f"the nearest element set of satellite {norad_id} is {min(ages)} days from the period."
            else:
                continue
            rows.append((orbiting.sensor_id, said, "Add one of the period's own weeks to 'elements'."))
        return rows


MOST_DAYS = 90  # beyond this the hour of a pass is not known


def left_out_table(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return a table of LEFT_OUT from its rows."""
    return pd.DataFrame(rows, columns=list(LEFT_OUT)).astype(LEFT_OUT)
