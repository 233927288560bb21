"""The plan of places: sites guarded, how soon help comes, what the air reserve reaches, what is defended, the sea."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import shapely

from truceline.plan.air.corridors import NEEDS_RANGES, Needs, check_airports, check_corridors, sum_up
from truceline.plan.air.defence import ALTITUDES_M, Battery, Protected, batteries_from, defended, place_batteries
from truceline.plan.air.reserve import base_table, choose_bases, reach, reach_table, reserve_from
from truceline.plan.places.facts import Facts
from truceline.plan.places.guard import Postures, base_reaction_force, by_size, demand, guard
from truceline.plan.places.reinforce import HELICOPTER, ROAD, reinforcement
from truceline.plan.places.settings import RANGES, PlacesSettings
from truceline.plan.places.sites import Front, place_sites
from truceline.plan.places.territory import territory
from truceline.plan.sea import Ship, check_fleet, clearance_days, continuous_presence, ships_at_once, straits_from

PORTS = ("seaport", "river_port")
ASSUMED = ("name", "value", "low", "high", "unit", "source")
SIZES = (2_000, 5_000, 10_000, 15_000, 20_000, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacesGiven:
    """What a mission states about places, read already: tables as the readers of this room return them."""

    front: Front
    host: str  # two letters, as in the gazetteer
    sites: pd.DataFrame
    bases: pd.DataFrame
    postures: Postures
    assets: Facts
    sea: Facts
    towns: pd.DataFrame  # lon_deg, lat_deg, country, population
    land: shapely.Geometry
    corridors: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)  # (lon, lat) of their bends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacesPlan:
    """What came of it, as tables; a table's columns are documented where it is made."""

    guard: pd.DataFrame  # guard.guard
    by_size: pd.DataFrame  # guard.by_size
    hubs: pd.DataFrame  # sites where reaction units are based
    hubs_gap: float
    by_road: pd.DataFrame  # reinforce.reinforcement, from the hubs to the guarded sites
    by_air: pd.DataFrame
    fighter_bases: pd.DataFrame
    base_minutes: pd.DataFrame  # air.reserve.base_table
    reach: pd.DataFrame  # air.reserve.reach_table
    batteries: pd.DataFrame  # where they stand: id, name, lon_deg, lat_deg, from_where, radius_km at each altitude
    defended: pd.DataFrame  # air.defence.defended with from_where: 'inside', 'neighbours', 'both'
    airports: pd.DataFrame  # air.corridors.check_airports
    airports_lack: pd.DataFrame  # air.corridors.sum_up
    corridors: pd.DataFrame  # air.corridors.check_corridors
    air: dict[str, Any]
    sea_stopped: pd.DataFrame  # sea.check_fleet
    assumptions: pd.DataFrame  # ASSUMED
    sea: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """Return the plan in plain numbers for JSON: sites_guarded, unguarded, reach, defended, airports, sea."""
        guarded = self.guard[self.guard["guarded"]]
        left = self.guard[~self.guard["guarded"]]
        return {
            "sites_guarded": len(guarded),
            "people_on_guard": float(guarded["people"].sum()),
            "unguarded": left[["site_id", "stopped_by", "why"]].to_dict("records"),
            "by_size": self.by_size.to_dict("records"),
            "hubs": list(self.hubs["site_id"]),
            "hubs_gap": self.hubs_gap,
            "slowest_help_min": {
                name: {end: _worst(table, end) for end in ("fast", "mid", "slow")}
                for name, table in (("road", self.by_road), ("helicopter", self.by_air))
            },
            "reach": self.reach.to_dict("records"),
            "defended": self.defended.to_dict("records"),
            "airports": self.airports_lack.to_dict("records"),
            "corridors": self.corridors.to_dict("records"),
            "air": self.air,
            "sea": self.sea | {"stopped": self.sea_stopped.to_dict("records")},
        }


def plan_places(given: PlacesGiven, settings: PlacesSettings, *, people: float, on: date) -> PlacesPlan:
    """Return the plan of places for a force with so many people on guard at one time, on a day.

    Raises
    ------
    PlanError
        If a site cannot be where it is said to be, or no base or hub may be used; it says which constraint stops it.
    """
    placed = place_sites(given.sites, given.front, land=given.land, towns=given.towns)
    asked = demand(placed, given.postures, posture=settings.posture)
    guarded = guard(asked, people=people, exclusion_km=settings.exclusion_km, host=given.host)
    hubs, gap, by_road, by_air = _reaction(guarded, settings)
    reserve = reserve_from(given.assets)
    fighters = choose_bases(given.bases, role="fighter reserve", hosts=settings.fighter_hosts)
    held = placed[placed["held_by"] == "host"].reset_index(drop=True)
    battery = batteries_from(given.assets)[settings.battery]
    batteries, cover = _air_defence(given, settings, held, battery)
    airports = guarded[(guarded["kind"] == "airport") & (guarded["held_by"] == "host")].reset_index(drop=True)
    checks = check_airports(
        airports, positions=batteries, battery=battery, reserve_min=reach(fighters, airports, reserve)[1]
    )
    stopped, sea = _sea(given.sea, given.assets, settings, on)
    ports = guarded[guarded["kind"].isin(PORTS) & (guarded["held_by"] == "host")]
    sea["ports"] = ports[["site_id", "capacity_mid", "guarded", "why"]].to_dict("records")
    return PlacesPlan(
        guard=guarded,
        by_size=by_size(asked, sizes=sorted({*SIZES, people}), exclusion_km=settings.exclusion_km, host=given.host),
        hubs=hubs,
        hubs_gap=gap,
        by_road=by_road,
        by_air=by_air,
        fighter_bases=fighters,
        base_minutes=base_table(fighters, held, reserve),
        reach=reach_table(fighters, held, given.front.strip, reserve, station_h=settings.station_h),
        batteries=batteries,
        defended=cover,
        airports=checks,
        airports_lack=sum_up(checks),
        corridors=check_corridors(given.corridors, given.front, positions=batteries, battery=battery),
        air={
            "bases": fighters[["base_id", "host", "stance", "stance_mark"]].to_dict("records"),
            "radius_km_without_tanker": reserve.radius_km(station_h=settings.station_h, tanker=False)[::-1].tolist(),
            "aircraft_per_two_ship_patrol": given.assets.range(
                "fighter, any", "aircraft_per_24h_two_ship_patrol", "aircraft"
            ),
        },
        sea_stopped=stopped,
        assumptions=_assumed(settings),
        sea=sea,
    )


def _reaction(
    guarded: pd.DataFrame, settings: PlacesSettings
) -> tuple[pd.DataFrame, float, pd.DataFrame, pd.DataFrame]:
    sites = guarded[guarded["guarded"]].reset_index(drop=True)
    if not len(sites) or settings.reaction_units == 0:
        hubs, gap = guarded.iloc[:0], 0.0
    else:
        siting, places = base_reaction_force(
            guarded,
            units=settings.reaction_units,
            rule=settings.reaction_rule,
            within_min=settings.reaction_within_min,
            exclusion_km=settings.exclusion_km,
        )
        hubs, gap = places.iloc[list(siting.chosen)].reset_index(drop=True), siting.gap
    return hubs, gap, reinforcement(hubs, sites, ROAD), reinforcement(hubs, sites, HELICOPTER)


def _air_defence(
    given: PlacesGiven, settings: PlacesSettings, held: pd.DataFrame, battery: Battery
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place batteries inside at cities well behind the line, and outside at air bases of the neighbours named."""
    cells, towns = territory(given.towns, given.front, host=given.host, land=given.land, step_km=settings.cell_km)
    protected = Protected(cells=cells, towns=towns, sites=held)
    inside = held[(held["kind"] == "city") & (held["depth_km"] >= settings.battery_stands_off_km)]
    outside = given.bases[(given.bases["kind"] != "port") & given.bases["host"].isin(settings.neighbours)]
    stands = []
    for where, table, named, number in (
        ("inside", inside, "site_id", settings.batteries_inside),
        ("neighbours", outside, "base_id", settings.batteries_outside),
    ):
        chosen = place_batteries(table, protected, battery, number=number, weigh="people")
        at = table.iloc[list(chosen)][[named, "name", "lon_deg", "lat_deg"]].rename(columns={named: "site_id"})
        radii = {f"radius_{altitude:.0f}_m_km": battery.radius_km(altitude)[1] for altitude in ALTITUDES_M}
        stands.append(at.assign(from_where=where, **radii))
    batteries = pd.concat(stands, ignore_index=True)
    parts = [
        defended(batteries[chosen], protected, battery).assign(from_where=where)
        for where, chosen in (
            ("inside", batteries["from_where"] == "inside"),
            ("neighbours", batteries["from_where"] == "neighbours"),
            ("both", batteries["from_where"] != ""),
        )
    ]
    return batteries, pd.concat(parts, ignore_index=True)


def _sea(facts: Facts, assets: Facts, settings: PlacesSettings, on: date) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return what stops the stations asked for, and what filling them takes under each reading of the convention."""
    straits = straits_from(
        facts,
        belligerents=settings.belligerents,
        art19_until=settings.art19_until,
        request_until=settings.request_until,
    )
    stay_d = straits.readings[0].stay_d
    one = continuous_presence(
        displacement_t=settings.frigate_t,
        transit_d=settings.passage_d,
        in_yard_share=settings.in_yard_share,
        stay_d=stay_d,
    )
    # at a handover each station has two ships in the Black Sea; two states share the work
    fleet = [
        Ship(
            called=f"frigates of {flag}", flag=flag, number=settings.stations_at_sea, displacement_t=settings.frigate_t
        )
        for flag in ("GB", "FR")
    ]
    days = clearance_days(
        area_km2=settings.sea_corridor_km2,
        hunters=settings.hunters,
        per_day_km2=assets.range("minehunter, any", "area_cleared_per_day", "km2/day"),
    )
    return check_fleet(fleet, straits, on=on), {
        "stations": settings.stations_at_sea,
        "ships_needed": one.ships * settings.stations_at_sea,
        "entries_per_year": one.entries_per_year * settings.stations_at_sea,
        "handover_t": one.handover_t * settings.stations_at_sea,
        "most_at_once": {
            reading.called: ships_at_once(reading, displacement_t=settings.frigate_t, states=2)
            for reading in straits.readings
        },
        "mine_clearance_days": dict(zip(("low", "mid", "high"), days, strict=True)),
        "notice_days": straits.notice_d[1],
    }


def _assumed(settings: PlacesSettings) -> pd.DataFrame:
    """Return every number assumed of places, airports and the sea, with its honest range and where it comes from."""
    needs = Needs()
    rows = [
        (name, float(getattr(of, name)), float(low), float(high), unit, source)
        for of, ranges in ((settings, RANGES), (needs, NEEDS_RANGES))
        for name, (low, high, unit, source) in ranges.items()
    ]
    return pd.DataFrame(rows, columns=list(ASSUMED))


def _worst(table: pd.DataFrame, end: str) -> float:
    return float(table[f"{end}_min"].max()) if len(table) else float("nan")
