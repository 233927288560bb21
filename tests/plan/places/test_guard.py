"""Guarding: nobody inside the exclusion distance, the first priority first, and a reason for each site left out."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from truceline.errors import PlanError, RequestError, UnknownNameError
from truceline.plan.places.guard import base_reaction_force, by_size, demand, guard, read_postures
from truceline.plan.places.reinforce import ROAD, distances_km, minutes
from truceline.plan.places.sites import place_sites


@pytest.fixture(scope="module")
def asked(given, front):
    return demand(place_sites(given.sites, front), given.postures, posture="guard")


@st.composite
def tables(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    number = draw(st.integers(1, 8))
    takes = rng.integers(1, 6, number) * 100.0
    return pd.DataFrame(
        {
            "site_id": [f"s{i}" for i in range(number)],
            "access": "host_consent",
            "held_by": "host",
            "depth_km": rng.choice([5.0, 50.0, 100.0], number),
            "priority": rng.integers(1, 4, number),
            "population": np.nan,
            "people_low": takes / 2,
            "people_mid": takes,
            "people_high": takes * 2,
        }
    )


def counts(table):
    return tuple(int((table["guarded"] & (table["priority"] == rank)).sum()) for rank in (1, 2, 3))


@drawn(tables(), st.integers(0, 2500))
@settings(max_examples=60, deadline=None)
def test_no_choice_of_sites_guards_more_in_order_of_priority(table, people):
    found = guard(table, people=people)
    assert found["people"].sum() <= people
    may = table.index[table["depth_km"] >= 30]
    best = (0, 0, 0)
    for number in range(len(may) + 1):
        for choice in itertools.combinations(may, number):
            some = table.loc[list(choice)]
            if some["people_mid"].sum() <= people:
                best = max(best, tuple(int((some["priority"] == rank).sum()) for rank in (1, 2, 3)))
    assert counts(found) == best


@drawn(tables(), st.integers(0, 2500), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_more_people_never_guard_less_and_the_order_of_rows_does_not_matter(table, people, more):
    found = guard(table, people=people)
    assert counts(guard(table, people=people + more)) >= counts(found)
    again = guard(table[::-1].reset_index(drop=True), people=people)
    assert set(again.loc[again["guarded"], "site_id"]) == set(found.loc[found["guarded"], "site_id"])


@drawn(tables(), st.floats(0, 120))
@settings(max_examples=40, deadline=None)
def test_no_unit_stands_inside_the_exclusion_distance(table, exclusion_km):
    found = guard(table, people=1e6, exclusion_km=exclusion_km)
    assert (found.loc[found["guarded"], "depth_km"] >= exclusion_km).all()
    if found["guarded"].any():
        hubs = found.assign(kind="city", lon_deg=30.0, lat_deg=50.0)
        _, places = base_reaction_force(hubs, units=1, exclusion_km=exclusion_km)
        assert (places["depth_km"] >= exclusion_km).all()


def test_each_site_left_out_says_which_constraint_stops_it(asked):
    found = guard(asked, people=10_000).set_index("site_id")
    assert found.loc["npp_zaporizhzhia", "stopped_by"] == "access"
    assert "beyond the line of contact" in found.loc["npp_zaporizhzhia", "why"]
    assert found.loc["city_kherson", "stopped_by"] == "exclusion"
    assert found.loc["city_kherson", "why"] == "3 km from the line; no unit stands within 30 km"
    assert found.loc["dam_kakhovka", "stopped_by"] == "not_asked"
    assert found.loc["xing_shehyni", "stopped_by"] == "size"
    assert ((found["why"] == "") == found["guarded"]).all()


def test_the_plants_come_first_and_a_small_force_leaves_the_rest(asked):
    table = by_size(asked, sizes=[900, 30_000])
    # three plants with access, 300 people each
    assert table["sites_guarded"].tolist()[0] == 3
    assert "city_kyiv" in table["unguarded"].iloc[0]
    assert table["unguarded"].iloc[1] == ()
    assert (table["sites_guarded_low"] <= table["sites_guarded"]).all()
    assert (table["sites_guarded"] <= table["sites_guarded_high"]).all()


def test_reaction_units_reach_the_guarded_sites_as_said(asked):
    found = guard(asked, people=10_000)
    siting, places = base_reaction_force(found, units=4, rule="center")
    sites = found[found["guarded"]]
    times = minutes(distances_km(sites, places), ROAD)[1]
    assert siting.value == pytest.approx(times[:, siting.chosen].min(axis=1).max())
    more, _ = base_reaction_force(found, units=5, rule="center")
    assert more.value <= siting.value
    one, _ = base_reaction_force(found, units=4, rule="cover", serves=3)
    assert np.bincount(one.assigned[one.assigned >= 0]).max() <= 3 * max(np.bincount(one.chosen))
    with pytest.raises(UnknownNameError, match=r"rule 'centre'.*Did you mean 'center'"):
        base_reaction_force(found, units=4, rule="centre")
    with pytest.raises(PlanError, match="no site is guarded"):
        base_reaction_force(guard(asked, people=0), units=4)


def test_what_cannot_be_is_refused(asked, given, front):
    with pytest.raises(RequestError, match="the force has -1 people"):
        guard(asked, people=-1)
    with pytest.raises(RequestError, match="the exclusion distance is nan km"):
        guard(asked, people=1, exclusion_km=float("nan"))
    with pytest.raises(UnknownNameError, match="posture 'gard'"):
        demand(place_sites(given.sites, front), given.postures, posture="gard")
    head = "kind,posture,low,mid,high,priority,source,mark\n"
    with pytest.raises(PlanError, match=r"posture.csv, line 3: 'city, guard' is given twice"):
        read_postures(head + 2 * "city,guard,1,2,3,1,judgement,unchecked\n")
    with pytest.raises(PlanError, match="line 2: low, mid or high is empty"):
        read_postures(head + "city,guard,1,,3,1,judgement,unchecked\n")
    with pytest.raises(PlanError, match="line 2: low is -1"):
        read_postures(head + "city,guard,-1,2,3,1,judgement,unchecked\n")
