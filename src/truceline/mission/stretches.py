"""The stretches a line is reported in, and the box round it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from truceline.mission.keys import check_keys
from truceline.strip import Strip

SECTOR_KM = 50.0


DEFAULT_KINDS = ("strike", "shelling")


def sectors_of(said: Any, strip: Strip, where: str) -> pd.DataFrame:
    """Return the sectors; without any the line is cut into equal stretches of about 50 km."""
    if not said:
        count = max(1, round(strip.length_km / SECTOR_KM))
        edges = np.linspace(0, strip.length_km, count + 1)
        called = [f"km {a:.0f}-{b:.0f}" for a, b in itertools.pairwise(edges)]
        names = [f"S{i + 1}" for i in range(count)]
        return pd.DataFrame({"sector": names, "called": called, "from_km": edges[:-1], "to_km": edges[1:]})
    for sector in said:
        check_keys(sector, {"sector", "called", "from_km", "to_km"}, f"{where}, sector '{sector.get('sector', '?')}'")
    table = pd.DataFrame(said)[["sector", "called", "from_km", "to_km"]]
    return table.astype({"from_km": float, "to_km": float})


def box_round(strip: Strip, margin_deg: float = 3.0) -> tuple[float, float, float, float]:
    """Return west, south, east, north round a line: a pair that fits only when swapped was swapped."""
    return (
        float(strip.lon_deg.min()) - margin_deg,
        float(strip.lat_deg.min()) - margin_deg,
        float(strip.lon_deg.max()) + margin_deg,
        float(strip.lat_deg.max()) + margin_deg,
    )
