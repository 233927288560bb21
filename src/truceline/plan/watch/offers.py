"""laydown.yaml: which sensors are on offer for the line, what each takes, and the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from truceline.agreement import load_yaml
from truceline.agreement.plain import Reader, read_record
from truceline.errors import AgreementError, PlanError, UnknownNameError
from truceline.sensors.kinds import KINDS

Range = tuple[float, ...]  # low, mid, high
THINGS = ("aircraft", "crews", "usd_m_per_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A place drones fly from. No state or city is taken to have offered it."""

    base_id: str = field(metadata={"key": "id"})
    called: str
    lon_deg: float
    lat_deg: float
    usd_m_per_year: Range = (0.0, 0.0, 0.0)
    source: str = ""
    mark: str = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DroneOffer:
    """Orbits of one type of drone: each shuttles over a stretch of the line, flown from one of the bases."""

    offer_id: str = field(metadata={"key": "id"})
    type: Literal["male", "mini"]
    stretch_km: float
    abort: Range  # share of sorties lost to weather and jamming
    leg_km: float | None = None  # instead of the way from a base: small drones fly from behind the line
    source: str = ""
    mark: str = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOffer:
    """Sensors that stand along the line, evenly spaced."""

    offer_id: str = field(metadata={"key": "id"})
    kind: Literal["camera", "acoustic", "radar"]
    every_km: float
    offset_km: float  # from the line; positive on the first party's side
    usd_m_per_year: Range
    height_m: float = 18.0
    source: str = ""
    mark: str = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What laydown.yaml says."""

    schema: str
    weigh: Mapping[str, float]  # kind of violation -> how much seeing it is worth beside the others
    budget: Mapping[str, float]
    cell_km: float = 5.0
    bases: tuple[Base, ...] = ()
    drones: tuple[DroneOffer, ...] = ()
    nodes: tuple[NodeOffer, ...] = ()


def read_offers(text: str, *, where: str = "laydown.yaml") -> Offers:
    """Return what YAML text offers. Raises PlanError or UnknownNameError, naming file, line and key."""
    try:
        value, lines = load_yaml(text, where=where)
        offers: Offers = read_record(Offers, value, Reader(file=where, lines=lines))
    except AgreementError as error:  # the shared reader's own error: a plan is no agreement
        raise PlanError(error.what, where=error.where, todo=error.todo) from None
    for kind, worth in offers.weigh.items():
        if kind not in KINDS:
            raise UnknownNameError("kind of violation", kind, KINDS, where=where)
        _above(worth, f"the weight of {kind}", where)
    for name, amount in offers.budget.items():
        if name not in THINGS:
            raise UnknownNameError("budget", name, THINGS, where=where)
        _above(amount, f"the budget of {name}", where, least=0.0)
    _above(offers.cell_km, "cell_km", where)
    if not offers.weigh or not (offers.drones or offers.nodes):
        raise PlanError(
            "nothing is on offer, or nothing is to be seen.", where=where, todo="Add drones or nodes, and weigh."
        )
    _check_offers(offers, where)
    return offers


def _check_offers(offers: Offers, where: str) -> None:
    for drone in offers.drones:
        _above(drone.stretch_km, f"stretch_km of '{drone.offer_id}'", where)
        _three(drone.abort, f"abort of '{drone.offer_id}'", where, most=0.99)
        if drone.leg_km is None and not offers.bases:
            raise PlanError(f"'{drone.offer_id}' has no base.", where=where, todo="Add bases, or give leg_km.")
    for node in offers.nodes:
        _above(node.every_km, f"every_km of '{node.offer_id}'", where)
        _three(node.usd_m_per_year, f"usd_m_per_year of '{node.offer_id}'", where)
    for base in offers.bases:
        _three(base.usd_m_per_year, f"usd_m_per_year of '{base.base_id}'", where)
        if abs(base.lon_deg) > 180 or abs(base.lat_deg) > 90:
            raise PlanError(f"'{base.base_id}' is no place on Earth.", where=where, todo="Give degrees.")
    _once([base.base_id for base in offers.bases], where)
    _once([drone.offer_id for drone in offers.drones] + [node.offer_id for node in offers.nodes], where)


def _above(value: float, what: str, where: str, *, least: float = 1e-9) -> None:
    if value < least:
        raise PlanError(f"{what} is {value:g}.", where=where, todo="Give a number above 0.")


def _three(values: Range, what: str, where: str, *, most: float = float("inf")) -> None:
    if len(values) != 3 or not 0 <= values[0] <= values[1] <= values[2] <= most:
        raise PlanError(f"{what} is {list(values)}.", where=where, todo="Give low <= mid <= high, none negative.")


def _once(names: list[str], where: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise PlanError(f"the id '{twice}' is given twice.", where=where, todo="Keep one of them.")
