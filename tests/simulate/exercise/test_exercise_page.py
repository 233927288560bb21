import dataclasses
import warnings
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from truceline.report.exercise_page import exercise_paper, handout_paper
from truceline.report.paper import paper_html, paper_pdf
from truceline.simulate.exercise import play
from truceline.simulate.judged import judge_readings
from truceline.simulate.runs import one_run, summarise
from truceline.simulate.scores import frozen, score
from truceline.simulate.truth_scenario import Clutter, KindRule, Voices

NOW = datetime(2026, 5, 2, tzinfo=UTC)
NOTHING = {
    "clutter": Clutter(crop_per_day=0, industry_sites=0, wildfires=0),
    "voices": Voices(false_alarms_per_day={"acoustic": 0}),
}


def paper_of(stage, *, seed=1, runs=None):
    exercise = play(stage, rng=np.random.default_rng(seed))
    made = score(exercise, judge_readings(exercise.readings(), stage), rng=np.random.default_rng(2), draws=20)
    late = frozen(exercise, rng=np.random.default_rng(3), draws=20, lags_h=(1.0, 24.0))
    return exercise_paper(made, late, title="<b>Test</b>", now=NOW, runs=runs)


def test_the_paper_says_the_bottom_line_first_and_escapes_what_it_is_given(stage):
    runs = summarise(pd.DataFrame([one_run(stage, 1, i) for i in range(2)]))
    paper = paper_of(stage, runs=runs)
    page = paper_html(paper)
    assert page.index("The bottom line") < page.index("Time to detect") < page.index("Over many runs")
    assert "<b>Test</b>" not in page
    assert "&lt;b&gt;Test" in page
    assert paper_pdf(paper).startswith(b"%PDF")
    assert paper_pdf(paper) == paper_pdf(paper)


@pytest.mark.parametrize("rate", [0.0, 120.0])
@pytest.mark.parametrize("sensors", [True, False])
def test_a_paper_can_be_made_of_anything_also_of_nothing(stage_for, scenario, rate, sensors):
    quiet = dataclasses.replace(scenario, kinds={"shelling": KindRule(per_day=rate)}, **NOTHING)
    stage = stage_for(quiet, number=3) if sensors else stage_for(quiet, {}, number=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paper = paper_of(stage)
        assert len(paper_html(paper)) > 1000
        assert paper_pdf(paper).startswith(b"%PDF")


def test_handouts_hold_each_inject_and_each_day():
    injects = pd.DataFrame({"day": [0, 3], "text": ["A rumour.", "A <i>leak</i>."]})
    paper = handout_paper(injects, ["Daily report, day 1\n\nviolation: W\n"], title="Test", now=NOW)
    page = paper_html(paper)
    assert "A rumour." in page
    assert "A &lt;i&gt;leak" in page
    assert "violation: W" in page
