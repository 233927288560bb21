"""What ground-based air defence covers, by the altitude of what flies: from inside, and from neighbouring countries.

Defence only: which area, people and sites lie under cover, and how many batteries that takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.plan.places.facts import Facts, Range
from truceline.plan.places.reinforce import distances_km
from truceline.plan.siting.choose import maximal_cover

Floats = npt.NDArray[np.float64]

HORIZON_KM = 4.12  # km per root metre: refraction taken as 4/3 of the Earth's radius
MAST_M: Range = (12.0, 12.0, 30.0)  # height of the antenna above flat ground: vehicle mast, or a tall one
CRUISE_MISSILE_M = 50.0
ALTITUDES_M = (50.0, 300.0, 3_000.0, 10_000.0)  # cruise missile, drone, helicopter or drone high up, airliner


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """One kind of battery: how far and how high, low to high; and the height its radar looks from."""

    called: str
    range_km: Range
    altitude_max_km: Range
    mast_m: Range = MAST_M
    source: str = ""
    mark: str = "unchecked"

    def radius_km(self, altitude_m: float) -> Floats:
        """Return how far it covers a target at an altitude over flat ground, (3,): low, mid, high.

        The lesser of its range and the radar horizon; nothing above its ceiling. Hills only shorten it.
        """
        radius = np.minimum(np.asarray(self.range_km), radar_horizon_km(self.mast_m, altitude_m))
        return np.where(np.asarray(self.altitude_max_km) * 1000 >= altitude_m, radius, 0.0)


def radar_horizon_km(antenna_m: npt.ArrayLike, target_m: npt.ArrayLike) -> Floats:
    """Return how far an antenna sees a target over smooth ground, heights in metres.

    4.12 (sqrt h_a + sqrt h_t) km: the standard formula with 4/3 of the Earth's radius.

    Examples
    --------
    >>> radar_horizon_km([12, 200, 9000], 50).round().tolist()
    [43.0, 87.0, 420.0]
    """
    antenna, target = np.asarray(antenna_m, float), np.asarray(target_m, float)
    if not ((antenna >= 0) & (target >= 0)).all():
        raise RequestError("a height is negative.", todo="Give metres above the ground, 0 or more.")
    return np.asarray(HORIZON_KM * (np.sqrt(antenna) + np.sqrt(target)))


def batteries_from(facts: Facts) -> dict[str, Battery]:
    """Return the kinds of battery that a mission's assets state: 'long' (Patriot) and 'medium' (IRIS-T SLM)."""
    return {
        "long": _battery(facts, "Patriot", "Patriot GEM-T", "Patriot"),
        "medium": _battery(facts, "IRIS-T SLM", "IRIS-T SLM", "IRIS-T SLM"),
    }


def _battery(facts: Facts, called: str, reaching: str, rising: str) -> Battery:
    far = facts[reaching, "range_aircraft"]
    return Battery(
        called=called,
        range_km=facts.range(reaching, "range_aircraft", "km"),
        altitude_max_km=facts.range(rising, "altitude_max", "km"),
        source=far.source,
        mark=far.mark,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Protected:
    """What is to be defended: cells with area_km2, towns with population, sites; each with lon_deg and lat_deg."""

    cells: pd.DataFrame
    towns: pd.DataFrame
    sites: pd.DataFrame

    def weights(self) -> dict[str, tuple[pd.DataFrame, Floats]]:
        """Return the places and their weights for each share that is reported."""
        return {
            "area": (self.cells, self.cells["area_km2"].to_numpy(float)),
            "people": (self.towns, self.towns["population"].to_numpy(float)),
            "sites": (self.sites, np.ones(len(self.sites))),
        }


def place_batteries(
    positions: pd.DataFrame, protected: Protected, battery: Battery, *, number: int, weigh: str
) -> tuple[int, ...]:
    """Return which positions cover the most of `weigh` ('area', 'people' or 'sites'), proven; at most `number`.

    Placed for a cruise missile at 50 m, the target that is covered least far.
    """
    if number <= 0 or not len(positions):
        return ()
    places, weight = protected.weights()[weigh]
    covers = distances_km(places, positions) <= battery.radius_km(CRUISE_MISSILE_M)[1]
    return maximal_cover(covers, p=min(number, len(positions)), weight=np.round(weight)).chosen


def defended(
    positions: pd.DataFrame,
    protected: Protected,
    battery: Battery,
    *,
    altitudes_m: Sequence[float] = ALTITUDES_M,
) -> pd.DataFrame:
    """Return the share of area, people and sites under cover of one battery at each position, by target altitude.

    Columns: of, altitude_m, batteries, share_low, share_mid, share_high. Never less with one position more.
    """
    rows = []
    for name, (places, weight) in protected.weights().items():
        km = distances_km(positions, places).min(axis=0) if len(positions) else np.full(len(places), np.inf)
        for altitude in altitudes_m:
            radius = battery.radius_km(altitude)
            under = (km[None, :] <= radius[:, None]) & (radius[:, None] > 0)
            share = (under * weight).sum(axis=1) / weight.sum() if weight.sum() > 0 else np.full(3, np.nan)
            rows.append(
                {"of": name, "altitude_m": altitude, "batteries": len(positions)}
                | {"share_low": share[0], "share_mid": share[1], "share_high": share[2]}
            )
    return pd.DataFrame(rows)


def defended_by_number(
    positions: pd.DataFrame,
    protected: Protected,
    battery: Battery,
    *,
    numbers: Sequence[int],
    weigh: str = "people",
    altitudes_m: Sequence[float] = ALTITUDES_M,
) -> pd.DataFrame:
    """Return `defended` for each number of batteries, each number placed afresh and best for `weigh`.

    With `placed_at`, the positions chosen, as a tuple of their ids.
    """
    named = "base_id" if "base_id" in positions else "site_id"
    tables = []
    for number in numbers:
        chosen = place_batteries(positions, protected, battery, number=number, weigh=weigh)
        where = positions.iloc[list(chosen)]
        table = defended(where, protected, battery, altitudes_m=altitudes_m)
        tables.append(table.assign(placed_at=[tuple(where[named])] * len(table)))
    return pd.concat(tables, ignore_index=True)
