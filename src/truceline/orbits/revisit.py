"""How often a satellite passes, in closed form: the check beside the simulation, and the answer without elements."""

from __future__ import annotations

import math

from truceline.errors import RequestError
from truceline.orbits.swath import Swath

EARTH_KM = 6371.0
MU_KM3_S2 = 398600.4418  # of the Earth, WGS84
_J2 = 1.08262668e-3
_A_KM = 6378.137
_DAY_S = 86_400.0
_SUN_DEG_D = 360 / 365.2422  # the mean sun's motion


def revolutions_per_day(altitude_km: float) -> float:
    """Return the revolutions a day of a circular orbit that high above the equator (Kepler's third law)."""
    return _DAY_S / (2 * math.pi) * math.sqrt(MU_KM3_S2 / (_A_KM + altitude_km) ** 3)


def sun_synchronous_deg(altitude_km: float) -> float:
    """Return the inclination at which a circular orbit's node keeps pace with the sun (first order in J2)."""
    radius = _A_KM + altitude_km
    drift = -1.5 * revolutions_per_day(altitude_km) * 360 * _J2 * (_A_KM / radius) ** 2
    return math.degrees(math.acos(_SUN_DEG_D / drift))


def swath_km(swath: Swath, *, altitude_km: float) -> float:
    """Return the width on the ground, over both sides looked to, of what an instrument reaches, on a sphere.

    sides x R x [(theta2 - eta2) - (theta1 - eta1)], sin(eta) = R sin(theta) / (R + h): theta the view zenith, eta the
    angle off nadir. Beyond the horizon counts as the horizon.
    """
    sides = 2 if swath.side == "both" else 1
    return sides * (
        _from_nadir_km(swath, swath.max_deg, altitude_km) - _from_nadir_km(swath, swath.min_deg, altitude_km)
    )


def _from_nadir_km(swath: Swath, angle_deg: float, altitude_km: float) -> float:
    ratio = (EARTH_KM + altitude_km) / EARTH_KM
    angle = math.radians(angle_deg)
    if swath.limit == "incidence":
        return EARTH_KM * (angle - math.asin(math.sin(angle) / ratio))
    if ratio * math.sin(angle) >= 1:
        return EARTH_KM * math.acos(1 / ratio)
    return EARTH_KM * (math.asin(ratio * math.sin(angle)) - angle)


def mean_passes_per_day(
    width_km: float, *, revolutions_per_day: float, inclination_deg: float, lat_deg: float
) -> float:
    """Return the passes a day over a place, by day and night, meant over all longitudes.

    2 n W / (cos(alpha) 2 pi R cos(phi)), sin(alpha) = cos(i) / cos(phi): each revolution crosses a parallel twice, and
    covers W / cos(alpha) of it. Holds for W well below R cos(phi); at one longitude a satellite whose track repeats
    after few days may have a fraction or a multiple of it, so look at the whole line.

    Raises
    ------
    RequestError
        For a width below 0, or a latitude that the ground track never reaches.
    """
    if width_km < 0:
        raise RequestError(f"a swath cannot be {width_km:g} km wide.", todo="Give a width of 0 km or more.")
    slant = math.cos(math.radians(inclination_deg)) / math.cos(math.radians(lat_deg))
    if abs(slant) >= 1:
        raise RequestError(
            f"a satellite of inclination {inclination_deg:g} degrees never flies over latitude {lat_deg:g}.",
            todo="The closed form does not hold there; use find_passes.",
        )
    parallel_km = 2 * math.pi * EARTH_KM * math.cos(math.radians(lat_deg))
    return 2 * revolutions_per_day * width_km / (math.sqrt(1 - slant**2) * parallel_km)
