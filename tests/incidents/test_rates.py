from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import make_incidents
from truceline.incidents.tables import INCIDENTS


@pytest.fixture
def burning(detect):
    """Return a maker of single-detection fires: `usual` per km2 and day to 60 km, and `extra` ones on a stretch."""

    def make(usual: float, extra: int = 0, *, stretch=(100.0, 150.0), days=range(10), seed=1, reach=10.0):
        rng = np.random.default_rng(seed)
        number = rng.poisson(usual * 298 * 120 * 10)
        chainage = np.r_[rng.uniform(0, 298, number), rng.uniform(*stretch, extra)]
        offset = np.r_[rng.uniform(-60, 60, number), rng.uniform(-reach, reach, extra)]
        day = np.r_[rng.integers(0, 10, number), rng.choice(list(days), extra)]
        ids = [f"usual-{k}" for k in range(number)] + [f"extra-{k}" for k in range(extra)]
        return detect(chainage, offset, 24.0 * day + 10, observation_id=ids)

    return make


@pytest.fixture
def made(looks, strip, period):
    return lambda rows, **more: make_incidents(rows, looks, strip=strip, period=period, **more)


def learnt(found) -> pd.Series:
    return found.assumptions.set_index("name").loc["extra_fires_per_cell_day"]


def test_the_interval_of_the_rate_learnt_covers_the_one_the_fires_were_made_with(burning, made):
    # authority: a happening shows with chance 0.5 on a day, in 59.6 cells for 10 days: 45 fires are 0.15 a cell and
    # day; an interval of 90 % misses it in more than two of eight runs in less than 4 % of cases
    truth = 45 / (59.6 * 10 * 0.5)
    runs = [learnt(made(burning(0.0004, 45, stretch=(0.0, 298.0), seed=seed))) for seed in range(8)]
    assert sum(run["low"] <= truth <= run["high"] for run in runs) >= 6


def test_the_rate_is_held_inside_its_stated_range(burning, made):
    assert learnt(made(burning(0.0004, 400, stretch=(0.0, 298.0))))["value"] == pytest.approx(0.2)
    assert learnt(made(burning(0.02)))["value"] >= 0.001


def test_the_counts_behind_the_rate_are_in_the_background_table(burning, made):
    found = made(burning(0.0004, 60))
    blocks = found.background.drop_duplicates(["season", "fires_near", "fires_expected", "extra_rate"])
    heat = sum(map(len, found.incidents.observations))
    assert 0.9 * heat <= blocks["fires_near"].sum() <= heat
    on = (found.background.cell_km >= 100) & (found.background.cell_km < 150)
    assert found.background.extra_rate[on].min() > found.background.extra_rate[~on].max()
    assert (found.background.extra_low <= found.background.extra_rate).all()
    assert (found.background.extra_rate <= found.background.extra_high).all()


def test_heat_is_more_surely_not_background_the_more_burns_near_the_line_there(burning, made):
    p = []
    for extra in (0, 20, 60, 150):
        found = made(burning(0.0004, extra)).incidents
        p.append(found.p_exists[found.chainage_km.between(100, 150) & (found.offset_km.abs() < 10)].mean())
    assert (np.diff(p) > 0).all()
    assert p[0] < 0.3
    assert p[-1] > 0.6


def test_a_day_on_which_everything_burns_is_no_escalation(burning, made):
    quiet = burning(0.0006)
    rng = np.random.default_rng(2)
    windy = burning(0.004, seed=3)
    windy = windy[(windy["time_start"].dt.day == 4).to_numpy()]
    both = pd.concat([quiet, windy.assign(observation_id=[f"w{k}" for k in range(len(windy))])], ignore_index=True)
    found = made(both.sample(frac=1, random_state=int(rng.integers(9)))).incidents
    on_day = found.time_start.dt.day == 4
    assert on_day.sum() > 40
    assert found.p_exists[on_day].mean() < 0.25


def test_neither_reports_nor_claims_change_what_heat_says(burning, made, observe):
    fires = burning(0.0004, 40)
    told = observe(np.linspace(5, 290, 80), 30.0, 9.0, sensor=["claim", "report"] * 40)
    told["observation_id"] = [f"told-{k}" for k in range(80)]
    alone, among = (made(rows).incidents for rows in (fires, pd.concat([fires, told], ignore_index=True)))
    among = among[among.act == "heat"]
    pd.testing.assert_series_equal(
        alone.set_index("incident_id").p_exists.sort_index(), among.set_index("incident_id").p_exists.sort_index()
    )


def test_the_side_of_the_line_makes_no_difference(burning, made, strip):
    fires = burning(0.0004, 60)
    chainage, offset = strip.place(lon_deg=fires["lon_deg"].to_numpy(), lat_deg=fires["lat_deg"].to_numpy())
    lon, lat = strip.locate(chainage_km=chainage, offset_km=-offset)
    a, b = (made(rows).incidents for rows in (fires, fires.assign(lon_deg=lon, lat_deg=lat)))
    np.testing.assert_allclose(np.sort(a.p_exists), np.sort(b.p_exists), rtol=0.05)
    assert set(a.columns) == set(INCIDENTS)


def test_heat_alone_stays_possible_however_surely_it_is_not_background(burning, made):
    found = made(burning(0.0001, 250)).incidents
    assert found.p_exists.max() > 0.85
    assert set(found.state) <= {"possible", "open", "rejected"}
    assert set(found.act) == {"heat"}
