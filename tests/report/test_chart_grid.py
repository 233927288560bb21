import dataclasses

import numpy as np
import pandas as pd
import pytest

from truceline.report.chart_grid import coverage_grid, effective_by_kind, exposure_of, sector_exposure


def test_kilometre_hours_of_the_grid_are_the_line_times_the_period(front):
    grid = coverage_grid(front)
    # 288 h on the whole line
    assert grid.km_h([front.period]).sum() == pytest.approx(288 * front.strip.length_km, rel=1e-9)


def test_only_hours_in_force_count(front):
    grid = coverage_grid(front)
    (window,) = front.in_force
    assert grid.km_h(front.in_force).sum() == pytest.approx(window.hours * front.strip.length_km, rel=1e-9)
    assert grid.km_h([]).sum() == 0


def test_hours_named_twice_count_once(front):
    grid = coverage_grid(front)
    assert grid.km_h([front.period, front.period]).sum() == pytest.approx(grid.km_h([front.period]).sum())


def test_sectors_share_out_the_kilometre_hours_and_lose_none(front):
    grid = coverage_grid(front)
    parts = sector_exposure(front, grid)
    assert parts.km_h.sum() == pytest.approx(grid.km_h(front.in_force).sum(), rel=1e-9)
    assert (parts.km_h_effective <= parts.km_h).all()


def test_no_coverage_is_a_line_nobody_looked_at(nothing):
    grid = coverage_grid(nothing)
    assert (grid.looked == 0).all()
    assert grid.km_h([nothing.period]).sum() == pytest.approx(nothing.period.hours * nothing.strip.length_km)


def test_the_first_kind_in_the_table_is_the_main_one(front):
    sniper = front.coverage.assign(kind="sniper_fire", seen=0.0)
    both = dataclasses.replace(front, coverage=pd.concat([front.coverage, sniper], ignore_index=True))
    assert coverage_grid(both).kind == "shelling"
    assert np.array_equal(coverage_grid(both).seen, coverage_grid(front).seen)


def test_effective_kilometre_hours_by_kind_are_those_of_the_sectors_and_keep_the_order_of_the_assumptions(front):
    grid = coverage_grid(front)
    kinds = effective_by_kind(front, grid)
    low, middle, high = kinds["shelling"]
    assert middle == pytest.approx(sector_exposure(front, grid).km_h_effective.sum())
    assert low <= middle <= high


def test_an_exposure_cut_by_a_release_is_worked_out_again_and_adds_up(front):
    cut = dataclasses.replace(front, exposure={name: float("nan") for name in front.exposure})
    box = exposure_of(cut, coverage_grid(cut))
    for part in ("", "_day", "_night"):
        assert sum(box[f"km_h_{level}{part}"] for level in ("seen", "partly", "unseen")) == pytest.approx(
            box[f"km_h_total{part}"]
        )
    assert box["km_h_total_day"] + box["km_h_total_night"] == pytest.approx(box["km_h_total"])
    assert exposure_of(front, coverage_grid(front)) is front.exposure
