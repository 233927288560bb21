from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.incidents import IncidentSettings
from truceline.incidents.associate import associate, family_of, in_order

SETTINGS = IncidentSettings()


def numbers(table: pd.DataFrame) -> list[int]:
    return associate(in_order(table), SETTINGS).tolist()


def test_two_reports_of_one_place_and_hour_are_one_happening(observe):
    assert numbers(observe([50, 50.5], hours=[3, 4], lasting_h=2.0)) == [0, 0]


def test_reports_whose_times_do_not_meet_are_two(observe):
    assert numbers(observe(50, hours=[3, 9], lasting_h=2.0)) == [0, 1]


def test_two_satellites_an_hour_apart_see_one_fire(detect):
    assert numbers(detect(50, hours=[9, 10.2])) == [0, 0]


def test_fires_a_day_apart_are_two(detect):
    assert numbers(detect(50, hours=[9, 33])) == [0, 1]


def test_reports_farther_apart_than_their_errors_are_two(observe):
    # the 99 % gate of two errors of 0.5 km is sqrt(9.21 x 0.5) = 2.15 km
    assert numbers(observe([50, 52.0], sigma_m=500.0)) == [0, 0]
    assert numbers(observe([50, 52.3], sigma_m=500.0)) == [0, 1]


def test_a_chain_of_neighbours_does_not_become_one_incident(detect):
    fires = detect(np.arange(50.0, 100.0, 0.4), hours=9.0)
    found = associate(in_order(fires), SETTINGS)
    widest = fires.assign(n=found).groupby("n")["lon_deg"].agg(np.ptp) * 74.6
    assert widest.max() <= 2 * SETTINGS.max_extent_km
    assert found.max() > 10


def test_even_wide_errors_tie_nothing_beyond_the_greatest_extent(observe):
    assert numbers(observe([50, 56], sigma_m=20_000.0)) == [0, 1]


def test_presence_is_not_shelling_and_a_tank_is_not_a_mortar(observe):
    acts = ["shelling", "presence", "presence", "overflight"]
    rows = observe([50.0] * 4, act=acts, item=["", "tank", "mortar", "uav"])
    assert sorted(numbers(rows)) == [0, 1, 2, 3]


def test_heat_may_be_of_a_reported_shelling(observe, detect):
    heat = detect(50.3, hours=9.5)
    heat["observation_id"] = "heat"
    assert numbers(pd.concat([observe(50, hours=9.0, lasting_h=2.0), heat])) == [0, 0]


@pytest.mark.parametrize(
    ("act", "family"),
    [("rocket_fire", "fire"), ("drone_strike", "fire"), ("heat", "fire"), ("overflight", "operate_aerial_vehicle"),
     ("assault", "offensive_action"), ("levitation", "levitation")],
)  # fmt: skip
def test_acts_keep_company_under_their_broadest_word(act, family):
    assert family_of(act) == family


def test_what_has_no_place_or_no_hour_stands_alone(observe):
    rows = observe([50.0, 50.0, 50.0, 50.0], lasting_h=1.0)
    rows.loc[1, ["lon_deg", "lat_deg"]] = np.nan
    rows.loc[2, "time_end"] += pd.Timedelta(days=30)
    assert len(set(numbers(rows))) == 3


@settings(max_examples=40, deadline=None)
@given(data=st.data(), days=st.integers(-400, 400))
def test_neither_the_order_of_rows_nor_a_shift_of_all_times_matters(observe, data, days):
    number = data.draw(st.integers(1, 25))
    km = data.draw(st.lists(st.floats(50, 56), min_size=number, max_size=number))
    hours = data.draw(st.lists(st.sampled_from([3.0, 3.5, 4.0, 7.0]), min_size=number, max_size=number))
    rows = observe(km, hours=hours, sigma_m=data.draw(st.sampled_from([300.0, 2000.0])), lasting_h=0.5)
    shuffled = rows.sample(frac=1, random_state=1)
    later = rows.assign(
        time_start=rows["time_start"] + pd.Timedelta(days=days), time_end=rows["time_end"] + pd.Timedelta(days=days)
    )
    found = [dict(zip(in_order(t)["observation_id"], numbers(t), strict=True)) for t in (rows, shuffled, later)]
    assert found[0] == found[1] == found[2]


def test_reports_of_successive_days_do_not_meet_at_midnight(observe):
    assert numbers(observe(50, hours=[0.0, 24.0], lasting_h=24 - 1 / 3600)) == [0, 1]


def test_times_rounded_to_the_half_hour_still_meet(observe):
    assert numbers(observe(50, hours=[9.0, 9.4])) == [0, 0]


def test_rows_of_a_source_of_events_are_never_two_reports_of_one_event(observe):
    rows = observe(np.full(4, 50.0), hours=9.0, source=["events", "events", "news", "other"])
    own = IncidentSettings(event_sources=("events", "other"))
    assert numbers(rows) == [0, 0, 0, 0]
    assert associate(in_order(rows), own).tolist() == [0, 1, 0, 0]


def test_no_observations_make_no_incidents(observe):
    assert numbers(observe([50.0]).iloc[:0]) == []


def test_work_grows_with_the_observations_not_their_square(observe):
    rng = np.random.default_rng(1)
    times = []
    for number in (20_000, 80_000):
        rows = in_order(
            observe(rng.uniform(0, 290, number), rng.uniform(-20, 20, number), rng.uniform(0, 2400, number))
        )
        associate(rows, SETTINGS)
        began = time.process_time()
        associate(rows, SETTINGS)
        times.append(time.process_time() - began)
    assert times[1] < 10 * times[0]
