from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import IncidentSettings, make_incidents


def acts_of(rows, looks, strip, period, **settings) -> dict[str, float]:
    made = make_incidents(rows, looks, strip=strip, period=period, settings=IncidentSettings(**settings)).incidents
    assert len(made) == 1
    return dict(made.p_acts[0])


def test_one_report_gives_its_act_less_what_may_be_confused_with_the_broader_one(observe, looks, strip, period):
    rows = observe(50.0, act="shelling")
    assert acts_of(rows, looks, strip, period) == {"shelling": pytest.approx(0.9), "fire": pytest.approx(0.1)}


def test_a_better_witness_weighs_more(observe, looks, strip, period):
    # by hand: likelihood ratios 10 and 2 vote 10 : 2
    rows = observe([50.0, 50.0], act=["shelling", "air_strike"], reliability=["A", "D"], credibility="1")
    acts = acts_of(rows, looks, strip, period, act_confusion=0.0)
    assert acts == {"shelling": pytest.approx(10 / 12), "air_strike": pytest.approx(2 / 12)}


def test_copies_of_one_report_vote_once(observe, looks, strip, period):
    rows = observe(np.full(6, 50.0), act=["shelling"] * 5 + ["air_strike"], origin=["a"] * 5 + ["b"], reliability="C")
    acts = acts_of(rows, looks, strip, period, act_confusion=0.0)
    assert acts == {"shelling": pytest.approx(0.5), "air_strike": pytest.approx(0.5)}


def test_heat_does_not_change_what_the_witnesses_say(observe, detect, looks, strip, period):
    rows = observe(50.0, hours=10.0, act="shelling")
    both = pd.concat([rows, detect(50.1, hours=10.0, observation_id=["heat"])], ignore_index=True)
    assert acts_of(both, looks, strip, period) == pytest.approx(acts_of(rows, looks, strip, period))


def test_heat_alone_may_be_hostile_with_the_assumed_share(detect, looks, strip, period):
    acts = acts_of(detect(50.0), looks, strip, period, hostile_share_of_heat=0.2)
    assert acts == {"heat": pytest.approx(0.8), "fire": pytest.approx(0.2)}
