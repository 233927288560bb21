"""The sea part: ships for a continuous presence, mine clearance, and what the Straits convention allows.

Montreux 1936, Articles 13 to 21, as a planner needs them; not legal advice. Sources give the aggregate tonnage as
30,000 or 45,000 t: both readings are kept and both are answered. Rivers lie outside the convention.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from truceline.errors import RequestError
from truceline.plan.places.facts import Facts, Range

LITTORAL = ("BG", "GE", "RO", "RU", "TR", "UA")
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of Article 18: tonnage of all non-littoral states together and of one, and days of stay."""

    called: str
    all_t: float
    one_state_t: float
    stay_d: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Straits:
    """The rules in force. Two closures are kept apart: the law's, and the request that Turkey made of everybody."""

    readings: tuple[Reading, ...]
    transit_t: float  # Art. 14, all foreign forces in the Straits at one time
    transit_ships: float
    notice_d: Range  # Art. 13, non-littoral
    belligerents: tuple[str, ...] = ()  # Art. 19 closes the Straits to them while it is applied
    art19_until: date | None = None  # None: still applied
    request_until: date | None = None  # None: Turkey still asks everybody to stay out


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship:
    """Ships of one kind from one state, in the Black Sea at one time."""

    called: str
    flag: str
    number: int
    displacement_t: float
    stay_d: float = 21.0
    is_carrier: bool = False
    is_submarine: bool = False

    def __post_init__(self) -> None:
        for name in ("number", "displacement_t", "stay_d"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise RequestError(f"{name} of '{self.called}' is {getattr(self, name)}.", todo="Give 0 or more.")

    @property
    def is_littoral(self) -> bool:
        """Whether the flag state lies on the Black Sea."""
        return self.flag in LITTORAL


def straits_from(
    facts: Facts,
    *,
    belligerents: Sequence[str] = (),
    art19_until: date | None = None,
    request_until: date | None = None,
) -> Straits:
    """Return the rules that a mission's sea facts state: each tonnage that a source gives is a reading."""
    total, one = facts["montreux", "aggregate_tonnage_in_black_sea"], facts["montreux", "one_state_share"]
    stay = facts.range("montreux", "stay_max", "days")[1]
    readings = tuple(
        Reading(
            called=f"{whole:,.0f} t",
            all_t=whole,
            one_state_t=share,
            stay_d=stay,
            source=f"{total.source} ({total.mark})",
        )
        for whole, share in ((total.low, one.low), (total.high, one.high))
    )
    return Straits(
        readings=readings,
        transit_t=facts.range("montreux", "transit_aggregate", "tonnes")[1],
        transit_ships=facts.range("montreux", "transit_ships", "ships")[1],
        notice_d=facts.range("montreux", "notice_non_riparian", "days"),
        belligerents=tuple(belligerents),
        art19_until=art19_until,
        request_until=request_until,
    )


def check_fleet(fleet: Sequence[Ship], straits: Straits, *, on: date) -> pd.DataFrame:
    """Return every rule that a fleet would break on a day, under each reading; no rows where it may sail.

    Columns: reading ('every' where the reading does not matter), rule, stops (ship or flag), why.
    """
    rows: list[tuple[str, str, str, str]] = []
    for ship in fleet:
        if ship.number:
            rows += [("every", *broken) for broken in _broken(ship, straits, on)]
    for reading in straits.readings:
        rows += [(reading.called, *broken) for broken in _over(fleet, reading)]
    return pd.DataFrame(rows, columns=["reading", "rule", "stops", "why"])


def _broken(ship: Ship, straits: Straits, on: date) -> list[tuple[str, str, str]]:
    """Return what stops one kind of ship whatever the reading."""
    found = []
    if ship.flag in straits.belligerents and not _over_by(straits.art19_until, on):
        found.append(("Art. 19", "warships of a belligerent may not pass while the war lasts"))
    elif not ship.is_littoral and not _over_by(straits.request_until, on):
        found.append(("request", "Turkey asks every state not to send warships through the Straits"))
    if ship.is_carrier:
        found.append(("carriers", "aircraft carriers may not pass"))
    if ship.is_submarine and not ship.is_littoral:
        found.append(("submarines", "submarines of states not on the Black Sea may not pass"))
    if not ship.is_littoral:
        if ship.displacement_t > straits.transit_t:
            found.append(("Art. 14", f"{ship.displacement_t:,.0f} t is over {straits.transit_t:,.0f} t in transit"))
        stay = min(reading.stay_d for reading in straits.readings)
        if ship.stay_d > stay:
            found.append(("Art. 18(2)", f"a stay of {ship.stay_d:g} days is over {stay:g}"))
    return [(rule, ship.called, why) for rule, why in found]


def _over_by(until: date | None, on: date) -> bool:
    return until is not None and on >= until


def _over(fleet: Sequence[Ship], reading: Reading) -> list[tuple[str, str, str]]:
    tonnes: dict[str, float] = {}
    for ship in fleet:
        if not ship.is_littoral:
            tonnes[ship.flag] = tonnes.get(ship.flag, 0.0) + ship.number * ship.displacement_t
    found = [
        ("Art. 18(1), one state", flag, f"{mass:,.0f} t is over {reading.one_state_t:,.0f} t for one state")
        for flag, mass in sorted(tonnes.items())
        if mass > reading.one_state_t
    ]
    if sum(tonnes.values()) > reading.all_t:
        words = f"{sum(tonnes.values()):,.0f} t is over {reading.all_t:,.0f} t for all together"
        found.append(("Art. 18(1), all", ", ".join(sorted(tonnes)), words))
    return found


def ships_at_once(reading: Reading, *, displacement_t: float, states: int) -> int:
    """Return how many like ships of so many non-littoral states may be in the Black Sea at one time."""
    if displacement_t <= 0 or states < 0:
        raise RequestError(f"{displacement_t} t, {states} states.", todo="Give tonnes above 0 and states of 0 or more.")
    each = int(reading.one_state_t // displacement_t)
    return min(states * each, int(reading.all_t // displacement_t))


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Ships for one place filled without a break."""

    ships: float  # in the cycle for it, at work, under way and in the yard
    entries_per_year: float
    handover_t: float  # tonnage in the Black Sea while one relieves the other
    stay_d: float


def continuous_presence(
    *,
    displacement_t: float,
    transit_d: float,
    in_yard_share: float,
    handover_d: float = 1.0,
    stay_d: float = 21.0,
    training_share: float = 0.0,
) -> Presence:
    """Return what one station filled all year takes.

    Parameters
    ----------
    displacement_t
        of one ship.
    transit_d
        days under way from the home port into the Black Sea; the way back takes as long.
    in_yard_share, training_share
        share of a ship's life in maintenance, and in training: not to be had.
    handover_d
        days both ships are there.
    stay_d
        days in the Black Sea; inf for a littoral state, which may stay.

    Notes
    -----
    On station stay - handover days of every stay; a cycle is that stay and both passages; ships = cycle /
    on station / (1 - yard - training). Entries a year = 365.25 / (stay - handover), at least 18 for 21 days.
    """
    free = 1.0 - in_yard_share - training_share
    if not 0 < free <= 1 or min(in_yard_share, training_share, transit_d, handover_d) < 0 or stay_d <= handover_d:
        raise RequestError(
            f"a stay of {stay_d:g} days, {handover_d:g} for the handover, {1 - free:.0%} not to be had.",
            todo="Shares lie in 0-1 and leave something; the handover is shorter than the stay.",
        )
    if math.isinf(stay_d):
        return Presence(ships=1 / free, entries_per_year=0.0, handover_t=displacement_t, stay_d=stay_d)
    work = stay_d - handover_d
    return Presence(
        ships=(stay_d + 2 * transit_d) / work / free,
        entries_per_year=math.ceil(DAYS_PER_YEAR / work),
        handover_t=displacement_t * (2 if handover_d > 0 else 1),
        stay_d=stay_d,
    )


def clearance_days(*, area_km2: float, hunters: int, per_day_km2: Range, at_sea_share: float = 0.6) -> Range:
    """Return the days to search an area for mines once: low, mid, high; inf with no hunter.

    `per_day_km2` is what one hunter searches in a day at sea; `at_sea_share` what weather and port leave of the
    days (judgement). Searched is not safe: drifting mines come back.
    """
    if area_km2 < 0 or hunters < 0 or not 0 < at_sea_share <= 1 or min(per_day_km2) <= 0:
        raise RequestError(
            f"{area_km2} km2, {hunters} hunters at {per_day_km2} km2 a day, {at_sea_share} of days at sea.",
            todo="Give an area and hunters of 0 or more, a rate above 0, and a share in 0-1.",
        )
    if area_km2 == 0:
        return (0.0, 0.0, 0.0)
    if hunters == 0:
        return (math.inf, math.inf, math.inf)
    low, mid, high = per_day_km2
    slow, middle, fast = (area_km2 / (hunters * rate * at_sea_share) for rate in (low, mid, high))
    return (fast, middle, slow)
