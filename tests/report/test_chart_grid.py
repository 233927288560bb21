import dataclasses

import numpy as np
import pandas as pd
import pytest

from truceline.report.chart_grid import coverage_grid, sector_exposure


def test_kilometre_hours_of_the_grid_are_the_line_times_the_period(front):
    grid = coverage_grid(front)
    # 288 h on the whole line
    assert grid.km_h.sum() == pytest.approx(288 * front.strip.length_km, rel=1e-9)


def test_sectors_share_out_the_kilometre_hours_and_lose_none(front):
    grid = coverage_grid(front)
    parts = sector_exposure(front, grid)
    assert parts.km_h.sum() == pytest.approx(grid.km_h.sum(), rel=1e-9)
    assert (parts.km_h_effective <= parts.km_h_looked).all()
    assert (parts.km_h_looked <= parts.km_h).all()


def test_no_coverage_is_a_line_nobody_looked_at(nothing):
    grid = coverage_grid(nothing)
    assert (grid.looked == 0).all()
    assert grid.km_h.sum() == pytest.approx(nothing.period.hours * nothing.strip.length_km)


def test_several_kinds_share_their_looks(front):
    sniper = front.coverage.assign(kind="sniper_fire", seen=0.0)
    both = dataclasses.replace(front, coverage=pd.concat([front.coverage, sniper], ignore_index=True))
    assert np.array_equal(coverage_grid(both).looked, coverage_grid(front).looked)
    assert np.array_equal(coverage_grid(both).seen, coverage_grid(front).seen)
