"""How well each strip cell was looked at on each day, and how much ground it and its control band hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.incidents.settings import IncidentSettings
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAY_NS = 86_400_000_000_000
GRID_KM = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Effective looks by (source, day, cell), and the area of each cell near the line and in the control band."""

    sources: tuple[str, ...]
    days: Ints  # consecutive, since 1970-01-01
    length_km: float
    cell_km: float
    cells: int
    block_of_cell: Ints
    looks: Floats  # (source, day, cell): looks x share of clear sky
    near_area_km2: Floats  # (cell,) within the control band's inner edge
    control_area_km2: Floats  # (side, cell): the side of negative offsets, then of positive
    look_time_ns: Ints  # (look,) sorted
    looks_before: Floats  # (look + 1, cell) running count of looks that covered the cell
    cloud_before: Floats  # (look + 1, cell) ... and of their cloud

    def cell_of(self, chainage_km: Floats) -> Ints:
        """Return the strip cell of each chainage."""
        return np.clip((chainage_km / self.cell_km).astype(np.int64), 0, self.cells - 1)

    def is_beside(self, chainage_km: Floats) -> npt.NDArray[np.bool_]:
        """Return which points lie beside the line: beyond its ends all points share the end's chainage."""
        return np.asarray((chainage_km > 0) & (chainage_km < self.length_km))

    def looks_between(self, start_ns: Ints, end_ns: Ints, cell: Ints) -> tuple[Floats, Floats]:
        """Return (number, mean cloud) of the looks that covered each cell in each span, ends included."""
        low = np.searchsorted(self.look_time_ns, start_ns)
        high = np.maximum(np.searchsorted(self.look_time_ns, end_ns, side="right"), low)
        number = np.asarray(self.looks_before[high, cell] - self.looks_before[low, cell], dtype=float)
        cloud = np.asarray(self.cloud_before[high, cell] - self.cloud_before[low, cell], dtype=float)
        return number, cloud / np.maximum(number, 1)


def days_of(times: pd.Series) -> Ints:
    """Return whole UTC days since 1970-01-01."""
    return np.asarray(times.to_numpy("datetime64[ns]").astype("int64") // DAY_NS)


def measure_exposure(thermal: pd.DataFrame, looks: pd.DataFrame, strip: Strip, settings: IncidentSettings) -> Exposure:
    """Return the exposure of the days spanned by thermal observations and looks.

    A source with no row in `looks` is taken to have looked once each day, under a sky clear to `cloud_unknown`.
    """
    looks = looks[(looks["sensor"] == "thermal") & looks["time_start"].notna()]
    sources = tuple(sorted(set(thermal["source"]) | set(looks["source"]))) or ("none",)
    when = [days_of(t["time_start"]) for t in (thermal, looks) if len(t)] or [np.zeros(1, np.int64)]
    days = np.arange(min(w.min() for w in when), max(w.max() for w in when) + 1)
    cells = max(1, int(np.ceil(strip.length_km / settings.cell_km)))
    near, control = _areas(strip, cells, settings)
    per_block = max(1, round(settings.block_km / settings.cell_km))
    looks = looks.sort_values(["time_start", "look_id"])
    covers = _covers(looks, strip, cells, settings)
    cloud = looks["cloud"].fillna(settings.cloud_unknown).to_numpy(float)[:, None]
    return Exposure(
        sources=sources,
        days=days,
        length_km=strip.length_km,
        cell_km=settings.cell_km,
        cells=cells,
        block_of_cell=np.arange(cells) // per_block,
        looks=_clear_looks(looks, covers * (1 - cloud), sources, days, 1 - settings.cloud_unknown),
        near_area_km2=near,
        control_area_km2=control,
        look_time_ns=looks["time_start"].to_numpy("datetime64[ns]").astype("int64"),
        looks_before=_running(covers),
        cloud_before=_running(covers * cloud),
    )


def _covers(looks: pd.DataFrame, strip: Strip, cells: int, settings: IncidentSettings) -> npt.NDArray[np.bool_]:
    """Return whether each look's box holds the middle of each cell, (look, cell)."""
    lon, lat = strip.locate(chainage_km=(np.arange(cells) + 0.5) * settings.cell_km)
    box = {side: looks[f"{side}_deg"].to_numpy(float)[:, None] for side in ("west", "south", "east", "north")}
    inside = (box["west"] <= lon) & (lon <= box["east"]) & (box["south"] <= lat) & (lat <= box["north"])
    return np.asarray(inside)


def _running(by_look: npt.NDArray[np.generic]) -> Floats:
    zero = np.zeros((1, by_look.shape[1]))
    return np.concatenate([zero, np.cumsum(by_look, axis=0, dtype=float)])


def _clear_looks(
    looks: pd.DataFrame, clear: Floats, sources: tuple[str, ...], days: Ints, when_unsaid: float
) -> Floats:
    """Return looks x clear sky by (source, day, cell)."""
    total = np.zeros((len(sources), len(days), clear.shape[1]))
    code = looks["source"].map({name: i for i, name in enumerate(sources)}).to_numpy(np.int64)
    np.add.at(total, (code, days_of(looks["time_start"]) - days[0]), clear)
    total[np.setdiff1d(np.arange(len(sources)), code)] = when_unsaid
    return total


def _areas(strip: Strip, cells: int, settings: IncidentSettings) -> tuple[Floats, Floats]:
    """Return km2 near the line by cell and in the control band by side and cell, counting points of an even grid."""
    reach = settings.control_to_km + GRID_KM
    step_lat = GRID_KM / 111.2
    south, north = strip.lat_deg.min() - reach / 110, strip.lat_deg.max() + reach / 110
    lat = np.arange(south, north, step_lat)
    step_lon = GRID_KM / (111.32 * np.cos(np.radians(lat)))
    widest = reach / (111.32 * np.cos(np.radians(np.abs(lat).max())))
    west, east = strip.lon_deg.min() - widest, strip.lon_deg.max() + widest
    counts = np.ceil((east - west) / step_lon).astype(np.int64)
    row = np.repeat(np.arange(len(lat)), counts)
    column = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    chainage, offset = strip.place(lon_deg=west + column * step_lon[row], lat_deg=lat[row])
    cell = np.clip((chainage / settings.cell_km).astype(np.int64), 0, cells - 1)
    beside = (chainage > 0) & (chainage < strip.length_km)
    away = np.where(beside, np.abs(offset), np.inf)
    near = np.bincount(cell[away < settings.control_from_km], minlength=cells) * GRID_KM**2
    band = (away >= settings.control_from_km) & (away <= settings.control_to_km)
    control = np.stack([np.bincount(cell[band & side], minlength=cells) for side in (offset < 0, offset >= 0)])
    return np.asarray(near, dtype=float), np.asarray(control * GRID_KM**2, dtype=float)
