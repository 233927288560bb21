"""Drones that keep watch round the clock: how many aircraft and crews hold an orbit, and how often a line is passed.

Closed forms and a simulation of the same things, each the other's check. On station T = E - 2 d / v; aircraft for one
orbit N = (T + 2 d / v + turnaround) / (T A (1 - q)); the fielded figure of four an orbit also holds training, spares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.errors import RequestError
from truceline.sensors.facts import MID, fact

Floats = npt.NDArray[np.float64]
YEAR_H = 8760.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """What it takes to keep one drone on station day and night.

    `abort` is the share of sorties that yield no time on station (weather, jamming), `available` the share of its life
    an aircraft is serviceable, `loss_per_h` losses per hour flown.
    """

    endurance_h: float
    leg_km: float
    speed_kmh: float
    turnaround_h: float = 2.0
    available: float = 0.85
    abort: float = 0.0
    loss_per_h: float = 0.0

    def __post_init__(self) -> None:
        for name in ("endurance_h", "speed_kmh", "available"):
            if getattr(self, name) <= 0:
                raise RequestError(f"{name} is {getattr(self, name):g}.", todo="It must be above nought.")
        for name in ("available", "abort"):
            if not 0 <= getattr(self, name) <= 1:
                raise RequestError(f"{name} is {getattr(self, name):g}, which is no probability.")
        if self.on_station_h <= 0:
            raise RequestError(
                f"the drone flies {self.usable_h:.1f} h and needs {self.transit_h:.1f} h to get there and back.",
                todo="Base it nearer, or take one of longer endurance.",
            )
        if self.abort >= 1:
            raise RequestError("every sortie is aborted: no number of aircraft holds the orbit.")

    @property
    def usable_h(self) -> float:
        """Hours flown in one sortie, with the reserve kept."""
        return self.endurance_h * fact("orbit.usable").mid

    @property
    def transit_h(self) -> float:
        """Hours out and back."""
        return 2 * self.leg_km / self.speed_kmh

    @property
    def on_station_h(self) -> float:
        """Hours on station in a sortie that succeeds."""
        return self.usable_h - self.transit_h

    @property
    def cycle_h(self) -> float:
        """Hours from one take-off of an aircraft to its next."""
        return self.usable_h + self.turnaround_h

    @property
    def aircraft(self) -> float:
        """Aircraft that must be on strength for one orbit held without a break."""
        return self.cycle_h / (self.on_station_h * self.available * (1 - self.abort))

    @property
    def sorties_per_year(self) -> float:
        """Sorties flown in a year, those aborted among them."""
        return YEAR_H / (self.on_station_h * (1 - self.abort))

    @property
    def flight_h_per_year(self) -> float:
        """Hours flown in a year."""
        return self.sorties_per_year * self.usable_h

    @property
    def losses_per_year(self) -> float:
        """Aircraft lost in a year."""
        return self.loss_per_h * self.flight_h_per_year

    def crews(self, case: int = MID) -> float:
        """Return crews on strength: hours flown over the hours a crew is on duty in a year."""
        return self.flight_h_per_year / (YEAR_H * fact("orbit.crew_share").against(case))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What watching a line with some orbits takes, under the low, middle and high assumptions of each fact."""

    orbits: int
    aircraft: tuple[float, float, float]
    fielded_aircraft: tuple[float, float, float]  # what air forces keep for as many orbits, training and spares in it
    crews: tuple[float, float, float]
    people_fielded: tuple[float, float, float]  # both of large drones: nan for small ones
    losses_per_year: tuple[float, float, float]
    usd_m_per_year: tuple[float, float, float]
    usd_per_km_year: tuple[float, float, float]
    mean_gap_h: float
    worst_gap_h: float


def usual_orbit(kind: str, *, leg_km: float, abort: float, case: int = MID) -> Orbit:
    """Return an orbit of a type of drone (mini, male) with the library's figures; low case: the worst of each."""
    return Orbit(
        endurance_h=fact(f"drone.{kind}.endurance_h").for_it(case),
        leg_km=leg_km,
        speed_kmh=fact(f"drone.{kind}.speed_kmh").for_it(case),
        turnaround_h=fact("orbit.turnaround_h").against(case),
        available=fact(f"drone.{kind}.ready").for_it(case),
        abort=abort,
        loss_per_h=fact(f"drone.{kind}.loss_per_h").against(case),
    )


def fleet_for(*, line_km: float, orbits: int, kind: str, leg_km: float, abort: tuple[float, float, float]) -> Fleet:
    """Return aircraft, crews, losses and cost of that many orbits shuttling along a line; low to high need.

    `abort` is the share of sorties lost to weather and jamming: low, middle, high. The cost is that of hours flown
    (operating, without crews abroad); kilometres watched are the whole line's.
    """
    made = [usual_orbit(kind, leg_km=leg_km, abort=abort[2 - case], case=case) for case in (2, 1, 0)]
    hour = fact(f"orbit.{kind}.hour_usd")
    usd = [orbits * o.flight_h_per_year * cost for o, cost in zip(made, (hour.low, hour.mid, hour.high), strict=True)]
    mean, worst = shuttle_gaps(line_km=line_km, drones=orbits, speed_kmh=made[1].speed_kmh)
    fielded = [
        [orbits * n for n in (f.low, f.mid, f.high)] if kind == "male" else [math.nan] * 3
        for f in (fact("orbit.male.aircraft_fielded"), fact("orbit.male.people_fielded"))
    ]
    return Fleet(
        orbits=orbits,
        aircraft=_three([orbits * o.aircraft for o in made]),
        fielded_aircraft=_three(fielded[0]),
        crews=_three([orbits * o.crews(case) for o, case in zip(made, (2, 1, 0), strict=True)]),
        people_fielded=_three(fielded[1]),
        losses_per_year=_three([orbits * o.losses_per_year for o in made]),
        usd_m_per_year=_three([value / 1e6 for value in usd]),
        usd_per_km_year=_three([value / line_km for value in usd]),
        mean_gap_h=mean,
        worst_gap_h=worst,
    )


def shuttle_gaps(*, line_km: float, drones: int, speed_kmh: float) -> tuple[float, float]:
    """Return (mean, worst) hours between two passes over a place: drones to and fro on equal stretches.

    Mean L / (N v), worst 2 L / (N v), at the ends of a stretch.

    Examples
    --------
    >>> shuttle_gaps(line_km=1000, drones=5, speed_kmh=250)
    (0.8, 1.6)
    """
    mean = line_km / (drones * speed_kmh)
    return mean, 2 * mean


def relay_gaps(*, line_km: float, drones: int, speed_kmh: float) -> tuple[float, float]:
    """Return (mean, worst) hours between passes when all fly one loop out and back, evenly spaced.

    The loop is twice the line: its ends are passed every 2 L / (N v), every other place twice as often on the mean.
    """
    loop = 2 * line_km / (drones * speed_kmh)
    return loop / 2, loop


def simulate_gaps(
    *, line_km: float, drones: int, speed_kmh: float, places: int, rng: np.random.Generator, relay: bool = False
) -> Floats:
    """Return the gaps between passes at random places, all of them, from when each drone flies over, out and back.

    To and fro: each drone on its own equal stretch. Relay: all on the whole line and back, evenly spaced in time.
    """
    stretch, together = (line_km, drones) if relay else (line_km / drones, 1)
    x = rng.uniform(0, stretch, places)  # to and fro: by symmetry one stretch stands for all
    lap = 2 * stretch / speed_kmh
    starts = np.arange(20 * together) * lap / together
    out, back = x / speed_kmh, lap - x / speed_kmh
    passes = np.concatenate([starts + out[:, None], starts + back[:, None]], axis=1)
    passes = np.sort(passes, axis=1)
    steady = (passes[:, 1:] >= lap) & (passes[:, :-1] <= starts[-1])  # until all fly, and after the last has left
    return np.asarray(np.diff(passes, axis=1)[steady])


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a simulated year of orbits came to, with the standard error of each mean."""

    aircraft: float
    aircraft_se: float
    losses_per_year: float
    losses_se: float
    sorties: int


def simulate_orbit(orbit: Orbit, *, sorties: int, rng: np.random.Generator) -> Held:
    """Return the aircraft and losses an orbit took over many sorties flown one after another.

    Each sortie is aborted with its chance and then yields nothing; serviceable hours are followed by repair of random
    length, so that the aircraft is available its share of the time; losses are a Poisson process in hours flown.
    """
    station = np.where(rng.random(sorties) < orbit.abort, 0.0, orbit.on_station_h)
    repair_mean = orbit.cycle_h * (1 - orbit.available) / orbit.available
    busy = orbit.cycle_h + rng.exponential(1.0, sorties) * repair_mean
    lost = rng.poisson(orbit.loss_per_h * orbit.usable_h, sorties)
    aircraft = busy.sum() / station.sum()
    losses = lost.sum() / station.sum() * YEAR_H
    # ratio estimators: the error of a / b is that of a - ratio x b over the mean of b
    root = np.sqrt(sorties) * station.mean()
    return Held(
        aircraft=float(aircraft),
        aircraft_se=float(np.std(busy - aircraft * station) / root),
        losses_per_year=float(losses),
        losses_se=float(np.std(lost * YEAR_H - losses * station) / root),
        sorties=sorties,
    )


def _three(values: list[float]) -> tuple[float, float, float]:
    low, mid, high = values
    return low, mid, high
