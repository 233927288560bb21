"""Air power in reserve: how long from a base outside to any point, how far without a tanker, and what that reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import PlanError, UnknownNameError
from truceline.plan.places.facts import Facts, Range
from truceline.plan.places.reinforce import ENDS, Pace, distances_km, minutes, share_within
from truceline.plan.places.sheet import MARKS, Row, read_rows
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]

BASE_KINDS = ("civil_air", "mil_air", "civil_mil_air", "port")
STANCES = (
    "bases_offered",
    "logistics_only",
    "sea_lead",
    "no_troops_black_sea",
    "no_troops_logistics_possible",
    "opposed",
    "neutral",
)
# A stance that rules out armed aircraft; the rest is a question for the host, and is printed with the base
CLOSED_STANCES = ("opposed", "neutral")
COLUMNS = (
    "base_id",
    "name",
    "host",
    "kind",
    "lat",
    "lon",
    "coord_mark",
    "runway_m",
    "role",
    "stance",
    "stance_date",
    "stance_source",
    "stance_mark",
    "source",
)
LIMITS_MIN = (30.0, 60.0, 90.0)
LINE_STEP_KM = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Aircraft at readiness: how fast they come, and how far they go with time to spare there.

    `station_h_at_500_km` is the time an aircraft can stay 500 km out without a tanker: low, mid, high.
    """

    pace: Pace
    station_h_at_500_km: Range

    def radius_km(self, *, station_h: float, tanker: bool) -> Floats:
        """Return how far out there is still `station_h` to stay, (3,) from the best to the worst case.

        Going further by d costs 2 d / speed of the time on station. With a tanker there is no such limit here:
        the crew's day and the tankers' number set it.
        """
        if tanker:
            return np.full(3, np.inf)
        best_to_worst = np.asarray(self.station_h_at_500_km)[::-1]
        speed = np.asarray(self.pace.speed_kmh)[::-1]
        return np.asarray(np.maximum(500.0 + (best_to_worst - station_h) * speed / 2, 0.0))


def reserve_from(facts: Facts) -> Reserve:
    """Return the fighter reserve that a mission's assets state."""
    speed = facts["fighter, any", "transit_speed"]
    scramble = facts["QRA fighter pair", "scramble"]
    return Reserve(
        pace=Pace(
            called="fighter pair at readiness",
            notice_min=facts.range("QRA fighter pair", "scramble", "minutes"),
            speed_kmh=facts.range("fighter, any", "transit_speed", "km/h"),
            source=f"scramble: {scramble.source} ({scramble.mark}); speed: {speed.source} ({speed.mark})",
        ),
        station_h_at_500_km=facts.range("fighter, any", "unrefuelled_time_on_station_at_500_km", "hours"),
    )


def read_bases(text: str, *, where: str = "bases.csv") -> pd.DataFrame:
    """Return the bases that CSV text states, one row each, with the `line` it stands in.

    Raises PlanError naming the line: unknown kind or stance, numbers missing or negative, an id given twice.
    """
    return pd.DataFrame([_base(row) for row in read_rows(text, COLUMNS, where=where, name="base_id")])


def _base(row: Row) -> dict[str, object]:
    return {
        "line": row.line,
        "base_id": row.text("base_id"),
        "name": row.text("name"),
        "host": row.text("host"),
        "kind": row.choice("kind", BASE_KINDS),
        "lon_deg": row.number("lon", low=-180, high=180),
        "lat_deg": row.number("lat", low=-90, high=90),
        "coord_mark": row.choice("coord_mark", MARKS),
        "runway_m": row.maybe("runway_m"),
        "roles": tuple(part.strip() for part in row.cells["role"].split(";") if part.strip()),
        "stance": row.choice("stance", STANCES),
        "stance_date": row.cells["stance_date"],
        "stance_source": row.text("stance_source"),
        "stance_mark": row.choice("stance_mark", MARKS),
        "source": row.text("source"),
    }


def choose_bases(bases: pd.DataFrame, *, role: str, hosts: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the bases with a role whose host does not rule it out; `hosts` narrows them to some states.

    Raises
    ------
    UnknownNameError, PlanError
        For a role or host no base has, or when every such base is ruled out by its host: it says by whom.
    """
    roles = {one for some in bases["roles"] for one in some}
    if role not in roles:
        raise UnknownNameError("role", role, roles)
    for host in hosts or ():
        if host not in set(bases["host"]):
            raise UnknownNameError("host", host, set(bases["host"]))
    wanted = bases[[role in some for some in bases["roles"]]]
    if hosts is not None:
        wanted = wanted[wanted["host"].isin(list(hosts))]
    usable = wanted[~wanted["stance"].isin(CLOSED_STANCES)]
    if not len(usable):
        said = "; ".join(
            f"{row.name_} ({row.host}): {row.stance}" for row in wanted.rename(columns={"name": "name_"}).itertuples()
        )
        raise PlanError(
            f"no base for '{role}' is open to the force: {said or 'none listed'}.", todo="Name other hosts."
        )
    return usable.reset_index(drop=True)


def reach(bases: pd.DataFrame, places: pd.DataFrame, reserve: Reserve, *, radius_km: npt.ArrayLike = np.inf) -> Floats:
    """Return the minutes from the order to the first aircraft over each place, (3, place): fast, mid, slow.

    `radius_km` is how far aircraft go, one number or one for each end; inf minutes where none gets there.
    """
    if not len(bases):
        return np.full((3, len(places)), np.inf)
    km = distances_km(bases, places).min(axis=0)
    times = minutes(km, reserve.pace)
    return np.where(km[None, :] <= np.broadcast_to(np.asarray(radius_km, float), (3,))[:, None], times, np.inf)


def line_places(strip: Strip, *, step_km: float = LINE_STEP_KM) -> pd.DataFrame:
    """Return places along the line, one for each equal stretch of at most `step_km`, at its middle."""
    number = max(1, int(np.ceil(strip.length_km / step_km)))
    chainage = (np.arange(number) + 0.5) * strip.length_km / number
    lon, lat = strip.locate(chainage_km=chainage)
    return pd.DataFrame({"chainage_km": chainage, "lon_deg": lon, "lat_deg": lat})


def reach_table(
    bases: pd.DataFrame, sites: pd.DataFrame, strip: Strip, reserve: Reserve, *, station_h: float = 0.25
) -> pd.DataFrame:
    """Return the share of the line, of the sites and of the population at them reached within 30, 60, 90 minutes.

    Columns: of ('line', 'sites', 'people'), tanker, within_min, share_low, share_mid, share_high: slow aircraft
    and a short radius give the low share. `station_h` must be left over the place.
    """
    line = line_places(strip)
    targets = {
        "line": (line, np.ones(len(line))),
        "sites": (sites, np.ones(len(sites))),
        "people": (sites, sites["population"].fillna(0).to_numpy(float)),
    }
    rows = []
    for tanker in (False, True):
        radius = reserve.radius_km(station_h=station_h, tanker=tanker)
        for name, (places, weight) in targets.items():
            share = share_within(reach(bases, places, reserve, radius_km=radius), weight, LIMITS_MIN)
            rows += [
                {"of": name, "tanker": tanker, "within_min": limit}
                | {"share_low": share[2, i], "share_mid": share[1, i], "share_high": share[0, i]}
                for i, limit in enumerate(LIMITS_MIN)
            ]
    return pd.DataFrame(rows)


def base_table(bases: pd.DataFrame, places: pd.DataFrame, reserve: Reserve) -> pd.DataFrame:
    """Return km and minutes from every base to every place: base_id, site_id, km, fast_min, mid_min, slow_min."""
    km = distances_km(bases, places)
    times = minutes(km, reserve.pace)
    base, place = np.divmod(np.arange(km.size), len(places))
    return pd.DataFrame(
        {
            "base_id": bases["base_id"].to_numpy()[base],
            "site_id": places["site_id"].to_numpy()[place],
            "km": km.ravel(),
        }
        | {f"{end}_min": times[i].ravel() for i, end in enumerate(ENDS)}
    )
