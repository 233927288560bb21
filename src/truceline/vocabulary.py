"""The words shared by sources, agreements and findings: acts and items, each with its broader terms.

A clause about a broad term covers every narrower one: a clause on `fire` covers `shelling`. Unknown words are
kept as they are and match only themselves.
"""

from __future__ import annotations

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
    "heat": "",
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
    "aircraft": "military",
    "uav": "military",
    "warship": "military",
}


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
