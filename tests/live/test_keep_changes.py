"""The record after updates: what changed, and nothing of what did not."""

import pytest
from front import PERIOD, front, live, readings, row

from truceline.monitoring import keep, keep_changes
from truceline.store import Record, verify


@pytest.fixture
def record(tmp_path):
    return Record.open(tmp_path / "record.sqlite")


def test_only_what_changed_is_written(record):
    watched = live(front(), readings([row(k, hour=k, lon=30.1 + k / 20) for k in range(12)]))
    keep(watched.assessment, record)
    before = record.size
    update = watched.take(readings([row("far", hour=3, lon=30.9)]), now=PERIOD.end)
    keep_changes(update, record)
    wrote = sum(len(rows) for rows in update.fresh.values())
    assert 0 < record.size - before <= wrote + 1  # and the run, where it says something new
    keep(update.assessment, record)
    assert record.size - before <= wrote + 1, "keeping everything finds nothing more to write"


def test_an_incident_that_is_gone_is_superseded_and_nothing_is_overwritten(record, tmp_path):
    watched = live(front(), readings([row("b", hour=10.25)]))
    (old,) = watched.assessment.incidents["incident_id"]
    keep(watched.assessment, record)
    update = watched.take(readings([row("a", hour=10.0)]), now=PERIOD.end)
    keep_changes(update, record)
    (new,) = update.assessment.incidents["incident_id"]
    entries = record.entries("incident")
    told = entries[entries["record_id"] == old]
    assert len(told) == 2
    assert told["superseded_by"].iloc[-1] == [new]
    assert told["record_supersedes"].iloc[-1] == told["record_entry"].iloc[0]
    assert told["observations"].iloc[0] == ["obs-b"]
    assert not verify(tmp_path / "record.sqlite")
