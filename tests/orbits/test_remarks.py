from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from truceline.errors import RequestError
from truceline.orbits import REMARKS, remarks
from truceline.timespan import Timespan


@pytest.fixture
def easter():
    return Timespan(start=datetime(2026, 4, 11, tzinfo=UTC), end=datetime(2026, 4, 13, tzinfo=UTC))


def test_elements_older_than_14_days_are_said_to_be_with_their_error(sets, easter):
    said = remarks([sets[43013], sets[54234]], easter)
    assert {name: str(kind) for name, kind in said.dtypes.items()} == REMARKS
    assert said.matter.tolist() == ["old", "old"]
    assert said.age_d.round().tolist() == [33, 49]
    assert "run on to 33 days away" in said.text[0]
    assert "run back to 49 days away" in said.text[1]
    assert "km along the track" in said.text[0]
    # 7.45 km/s: the mean motion of 14.195 turns a day by Kepler's third law
    assert said.along_track_km.to_numpy() == pytest.approx(7.45 * said.time_sigma_s.to_numpy(), rel=0.01)


def test_fresh_elements_need_no_remark(sets):
    fresh = Timespan(start=sets[43013].epoch, end=sets[43013].epoch + timedelta(days=13.9))
    assert remarks([sets[43013]], fresh).empty


def test_two_sets_of_one_satellite_are_said_to_be(sets, easter):
    other = replace(sets[43013], epoch=datetime(2026, 5, 13, tzinfo=UTC))
    said = remarks([sets[43013], other], easter)
    assert "nearest epoch" in said.text[said.matter == "several"].iloc[0]
    assert (said.matter == "old").sum() == 2


def test_a_decay_is_dated(falling, april):
    said = remarks([falling], april)
    assert said.matter.tolist() == ["decayed"]
    assert "decayed by 2026-04-0" in said.text[0]


def test_a_set_too_far_away_is_said_to_be_unused(sets):
    period = Timespan(start=datetime(2027, 3, 20, tzinfo=UTC), end=datetime(2027, 3, 25, tzinfo=UTC))
    said = remarks([sets[43013], sets[54234]], period)
    assert set(zip(said.norad_id, said.matter, strict=True)) == {(43013, "unused"), (54234, "old")}


def test_no_elements_for_the_period_is_a_wrong_request(easter):
    with pytest.raises(RequestError, match="no element set"):
        remarks([], easter)
