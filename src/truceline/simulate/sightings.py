"""A sighting as its sensor gives it: in its own words, a little misplaced, a little late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.geodesy import metres_per_degree_each
from truceline.observations import new_table
from truceline.sensors.facts import Fact
from truceline.sensors.scene import Scene
from truceline.sensors.sight import SensorModel
from truceline.sensors.thermal import FIRES

Floats = npt.NDArray[np.float64]

SEEN = {
    "event": "number",  # of the truth; -1 for what is no violation
    "sensor_id": "text",
    "sensor": "text",  # a word of the Observation table
    "time": "time",  # when it was seen
    "arrived": "time",  # when it could be read
    "lon_deg": "number",
    "lat_deg": "number",
    "sigma_m": "number",
    "act": "text",
    "item": "text",
    "party": "text",  # the side its source names; "" mostly
    "strength": "number",  # MW of a fire
    "pixel_km2": "number",
    "night": "flag",
}
WORDS = {"sar": "radar"}  # kind of sensor model -> word of the Observation table, where they differ
ACTS = {"heavy_weapons": "presence", "warship": "presence", "damage": "explosion"}
ITEMS = {"heavy_weapons": "heavy_weapons", "warship": "warship", "overflight": "uav"}
DEAF = ("acoustic", "seismic")  # a burst is a burst: they cannot tell a shell from a missile
FRP_SPREAD = 0.4  # sigma of ln of the power reported


def sightings(
    truth: pd.DataFrame, model: SensorModel, kind: str, when_h: Floats, scene: Scene, rng: np.random.Generator
) -> pd.DataFrame:
    """Return what one sensor says of what it saw at those hours (SEEN): misplaced and late as it is."""
    n = len(truth)
    sigma_km = model.sigma_km().mid
    lon, lat = scattered(truth["lon_deg"].to_numpy(), truth["lat_deg"].to_numpy(), sigma_km, rng)
    start = scene.steps[0]
    act = ACTS.get(kind, kind)
    if model.kind in DEAF and kind in FIRES:
        act = "explosion"
    return new_table(
        SEEN,
        {
            "event": truth["event"].to_numpy(),
            "sensor_id": model.name,
            "sensor": WORDS.get(model.kind, model.kind),
            "time": start + pd.to_timedelta(when_h, unit="h"),
            "arrived": start + pd.to_timedelta(when_h + delays(model.latency_h(), n, rng), unit="h"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": np.full(n, 1000 * sigma_km),
            "act": act,
            "item": ITEMS.get(kind, ""),
        },
        length=n,
    )


def scattered(
    lon_deg: Floats, lat_deg: Floats, sigma_km: float | Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return places moved by a normal error of that sigma each way."""
    kx, ky = metres_per_degree_each(lat_deg)
    east, north = rng.normal(0, 1, (2, len(lon_deg))) * sigma_km * 1000
    return lon_deg + east / kx, lat_deg + north / ky


def delays(latency_h: Fact, n: int, rng: np.random.Generator) -> Floats:
    """Return (n,) hours: log-normal about the middle, with low and high as its 5th and 95th percentile."""
    spread = np.log(max(latency_h.high, 1e-6) / max(latency_h.low, 1e-6)) / (2 * 1.645)
    return np.asarray(latency_h.mid * np.exp(rng.normal(0, spread, n)))
