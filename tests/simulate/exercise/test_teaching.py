import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from truceline.errors import RecordError, RequestError
from truceline.simulate.exercise import play
from truceline.simulate.sightings import ACTS
from truceline.simulate.teaching import (
    check_seal,
    daily,
    daily_text,
    injects,
    read_answers,
    score_answers,
    seal,
)


@pytest.fixture(scope="module")
def exercise(stage):
    return play(stage, rng=np.random.default_rng(1))


def told(exercise, rows=slice(None)):
    """What somebody who knows the truth would answer."""
    truth = exercise.truth.iloc[rows]
    parties = {"first": "N", "second": "S"}
    return pd.DataFrame(
        {
            "what": "violation", "time": truth["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"), "lon": truth["lon_deg"],
            "lat": truth["lat_deg"], "act": truth["kind"].map(lambda k: ACTS.get(k, k)),
            "party": truth["side"].map(parties),
            "probability": 1.0,
        }
    )  # fmt: skip


def figures(answers, exercise):
    return score_answers(read_answers(answers)[0], exercise).set_index("name")["value"]


def test_a_key_is_the_one_sealed_and_no_other(exercise):
    sealed = seal(exercise, seed=1, salt="abc")
    check_seal(sealed.key, sealed.sha256 + "\n")
    assert seal(exercise, seed=1, salt="abc") == sealed
    assert seal(exercise, seed=1, salt="abd").sha256 != sealed.sha256
    with pytest.raises(RecordError, match="not the one that was sealed"):
        check_seal(sealed.key.replace("shelling", "strike", 1), sealed.sha256)
    assert len(json.loads(sealed.key)["truth"]["kind"]) == len(exercise.truth)


def test_who_knows_the_truth_scores_full_marks(exercise):
    made = figures(told(exercise), exercise)
    assert made["recall"] == 1
    assert made["right_party"] == 1
    # violations of one episode are answers about one thing, of which one counts
    assert 0.5 < made["precision"] <= 1


def test_who_knows_half_finds_about_half(exercise):
    made = figures(told(exercise, slice(0, None, 2)), exercise)
    assert 0.4 < made["recall"] < 0.7
    assert made["right_party"] > 0.95


def test_who_names_the_wrong_party_is_told_so(exercise):
    answers = told(exercise)
    answers["party"] = answers["party"].map({"N": "S", "S": "N"})
    assert figures(answers, exercise)["right_party"] == 0


def test_who_calls_every_day_quiet_gives_false_assurance(exercise, stage):
    days = pd.date_range(stage.asked.period.start, periods=6, freq="D")
    rows = [("quiet", day.isoformat(), sector) for day in days for sector in ("W", "E")]
    answers = pd.DataFrame(rows, columns=["what", "time", "sector"])
    made = figures(answers, exercise)
    assert made["false_assurance"] == 1  # 17 violations a day: no quiet day
    assert made["recall"] == 0


def test_answers_that_cannot_be_used_are_set_aside_with_their_line():
    sheet = pd.DataFrame(
        {
            "what": ["violation", "violation", "perhaps", "violation"],
            "time": ["2026-04-02T10:00Z", "soon", "2026-04-02", "2026-04-02"],
            "lon": [36.1, 36, 36, None], "lat": [48.0] * 4, "probability": [2.0, 0.5, 0.5, 0.5],
        }
    )  # fmt: skip
    good, aside = read_answers(sheet)
    assert not len(good)
    assert [line.split(":")[0] for line in aside] == ["line 2", "line 3", "line 4", "line 5"]
    with pytest.raises(RequestError, match="no column 'time'"):
        read_answers(pd.DataFrame({"when": []}))


def test_a_daily_report_knows_nothing_that_came_later(exercise, stage):
    end = stage.asked.period.start + pd.Timedelta(days=3).to_pytimedelta()
    later = exercise.rows["arrived"] > end
    cut = dataclasses.replace(exercise, rows=exercise.rows[~later])
    pd.testing.assert_frame_equal(daily(exercise, "2026-04-03", end=end), daily(cut, "2026-04-03", end=end))
    assert later.any()


def test_a_daily_report_names_each_sector_once_and_hands_out_the_days_injects(exercise, stage):
    end = stage.asked.period.start + pd.Timedelta(days=1).to_pytimedelta()
    table = daily(exercise, "2026-04-01", end=end)
    assert sorted(table["sector"]) == ["E", "W"]
    text = daily_text(table, pd.DataFrame({"day": [0, 1], "text": ["now", "tomorrow"]}), number=0)
    assert "INJECT: now" in text
    assert "tomorrow" not in text
    assert "Silence in a sector that was not observed says nothing." in text


def test_an_inject_without_a_day_is_refused(exercise):
    stage = exercise.stage
    wrong = dataclasses.replace(stage, scenario=dataclasses.replace(stage.scenario, injects=("3: good", "bad one")))
    with pytest.raises(RequestError, match="names no day"):
        injects(dataclasses.replace(exercise, stage=wrong))
