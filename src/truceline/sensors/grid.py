"""The strip as cells (chainage x offset) and as the coarser nodes at which satellites are judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.geodesy import metres_per_degree_each
from truceline.strip import Strip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NODE_KM = 20.0  # a pass's angle changes by about a degree over this: the error is measured in the tests


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Cells are numbered node by node, so that a node's cells lie together: the walk takes them as one block."""

    cell_km: Floats  # (k,) start of each chainage cell
    width_km: Floats  # (k,)
    chain: Ints  # (n,) chainage cell of each cell
    offset_km: Floats  # (n,) middle of each cell
    lon_deg: Floats  # (n,)
    lat_deg: Floats  # (n,)
    node: Ints  # (n,) node of each cell, rising
    node_lon_deg: Floats  # (m,)
    node_lat_deg: Floats  # (m,)
    node_chain: Ints  # (k,) which stretch of nodes each chainage cell lies in
    bands: int  # nodes across the strip; node = stretch x bands + band

    @property
    def edges(self) -> Ints:
        """Return (m + 1,): the number of the first cell of each node."""
        return np.searchsorted(self.node, np.arange(len(self.node_lon_deg) + 1))

    def away_km(self, *, lon_deg: float, lat_deg: float) -> Floats:
        """Return (n,): distance of each cell from a point; within 1 % out to 300 km."""
        kx, ky = metres_per_degree_each((self.lat_deg + lat_deg) / 2)
        return np.asarray(np.hypot((self.lon_deg - lon_deg) * kx, (self.lat_deg - lat_deg) * ky) / 1000)


def make_grid(
    strip: Strip, *, half_width_km: float, cell_km: float, offset_km: float, node_km: float = NODE_KM
) -> Grid:
    """Return the grid of a strip: cells of cell_km along and about offset_km across, nodes of about node_km."""
    start = np.arange(0.0, max(strip.length_km, 1e-9), cell_km)
    width = np.minimum(cell_km, strip.length_km - start)
    across = max(1, round(2 * half_width_km / offset_km))
    offset = (np.arange(across) + 0.5) * (2 * half_width_km / across) - half_width_km
    stretches = max(1, round(strip.length_km / node_km))
    bands = max(1, round(2 * half_width_km / node_km))
    node_chain = np.minimum(((start + width / 2) / strip.length_km * stretches).astype(np.int64), stretches - 1)
    band = np.minimum(np.arange(across) * bands // across, bands - 1)
    chain, where = np.repeat(np.arange(len(start)), across), np.tile(np.arange(across), len(start))
    node = node_chain[chain] * bands + band[where]
    order = np.argsort(node, kind="stable")
    chain, where, node = chain[order], where[order], node[order]
    lon, lat = strip.locate(chainage_km=(start + width / 2)[chain], offset_km=offset[where])
    middle = (np.arange(stretches) + 0.5) * strip.length_km / stretches
    band_offset = np.array([offset[band == b].mean() for b in range(bands)])
    node_lon, node_lat = strip.locate(chainage_km=np.repeat(middle, bands), offset_km=np.tile(band_offset, stretches))
    return Grid(
        cell_km=start,
        width_km=width,
        chain=chain,
        offset_km=np.asarray(offset[where], float),
        lon_deg=lon,
        lat_deg=lat,
        node=node,
        node_lon_deg=node_lon,
        node_lat_deg=node_lat,
        node_chain=node_chain,
        bands=bands,
    )
