"""Airports and corridors that could reopen to civil flights: a checklist with what each still lacks.

The order follows Ukraine's own road map of October 2024 (phased; a security audit of each airport; the military
confirms that airport and route are protected). A full list is not a clearance: the state and its regulator give that.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import GEOD
from truceline.plan.air.defence import Battery
from truceline.plan.places.reinforce import distances_km
from truceline.plan.places.sites import Front

Floats = npt.NDArray[np.float64]

STEP_KM = 10.0  # a corridor is looked at this often


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What is asked before an airport or corridor can reopen; judgement, unchecked, and the user's to set."""

    clear_of_line_km: float = 150.0  # beyond guided bombs and most rocket artillery
    runway_m: float = 1_800.0  # a narrow-body airliner
    reserve_min: float = 60.0
    low_m: float = 50.0  # cruise missiles and drones
    route_m: float = 10_000.0  # what could threaten an airliner on its way
    corridor_share: float = 1.0


# name -> (low, high, unit, source)
NEEDS_RANGES: dict[str, tuple[float, float, str, str]] = {
    "clear_of_line_km": (100, 300, "km", "judgement: beyond guided bombs and most rocket artillery"),
    "runway_m": (1_500, 2_500, "m", "judgement: what narrow-body airliners take off from"),
    "reserve_min": (30, 90, "min", "choice of the plan"),
    "low_m": (30, 100, "m", "judgement: height of cruise missiles and drones"),
    "route_m": (8_000, 12_000, "m", "judgement: cruising levels of airliners"),
    "corridor_share": (0.9, 1.0, "share", "choice of the plan"),
}
MET, LACKING, NOT_KNOWN = "met", "lacking", "not known"
# What no model can tell: asked of people, and 'not known' until they answer
ASKED = ("security_audit", "runway_inspected", "military_confirms", "regulator_agrees", "insurers_agree")


def check_airports(
    airports: pd.DataFrame,
    *,
    positions: pd.DataFrame,
    battery: Battery,
    reserve_min: npt.ArrayLike,
    needs: Needs | None = None,
    answers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row for each airport and condition: site_id, condition, status, detail.

    Parameters
    ----------
    airports
        rows of the guard table: site_id, depth_km, capacity_mid (runway, m), guarded, why.
    positions
        where batteries stand, lon_deg and lat_deg.
    battery
        The kind that stands there.
    reserve_min
        (airport,) minutes to the first aircraft of the reserve, at the middle of the range.
    needs
        What is asked; the defaults where not given.
    answers
        site_id, condition, met (bool): what people have answered so far.
    """
    asks = needs or Needs()
    near = distances_km(positions, airports).min(axis=0) if len(positions) else np.full(len(airports), np.inf)
    low, route = (battery.radius_km(altitude)[1] for altitude in (asks.low_m, asks.route_m))
    late = np.asarray(reserve_min, float)
    rows: list[tuple[str, str, str, str]] = []
    for i, airport in enumerate(airports.to_dict("records")):
        runway = airport["capacity_mid"]
        checks = [
            ("clear_of_the_line", airport["depth_km"] >= asks.clear_of_line_km, f"{airport['depth_km']:.0f} km"),
            ("guarded", bool(airport["guarded"]), airport["why"] or "guarded"),
            ("covered_low", near[i] <= low, _battery_words(near[i], low)),
            ("covered_high", near[i] <= route, _battery_words(near[i], route)),
            ("reserve_in_time", late[i] <= asks.reserve_min, f"{late[i]:.0f} min"),
            ("runway_long_enough", None if np.isnan(runway) else runway >= asks.runway_m, f"{runway:.0f} m, pre-war"),
        ]
        checks += [(name, _answer(answers, airport["site_id"], name), "asked of people") for name in ASKED]
        rows += [(airport["site_id"], name, _status(met), detail) for name, met, detail in checks]
    return pd.DataFrame(rows, columns=["site_id", "condition", "status", "detail"])


def sum_up(checks: pd.DataFrame) -> pd.DataFrame:
    """Return, for each airport or corridor, how many conditions are met, and which are lacking or not known.

    Those that lack least come first. Columns: site_id, met, lacking, not_known (tuples of conditions).
    """
    rows = []
    for site_id, part in checks.groupby("site_id", sort=True):
        by = {status: tuple(part.loc[part["status"] == status, "condition"]) for status in (MET, LACKING, NOT_KNOWN)}
        rows.append({"site_id": site_id, "met": len(by[MET]), "lacking": by[LACKING], "not_known": by[NOT_KNOWN]})
    table = pd.DataFrame(rows)
    fewest = table["lacking"].map(len)
    return table.iloc[np.lexsort([table["site_id"], fewest])].reset_index(drop=True)


def check_corridors(
    ways: Mapping[str, Sequence[tuple[float, float]]], front: Front, *, positions: pd.DataFrame, battery: Battery
) -> pd.DataFrame:
    """Return `check_corridor` for each corridor: name, length_km, covered_low, _mid, _high, least_depth_km."""
    rows = []
    for name, way in ways.items():
        places = corridor_places(way)
        depth = front.depth_km(lon_deg=places["lon_deg"], lat_deg=places["lat_deg"])
        rows.append({"name": name} | check_corridor(way, positions=positions, battery=battery, depth_km=depth))
    columns = ["name", "length_km", "covered_low", "covered_mid", "covered_high", "least_depth_km"]
    return pd.DataFrame(rows, columns=columns)


def check_corridor(
    way: Sequence[tuple[float, float]],
    *,
    positions: pd.DataFrame,
    battery: Battery,
    depth_km: Floats | None = None,
    needs: Needs | None = None,
) -> dict[str, float]:
    """Return what share of a corridor is covered at route altitude, and its length.

    Parameters
    ----------
    way
        (lon, lat) of its turning points, in degrees.
    positions, battery
        Where batteries stand, and their kind.
    depth_km
        distance behind the line of each of `corridor_places`, to tell how near the line it comes.

    needs
        What is asked; its altitude is used.

    Returns
    -------
    dict
        length_km, covered_low, covered_mid, covered_high (shares), least_depth_km (nan where not given).
    """
    asks = needs or Needs()
    places = corridor_places(way)
    near = distances_km(positions, places).min(axis=0) if len(positions) else np.full(len(places), np.inf)
    radius = battery.radius_km(asks.route_m)
    share = ((near[None, :] <= radius[:, None]) & (radius[:, None] > 0)).mean(axis=1)
    return {
        "length_km": float(places["stretch_km"].sum()),
        "covered_low": float(share[0]),
        "covered_mid": float(share[1]),
        "covered_high": float(share[2]),
        "least_depth_km": float(np.min(depth_km)) if depth_km is not None else float("nan"),
    }


def corridor_places(way: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Return places along a corridor, one for each equal stretch of at most 10 km of each leg."""
    parts = []
    for (lon0, lat0), (lon1, lat1) in itertools.pairwise(way):
        azimuth, _, metres = GEOD.inv(lon0, lat0, lon1, lat1)
        number = max(1, int(np.ceil(metres / 1000 / STEP_KM)))
        at = (np.arange(number) + 0.5) / number * metres
        lon, lat, _ = GEOD.fwd(np.full(number, lon0), np.full(number, lat0), np.full(number, azimuth), at)
        parts.append(pd.DataFrame({"lon_deg": lon, "lat_deg": lat, "stretch_km": metres / 1000 / number}))
    return pd.concat(parts, ignore_index=True)


def _battery_words(near_km: float, radius_km: float) -> str:
    if not np.isfinite(near_km):
        return "no battery"
    return f"nearest battery {near_km:.0f} km, covers {radius_km:.0f} km"


def _status(met: bool | None) -> str:
    return NOT_KNOWN if met is None else MET if met else LACKING


def _answer(answers: pd.DataFrame | None, site_id: str, condition: str) -> bool | None:
    if answers is None:
        return None
    found = answers[(answers["site_id"] == site_id) & (answers["condition"] == condition)]
    return bool(found["met"].iloc[-1]) if len(found) else None
