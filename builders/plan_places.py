"""Write the place tables of missions/reassurance-2025 from the compiled fact tables (TRUCELINE_DATA/force_facts).

Who holds a site is left out: it follows from the mission's own line. Remarks are ours.
Run: TRUCELINE_DATA=... python builders/plan_places.py
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

FACTS = Path(os.environ["TRUCELINE_DATA"]) / "force_facts"
MISSION = Path(__file__).resolve().parent.parent / "missions" / "reassurance-2025"

NOTES = {
    "nuclear_plant": "pre-war capacity",
    "nuclear_site_closed": "closed plant and shelter",
    "dam_hydro": "pre-war capacity; war damage not included",
    "pumped_storage": "pre-war capacity; war damage not included",
    "dam_destroyed": "destroyed in June 2023; listed so that nobody plans a guard for it",
    "seaport": "throughput at the rate of early 2025; high is 2020",
    "river_port": "throughput at the rate of early 2025",
    "airport": "published runway length; damage since 2022 not known",
    "city": "population mostly pre-war",
    "border_crossing": "centre of the settlement, up to 20 km from the post",
    "logistics_hub": "rail junction (role unchecked)",
}

# topic in assets.csv -> the parameters the plan of places uses
ASSETS = {
    "QRA fighter pair": ("scramble",),
    "fighter, any": ("transit_speed", "unrefuelled_time_on_station_at_500_km", "aircraft_per_24h_two_ship_patrol"),
    "Patriot GEM-T": ("range_aircraft",),
    "Patriot PAC-3": ("range_ballistic",),
    "Patriot": ("altitude_max",),
    "SAMP/T (Aster 30)": ("range_aircraft",),
    "SAMP/T": ("altitude_max",),
    "IRIS-T SLM": ("range_aircraft", "altitude_max"),
    "NASAMS": ("range_aircraft", "altitude_max"),
    "Sky Sabre (CAMM)": ("range_aircraft",),
    "MALE drone, any": ("aircraft_per_24h_orbit", "people_per_24h_orbit"),
    "Type 45": ("displacement",),
    "Type 23": ("displacement",),
    "Sandown minehunter": ("displacement",),
    "Tripartite minehunter": ("displacement",),
    "minehunter, any": ("area_cleared_per_day",),
    "ship, any": ("ships_per_station",),
    "road column": ("speed",),
    "reaction force": ("notice_to_move",),
}


def read(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: list[dict[str, str]]) -> None:
    MISSION.mkdir(parents=True, exist_ok=True)
    with (MISSION / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def site(row: dict[str, str]) -> dict[str, str]:
    kept = ("site_id", "name", "kind", "lat", "lon", "coord_source", "coord_mark", "access")
    capacity = ("capacity_low", "capacity_mid", "capacity_high", "capacity_unit", "population")
    return {
        **{key: row[key] for key in kept},
        **{key: row[key] for key in capacity},
        "note": NOTES[row["kind"]],
        "source": row["source"].split(" (Ports Authority")[0],
    }


def base(row: dict[str, str]) -> dict[str, str]:
    return {
        "base_id": row["base_id"],
        "name": row["name"],
        "host": row["country"],
        "kind": row["kind"],
        "lat": row["lat"],
        "lon": row["lon"],
        "coord_mark": row["coord_mark"],
        "runway_m": row["runway_m"],
        "role": row["possible_role"],
        "stance": row["host_stance"],
        "stance_date": row["stance_date"],
        "stance_source": row["stance_source"],
        "stance_mark": row["stance_mark"],
        "source": row["coord_source"],
    }


def source(text: str) -> str:
    """Return the source without the name of the working paper that passed it on."""
    for paper, own in (
        ("planning reference section 3.3; judgement", "judgement"),
        ("planning reference (recalled)", "recalled, to be checked"),
        ("planning reference (AIN)", "AIN, on US drone lines"),
        ("; planning reference", ""),
    ):
        text = text.replace(paper, own)
    return text


def fact(topic: str, item: str, row: dict[str, str]) -> dict[str, str]:
    low, mid, high = row["low"], row["mid"], row["high"]
    return {"topic": topic, "item": item, "low": low, "mid": mid, "high": high, "unit": row["unit"]} | {
        "source": source(row["source"]),
        "mark": row["mark"],
    }


def main() -> None:
    write("sites.csv", [site(row) for row in read("sites.csv")])
    write("bases.csv", [base(row) for row in read("bases.csv")])
    write(
        "sea.csv",
        [fact(row["topic"], row["item"], row) for row in read("sea.csv") if row["unit"] not in {"date", "text"}],
    )
    write(
        "assets.csv",
        [
            fact(row["asset"], row["parameter"], row)
            for row in read("assets.csv")
            if row["parameter"] in ASSETS.get(row["asset"], ())
        ],
    )


if __name__ == "__main__":
    main()
