"""Severity: how grave a breach would be if it happened. Severity is not confidence, and not attribution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.vocabulary import ACTS, ITEMS, is_kind_of

SEVERITIES = {
    0: "administrative or notification lapse",
    1: "minor: isolated small arms, a single unmanned aircraft",
    2: "serious: proscribed weapon in a zone, sensor interference, sustained fire, restriction of monitors",
    3: "grave: civilian death or injury, protected site, attack on monitors, raid across the line",
    4: "armistice-threatening: assault in several sectors, massed fires or missile strike, change of the line",
}

# The gravest broader act decides; our judgement, no universal scale is known.
_BY_ACT = (
    ("missile_strike", 4),
    ("offensive_action", 3),
    ("casualty", 3),
    ("strike", 3),
    ("shelling", 2),
    ("sensor_interference", 2),
    ("restriction", 2),
    ("damage", 2),
    ("lay_mines", 2),
    ("sniper_fire", 1),
    ("small_arms_fire", 1),
    ("operate_aerial_vehicle", 1),
    ("fire", 1),
    ("heat", 1),
    ("presence", 1),
)
SUSTAINED = 50.0  # explosions or shots in one incident from which fire counts as sustained


def severity(act: pd.Series, item: pd.Series, count: pd.Series) -> npt.NDArray[np.float64]:
    """Return the severity 0-4 of each row from its act, its item and how many were counted."""
    by_act = {word: next((s for broad, s in _BY_ACT if is_kind_of(word, broad, ACTS)), 0) for word in act.unique()}
    level = act.map(by_act).to_numpy(float)
    heavy = item.map({word: is_kind_of(word, "heavy_weapons", ITEMS) for word in item.unique()}).to_numpy(bool)
    level = np.where(heavy, np.maximum(level, 2), level)
    return np.asarray(np.where(count.to_numpy(float) >= SUSTAINED, np.maximum(level, 2), level))
