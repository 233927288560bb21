import numpy as np
import pytest

from truceline.sensors.grid import make_grid


def test_cells_tile_the_strip_and_nodes_hold_them_together(strip):
    grid = make_grid(strip, half_width_km=15, cell_km=1, offset_km=1, node_km=20)
    assert grid.width_km.sum() == pytest.approx(strip.length_km, abs=1e-9)
    assert len(grid.chain) == len(grid.cell_km) * 30
    assert (np.diff(grid.node) >= 0).all()
    assert (np.diff(grid.edges) > 0).all()
    assert grid.edges[-1] == len(grid.chain)
    assert np.bincount(grid.chain).tolist() == [30] * len(grid.cell_km)
    # a cell lies in a node of its own stretch
    assert (grid.node // grid.bands == grid.node_chain[grid.chain]).all()


def test_offsets_are_even_about_the_line(strip):
    grid = make_grid(strip, half_width_km=15, cell_km=5, offset_km=5)
    assert sorted(set(grid.offset_km.tolist())) == [-12.5, -7.5, -2.5, 2.5, 7.5, 12.5]


def test_distances_agree_with_the_geodesic(strip):
    # authority: pyproj's geodesic on WGS84
    from truceline.geodesy import GEOD

    grid = make_grid(strip, half_width_km=15, cell_km=5, offset_km=5)
    for lon, lat in ((37.2, 48.05), (35.0, 47.0), (40.0, 50.0)):
        n = len(grid.lon_deg)
        _, _, metres = GEOD.inv(grid.lon_deg, grid.lat_deg, np.full(n, lon), np.full(n, lat))
        assert grid.away_km(lon_deg=lon, lat_deg=lat) == pytest.approx(np.asarray(metres) / 1000, rel=0.01)
