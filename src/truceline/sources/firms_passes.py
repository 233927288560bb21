"""Satellite passes told from the detections they made: when somebody looked, and the least they must have seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import SourceError
from truceline.geodesy import DEGREE
from truceline.observations import LOOKS, empty, new_table
from truceline.observations.identity import row_hashes, row_ids
from truceline.sources.columns import plain

GAP = pd.Timedelta(minutes=30)  # an orbit takes 99-101 minutes, a crossing of a country a few
BASIS = "pass inferred from detections"

# orbit height, pixel along track at nadir, half swath: km. VIIRS I band: 829, 0.375, 1,530; MODIS: 705, 1.0, 1,165.
_GEOMETRY = {"VIIRS": (829.0, 0.375, 1530.0), "MODIS": (705.0, 1.0, 1165.0)}
_EARTH_KM = 6371.0
_KM_PER_DEG = 111.2
_ALONG_DEG = 5.0  # the sensor runs before and after; further away the slant of the track (below) no longer holds
_SLANT_KM = 250.0  # the ground track runs some 15-20 degrees off the meridian: 5 degrees of latitude shift it by this


def infer_passes(pixels: list[pd.DataFrame], *, source: str, cloud: pd.Series | None) -> pd.DataFrame:
    """Return the looks: one per satellite and run of detections without a gap of over 30 minutes.

    The footprint is a box that must have been inside the swath: around each detection, half the swath less the
    detection's distance from nadir, which the pixel's length along track gives (slant range over height, law of
    cosines), less the slant of the track. A pass that detected nothing anywhere in the files is not known here.
    """
    kept = [table for table in pixels if len(table)]
    if not kept:
        return empty(LOOKS)
    table = pd.concat(kept, ignore_index=True)
    table = table.drop_duplicates().sort_values(["satellite", "time"], ignore_index=True)
    begins = (table["satellite"] != table["satellite"].shift()) | (table["time"].diff() > GAP)
    table["pass"] = begins.cumsum()
    reach_deg = _reach_km(table["track_km"].to_numpy(float), table["instrument"]) / (
        _KM_PER_DEG * np.cos((abs(table["lat_deg"].to_numpy(float)) - _ALONG_DEG).clip(0, 75) * DEGREE)
    )
    along = np.where(reach_deg > 0, _ALONG_DEG, 0.0)
    table["west"], table["east"] = table["lon_deg"] - reach_deg, table["lon_deg"] + reach_deg
    table["south"], table["north"] = table["lat_deg"] - along, table["lat_deg"] + along
    found = table.groupby("pass").agg(
        satellite=("satellite", "first"),
        start=("time", "min"),
        end=("time", "max"),
        west=("west", "min"),
        south=("south", "min"),
        east=("east", "max"),
        north=("north", "max"),
        detections=("time", "size"),
    )
    found = found.reset_index(drop=True)
    hashes = row_hashes(source, {"satellite": found["satellite"], "start": found["start"]}, len(found))
    return new_table(
        LOOKS,
        {
            "look_id": row_ids("look", hashes),
            "source": source,
            "sensor": "thermal",
            "time_start": found["start"],
            "time_end": found["end"] + pd.Timedelta(minutes=1),  # times are cut to the minute
            "west_deg": found["west"].clip(-180, 180),
            "south_deg": found["south"].clip(-90, 90),
            "east_deg": found["east"].clip(-180, 180),
            "north_deg": found["north"].clip(-90, 90),
            "cloud": np.nan if cloud is None else found["start"].dt.strftime("%Y-%m-%d").map(cloud),
            "detections": found["detections"],
            "basis": (BASIS + " of " + found["satellite"]).str.replace(r" of $", "", regex=True),
        },
        length=len(found),
    )


def _reach_km(track_km: npt.NDArray[np.float64], instrument: pd.Series) -> npt.NDArray[np.float64]:
    """Return how far east and west of each detection the swath must have reached; 0 where the pixel is not known."""
    reach = np.zeros(len(track_km))
    for name, (height, nadir, half_swath) in _GEOMETRY.items():
        rows = (instrument == name).to_numpy() & np.isfinite(track_km)
        slant = height * np.maximum(track_km[rows] / nadir, 1.0)
        top = _EARTH_KM + height
        cosine = (_EARTH_KM**2 + top**2 - slant**2) / (2 * _EARTH_KM * top)
        from_nadir = _EARTH_KM * np.arccos(np.clip(cosine, -1, 1))
        reach[rows] = np.maximum(0, half_swath - _SLANT_KM - from_nadir)
    return reach


def read_cloud(path: str | Path | None, column: str | None) -> pd.Series | None:
    """Return cloud cover (0-1) by UTC date from a CSV with a date column and one or more named '...cloud...'."""
    if path is None:
        return None
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise SourceError(
            f"the cloud file cannot be read: {error}.", where=str(path), todo="Check option cloud."
        ) from error
    dates = [name for name in table if plain(str(name)) in {"date", "day", "acq_date"}]
    covers = [name for name in table if "cloud" in plain(str(name)) and name not in dates]
    chosen = column if column is not None else (covers[-1] if covers else None)
    if not dates or chosen not in table.columns:
        raise SourceError(
            f"the cloud file has no {'date' if not dates else chosen or 'cloud'} column.",
            where=str(path),
            todo="It needs a date column and a cloud column with 0-1; cloud_column names the latter.",
        )
    cover = pd.to_numeric(table[chosen], errors="coerce").clip(0, 1)
    return pd.Series(cover.to_numpy(float), index=table[dates[0]].astype(str).str.slice(0, 10)).groupby(level=0).mean()
