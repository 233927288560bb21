"""The laydown of a mission's line: what is on offer, what each would see of it, and the best of it for the budget.

Candidates are chosen as if they failed independently of each other; the choice is then watched through the whole sensor
model, where weather and jamming strike them together, and both numbers are given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.geodesy import GEOD
from truceline.plan.watch.laydown import Candidates, Laydown, propose_laydown
from truceline.plan.watch.offers import THINGS, Base, DroneOffer, NodeOffer, Offers
from truceline.sensors.acoustic import Acoustic
from truceline.sensors.camera import Camera
from truceline.sensors.cover import cover_deployment
from truceline.sensors.deployment import Conditions, Deployment, Post
from truceline.sensors.drone import Drone
from truceline.sensors.facts import fact
from truceline.sensors.persistent import Orbit, usual_orbit
from truceline.sensors.planning import share_seen_by
from truceline.sensors.radar import Radar
from truceline.sensors.sight import SensorModel
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]

CHOSEN: dict[str, str] = {
    "candidate": "text",
    "offer": "text",
    "base": "text",
    "from_km": "number",
    "to_km": "number",
    "sees_alone": "number",  # share of violations that it would see by itself, where it sees any
    "aircraft_low": "number",
    "aircraft": "number",
    "aircraft_high": "number",
    "crews": "number",
    "usd_m_per_year": "number",
    "losses_low": "number",
    "losses_per_year": "number",
    "losses_high": "number",
}
NOTHING = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WatchPlan:
    """What to put where. Shares are of violations of the kinds weighed, along the whole line, day and night."""

    weigh: dict[str, float]
    chosen: pd.DataFrame  # CHOSEN
    laydown: Laydown
    budget: dict[str, float]
    seen: pd.DataFrame  # kind, low, mid, high: watched through the whole sensor model
    cell_km: float
    candidates: int

    def as_json(self) -> dict[str, object]:
        """Return the plan in plain numbers."""
        return {
            "weigh": self.weigh,
            "seen_if_independent": self.laydown.seen,
            "bound": self.laydown.bound,
            "gap": self.laydown.gap,
            "seen": self.seen.to_dict("records"),
            "spent": self.laydown.spent,
            "left": self.laydown.left,
            "chosen": self.chosen.to_dict("records"),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """One thing that may be chosen: a base (no post), an orbit, or a sensor that stands."""

    name: str
    offer: str
    base: str = ""
    post: Post | None = None
    span_km: tuple[float, float] = (np.nan, np.nan)
    aircraft: tuple[float, float, float] = NOTHING
    crews: float = 0.0
    usd: float = 0.0
    losses: tuple[float, float, float] = NOTHING


def propose_watch(
    offers: Offers,
    strip: Strip,
    *,
    period: Timespan,
    conditions: Conditions | None = None,
    timezone: str = "UTC",
    gap: float = 0.01,
) -> WatchPlan:
    """Return the laydown that sees most of a line for a budget, to a proven gap, and what it sees in truth.

    Raises
    ------
    RequestError
        If no offer can reach the line.
    """
    held = conditions or Conditions()
    candidates = _candidates(offers, strip, held)
    posts = [c.post for c in candidates if c.post is not None]
    if not posts:
        raise RequestError("no drone on offer reaches the line and nothing else is.", todo="Base it nearer.")
    kinds = tuple(offers.weigh)
    seen = np.zeros((len(kinds), len(candidates), _cells(strip, offers.cell_km)))
    rows = [i for i, c in enumerate(candidates) if c.post is not None]
    for k, kind in enumerate(kinds):
        fine = share_seen_by(posts, strip, kind, period=period, conditions=held, timezone=timezone)
        seen[k, rows] = _coarser(fine, offers.cell_km, seen.shape[2])
    named = {c.name: i for i, c in enumerate(candidates)}
    laydown = propose_laydown(
        seen,
        candidates=Candidates(
            costs={thing: _costs(candidates, thing) for thing in THINGS if thing in offers.budget},
            needs={i: named[c.base] for i, c in enumerate(candidates) if c.base in named and c.post is not None},
        ),
        budget=offers.budget,
        weight=_lengths(strip, offers.cell_km),
        chance=np.array(list(offers.weigh.values())) / sum(offers.weigh.values()),  # a kind counts as a state does
        gap=gap,
    )
    taken = [candidates[i] for i in np.flatnonzero(laydown.chosen)]
    posts = [c.post for c in taken if c.post is not None]
    deployment = Deployment(posts=tuple(posts), conditions=held, timezone=timezone)
    return WatchPlan(
        weigh=dict(offers.weigh),
        chosen=_table(taken, candidates, seen),
        laydown=laydown,
        budget=dict(offers.budget),
        seen=_watched(deployment, kinds, strip, period),
        cell_km=offers.cell_km,
        candidates=len(posts),
    )


def _watched(deployment: Deployment, kinds: tuple[str, ...], strip: Strip, period: Timespan) -> pd.DataFrame:
    """Return the share of each kind that the whole deployment would see, common causes kept."""
    cover = cover_deployment(deployment, strip=strip, period=period, kinds=kinds)
    weight = cover.width_km[:, None] * cover.step_h[None, :]
    rows = [
        (kind, *(float((t[kind] * weight).sum() / weight.sum()) for t in (cover.seen_low, cover.seen, cover.seen_high)))
        for kind in kinds
    ]
    return pd.DataFrame(rows, columns=["kind", "low", "mid", "high"])


def _candidates(offers: Offers, strip: Strip, conditions: Conditions) -> list[_Candidate]:
    flown = [d for d in offers.drones if d.leg_km is None]
    made = [_Candidate(name=b.base_id, offer="base", usd=b.usd_m_per_year[1]) for b in offers.bases if flown]
    for drone in offers.drones:
        for first in np.arange(0.0, strip.length_km - 1e-9, drone.stretch_km):
            stretch = (float(first), float(min(first + drone.stretch_km, strip.length_km)))
            for base in offers.bases if drone.leg_km is None else (None,):
                made += _orbit(drone, base, stretch, strip, conditions)
    for node in offers.nodes:
        made += _nodes(node, strip)
    return made


def _orbit(
    offer: DroneOffer, base: Base | None, stretch: tuple[float, float], strip: Strip, conditions: Conditions
) -> list[_Candidate]:
    """Return the orbit over a stretch, or nothing where the drone cannot reach it even under good assumptions."""
    leg = offer.leg_km if base is None else _way_km(base, strip, sum(stretch) / 2)
    assert leg is not None
    try:
        orbits = [usual_orbit(offer.type, leg_km=leg, abort=offer.abort[2 - case], case=case) for case in (2, 1, 0)]
    except RequestError:
        return []
    name = f"{offer.offer_id} {stretch[0]:.0f}-{stretch[1]:.0f}" + (f" from {base.called}" if base else "")
    band = 2 * conditions.half_width_km
    drone = Drone(name=name, stretch_km=stretch[1] - stretch[0], band_km=band, type=offer.type)
    post = Post(sensor_id=name, model=drone, from_km=stretch[0], to_km=stretch[1], band_km=band)
    return [
        _Candidate(
            name=name,
            offer=offer.offer_id,
            base=base.base_id if base else "",
            post=post,
            span_km=stretch,
            aircraft=_each(orbits, "aircraft"),
            crews=orbits[1].crews(),
            usd=orbits[1].flight_h_per_year * fact(f"orbit.{offer.type}.hour_usd").mid / 1e6,
            losses=_each(orbits, "losses_per_year"),
        )
    ]


def _each(orbits: list[Orbit], what: str) -> tuple[float, float, float]:
    low, mid, high = (float(getattr(orbit, what)) for orbit in orbits)
    return low, mid, high


def _way_km(base: Base, strip: Strip, chainage_km: float) -> float:
    lon, lat = strip.locate(chainage_km=chainage_km)
    _, _, metres = GEOD.inv(base.lon_deg, base.lat_deg, float(lon[0]), float(lat[0]))
    return float(metres) / 1000


def _nodes(offer: NodeOffer, strip: Strip) -> list[_Candidate]:
    at = np.arange(offer.every_km / 2, strip.length_km, offer.every_km)
    lon, lat = strip.locate(chainage_km=at, offset_km=offer.offset_km)
    made = []
    for km, x, y in zip(at, lon, lat, strict=True):
        name = f"{offer.offer_id} {km:.0f}"
        post = Post(sensor_id=name, model=_model(offer, name), lon_deg=float(x), lat_deg=float(y))
        usd, at_km = offer.usd_m_per_year[1], (float(km), float(km))
        made.append(_Candidate(name=name, offer=offer.offer_id, post=post, span_km=at_km, usd=usd))
    return made


def _model(offer: NodeOffer, name: str) -> SensorModel:
    if offer.kind == "camera":
        return Camera(name=name, height_m=offer.height_m)
    return Acoustic(name=name) if offer.kind == "acoustic" else Radar(name=name, type="ground", height_m=offer.height_m)


def _costs(candidates: list[_Candidate], thing: str) -> list[float]:
    named = {"aircraft": lambda c: c.aircraft[1], "crews": lambda c: c.crews, "usd_m_per_year": lambda c: c.usd}
    return [named[thing](c) for c in candidates]


def _cells(strip: Strip, cell_km: float) -> int:
    return max(1, int(np.ceil(strip.length_km / cell_km)))


def _lengths(strip: Strip, cell_km: float) -> Floats:
    start = np.arange(_cells(strip, cell_km)) * cell_km
    return np.asarray(np.minimum(cell_km, strip.length_km - start))


def _coarser(fine: npt.NDArray[np.float32], cell_km: float, cells: int) -> Floats:
    """Return the mean of 1 km cells over coarser ones."""
    of = np.minimum((np.arange(fine.shape[1]) / cell_km).astype(int), cells - 1)
    number = np.bincount(of, minlength=cells)
    return np.stack([np.bincount(of, weights=row, minlength=cells) / number for row in fine.astype(float)])


def _table(taken: list[_Candidate], candidates: list[_Candidate], seen: Floats) -> pd.DataFrame:
    rows = []
    for c in taken:
        own = seen[:, candidates.index(c)]
        rows.append(
            {
                "candidate": c.name,
                "offer": c.offer,
                "base": c.base,
                "from_km": c.span_km[0],
                "to_km": c.span_km[1],
                "sees_alone": float(own[own > 0].mean()) if (own > 0).any() else 0.0,
                "aircraft_low": c.aircraft[0],
                "aircraft": c.aircraft[1],
                "aircraft_high": c.aircraft[2],
                "crews": c.crews,
                "usd_m_per_year": c.usd,
                "losses_low": c.losses[0],
                "losses_per_year": c.losses[1],
                "losses_high": c.losses[2],
            }
        )
    return pd.DataFrame(rows, columns=list(CHOSEN))
