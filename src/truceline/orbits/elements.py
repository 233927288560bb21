"""Mean orbital elements of one satellite at one instant, and what reading a file of them gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sgp4.api import WGS72, Satrec

SET_ASIDE_COLUMNS = ("line", "name", "reason", "todo")
DEEP_MIN = 225.0  # from this period on SGP4 treats an orbit as deep space (Vallado et al. 2006)

_SGP4_EPOCH = datetime(1949, 12, 31, tzinfo=UTC)
_PER_DAY2 = 1440.0**2
_RAD = 0.017453292519943295
_TURN = 6.283185307179586


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """One element set: mean elements for SGP4 (WGS72, frame TEME), as TLE and OMM carry them."""

    name: str
    norad_id: int
    epoch: datetime  # UTC
    inclination_deg: float
    node_deg: float  # right ascension of the ascending node
    eccentricity: float
    perigee_deg: float  # argument of perigee
    anomaly_deg: float  # mean anomaly
    revolutions_per_day: float
    drag_per_radius: float = 0.0  # B*
    acceleration_rev_d2: float = 0.0  # half the first derivative of the mean motion, as written in a TLE
    jerk_rev_d3: float = 0.0  # a sixth of the second derivative
    revolution: int = 0  # number of the revolution at epoch, as the catalogue counts

    @property
    def period_min(self) -> float:
        """Minutes from one perigee to the next."""
        return 1440.0 / self.revolutions_per_day

    def satrec(self) -> Satrec:
        """Return the element set as the package `sgp4` propagates it."""
        made = Satrec()
        since = self.epoch - _SGP4_EPOCH
        made.sgp4init(
            WGS72,
            "i",
            self.norad_id,
            since.days + (since.seconds + since.microseconds / 1e6) / 86400,
            self.drag_per_radius,
            self.acceleration_rev_d2 * _TURN / _PER_DAY2,
            self.jerk_rev_d3 * _TURN / (_PER_DAY2 * 1440),
            self.eccentricity,
            self.perigee_deg * _RAD,
            self.inclination_deg * _RAD,
            self.anomaly_deg * _RAD,
            self.revolutions_per_day * _TURN / 1440,
            self.node_deg * _RAD,
        )
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSets:
    """What a file of element sets gave: the usable sets in the file's order, and those set aside with the reason.

    `set_aside` has columns line (whole number, 1 is the first), name, reason, todo (text).
    """

    sets: tuple[Elements, ...]
    set_aside: pd.DataFrame


def table_of(rows: list[tuple[int, str, str, str]]) -> pd.DataFrame:
    """Return rows (line, name, reason, todo) as the table `ElementSets.set_aside`."""
    table = pd.DataFrame(rows, columns=list(SET_ASIDE_COLUMNS)).sort_values("line", kind="stable", ignore_index=True)
    return table.astype({"line": "int64", "name": "object", "reason": "object", "todo": "object"})
