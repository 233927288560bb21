"""Aircraft, sorties and losses to keep one drone orbit filled day and night, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.errors import RequestError
from truceline.uncertainty import poisson_interval

HOURS_PER_YEAR = 8760.0
FIELDED = (3.0, 4.0, 5.0)  # aircraft per orbit as fielded by the US Air Force: 4 (checked), range 3-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """One 24-hour orbit and what keeps it filled. `aircraft` is the formula's: the fielded figure stands beside it."""

    on_station_h: float  # of each sortie
    aircraft: float
    sorties_per_year: float
    flight_hours_per_year: float
    losses_per_year: float
    losses_low: float  # 90 % interval of a Poisson count about the mean
    losses_high: float
    fielded: tuple[float, float, float] = FIELDED


def keep_orbit(
    *,
    endurance_h: float,
    leg_km: float,
    speed_kmh: float,
    turnaround_h: float = 4.0,
    availability: float = 1.0,
    aborted: float = 0.0,
    losses_per_flight_hour: float = 0.0,
) -> Orbit:
    """Return what one orbit `leg_km` from its base takes.

    Parameters
    ----------
    endurance_h
        usable, such as 0.9 of the maker's figure.
    leg_km, speed_kmh
        From base to orbit, and how fast.
    turnaround_h
        On the ground between sorties.
    losses_per_flight_hour
        Aircraft lost for each hour flown.
    aborted
        share of sorties that fail.
    availability
        share of aircraft fit to fly.

    Raises
    ------
    RequestError
        If the orbit is out of reach: nothing is left of the endurance there.

    Notes
    -----
    T = E - 2 d / v; N = (T + 2 d / v + turnaround) / (T A (1 - q)); sorties = 8760 / T; losses = rate x 8760 E / T.
    The formula gives 1.3-1.7 where 4 are fielded: training and spares are not in it. Losses cluster, so its steady
    state is kinder than the worst week.
    """
    _check(availability, aborted, endurance_h, leg_km, speed_kmh, turnaround_h, losses_per_flight_hour)
    way_h = 2 * leg_km / speed_kmh
    station_h = endurance_h - way_h
    if station_h <= 0:
        raise RequestError(
            f"an orbit {leg_km:g} km out is beyond reach: {way_h:.1f} h there and back of {endurance_h:.1f} h.",
            todo=f"Base it within {endurance_h * speed_kmh / 2:.0f} km.",
        )
    sorties = HOURS_PER_YEAR / station_h
    losses = losses_per_flight_hour * sorties * endurance_h
    low, high = poisson_interval(round(losses))
    return Orbit(
        on_station_h=station_h,
        aircraft=(endurance_h + turnaround_h) / (station_h * availability * (1 - aborted)),
        sorties_per_year=sorties,
        flight_hours_per_year=sorties * endurance_h,
        losses_per_year=losses,
        losses_low=low,
        losses_high=high,
    )


def _check(availability: float, aborted: float, *others: float) -> None:
    if not (0 < availability <= 1 and 0 <= aborted < 1 and min(others) >= 0 and others[2] > 0):
        raise RequestError(
            f"availability {availability}, aborted {aborted}, speed {others[2]} km/h.",
            todo="Shares lie in 0-1, speed is above 0, and no number is negative.",
        )
