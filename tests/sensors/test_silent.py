"""Looks that saw nothing: passes of the sources' own satellites that no row of their feed tells of."""

import pandas as pd
import pytest

import truceline as tl
from truceline.monitor import known_looks
from truceline.sensors.deployment import Deployment
from truceline.sensors.silent import SAME, silent_passes


@pytest.fixture(scope="module")
def opened():
    return tl.open_mission("easter-2026")


@pytest.fixture(scope="module")
def looks(opened):
    readings, _ = opened.read(now=opened.brief.period.end)
    return readings.looks


def silent(opened, looks, deployment=None):
    brief = opened.brief
    return silent_passes(deployment or brief.deployment, looks, strip=brief.strip, period=brief.period)


def test_a_pass_whose_detections_are_taken_away_is_still_a_look(opened, looks):
    # the truth is a real pass over the line, known from NASA's detections of it
    own = looks[(looks["source"] == "viirs-noaa20") & (looks["detections"] > 30)]
    taken = own.iloc[len(own) // 2]
    before, after = silent(opened, looks), silent(opened, looks[looks["look_id"] != taken["look_id"]])
    added = after[~after["time_start"].isin(before["time_start"])]
    assert len(added) == 1
    assert abs(added["time_start"].iloc[0] - taken["time_start"]) < SAME
    assert added["source"].iloc[0] == "viirs-noaa20"


def test_nothing_is_counted_on_days_the_feed_does_not_cover(opened, looks):
    found = silent(opened, looks)
    assert len(found)
    for source, rows in found.groupby("source"):
        known = looks.loc[looks["source"] == source, "time_start"]
        assert rows["time_start"].min() >= known.min().floor("D")
        assert rows["time_start"].max() < known.max().floor("D") + pd.Timedelta(days=1)


def test_no_look_is_told_twice(opened, looks):
    found = silent(opened, looks)
    for source, rows in found.groupby("source"):
        known = looks.loc[looks["source"] == source, "time_start"]
        assert all((known - at).abs().min() > SAME for at in rows["time_start"])


def test_without_elements_or_a_feed_nothing_is_added(opened, looks):
    none = Deployment(orbiting=opened.brief.deployment.orbiting)
    assert len(silent(opened, looks, none)) == 0
    assert len(silent(opened, looks[looks["source"] == "nobody"])) == 0


def test_the_looks_of_a_run_hold_those_that_saw_nothing_in_order(opened, looks):
    known = known_looks(opened.brief, looks)
    empty = known[known["detections"] == 0]
    assert len(known) == len(looks) + len(empty)
    assert known["look_id"].is_unique
    assert known["time_start"].is_monotonic_increasing
    assert set(empty["basis"]) == {"pass computed from element sets"}
