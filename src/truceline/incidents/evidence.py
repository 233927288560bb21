"""What of the observations may count as evidence, placed in strip space."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.incidents.background import Placed
from truceline.incidents.exposure import Exposure, days_of
from truceline.incidents.settings import IncidentSettings
from truceline.strip import Strip

EVIDENCE_TEXT = (
    "source", "sensor", "act", "place", "party", "item", "system", "operator", "reliability", "credibility", "daynight"
)  # fmt: skip
EVIDENCE = (
    "observation_id", "origin", "time_start", "time_end", "lon_deg", "lat_deg", "sigma_m", "calibre_mm",
    "count_min", "count_max", "strength",
)  # fmt: skip
HISTORY = ("time_start", "lon_deg", "lat_deg", "strength", "daynight")


def take_evidence(observations: pd.DataFrame, strip: Strip) -> pd.DataFrame:
    """Return the observations that may count, placed in strip space: all but claims and what has no time.

    Text is held as categories, so that a million rows stay small and quick.
    """
    kept = ((observations["sensor"] != "claim") & observations["time_start"].notna()).to_numpy()
    columns = {name: observations[name][kept] for name in EVIDENCE}
    columns |= {name: observations[name][kept].astype("category") for name in EVIDENCE_TEXT}
    columns["time_end"] = columns["time_end"].fillna(columns["time_start"])
    lon, lat = columns["lon_deg"].to_numpy(), columns["lat_deg"].to_numpy()
    columns["chainage_km"], columns["offset_km"] = strip.place(lon_deg=lon, lat_deg=lat)
    return pd.DataFrame(
        {name: column.array if isinstance(column, pd.Series) else column for name, column in columns.items()},
        copy=False,
    )


def place_thermal(thermal: pd.DataFrame, exposure: Exposure) -> Placed:
    """Return thermal evidence as the background wants it."""
    code = {name: i for i, name in enumerate(exposure.sources)}
    return Placed(
        chainage_km=thermal["chainage_km"].to_numpy(),
        offset_km=thermal["offset_km"].to_numpy(),
        day=days_of(thermal["time_start"]),
        source=thermal["source"].map(code).astype(np.int64).to_numpy(),
    )


def take_history(history: pd.DataFrame | None, strip: Strip, settings: IncidentSettings) -> pd.DataFrame | None:
    """Return the thermal detections of other years out to the control band, in strip space; None without any."""
    if history is None or not len(history):
        return None
    chainage, offset = strip.place(lon_deg=history["lon_deg"].to_numpy(), lat_deg=history["lat_deg"].to_numpy())
    near = (np.abs(offset) <= settings.control_to_km) & (history["sensor"] == "thermal").to_numpy()
    columns = {name: history[name][near] for name in HISTORY}
    return pd.DataFrame(columns | {"chainage_km": chainage[near], "offset_km": offset[near]}).reset_index(drop=True)


def place_history(near: pd.DataFrame | None) -> Placed | None:
    """Return history as the background wants it."""
    if near is None:
        return None
    return Placed(
        chainage_km=near["chainage_km"].to_numpy(),
        offset_km=near["offset_km"].to_numpy(),
        day=days_of(near["time_start"]),
        source=np.zeros(len(near), np.int64),
    )
