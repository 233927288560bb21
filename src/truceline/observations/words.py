"""The words sources use for what happened, to the words of `vocabulary.ACTS`. A word not listed is kept as written."""

from __future__ import annotations

import pandas as pd

from truceline.vocabulary import ACTS, ITEMS

# theirs (lower case) -> ours. Nothing here reads meaning into a text: it is a list of names of kinds.
ACT_WORDS: dict[str, str] = {
    "artillery": "shelling",
    "artillery fire": "shelling",
    "artillery shelling": "shelling",
    "mortar": "shelling",
    "mortar fire": "shelling",
    "tank fire": "shelling",
    "shelling/artillery/missile attack": "shelling",
    "bombardment": "shelling",
    "обстріл": "shelling",
    "артилерія": "shelling",
    "обстрел": "shelling",
    "артиллерия": "shelling",
    "tir d'artillerie": "shelling",
    "bombardement": "shelling",
    "mlrs": "rocket_fire",
    "rocket": "rocket_fire",
    "рсзв": "rocket_fire",
    "рсзо": "rocket_fire",
    "airstrike": "air_strike",
    "air strike": "air_strike",
    "авіаудар": "air_strike",
    "авиаудар": "air_strike",
    "frappe aérienne": "air_strike",
    "air/drone strike": "strike",
    "drone": "drone_strike",
    "uav": "drone_strike",
    "fpv": "drone_strike",
    "drone attack": "drone_strike",
    "бпла": "drone_strike",
    "дрон": "drone_strike",
    "missile": "missile_strike",
    "missile attack": "missile_strike",
    "ракетний удар": "missile_strike",
    "ракетный удар": "missile_strike",
    "small arms": "small_arms_fire",
    "shooting": "small_arms_fire",
    "shot": "small_arms_fire",
    "burst": "small_arms_fire",
    "стрілянина": "small_arms_fire",
    "стрельба": "small_arms_fire",
    "tir": "fire",
    "sniper": "sniper_fire",
    "снайпер": "sniper_fire",
    "blast": "explosion",
    "вибух": "explosion",
    "взрыв": "explosion",
    "remote explosive/landmine/ied": "explosion",
    "grenade": "explosion",
    "suicide bomb": "explosion",
    "armed clash": "fire",
    "clash": "fire",
    "ground assault": "assault",
    "штурм": "assault",
    "assaut": "assault",
    "government regains territory": "offensive_action",
    "non-state actor overtakes territory": "offensive_action",
    "flight": "overflight",
    "reconnaissance flight": "overflight",
    "mines": "lay_mines",
    "mine laying": "lay_mines",
    "jamming": "sensor_interference",
    "gps interference": "sensor_interference",
    "civilian casualty": "casualty",
    "civilian casualties": "casualty",
    "casualties": "casualty",
    "killed": "casualty",
    "injured": "casualty",
    "жертви": "casualty",
    "victimes civiles": "casualty",
    "damage to civilian infrastructure": "damage",
    "damaged": "damage",
    "пошкодження": "damage",
    "dégâts": "damage",
    "disengagement area": "disengagement",
    "uxo": "mine_hazard",
    "unexploded ordnance": "mine_hazard",
    "mine hazard sign": "mine_hazard",
    "repairs": "repair",
    "repair works": "repair",
    "ремонт": "repair",
    "réparation": "repair",
    "localised ceasefire": "local_ceasefire",
    "window of silence": "local_ceasefire",
    "режим тиші": "local_ceasefire",
    "entry-exit checkpoint": "checkpoint",
    "crossing point": "checkpoint",
    "kpvv": "checkpoint",
    "border crossing point": "border",
    "demonstration": "gathering",
    "denial": "restriction",
    "access denied": "restriction",
    "freedom of movement": "restriction",
    "restriction of movement": "restriction",
    "fire detection": "heat",
    "hotspot": "heat",
}
ITEM_WORDS: dict[str, str] = {
    "main battle tank": "tank",
    "танк": "tank",
    "char": "tank",
    "міномет": "mortar",
    "миномет": "mortar",
    "mortier": "mortar",
    "гаубиця": "howitzer",
    "гаубица": "howitzer",
    "obusier": "howitzer",
    "apc": "armoured_carrier",
    "ifv": "armoured_carrier",
    "sam": "surface_to_air_missile",
    "drone": "uav",
    "бпла": "uav",
    "soldiers": "personnel",
    "troops": "personnel",
}


def to_acts(said: pd.Series) -> pd.Series:
    """Return the act each written kind names; a kind not listed is returned as written.

    Examples
    --------
    >>> list(to_acts(pd.Series(["Air strike", "Sniper fire", "обстріл", "Crop circles"])))
    ['air_strike', 'sniper_fire', 'shelling', 'Crop circles']
    """
    return _translate(said, ACT_WORDS, ACTS)


def to_items(said: pd.Series) -> pd.Series:
    """Return the item each written kind names; a kind not listed is returned as written."""
    return _translate(said, ITEM_WORDS, ITEMS)


def _translate(said: pd.Series, words: dict[str, str], known: dict[str, str]) -> pd.Series:
    codes, unique = pd.factorize(said.fillna("").astype(str), use_na_sentinel=False)
    ours = []
    for written in unique:
        plain = " ".join(written.replace("_", " ").lower().split())
        named = plain.replace(" ", "_")
        ours.append(words.get(plain, named if named in known else written.strip()))
    return pd.Series(ours, dtype=object).take(codes).reset_index(drop=True)
