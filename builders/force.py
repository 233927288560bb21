"""Write missions/reassurance-2025/force.yaml and scenarios/*.yaml from the tables of force facts.

The facts (contributors.csv, units.csv, costs.csv, scenarios.csv) lie in the folder of real data that is not
committed; what is carried over keeps its range, source and mark. What is our judgement is marked unchecked.
Run: TRUCELINE_DATA=... python builders/force.py
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

FACTS = Path(os.environ["TRUCELINE_DATA"]) / "force_facts"
MISSION = Path(__file__).resolve().parent.parent / "missions/reassurance-2025"
JUDGED = "judgement"

# id, called, plural, capability, people (low, mid, high, mark, source), tours, share of listed units sent abroad
LAND = ((4, 6, 9), (12, 24, 36), 15, (0.5, 1, 1.5))
AIR = ((3, 4, 6), (12, 16, 24), 12, (0, 0.5, 1))
SHIP = ((5, 6, 7), (12, 15, 24), 12, (0, 0.5, 1))
STAFF = ((6, 12, 12), (12, 12, 24), 12, (0.5, 1, 1.5))
TYPES = [
    ("infantry_battalion", "infantry battalion", "", "land", (600, 750, 900, "unchecked", JUDGED), LAND, (1, 1, 1)),
    ("air_defence_battery", "air-defence battery", "air-defence batteries", "air_defence",
     (70, 90, 120, "unchecked", "crew of a Patriot battery for 24 h work, general knowledge"), LAND, (0.25, 0.5, 0.75)),
    ("isr_orbit", "drone orbit", "", "isr",
     (80, 133, 190, "secondary", "people for each 24 h line of US drones (AIN)"), LAND, (0.2, 0.4, 0.6)),
    ("engineer_battalion", "engineer battalion", "", "engineers",
     (350, 450, 600, "unchecked", JUDGED), LAND, (0.4, 0.7, 1)),
    ("logistics_battalion", "logistics battalion", "", "logistics",
     (400, 500, 700, "unchecked", JUDGED), LAND, (0.4, 0.7, 1)),
    ("field_hospital", "field hospital", "", "medical", (150, 250, 400, "unchecked", JUDGED), LAND, (0.4, 0.7, 1)),
    ("headquarters", "division headquarters", "division headquarters", "command",
     (300, 500, 800, "unchecked", JUDGED), STAFF, (1, 1, 1)),
    ("fighter_flight", "flight of six fighters", "flights of fighters", "air",
     (120, 180, 250, "unchecked", JUDGED), AIR, (0.15, 0.25, 0.4)),
    ("airlift_flight", "pair of transport aircraft", "pairs of transport aircraft", "airlift",
     (60, 100, 150, "unchecked", JUDGED), AIR, (0.2, 0.35, 0.5)),
    ("escort_ship", "frigate or destroyer", "frigates and destroyers", "sea",
     (181, 200, 285, "secondary", "crews of Type 23 and Type 45 frigates and destroyers"), SHIP, (0.2, 0.4, 0.6)),
    ("mine_hunter", "mine hunter", "", "sea",
     (34, 40, 49, "secondary", "crews of Sandown and Tripartite mine hunters"), SHIP, (0.2, 0.4, 0.6)),
]  # fmt: skip
RULES = {
    id(LAND): ("UK tours of six months; range judged",
               "UK Harmony Guidelines: mean interval of 24 months (Chilcot report 16.1)",
               "shortest mean interval reached, Royal Logistic Corps 2007-08: 15 months (Hansard)",
               "relief in place of 30-45 days in MARATHON 4 policies"),
    id(AIR): ("tour of air detachments, judged", "UK Harmony Guidelines: 16 months for the RAF (Chilcot report 16.1)",
              "judged", "judged"),
    id(SHIP): ("deployment of ships, judged", "3.5 ships for each kept on station (3-5), general knowledge",
               "judged", "judged"),
    id(STAFF): ("three-star headquarters changes hands every 12 months (copies of the encyclopaedia article)",
                "two nations take turns", "judged", "relief in place of 30-45 days in MARATHON 4 policies"),
}  # fmt: skip
CHECKED = {
    id(LAND): ("unchecked", "checked", "checked", "checked"),
    id(AIR): ("unchecked", "checked", "unchecked", "unchecked"),
    id(SHIP): ("unchecked",) * 4,
    id(STAFF): ("secondary", "secondary", "unchecked", "checked"),
}
# capability rows of units.csv -> unit type, and how many of them make one unit (low, mid, high)
PARTS = {
    "gbad_patriot": ("air_defence_battery", 1, 1, 1), "gbad_sampt": ("air_defence_battery", 1, 1, 1),
    "gbad_nasams": ("air_defence_battery", 1, 1, 1), "gbad_iris_t_slm": ("air_defence_battery", 1, 1, 1),
    "gbad_sky_sabre": ("air_defence_battery", 1, 1, 1), "male_drone": ("isr_orbit", 5, 4, 3),
    "combat_engineers": ("engineer_battalion", 1, 1, 1), "role2_hospital": ("field_hospital", 1, 1, 1),
    "role3_hospital": ("field_hospital", 1, 1, 1), "combat_aircraft": ("fighter_flight", 6, 6, 6),
    "airlift_a400m": ("airlift_flight", 2, 2, 2), "airlift_c17": ("airlift_flight", 2, 2, 2),
    "frigates_destroyers": ("escort_ship", 1, 1, 1), "mcm_vessels": ("mine_hunter", 1, 1, 1),
}  # fmt: skip
CHANCES = {  # of a vote, by position; judged
    "troops_in_ukraine": (0.6, 0.8, 0.95), "ready_in_principle": (0.5, 0.7, 0.9), "conditional": (0.2, 0.5, 0.8),
    "air_sea_training": (0.5, 0.7, 0.9), "outside_only": (0.4, 0.6, 0.8),
}  # fmt: skip
PHRASES = {"United Kingdom": "the United Kingdom", "Netherlands": "the Netherlands"}
STRIKES = {"GB", "FR", "DE", "NO", "FI", "NL", "PL"}  # air-launched missiles past 250 km in service, general knowledge


def main() -> None:
    """Write the force and its scenarios."""
    (MISSION / "scenarios").mkdir(parents=True, exist_ok=True)
    (MISSION / "force.yaml").write_text("\n".join(force()) + "\n", encoding="utf-8")
    for row in SCENARIOS:
        path = MISSION / "scenarios" / f"{row['id']}.yaml"
        path.write_text("\n".join(scenario(row)) + "\n", encoding="utf-8")
        print(path)


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one table of facts."""
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quoted(text: str) -> str:
    """Return text as a YAML string in double quotes."""
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', "'") + '"'


def number(value: float) -> str:
    """Return a number without needless digits."""
    return f"{value:.6g}" if value < 1e6 else f"{value:.0f}"


def estimate(low: float, mid: float, high: float, mark: str, source: str) -> str:
    """Return an estimate as a YAML flow mapping."""
    ends = f"low: {number(low)}, " if low != mid or high != mid else ""
    top = f", high: {number(high)}" if ends else ""
    return f"{{{ends}mid: {number(mid)}{top}, mark: {mark}, source: {quoted(source)}}}"


def force() -> list[str]:
    """Return the lines of force.yaml."""
    lines = [
        "# Who could send what, under which conditions. Made from tables of public facts; edit it as you like: every",
        "# number has a range, a source and a mark (checked, secondary, measured, derived, unchecked, own).",
        "# units: units in the whole cycle (deployed, resting, preparing), before share_abroad.",
        "id: europe_2026",
        "title: European contributors as of February 2026",
        "plan_with_cost: soldier_year_planning",
        "unit_types:",
    ]
    for name, called, plural, capability, people, tours, share in TYPES:
        rule, marks = RULES[id(tours)], CHECKED[id(tours)]
        lines += [
            f"  - id: {name}",
            f"    called: {called}",
            *([f"    plural: {plural}"] if plural else []),
            f"    capability: {capability}",
            f"    people: {estimate(*people)}",
            f"    tour_months: {estimate(*tours[0], marks[0], rule[0])}",
            f"    interval_months: {estimate(*tours[1], marks[1], rule[1])}",
            f"    least_interval_months: {estimate(tours[2], tours[2], tours[2], marks[2], rule[2])}",
            f"    overlap_months: {estimate(*tours[3], marks[3], rule[3])}",
            f"    share_abroad: {estimate(*share, 'unchecked', 'judgement: beside duties and defence at home')}",
        ]
    lines += ["contributors:"]
    for row in rows("contributors.csv"):
        lines += contributor(row)
    lines += backstop() + costs() + unknown()
    return lines


def contributor(row: dict[str, str]) -> list[str]:
    """Return the lines of one contributor."""
    lines = [f"  - id: {row['iso2'] if row['iso2'] != 'NO' else quoted('NO')}", f"    called: {row['country']}"]
    if row["country"] in PHRASES:
        lines.append(f"    phrase: {PHRASES[row['country']]}")
    for key, name, source in (
        ("personnel", "active", row["active_source"]),
        ("army", "army", row["army_note"] or "general knowledge"),
    ):
        if row[f"{name}_mid"]:
            ends = (float(row[f"{name}_{end}"]) for end in ("low", "mid", "high"))
            lines.append(f"    {key}: {estimate(*ends, row[f'{name}_mark'], source)}")
    lines += units(row)
    lines.append(
        f"    readiness_days: {estimate(14, 28, 90, 'secondary', 'brigade in 3-4 weeks or more (RAND, Shurkin 2017)')}"
    )
    lines += caveats(row) + claims(row)
    if row["iso2"] in STRIKES:
        lines.append("    long_range_strike: true  # unchecked")
    lines += [
        f"    position: {quoted(row['position_text'])}",
        f"    source: {quoted(row['position_source'])}",
        *([f"    date: {quoted(row['position_date'])}"] if row["position_date"] else []),
        f"    mark: {row['position_mark']}",
    ]
    return lines


def units(row: dict[str, str]) -> list[str]:
    """Return the units of one contributor: battalions from what it can keep up, the rest from holdings."""
    found: dict[str, tuple[list[float], list[str], list[str]]] = {}

    def add(name: str, ends: list[float], mark: str, source: str) -> None:
        total, marks, sources = found.setdefault(name, ([0.0, 0.0, 0.0], [], []))
        found[name] = ([a + b for a, b in zip(total, ends, strict=True)], [*marks, mark], [*sources, source])

    if row["sustained_bn_mid"]:
        kept = [5 * float(row[f"sustained_bn_{end}"]) for end in ("low", "mid", "high")]
        add("infantry_battalion", kept, row["sustained_bn_mark"], "judgement: battalions kept deployed at 1:4, times 5")
    if row["brigades_mid"]:
        add("logistics_battalion", [float(row[f"brigades_{end}"]) for end in ("low", "mid", "high")], "unchecked",
            "judgement: one for each manoeuvre brigade")  # fmt: skip
        if float(row["brigades_mid"]) >= 4:
            add("headquarters", [1, 2, 3], "unchecked", "judgement: states with four brigades or more")
    for unit in rows("units.csv"):
        if unit["iso2"] == row["iso2"] and unit["capability"] in PARTS:
            name, *parts = PARTS[unit["capability"]]
            ends = [float(unit[end]) / part for end, part in zip(("low", "mid", "high"), parts, strict=True)]
            add(name, ends, unit["mark"], unit["source"])
    worst = ("unchecked", "secondary", "derived", "measured", "checked")
    lines = ["    units:"] if any(total[2] for total, _, _ in found.values()) else []
    for name, (total, marks, sources) in found.items():
        if total[2]:
            mark = min(marks, key=worst.index)
            lines.append(f"      {name}: {estimate(*total, mark, '; '.join(dict.fromkeys(sources)))}")
    return lines


def caveats(row: dict[str, str]) -> list[str]:
    """Return the caveats of one contributor."""
    cited = f"source: {quoted(row['position_source'])}, mark: {row['position_mark']}"
    lines = []
    for name in filter(None, row["caveats"].split(";")):
        if name == "parliamentary":
            ends = (float(row[f"lead_days_{end}"]) for end in ("low", "mid", "high"))
            chance = estimate(
                *CHANCES.get(row["position"], (0.1, 0.3, 0.6)), "unchecked", "judgement from its position"
            )
            lines.append(
                f"      - {{kind: parliamentary_vote, asked_on: start, says: {quoted(row['legal_route'])},\n"
                f"         lead_days: {estimate(*ends, row['lead_mark'], 'judgement from the legal route')},\n"
                f"         probability: {chance}, {cited}}}"
            )
        elif name == "needs_us_backstop":
            lines.append(
                f"      - {{kind: needs_backstop, level: 2, says: 'which backstop is not said; level 2 is our reading',"
                f" {cited}}}"
            )
        elif name == "undecided":
            chance = estimate(0.05, 0.2, 0.5, "unchecked", JUDGED)
            lines.append(f"      - {{kind: undecided, probability: {chance}, {cited}}}")
        elif name == "constitutional":
            if row["iso2"] == "IE":
                continue  # the triple lock: the mandate of the United Nations below
            bars = "" if row["iso2"] == "JP" else " bars: [ukraine],"
            lines.append(f"      - {{kind: constitutional,{bars} says: {quoted(row['legal_route'])}, {cited}}}")
        else:
            kind = {"outside_ukraine_only": "outside_only"}.get(name, name)
            lines.append(f"      - {{kind: {kind}, {cited}}}")
    return ["    caveats:", *lines] if lines else []


def claims(row: dict[str, str]) -> list[str]:
    """Return what was said of a contributor's numbers; both bounds where there are two."""
    low, high = row["announced_low"], row["announced_high"]
    if not high or float(high) == 0:
        return []
    cited = f"source: {quoted(row['position_source'])}, date: {quoted(row['position_date'])}, mark: secondary"
    lines = ["    claims:"]
    if row["iso2"] == "GB":
        lines.append(f"      - {{about: people offered, bound: below, value: 7500, {cited}}}")
        lines.append(
            '      - {about: people offered, bound: at_most, value: 10000, source: "caliber.az; uk.news-pravda.com '
            '2025-04-30", date: "2025-04-10", mark: secondary}'
        )
        return lines
    if float(low):
        lines.append(f"      - {{about: people offered, bound: at_least, value: {number(float(low))}, {cited}}}")
    lines.append(f"      - {{about: people offered, bound: at_most, value: {number(float(high))}, {cited}}}")
    return lines


def backstop() -> list[str]:
    """Return what the items of the backstop supply; all judged but the count of batteries."""
    supplies = [
        ("logistics_airlift", "airlift_flight", (2, 6, 10), "unchecked", JUDGED, "[neighbours]"),
        ("intelligence", "isr_orbit", (2, 4, 8), "unchecked", JUDGED, "[neighbours]"),
        ("air_missile_defence", "air_defence_battery", (2, 6, 24), "secondary",
         "high: 24 long-range batteries replace the US share in Europe (IISS 2025); rest judged", "[neighbours]"),
        ("air_power", "fighter_flight", (4, 10, 20), "unchecked", JUDGED, "[neighbours]"),
    ]  # fmt: skip
    lines = ["backstop:"]
    for item, unit_type, ends, mark, source, where in supplies:
        lines.append(f"  - {{item: {item}, unit_type: {unit_type}, where: {where},")
        lines.append(f"     posts: {estimate(*ends, mark, source)}}}")
    return [*lines, "backstop_has_long_range_strike: [air_power]  # unchecked"]


def costs() -> list[str]:
    """Return the cost figures for a person and year, each on its own basis, and what was spent once."""
    lines = ["costs:"]
    for row in rows("costs.csv"):
        per = {"person-year": "person_year", "once": "once"}.get(row["per"])
        if per is None or (per == "once" and row["item"] != "uk_mnfu_preparation"):
            continue
        ends = (float(row[end]) for end in ("low", "mid", "high"))
        basis = row["basis"] if row["item"] != "soldier_year_planning" else "planning range over all bases (judgement)"
        lines += [
            f"  - id: {row['item']}",
            f"    called: {row['item'].replace('_', ' ')}",
            f"    basis: {quoted(basis)}",
            f"    currency: {quoted(row['currency'])}",
            f"    price_year: {row['price_year'][:4]}",
            f"    per: {per}",
            f"    value: {estimate(*ends, row['mark'], row['source'])}",
        ]
    return lines


def unknown() -> list[str]:
    """Return what the facts leave open."""
    said = [
        ("which backstop the states that ask for one would be content with", "their own words"),
        ("how many counter-drone units any state could send: no count was found", "a national statement"),
        ("how much air defence states would spare from home, and what was given away since late 2025", "inventories"),
        ("tour rules of every state but the United Kingdom and the United States", "national rules"),
        ("anything said after 24 February 2026; governments changed in Czechia, the Netherlands and perhaps Hungary",
         "newer statements"),
        ("battalions that can be kept deployed, brigades, lead times of parliaments: judged, not published", "staffs"),
    ]  # fmt: skip
    return ["unknown:", *[f"  - {{what: {quoted(what)}, settle: {quoted(settle)}}}" for what, settle in said]]


# people in Ukraine (low, mid, high) of each scenario, and what differs
SCENARIOS = [
    {"id": "plan_feb_2025", "starts": "2025-03-01", "size": (24000, 30000, 30000), "fact": "plan_feb_2025",
     "claims": [("force size", "at_most", 30000, "Wall Street Journal, February 2025", "secondary"),
                ("force size", "below", 30000, "Associated Press, February 2025", "secondary")]},
    {"id": "zelensky_100k", "starts": "2025-03-01", "size": (100000, 125000, 150000), "fact": "zelensky_100k",
     "claims": [("force size", "above", 100000, "Associated Press, February 2025", "checked"),
                ("force size", "at_most", 150000, "euromaidanpress.com 325046", "checked"),
                ("force size", "about", 200000, "said in January 2025", "secondary")]},
    {"id": "iiss_small", "starts": "2025-04-01", "size": (10000, 10000, 10000), "fact": "iiss_small",
     "claims": [("force size", "about", 10000, "IISS 2025-03-31 through sharek.se; forcesnews.com", "checked")]},
    {"id": "iiss_medium", "starts": "2025-04-01", "size": (25000, 25000, 25000), "fact": "iiss_medium",
     "claims": [("force size", "about", 25000, "IISS 2025-03-31 through sharek.se; eir.news (FT)", "checked")]},
    {"id": "iiss_large", "starts": "2025-04-01", "size": (60000, 80000, 100000), "fact": "iiss_large",
     "claims": [("force size", "at_least", 60000, "IISS 2025-03-31 through sharek.se; forcesnews.com", "checked"),
                ("force size", "at_most", 100000, "IISS 2025-03-31 through sharek.se; forcesnews.com", "checked")]},
    {"id": "gcsp_2025", "starts": "2025-04-01", "size": (10000, 10000, 10000), "fact": "gcsp_2025", "mandate": True,
     "near": 0,
     "claims": [("people in all", "about", 15000, "caliber.az; interfax.com.ua; 360ua.news", "checked"),
                ("troops among them", "about", 10000, "caliber.az; interfax.com.ua; 360ua.news", "checked")]},
    {"id": "paris_2026", "starts": "2026-02-01", "size": (8000, 15000, 30000), "fact": "paris_2026",
     "claims": [("force size", "at_most", 15000, "The Times 2026-01-08 through eu.news-pravda.com", "secondary"),
                ("force size", "at_most", 30000, "informedclearly.com 33798; axy.media; en.hvylya.net", "checked")]},
]  # fmt: skip
# share of the people in Ukraine, and people of one unit: a division of three brigades with its support
MAKE_UP = [
    ("guards", "units that guard sites", "infantry_battalion", 0.40, 750, 1, "guard"),
    ("reserve", "reserve that reinforces sites", "infantry_battalion", 0.20, 750, 2, "reserve"),
    ("engineers", "engineers", "engineer_battalion", 0.12, 450, 1, "support"),
    ("logistics", "logistics in Ukraine", "logistics_battalion", 0.13, 500, 1, "support"),
    ("hospitals", "field hospitals", "field_hospital", 0.05, 250, 1, "support"),
    ("headquarters", "headquarters", "headquarters", 0.07, 500, 1, "support"),
    ("air_defence_inside", "air defence of the force and its sites", "air_defence_battery", 0.02, 90, 1, "guard"),
]
# group, called, unit type, posts for 30,000 people, where, role
OUTSIDE = [
    ("air_defence_next_door", "air defence from neighbours", "air_defence_battery", (4, 6, 24), "neighbours", "guard"),
    ("watch", "drone orbits over the line", "isr_orbit", (5, 6, 12), "neighbours", "watch"),
    (
        "air_reserve",
        "fighters in reserve (Sky Shield: 120 aircraft)",
        "fighter_flight",
        (8, 20, 20),
        "neighbours",
        "reserve",
    ),
    ("airlift", "transport aircraft", "airlift_flight", (4, 6, 10), "neighbours", "support"),
    ("escorts", "frigates and destroyers at sea", "escort_ship", (1, 3, 4), "sea", "reserve"),
    ("mine_hunters", "mine hunters in the Black Sea", "mine_hunter", (2, 4, 6), "sea", "support"),
]


def scenario(row: dict) -> list[str]:
    """Return the lines of one scenario file."""
    fact = next(f for f in rows("scenarios.csv") if f["scenario_id"] == row["fact"])
    low, mid, high = row["size"]
    lines = [
        f"id: {row['id']}",
        f"title: {quoted(fact['label'])}",
        f"dated: {fact['date'] if len(fact['date']) == 10 else fact['date'] + '-01'}",
        f"starts_on: {row['starts']}  # month 1 is the month of decision; posts are to be filled from month 7",
        f"says: {quoted(fact['tasks'] + '; where: ' + fact['where'] + '; United States: ' + fact['us_role'])}",
        f"mark: {fact['mark']}",
        f"sources: [{quoted(fact['source'])}]",
        "horizon_months: 360",
        "agreement_signed: true  # every version comes after a ceasefire",
        f"un_mandate: {'true' if row.get('mandate') else 'false'}",
        f"line_km: {estimate(743, 965.6, 1400, 'secondary', '600 miles (AP); 1,400 km (Elysee); 743 km as drawn')}",
        f"opposing: {estimate(500000, 600000, 700000, 'secondary', 'AP, February 2025; Bruegel')}",
        "claims:",
    ]
    for about, bound, value, source, mark in row["claims"]:
        lines.append(
            f"  - {{about: {about}, bound: {bound}, value: {value}, source: {quoted(source)},"
            f" date: {quoted(fact['date'])}, mark: {mark}}}"
        )
    lines.append("posts:  # the make-up is our judgement: three brigades and their support, to the size said")
    note = "judgement: share of the size said"
    for name, called, unit_type, share, people, priority, role in MAKE_UP:
        ends = (max(round(size * share / people), 1) for size in (low, mid, high))
        near = "" if role != "guard" else f", least_km_from_line: {row.get('near', 50)}"
        lines.append(
            f"  - {{id: {name}, called: {quoted(called)}, unit_type: {unit_type}, role: {role}, where: ukraine,"
        )
        lines.append(f"     priority: {priority}, from_month: 7{near}, posts: {estimate(*ends, 'unchecked', note)}}}")
    scale = min(max(mid / 30000, 0.5), 2)
    for name, called, unit_type, ends, where, role in OUTSIDE:
        scaled = (max(round(scale * end), 1) for end in ends)
        lines.append(
            f"  - {{id: {name}, called: {quoted(called)}, unit_type: {unit_type}, role: {role}, where: {where},"
        )
        lines.append(f"     from_month: 7, posts: {estimate(*scaled, 'unchecked', JUDGED)}}}")
    lines += [
        "wishes:",
        "  - {contributor: PL, posts: guards}",
        "  - {contributor: IT, posts: guards}",
        "  - {contributor: GB, posts: guards, units: 3}",
        "  - {contributor: DE, posts: air_defence_next_door, units: 1}",
        "unknown:",
        f"  - {{what: {quoted('force size: ' + fact['bound_kind'] + (' - ' + fact['note'] if fact['note'] else ''))}}}",
        f"  - {{what: {quoted('whether it can be kept up, as said then: ' + fact['sustained_feasible'])}}}",
        "  - {what: how far from the line the force stays; no plan gives a distance, settle: the agreement}",
    ]
    return lines


if __name__ == "__main__":
    main()
