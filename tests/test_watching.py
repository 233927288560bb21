import json
import shutil

import numpy as np
import pytest
import yaml

import truceline as tl
from truceline.cli import run
from truceline.errors import MissionError, UnknownNameError
from truceline.mission import find_mission, open_mission
from truceline.report.chart_grid import coverage_grid, sector_exposure
from truceline.timespan import parse_instant
from truceline.watching import watch_over

TRUCE = {"start": parse_instant("2026-04-11T13:00Z"), "end": parse_instant("2026-04-12T21:00Z")}
DRONE = {"id": "night-drone", "kind": "drone", "from_km": 0, "to_km": 743, "number": 400, "hours": "18:00-06:00"}


@pytest.fixture
def mission(tmp_path):
    """Return a maker of the Easter mission with other sensors."""
    source = find_mission("easter-2026")

    def made(**said):
        folder = tmp_path / "mission"
        shutil.copytree(source, folder, dirs_exist_ok=True)
        usual = yaml.safe_load((source / "sensors.yaml").read_text())
        (folder / "sensors.yaml").write_text(yaml.safe_dump(usual | said))
        return folder

    return made


def test_the_bundled_mission_counts_three_viirs_and_nothing_else():
    watching = watch_over(open_mission("easter-2026").during(**TRUCE), kinds=["strike", "heavy_weapons"])
    by_kind = watching.shares.groupby("kind")["seen"].max()
    assert 0 < by_kind["strike"] < 0.3
    assert by_kind["heavy_weapons"] == 0
    assert watching.revisit["by"].tolist() == ["thermal"]
    assert not len(watching.left_out)
    assert any("2026-03-11" in remark for remark in watching.remarks)  # old elements are told


def test_a_mission_without_sensors_counts_recorded_looks_and_says_so(mission):
    folder = mission()
    (folder / "sensors.yaml").unlink()
    watching = watch_over(open_mission(folder).during(**TRUCE), kinds=["strike"])
    assert 0 < watching.shares["seen"].max() < 0.3
    assert "no sensors.yaml" in watching.left_out["reason"].iloc[0]
    assert not len(watching.delays)


def test_looks_recorded_and_passes_computed_tell_nearly_the_same(mission):
    """Two ways to one number: passes told from detections, and passes told from the orbit."""
    folder = mission()
    from_orbits = watch_over(open_mission(folder), kinds=["strike"]).shares["seen"].mean()
    (folder / "sensors.yaml").unlink()
    recorded = watch_over(open_mission(folder), kinds=["strike"]).shares["seen"].mean()
    assert from_orbits == pytest.approx(recorded, rel=0.15)


def test_the_command_prints_what_programs_need(capsys):
    words = ["coverage", "easter-2026", "--from", "2026-04-11T22:00", "--to", "2026-04-12T16:00", "--kind", "strike"]
    assert run([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["from"] == "2026-04-11T19:00:00Z"
    assert sum(row["km_h"] for row in said["exposure"]) == pytest.approx(743.3 * 18, rel=1e-3)
    assert {"kind", "sector", "seen", "seen_low", "seen_high"} <= set(said["share_seen"][0])
    assert {"median_h", "p90_h", "worst_h"} <= set(said["revisit"][0])
    assert {"detected", "median_h", "p90_h", "worst_h"} <= set(said["time_to_detect"][0])
    assert said["left_out"] == []


def test_the_command_writes_chart_map_and_page(tmp_path, capsys):
    words = ["coverage", "easter-2026", "--from", "2026-04-11T16:00", "--to", "2026-04-12T00:00", "--kind", "strike"]
    assert run([*words, "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "coverage.html").stat().st_size > 10_000
    assert "Kilometre-hours" in capsys.readouterr().out


def test_a_slip_in_sensors_yaml_is_one_clear_line(mission, capsys):
    with pytest.raises(UnknownNameError, match="Did you mean 'drone'"):
        open_mission(mission(sensors=[{"id": "x", "kind": "dronne"}]))
    with pytest.raises(MissionError, match=r"sensors\.yaml.*'satelites'.*'satellites'"):
        open_mission(mission(satelites=[]))
    assert run(["coverage", "easter-2026", "--kind", "shellin"]) == 2
    assert "shelling" in capsys.readouterr().err


def test_what_was_left_out_is_said_and_the_others_count(mission, capsys):
    folder = mission(sensors=[{"id": "bad", "kind": "drone", "swath_km": -5}])
    assert run(["coverage", str(folder), "--to", "2026-04-07", "--kind", "strike", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [row["sensor"] for row in said["left_out"]] == ["bad"]
    assert max(row["seen"] for row in said["share_seen"]) > 0


def test_in_the_monitor_sensors_make_looks_and_what_was_left_out_is_a_warning(mission):
    sensors = [DRONE, {"id": "bad", "kind": "camera", "at_km": 9999}]
    watched = open_mission(mission(sensors=sensors)).during(**TRUCE).monitor().assessment
    alone = tl.open_mission("easter-2026").during(**TRUCE).monitor().assessment
    assert any("Sensor bad was left out" in warning for warning in watched.warnings)
    assert watched.exposure["km_h_unseen_night"] < alone.exposure["km_h_unseen_night"]
    assert watched.exposure["km_h_total"] == pytest.approx(alone.exposure["km_h_total"], rel=1e-12)
    assert (watched.status["watched"] >= alone.status["watched"] - 1e-6).all()
    # the report divides by the same exposure: kilometre-hours weighed by the chance that a violation was seen
    by_sector = sector_exposure(watched, coverage_grid(watched)).set_index("sector")
    weighed = (watched.status["watched"] * watched.status["exposure_h"]).groupby(watched.status["sector"]).sum()
    km = watched.sectors.set_index("sector")["to_km"] - watched.sectors.set_index("sector")["from_km"]
    assert by_sector["km_h_effective"].to_numpy() == pytest.approx((weighed * km).to_numpy(), rel=0.01)
    bound = watched.status["missed_upper"] * watched.status["watched"]
    assert bound.to_numpy() == pytest.approx(2.9957, rel=1e-4)  # none seen: 3.0 / watched


def test_a_mission_nobody_watches_reads_not_observed_whatever_its_silence(mission):
    folder = mission(satellites=[], sensors=[])
    (folder / "sources.yaml").write_text("schema: sources/0.1\nsources: []\n")
    status = open_mission(folder).during(**TRUCE).monitor().status
    assert set(status["status"]) == {"not observed"}
    assert (status["looks"] == 0).all()
    assert np.isinf(status["missed_upper"]).all()
