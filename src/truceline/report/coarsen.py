"""Places on a fixed grid in metres: the same place always falls in the same square, so repeating it tells no more."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import LineOfContact
from truceline.errors import RequestError
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]
Path = list[list[float]]  # corners, longitude and latitude
DECIMALS = 5  # of a degree in what is written: about a metre

# The fewest metres a degree has on WGS84: of latitude at the equator, and of longitude there times the cosine. With
# these no square is narrower than the grid.
_LAT_M, _LON_M = 110_574.0, 111_319.0


def snap(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike, grid_km: float) -> tuple[Floats, Floats]:
    """Return the middle of the grid square each place lies in, in degrees; nan stays nan.

    Rows are bands of latitude; the squares of each are as wide in degrees as its poleward edge asks.
    """
    lon, lat = np.asarray(lon_deg, float), np.asarray(lat_deg, float)
    row_deg = grid_km * 1000 / _LAT_M
    row = np.floor(lat / row_deg)
    poleward = np.minimum(np.maximum(abs(row), abs(row + 1)) * row_deg, 89.9)
    column_deg = grid_km * 1000 / (_LON_M * np.cos(np.radians(poleward)))
    return (np.floor(lon / column_deg) + 0.5) * column_deg, (row + 0.5) * row_deg


def on_grid(path: Path, grid_km: float) -> Path:
    """Return a path with its corners on the grid; as it is without a grid, nothing when no shape is left of it."""
    if not grid_km or not path:
        return path
    lon, lat = snap([p[0] for p in path], [p[1] for p in path], grid_km)
    pairs = np.c_[lon, lat].round(DECIMALS).tolist()
    # two corners in one square are one corner; a line needs two and a ring four to stay one
    kept = [pair for i, pair in enumerate(pairs) if i == 0 or pair != pairs[i - 1]]
    fewest = 1 if len(path) == 1 else 4 if path[0] == path[-1] else 2
    return kept if len(kept) >= fewest else []


def snap_km(km: pd.Series, grid_km: float) -> pd.Series:
    """Return the middle of the step of the grid each distance lies in; the sign, which is the side, stays."""
    return (np.floor(km / grid_km) + 0.5) * grid_km


def snap_places(table: pd.DataFrame, grid_km: float) -> pd.DataFrame:
    """Return a table with its places on the grid, its chainage and offset coarse, and its sigma widened to fit.

    The variance of a place anywhere in a square of side g is g^2 / 12 each way. Sigma is rounded up to a tenth of
    the grid.
    """
    lon, lat = snap(table["lon_deg"], table["lat_deg"], grid_km)
    changed: dict[str, object] = {"lon_deg": lon, "lat_deg": lat}
    for name in ("chainage_km", "offset_km"):
        if name in table.columns:
            changed[name] = snap_km(table[name], grid_km)
    if "sigma_m" in table.columns:
        grid_m = grid_km * 1000
        wider = np.hypot(table["sigma_m"].fillna(0), grid_m / math.sqrt(12))
        changed["sigma_m"] = (np.ceil(wider / (grid_m / 10)) * (grid_m / 10)).where(np.isfinite(lat))
    return table.assign(**changed)


def snap_strip(strip: Strip, grid_km: float) -> Strip:
    """Return the strip with its vertices on the grid. Chainage is kept, to the grid, so that it still means the same.

    Raises
    ------
    RequestError
        If the line is shorter than the grid.
    """
    km = np.round(strip.chainage_km / grid_km) * grid_km
    km[-1] = math.ceil(strip.length_km / grid_km) * grid_km
    lon, lat = snap(strip.lon_deg, strip.lat_deg, grid_km)
    keep = np.r_[np.diff(km) > 0, True]  # one vertex for each step of the grid, and always the last of the line
    keep[keep] = np.r_[True, (np.diff(lon[keep]) != 0) | (np.diff(lat[keep]) != 0)]
    if keep.sum() < 2:
        raise RequestError(
            f"the line is {strip.length_km:.2f} km long, too short for the {grid_km:g} km grid of this release.",
            todo="Release it under the profile 'mission' only.",
        )
    drawn = Strip.along(lon_deg=lon[keep], lat_deg=lat[keep], positive_side=strip.positive_side)
    return replace(drawn, chainage_km=np.r_[km[keep][:-1], km[-1]])


def snap_line(line: LineOfContact, grid_km: float) -> LineOfContact:
    """Return the line on the grid, with its sigma widened to fit."""
    sigma_km = math.ceil(math.hypot(line.sigma_km, grid_km / math.sqrt(12)) / grid_km * 10) * grid_km / 10
    return replace(line, strip=snap_strip(line.strip, grid_km), sigma_km=sigma_km)
