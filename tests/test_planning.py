"""The plan of the reassurance mission from its folder to papers."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import truceline as tl
from truceline import cli
from truceline.errors import MissionError, PlanError, TrucelineError

MISSION = Path(__file__).resolve().parents[1] / "missions" / "reassurance-2025"
NOW = datetime(2026, 2, 24, tzinfo=UTC)
NAMED = {"months_sustained", "first_shortfall", "binding", "people_tied_up", "posts_unfilled", "cost", "sites_guarded",
         "reach", "defended"}  # fmt: skip


@pytest.fixture(scope="module")
def planned():
    return tl.open_mission("reassurance-2025").plan(["plan_feb_2025", "paris_2026"], draws=2, horizon_months=60)


@pytest.fixture(scope="module")
def written(planned, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    planned.write(folder, now=NOW)
    return folder


def test_every_scenario_and_rung_has_the_answers_that_are_documented(planned):
    plans = json.loads(json.dumps(planned.as_json()))["plans"]
    assert [(p["scenario"], p["level"]) for p in plans] == [
        (name, level) for name in ("plan_feb_2025", "paris_2026") for level in range(6)
    ]
    assert all(set(p) >= NAMED for p in plans)


def test_more_backstop_never_leaves_more_posts_empty_or_fewer_sites_guarded(planned):
    for _, rows in planned.table.groupby("scenario"):
        assert rows["least_unfilled"].is_monotonic_decreasing
        assert rows["sites_guarded"].is_monotonic_increasing


def test_the_seven_dated_scenarios_are_there():
    known = {file.stem for file in (MISSION / "scenarios").glob("*.yaml")}
    assert known == {
        "plan_feb_2025",
        "zelensky_100k",
        "iiss_small",
        "iiss_medium",
        "iiss_large",
        "gcsp_2025",
        "paris_2026",
    }


def test_zaporizhzhia_has_no_access_and_poland_no_guard_post(planned):
    # the seed facts: the plant lies beyond the line; Poland gives a logistics base, no troops
    for told in planned.scenarios:
        sites = told.places[-1].guard.set_index("site_id")
        assert not sites.loc["npp_zaporizhzhia", "guarded"]
        assert sites.loc["npp_zaporizhzhia", "stopped_by"] == "access"
        guards = {p.posts_id for p in told.scenario.posts if p.role == "guard"}
        for plan in told.plans:
            tours = plan.tours
            assert not ((tours["contributor"] == "PL") & tours["posts_id"].isin(guards)).any()


def test_no_unit_stands_inside_the_exclusion_distance(planned):
    for told in planned.scenarios:
        for places in told.places:
            guarded = places.guard[places.guard["guarded"]]
            assert (guarded["depth_km"] >= 30).all()


def test_the_papers_say_what_is_not_known_and_name_no_target(written):
    page = (written / "plan_feb_2025.html").read_text(encoding="utf-8")
    for title in ("What we do not know", "What binds, in words", "Capability gaps", "What it costs", "Map"):
        assert title in page
    assert "no targets" in page
    assert "up to 30,000 people" in page and "fewer than 30,000 people" in page
    assert (written / "plan_feb_2025.pdf").read_bytes().startswith(b"%PDF")
    assert (written / "plan_feb_2025_sites.csv").exists()


def test_the_same_plan_and_now_give_the_same_bytes(planned, written, tmp_path):
    planned.write(tmp_path, now=NOW)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == sorted(file.name for file in written.iterdir())
    assert [n for n in names if (tmp_path / n).read_bytes() != (written / n).read_bytes()] == []


def test_no_paper_shows_a_number_that_is_not_one(written):
    for file in written.glob("*.html"):
        assert not re.search(r">\s*(nan|inf|None)\s*<", file.read_text(encoding="utf-8")), file.name


def copied(tmp_path):
    return Path(shutil.copytree(MISSION, tmp_path / "own"))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("places.yaml", "host: UA", "host: XX", "no party of"),
        ("sites.csv", "34.5863", "3.5863", "line 2"),
        ("force.yaml", "tour_months:", "tour_month:", "Did you mean"),
        ("scenarios/plan_feb_2025.yaml", "horizon_months: 360", "horizon_months: 1000", "1000"),
    ],
)
def test_a_slip_in_a_file_is_named_with_its_place(tmp_path, file, old, new, said):
    folder = copied(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TrucelineError, match=said) as caught:
        tl.open_mission(folder).plan(["plan_feb_2025"])
    assert Path(file).name in str(caught.value)


def test_a_mission_without_a_force_says_what_to_add():
    with pytest.raises(MissionError, match=r"force\.yaml"):
        tl.open_mission("easter-2026").plan()


def test_a_folder_without_places_still_plans_its_force(tmp_path):
    folder = copied(tmp_path)
    (folder / "places.yaml").unlink()
    found = tl.open_mission(folder).plan(["iiss_small"], horizon_months=24)
    assert found.scenarios[0].places == (None,) * 6
    found.write(tmp_path / "out", now=NOW)
    assert "Sites guarded" not in (tmp_path / "out" / "iiss_small.html").read_text(encoding="utf-8")


def test_a_scenario_that_is_not_there_is_named():
    with pytest.raises(TrucelineError, match="Did you mean 'paris_2026'"):
        tl.open_mission("reassurance-2025").plan(["paris_2025"])


def test_a_horizon_of_nothing_is_refused():
    with pytest.raises(PlanError, match="horizon"):
        tl.open_mission("reassurance-2025").plan(["iiss_small"], horizon_months=0)


def test_compare_prints_json(tmp_path, capsys):
    words = ["plan", "reassurance-2025", "--compare", "iiss_small", "--horizon", "24", "--out", str(tmp_path), "--json"]
    assert cli.run(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["plans"]) == 6
    assert Path(said["report"]).exists()
