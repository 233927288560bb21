"""The bundled mission: seven dated scenarios, every number sourced, Poland never on guard."""

from pathlib import Path

import pytest

from truceline import open_mission
from truceline.plan.force.checks import _leaves
from truceline.plan.force.contributors import Estimate
from truceline.plan.force.parse import parse_force, parse_scenario
from truceline.plan.rotation.whole import plan_force

MISSION = Path(__file__).resolve().parents[3] / "missions/reassurance-2025"
NAMES = ["gcsp_2025", "iiss_large", "iiss_medium", "iiss_small", "paris_2026", "plan_feb_2025", "zelensky_100k"]


@pytest.fixture(scope="module")
def force():
    return parse_force((MISSION / "force.yaml").read_text(encoding="utf-8"), where="force.yaml")


@pytest.fixture(scope="module")
def memory():
    return {}


def read(name, force):
    return parse_scenario((MISSION / f"scenarios/{name}.yaml").read_text(encoding="utf-8"), force, where=name)


def test_the_mission_opens_under_its_agreement():
    mission = open_mission("reassurance-2025")
    assert mission.brief.agreements[0].agreement_id == "reassurance_2025"


def test_all_seven_scenarios_are_there_and_dated_with_their_sources(force):
    assert sorted(p.stem for p in (MISSION / "scenarios").glob("*.yaml")) == NAMES
    for name in NAMES:
        scenario = read(name, force)
        assert scenario.scenario_id == name
        assert scenario.dated
        assert scenario.sources
        assert scenario.claims
        assert all(claim.source and claim.mark != "own" for claim in scenario.claims)


def test_every_number_has_a_source_and_a_mark(force):
    for record in (force, *(read(name, force) for name in NAMES)):
        estimates = [(path, value) for path, _, value in _leaves(record, "") if isinstance(value, Estimate)]
        bare = [path for path, value in estimates if not value.source and (value.mid, value.mark) != (0.0, "own")]
        assert not bare


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", [0, 5])
def test_poland_is_never_given_a_guard_post(name, level, force, memory):
    # AP, February 2025, and January 2026: no troops; lead for logistics
    plan = plan_force(read(name, force), force, backstop=level, horizon_months=120, memory=memory)
    guards = {p.posts_id for p in read(name, force).posts if p.role == "guard"}
    polish = plan.tours[plan.tours["contributor"] == "PL"]
    assert not set(polish["posts_id"]) & guards
    wish = plan.wishes.set_index("contributor").loc["PL"]
    assert not wish["met"]
    assert wish["stopped_by"].startswith("Poland: sends no troops")


def test_the_plan_of_february_2025_keeps_both_bounds_of_30000(force):
    # Wall Street Journal: at most 30,000; Associated Press: below 30,000
    bounds = {(c.bound, c.value) for c in read("plan_feb_2025", force).claims}
    assert bounds == {("at_most", 30_000), ("below", 30_000)}


def test_a_larger_force_is_never_kept_up_better_than_a_smaller_one(force, memory):
    # IISS, 31 March 2025: Europe can sustain the small and medium options only
    shares = [
        plan_force(read(name, force), force, backstop=5, horizon_months=120, memory=memory).types.set_index("unit_type")
        for name in ("iiss_small", "iiss_medium", "iiss_large")
    ]
    land = [types.loc["infantry_battalion", "filled_share"] for types in shares]
    assert land == sorted(land, reverse=True)
    assert land[0] == 1.0
    assert land[2] < 0.5


def test_the_force_file_agrees_with_the_tables_it_was_made_from(force, real_data):
    lines = (real_data / "force_facts/contributors.csv").read_text(encoding="utf-8").splitlines()
    assert len(force.contributors) == len(lines) - 1 == 36
    personnel = {c.contributor_id: c.personnel for c in force.contributors}
    assert personnel["FR"] is not None
    assert personnel["FR"].mid == 200_000
    assert personnel["CY"] is None  # empty is not known, never nought
