"""Air defence: the standard horizon, areas of discs, the size of the country, and that more never covers less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from truceline.errors import PlanError, RequestError, UnknownNameError
from truceline.plan.air.defence import (
    Battery,
    Protected,
    batteries_from,
    defended,
    defended_by_number,
    radar_horizon_km,
)
from truceline.plan.places.facts import read_facts
from truceline.plan.places.sites import place_sites
from truceline.plan.places.territory import territory

LONG = Battery(called="long", range_km=(70, 160, 160), altitude_max_km=(15, 24, 25), mast_m=(12, 12, 12))
SHARES = ["share_low", "share_mid", "share_high"]


@pytest.fixture(scope="module")
def protected(given, front, land, towns):
    cells, people = territory(towns, front, host="UA", land=land)
    placed = place_sites(given.sites, front)
    return Protected(cells=cells, towns=people, sites=placed[placed["held_by"] == "host"].reset_index(drop=True))


def test_the_radar_horizon_is_the_standard_one():
    # planning reference, finding 7: a 50 m target from a 12 m and a 30 m mast, a 200 m hill, 9 km up
    assert radar_horizon_km([12, 30, 200, 9000], 50).round().tolist() == [43, 52, 87, 420]
    with pytest.raises(RequestError, match="a height is negative"):
        radar_horizon_km(-1, 50)


def test_the_horizon_binds_low_and_the_range_binds_high():
    assert LONG.radius_km(50.0)[1] == pytest.approx(43.4, abs=0.1)
    assert LONG.radius_km(10_000.0).tolist() == [70, 160, 160]
    assert LONG.radius_km(20_000.0).tolist() == [0, 160, 160]  # above the lowest ceiling quoted
    assert LONG.radius_km(30_000.0).tolist() == [0, 0, 0]


def test_a_battery_covers_the_area_of_a_disc():
    x, y = np.meshgrid(np.arange(28.0, 32.0, 0.02), np.arange(48.0, 51.0, 0.02))
    cells = pd.DataFrame({"lon_deg": x.ravel(), "lat_deg": y.ravel()})
    cells["area_km2"] = 0.02**2 * 111.2**2 * np.cos(np.radians(cells["lat_deg"]))
    none = pd.DataFrame({"lon_deg": [30.0], "lat_deg": [49.5], "population": [0.0]})
    table = defended(none, Protected(cells=cells, towns=none, sites=none), LONG, altitudes_m=(50.0,))
    share = table.loc[table["of"] == "area", "share_mid"].iloc[0]
    # pi r^2 of a 43.4 km disc, on a ball of 111.2 km a degree
    assert share * cells["area_km2"].sum() == pytest.approx(np.pi * 43.40**2, rel=0.01)


def test_the_territory_is_as_large_as_the_country_less_a_fifth(protected):
    # 603,550 km2 in all (World Factbook), a fifth of it held by the other side (AP, February 2025): 482,840
    assert protected.cells["area_km2"].sum() == pytest.approx(0.8 * 603_550, rel=0.04)
    assert (protected.cells["depth_km"] > 0).all()
    assert 30e6 < protected.towns["population"].sum() < 42e6


def test_a_country_with_no_towns_is_refused(towns, front, land):
    with pytest.raises(PlanError, match="no town is in 'XX'"):
        territory(towns, front, host="XX", land=land)


def test_more_batteries_never_cover_less_and_their_order_does_not_matter(given, protected):
    stands = protected.sites[protected.sites["kind"] == "city"].reset_index(drop=True)
    table = defended_by_number(stands, protected, LONG, numbers=[0, 1, 3, 6], weigh="people")
    assert (table.loc[table["batteries"] == 0, SHARES] == 0).all(axis=None)
    best = table[(table["of"] == "people") & (table["altitude_m"] == 50.0)]
    assert best["share_mid"].is_monotonic_increasing
    assert table["placed_at"].iloc[-1].__len__() == 6
    few, all_ = defended(stands.iloc[:5], protected, LONG), defended(stands.iloc[:9], protected, LONG)
    assert (all_[SHARES].to_numpy() >= few[SHARES].to_numpy()).all()
    turned = defended(stands.iloc[:9][::-1], protected, LONG)
    np.testing.assert_allclose(turned[SHARES], all_[SHARES])
    assert (all_["share_low"] <= all_["share_mid"]).all()
    assert (all_["share_mid"] <= all_["share_high"]).all()


def test_from_neighbours_almost_nothing_is_covered_against_low_fliers(given, protected):
    # planning reference, finding 7: such batteries do not cover swaths of the country against low fliers
    stands = given.bases[(given.bases["kind"] != "port") & given.bases["host"].isin(["PL", "RO", "SK"])]
    table = defended(stands, protected, LONG, altitudes_m=(50.0, 10_000.0)).set_index(["of", "altitude_m"])
    assert table.loc[("area", 50.0), "share_mid"] < 0.02
    assert 0.1 < table.loc[("area", 10_000.0), "share_mid"] < 0.3


def test_facts_are_asked_for_by_name_and_unit(given):
    assert batteries_from(given.assets)["long"].range_km == (70, 160, 160)
    with pytest.raises(UnknownNameError, match=r"item of 'Patriot' 'altitude_mx'.*Did you mean 'altitude_max'"):
        given.assets["Patriot", "altitude_mx"]
    with pytest.raises(PlanError, match="is in km, not m"):
        given.assets.range("Patriot", "altitude_max", "m")
    head = "topic,item,low,mid,high,unit,source,mark\n"
    with pytest.raises(PlanError, match=r"assets.csv, line 3: 'a, b' is given twice"):
        read_facts(head + 2 * "a,b,1,2,3,km,x,checked\n", where="assets.csv")
    with pytest.raises(PlanError, match="line 2: it has no number"):
        read_facts(head + "a,b,,,,km,x,checked\n", where="assets.csv")
    with pytest.raises(UnknownNameError, match="line 2: mark 'chekced'"):
        read_facts(head + "a,b,1,2,3,km,x,chekced\n", where="assets.csv")


def test_every_fact_of_the_mission_has_a_source_and_a_mark(given):
    for fact in [*given.assets.values(), *given.sea.values()]:
        assert fact.source
        assert fact.mark in {"checked", "secondary", "unchecked"}
    for table in (given.sites, given.bases):
        assert (table["source"] != "").all()
    assert all(post.source and post.mark for post in given.postures.values())
    assert shapely.get_type_id(given.land) == 6
