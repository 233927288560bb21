"""The whole plan of places: every part is there, in plain numbers, and a larger force guards no less."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from truceline.errors import PlanError, RequestError, UnknownNameError
from truceline.plan.places.settings import RANGES, PlacesSettings, places_settings_from, read_places_file
from truceline.plan.places.whole import plan_places
from truceline.provenance import plain

DAY = date(2026, 6, 1)
SAID = Path(__file__).resolve().parents[3] / "missions" / "reassurance-2025" / "places.yaml"


@pytest.fixture(scope="module")
def plan(given):
    return plan_places(given, PlacesSettings(belligerents=("RU", "UA")), people=15_000, on=DAY)


def test_the_summary_is_plain_and_says_what_is_guarded_reached_and_defended(plan):
    said = json.loads(json.dumps(plain(plan.summary())))
    assert said["sites_guarded"] == int(plan.guard["guarded"].sum()) > 3
    assert {row["of"] for row in said["reach"]} == {"line", "sites", "people"}
    assert {row["from_where"] for row in said["defended"]} == {"inside", "neighbours", "both"}
    assert set(said["sea"]["most_at_once"]) == {"30,000 t", "45,000 t"}
    assert said["sea"]["stopped"][0]["rule"] == "request"
    assert all(row["why"] for row in said["unguarded"])
    assert len(said["airports"]) == 19
    assert {row["name"] for row in said["corridors"]} == {
        "Lviv from the west",
        "Kyiv by Lviv and Rivne",
        "Odesa from the south-west",
    }
    assert any(row["site_id"] == "port_odesa" for row in said["sea"]["ports"])


def test_nobody_stands_guard_in_a_neighbouring_country(given):
    # Siret, Halmeu, Zahony and Giurgiulesti are towns of Romania, Hungary and Moldova
    everybody = plan_places(given, PlacesSettings(posture="presence"), people=1e6, on=DAY).guard.set_index("site_id")
    abroad = everybody.index[everybody["stopped_by"] == "abroad"]
    assert {"xing_porubne", "xing_diakove", "xing_chop_tysa", "xing_reni"} <= set(abroad)
    assert (everybody.loc[everybody["guarded"], "country"] == "UA").all()
    assert "lies in RO by the nearest town" in everybody.loc["xing_porubne", "why"]


def test_no_guard_hub_or_battery_stands_where_it_may_not(plan, given):
    settings = PlacesSettings()
    guarded = plan.guard[plan.guard["guarded"]]
    assert (guarded["depth_km"] >= settings.exclusion_km).all()
    assert (guarded["access"] != "none").all()
    assert (plan.hubs["depth_km"] >= settings.exclusion_km).all()
    inside = plan.batteries[plan.batteries["from_where"] == "inside"]
    depth = given.front.depth_km(lon_deg=inside["lon_deg"], lat_deg=inside["lat_deg"])
    assert (depth >= settings.battery_stands_off_km).all()


def test_batteries_on_both_sides_of_the_border_cover_no_less_than_either(plan):
    table = plan.defended.set_index(["from_where", "of", "altitude_m"])["share_mid"]
    for part in ("inside", "neighbours"):
        assert (table["both"] >= table[part] - 1e-12).all()


def test_with_nobody_nothing_is_guarded_and_no_help_comes(given):
    said = plan_places(given, PlacesSettings(), people=0, on=DAY).summary()
    assert said["sites_guarded"] == 0
    assert said["hubs"] == []


def test_the_mission_states_its_settings_and_unknown_ones_are_refused():
    said = read_places_file(SAID.read_text(encoding="utf-8"))
    assert said.host == "UA"
    assert said.settings == PlacesSettings(belligerents=("RU", "UA"))
    assert len(said.corridors) == 3
    with pytest.raises(UnknownNameError, match=r"settings: assumption 'exclusion_kn'.*Did you mean 'exclusion_km'"):
        read_places_file("host: UA\nsettings: {exclusion_kn: 5}")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("host: Ukraine", "host is 'Ukraine'"),
        ("host: UA\nbeyond_ends: []", "key 'beyond_ends'.*Did you mean 'beyond_end'"),
        ("host: UA\nbeyond_end: [[45, 95]]", "beyond_end: 45, 95 is no place"),
        ("host: UA\ncorridors: {west: [[23, 49]]}", r"corridors\.west: it has 1 places"),
        ("host: UA\ncorridors: {west: 5}", "'5' is no list of places"),
    ],
)
def test_a_places_file_that_cannot_be_used_says_where(wrong, said):
    with pytest.raises(RequestError, match=rf"places\.yaml.*{said}"):
        read_places_file(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"exclusion_km": -1}, "assumption 'exclusion_km' is -1"),
        ({"exclusion_km": "30"}, "'exclusion_km' is 30"),
        ({"hunters": 1.5}, "'hunters' is 1.5"),
        ({"neighbours": "PL"}, "'neighbours' is PL"),
        ({"art19_until": "soon"}, "'art19_until' is soon"),
        ({"posture": "gard"}, "posture 'gard'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_name(wrong, said):
    with pytest.raises(PlanError, match=f"places.yaml: .*{said}"):
        places_settings_from(wrong, where="places.yaml")


def test_every_number_assumed_lies_in_its_stated_range():
    for name, (low, high, unit, source) in RANGES.items():
        assert low <= getattr(PlacesSettings(), name) <= high
        assert unit
        assert source


def test_every_number_assumed_of_places_has_a_range_that_holds_it_and_a_source(plan):
    table = plan.assumptions
    assert set(RANGES) <= set(table["name"])
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert (table["source"].str.len() > 5).all()
