"""The words shared by sources, agreements and findings: acts and items, each with its broader terms.

A clause about a broad term covers every narrower one: a clause on `fire` covers `shelling`. Unknown words are
kept as they are and match only themselves.
"""

from __future__ import annotations

import re

# act -> the broader act it is one kind of
ACTS: dict[str, str] = {
    "fire": "hostile_act",
    "sniper_fire": "fire",
    "small_arms_fire": "fire",
    "shelling": "fire",
    "rocket_fire": "shelling",
    "strike": "fire",
    "air_strike": "strike",
    "drone_strike": "strike",
    "missile_strike": "strike",
    "explosion": "fire",
    "assault": "offensive_action",
    "offensive_action": "hostile_act",
    "reconnaissance": "hostile_act",
    "sabotage": "hostile_act",
    "overflight": "operate_aerial_vehicle",
    "operate_aerial_vehicle": "",
    "presence": "",
    "engineering_work": "",
    "lay_mines": "engineering_work",
    "crossing": "",
    "return_fire": "fire",
    "sensor_interference": "",
    "restriction": "",
    "hostile_act": "",
    "stationing": "presence",
    "entry": "presence",
    "heat": "",
    # matters that monitors report and no clause on fire or presence is about
    "casualty": "",
    "damage": "",
    "disengagement": "",
    "mine_hazard": "",
    "repair": "",
    "local_ceasefire": "",
    "checkpoint": "",
    "border": "",
    "gathering": "",
    "illumination_flare": "",
}

# item -> the broader class it is one kind of
ITEMS: dict[str, str] = {
    "military": "",
    "personnel": "military",
    "heavy_weapons": "military",
    "artillery": "heavy_weapons",
    "gun": "artillery",
    "howitzer": "artillery",
    "mortar": "heavy_weapons",
    "mlrs": "heavy_weapons",
    "tank": "heavy_weapons",
    "tactical_missile": "heavy_weapons",
    "armoured_carrier": "military",
    "surface_to_air_missile": "military",
    "shoulder_fired_missile": "surface_to_air_missile",
    "vehicle_mounted_missile": "surface_to_air_missile",
    "anti_aircraft_gun": "military",
    "aircraft": "military",
    "military_aircraft": "aircraft",
    "combat_aircraft": "military_aircraft",
    "transport_aircraft": "aircraft",
    "helicopter": "aircraft",
    "uav": "military",
    "warship": "military",
}

# named system -> (item, calibre in mm, 0 where calibre does not describe it); common reference data, filled in only
# where a sighting names the system and leaves these out
SYSTEMS: dict[str, tuple[str, float]] = {
    "MT-12": ("gun", 100),
    "D-30": ("howitzer", 122),
    "2S1": ("howitzer", 122),
    "D-20": ("howitzer", 152),
    "2A65": ("howitzer", 152),
    "2S3": ("howitzer", 152),
    "2S19": ("howitzer", 152),
    "2S5": ("gun", 152),
    "2A36": ("gun", 152),
    "D-44": ("gun", 85),
    "D-48": ("gun", 85),
    "T-64": ("tank", 125),
    "T-72": ("tank", 125),
    "T-80": ("tank", 125),
    "T-90": ("tank", 125),
    "Grad": ("mlrs", 122),
    "Tornado-G": ("mlrs", 122),
    "Uragan": ("mlrs", 220),
    "Tornado-U": ("mlrs", 220),
    "Smerch": ("mlrs", 300),
    "Tornado-S": ("mlrs", 300),
    "Tochka": ("tactical_missile", 0),
    "Tochka-U": ("tactical_missile", 0),
}


def names_system(text: str, system: str) -> bool:
    """Return whether text names a system: its words, in order, whatever stands before or after.

    Examples
    --------
    >>> names_system("BM-21 Grad", "Grad"), names_system("2S19", "2S1"), names_system("Tornado-S", "Tornado-G")
    (True, False, False)
    """
    words, wanted = (re.findall(r"[^\W_]+", part.casefold()) for part in (text, system))
    return bool(wanted) and any(words[i : i + len(wanted)] == wanted for i in range(len(words)))


def is_kind_of(word: str, broader: str, tree: dict[str, str]) -> bool:
    """Return whether `word` is `broader` or one of its narrower terms in the tree.

    Examples
    --------
    >>> is_kind_of("sniper_fire", "fire", ACTS)
    True
    """
    while word:
        if word == broader:
            return True
        word = tree.get(word, "")
    return False
