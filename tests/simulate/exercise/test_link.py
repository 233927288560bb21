import dataclasses

import numpy as np
import pytest

from truceline.errors import RequestError
from truceline.sensors.cover import cover_deployment
from truceline.simulate import Setting
from truceline.simulate.exercise import play
from truceline.simulate.link import expected, link


def covered(deploy, strip, days, scenario, said):
    kinds = list(scenario.kinds)
    return cover_deployment(deploy(said), strip=strip, period=days(2), kinds=kinds).coarser(10.0)


def ears(every_km):
    return {"sensors": [{"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": 100, "every_km": every_km}]}


def test_more_sensors_are_seen_deter_and_hold(deploy, strip, days, scenario):
    plans = {
        name: covered(deploy, strip, days, scenario, said)
        for name, said in (("none", {}), ("few", ears(50)), ("many", ears(10)))
    }
    table = link(plans, scenario, setting=Setting(), draws=2000)
    assert table["seen"].is_monotonic_increasing
    assert table["violations"].is_monotonic_decreasing
    assert table["p_break_24m"].is_monotonic_decreasing
    assert table["p_hold_20y"].is_monotonic_increasing
    assert (table["seen_low"] <= table["seen"]).all()
    assert (table["seen"] <= table["seen_high"]).all()
    assert table["seen"].iloc[0] == 0
    assert table["gain_seen"].iloc[0] == 0
    assert (table["p_hold_20y_low"] <= table["p_hold_20y"]).all()


def test_the_same_plan_twice_buys_nothing(deploy, strip, days, scenario):
    one = covered(deploy, strip, days, scenario, ears(20))
    table = link({"a": one, "b": one}, scenario, setting=Setting(), draws=2000)
    gains = [column for column in table if column.startswith("gain_")]
    assert (table.loc[1, gains] == 0).all()


def test_the_expected_number_is_that_of_many_runs(stage_for, scenario):
    # mean field against the simulation; answers short so that little is lost at the period's end
    quick = dataclasses.replace(scenario.answers, delay_h=0.2)
    small = dataclasses.replace(scenario, answers=quick, uneven=0.0, deterrence=1.0)
    stage = stage_for(small, ears(50), number=4)
    wanted, _ = expected(stage.coverage, small)
    counts = [len(play(stage, rng=np.random.default_rng(i)).truth) for i in range(40)]
    assert np.mean(counts) == pytest.approx(wanted, abs=3 * np.std(counts) / np.sqrt(40) + 0.01 * wanted)


def test_no_plan_at_all_is_refused(scenario):
    with pytest.raises(RequestError, match="no sensor plan"):
        link({}, scenario, setting=Setting())
