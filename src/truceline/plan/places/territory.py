"""The country to be defended as cells of equal standing, without drawing any border.

A cell of land belongs to the country of the nearest town of the gazetteer, and counts where it lies on the host's
side of the line. Names and lines imply no view on status.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from truceline.errors import PlanError
from truceline.geodesy import metres_per_degree_each
from truceline.plan.places.sites import Front, nearest_country

KM_PER_DEGREE = 111.2  # for laying out the grid only


def territory(
    towns: pd.DataFrame, front: Front, *, host: str, land: shapely.Geometry, step_km: float = 10.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the host's cells (lon_deg, lat_deg, area_km2) and towns (with population), on its side of the line.

    Parameters
    ----------
    towns
        lon_deg, lat_deg, country (two letters), population; of the host and all its neighbours.
    front
        The line and whose side the host is on.
    host
        Two letters.
    step_km
        Side of a cell.
    land
        land in degrees.

    Raises
    ------
    PlanError
        If no town is of the host.

    Notes
    -----
    With towns of 500 people and more the border so found lies within some 10 km of the drawn one.
    """
    own = (towns["country"] == host).to_numpy()
    if not own.any():
        raise PlanError(f"no town is in '{host}'.", todo="Give towns of the host and its neighbours.")
    lon, lat = towns["lon_deg"].to_numpy(float), towns["lat_deg"].to_numpy(float)
    step_lat = step_km / KM_PER_DEGREE
    step_lon = step_lat / np.cos(np.radians(lat[own].mean()))
    x = np.arange(lon[own].min() - 0.5, lon[own].max() + 0.5, step_lon)
    y = np.arange(lat[own].min() - 0.5, lat[own].max() + 0.5, step_lat)
    cell_lon, cell_lat = (v.ravel() for v in np.meshgrid(x, y))
    shapely.prepare(land)
    keep = nearest_country(pd.DataFrame({"lon_deg": cell_lon, "lat_deg": cell_lat}), towns) == host
    keep[keep] = shapely.contains_xy(land, cell_lon[keep], cell_lat[keep])
    cell_lon, cell_lat = cell_lon[keep], cell_lat[keep]
    kx, ky = metres_per_degree_each(cell_lat)
    cells = pd.DataFrame({"lon_deg": cell_lon, "lat_deg": cell_lat, "area_km2": kx * ky * step_lon * step_lat / 1e6})
    people = towns[own].reset_index(drop=True)
    return _host_side(cells, front), _host_side(people, front)


def _host_side(table: pd.DataFrame, front: Front) -> pd.DataFrame:
    depth = front.depth_km(lon_deg=table["lon_deg"], lat_deg=table["lat_deg"])
    return table.assign(depth_km=depth)[depth > 0].reset_index(drop=True)
