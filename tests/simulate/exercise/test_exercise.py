import dataclasses

import numpy as np
import pandas as pd
import pytest

from truceline.errors import RequestError, UnknownNameError
from truceline.findings.status import NOT_OBSERVED
from truceline.mission import open_mission
from truceline.simulate.exercise import play
from truceline.simulate.judged import judge_readings
from truceline.simulate.scores import score
from truceline.simulate.stage import deployed
from truceline.simulate.truth_scenario import Clutter, Trouble, Voices
from truceline.simulate.voices import false_alarms, voiced
from truceline.simulate.written import exercise_files
from truceline.sources import read_source
from truceline.sources.claims import read_claims


@pytest.fixture(scope="module")
def exercise(stage):
    return play(stage, rng=np.random.default_rng(1))


def test_the_same_seed_gives_the_same_exercise(stage, exercise):
    again = play(stage, rng=np.random.default_rng(1))
    pd.testing.assert_frame_equal(again.truth, exercise.truth)
    pd.testing.assert_frame_equal(again.rows, exercise.rows)
    assert exercise_files(again)[0] == exercise_files(exercise)[0]


def test_every_source_reads_its_file_and_sets_nothing_aside(exercise, tmp_path):
    files, places = exercise_files(exercise)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kinds = {
        name: "firms" if "firms-" in name else "table"
        for name in files
        if name.startswith("data/firms") or "reports" in name
    }
    read = {name: read_source(kind, tmp_path / name, source="x") for name, kind in kinds.items()}
    seen = pd.concat([one.observations for one in read.values()])
    # pixels of one fire in one pass may be equal to the last digit written: kept once, with its reason
    assert all(one.set_aside["reason"].str.startswith("duplicate").all() for one in read.values())
    assert len(seen) >= 0.99 * len(exercise.rows)
    row = seen["ref"].map(dict(zip(places["ref"], places["row"], strict=True)))
    there = exercise.rows.loc[row]
    assert np.abs(seen["lon_deg"].to_numpy() - there["lon_deg"].to_numpy()).max() < 1e-5
    assert (np.abs(seen["time_start"].to_numpy() - there["time"].to_numpy()) < np.timedelta64(60, "s")).all()
    assert (seen["sensor"].to_numpy() == there["sensor"].to_numpy()).all()
    assert len(read_claims(tmp_path / "claims.csv", options={"timezone": "UTC"})) == len(exercise.claims)


def test_no_hidden_word_is_written_for_the_trainee(exercise):
    files, _ = exercise_files(exercise)
    whole = "".join(files.values())
    for word in ("fabricated", "false alarm", "unprovoked", "retaliation", "event"):
        assert word not in whole


def test_with_no_sensors_nothing_is_detected_and_nothing_assured(stage_for, scenario):
    quiet = dataclasses.replace(scenario, clutter=Clutter(crop_per_day=0, industry_sites=0, wildfires=0))
    blind = stage_for(quiet, {})
    exercise = play(blind, rng=np.random.default_rng(2))
    judged = judge_readings(exercise.readings(), blind)
    assert len(exercise.truth)
    assert not len(exercise.rows)
    assert not len(judged.incidents)
    assert set(judged.status["status"]) == {NOT_OBSERVED}
    said = score(exercise, judged, rng=np.random.default_rng(3), draws=20).as_json()
    assert said["false_assurance"]["value"] == 0
    assert said["recall_at_stake"]["value"] == said["recall_bound"]["value"] == 0


def test_a_sensor_known_to_be_out_is_off_duty_and_tampering_is_not_known(stage_for, scenario):
    out = Trouble(sensor="ears", from_day=0, to_day=6, what="shot at")
    silent = stage_for(dataclasses.replace(scenario, troubles=(out,)))
    on = {post.sensor_id for post in silent.deployment.posts if post.duty.on(silent.scene.steps, "UTC").any()}
    assert "ears" not in on
    spoiled = dataclasses.replace(scenario, troubles=(dataclasses.replace(out, what="tampered with"),))
    tampered = stage_for(spoiled)
    assert [post for post in tampered.deployment.posts if post.sensor_id == "ears"]
    assert tampered.coverage.seen["strike"].mean() > silent.coverage.seen["strike"].mean()
    rows = play(tampered, rng=np.random.default_rng(3)).rows
    assert "ears" not in set(rows.loc[rows["event"] >= 0, "sensor_id"])


def test_a_trouble_of_an_unknown_sensor_is_refused(stage, scenario):
    wrong = Trouble(sensor="eras", from_day=0, to_day=1, what="shot at")
    with pytest.raises(UnknownNameError, match="Did you mean 'ears'"):
        deployed(dataclasses.replace(scenario, troubles=(wrong,)), stage.asked)


def test_a_report_is_copied_from_one_origin_and_late_ones_know_only_the_date(stage, exercise):
    voices = Voices(doubled_share=1.0, late_share=1.0)
    reports = exercise.rows.iloc[:50].assign(sensor="report")
    said = voiced(reports.reset_index(drop=True), exercise.truth, voices, timezone="UTC", rng=np.random.default_rng(4))
    copies = said[said["cause"] == "copy"]
    assert len(copies) >= len(reports)
    assert set(copies["origin"]) <= set(said.loc[said["cause"] == "", "origin"])
    assert (said["time_end"] - said["time"] == pd.Timedelta(days=1, seconds=-1)).all()
    assert (said["arrived"] >= said["time"]).all()
    kyiv = voiced(
        reports.reset_index(drop=True), exercise.truth, voices, timezone="Europe/Kyiv", rng=np.random.default_rng(4)
    )
    assert set(kyiv["time"].dt.tz_convert("Europe/Kyiv").dt.hour) == {0}  # the whole local day


def alarms(stage, voices, **more):
    place = {"strip": stage.asked.strip, "period": stage.asked.period}
    return false_alarms(voices, stage.scene, **place, **more, rng=np.random.default_rng(5))


def test_a_sensor_that_is_not_there_raises_no_alarm(stage):
    rows = alarms(stage, Voices(false_alarms_per_day={"patrol": 1e4, "acoustic": 100}))
    assert set(rows["sensor"]) == {"acoustic"}
    assert len(rows) == pytest.approx(60, abs=3 * np.sqrt(60))  # 100 a day on 1,000 km: 10 on 100 km, 6 days


def test_arrays_of_which_nothing_is_said_raise_as_many_alarms_as_they_state_of_themselves(stage_for, scenario):
    said = {"sensors": [{"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": 60, "every_km": 10,
                         "false_alarms_per_day": 5, "hours": "06:00-18:00"}]}  # fmt: skip
    stage = stage_for(scenario, said)
    rows = alarms(stage, Voices(false_alarms_per_day={}))
    expected = 6 * 6 * 5 * 2 / 2  # arrays, days, a day and sound, sounds, half of the hours on duty
    assert len(rows) == pytest.approx(expected, abs=3 * np.sqrt(expected))
    assert set(rows["time"].dt.hour) <= set(range(6, 18))
    shots = (rows["act"] == "small_arms_fire").mean()
    assert shots == pytest.approx(0.5, abs=3 * 0.5 / np.sqrt(len(rows)))
    # two sigma at 5 km: 86.5 % (Rayleigh, 1 - exp(-2)) lie within 5 km of their array, here of the line
    _, offset = stage.asked.strip.place(lon_deg=rows["lon_deg"], lat_deg=rows["lat_deg"])
    assert np.std(offset) == pytest.approx(2.5, rel=0.2)


def test_a_sensor_that_was_tampered_with_raises_no_alarm_either(stage):
    dark = {"ears": np.ones(len(stage.scene.steps), bool)}
    voices = Voices(false_alarms_per_day={"acoustic": 100, "camera": 100})
    assert set(alarms(stage, voices, dark=dark)["sensor"]) == {"camera"}


def test_a_party_claims_what_the_other_did_enlarged(stage_for, scenario):
    loud = dataclasses.replace(scenario, voices=Voices(claim_inflation=3.0, claimed_share=1.0, denial=0.0))
    made = play(stage_for(loud, {}), rng=np.random.default_rng(6))
    by_second = (made.truth["side"] == "second").sum()
    claimed = made.claims.loc[made.claims["claimant"] == "first", "value"].sum()
    assert claimed == pytest.approx(3 * by_second, abs=4 * np.sqrt(3 * by_second))


def test_real_detections_can_lie_under_it(stage):
    readings, _ = open_mission("easter-2026").read(now=stage.asked.period.end)
    real = readings.observations[readings.observations["sensor"] == "thermal"].head(400)
    made = play(stage, rng=np.random.default_rng(7), background=real)
    assert (made.rows["cause"] == "real").sum() == 400
    assert not (made.rows["cause"] == "fire").any()
    # what was invented does not depend on what it is laid over
    assert len(made.rows[made.rows["event"] >= 0]) == len(
        play(stage, rng=np.random.default_rng(7)).rows.query("event >= 0")
    )


def test_a_background_without_detections_is_refused(stage):
    readings, _ = open_mission("donbas-2020").read(now=stage.asked.period.end)
    with pytest.raises(RequestError, match="no thermal detections"):
        play(stage, rng=np.random.default_rng(8), background=readings.observations)
