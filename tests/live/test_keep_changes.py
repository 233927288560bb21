"""The record after updates: what changed, and nothing of what did not."""

import itertools
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from front import PERIOD, ROWS, front, live, readings, row
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline import keeping
from truceline.findings.clocks import clock_ids
from truceline.keeping import keep, keep_changes
from truceline.store import Record, verify


@pytest.fixture
def record(tmp_path):
    return Record.open(tmp_path / "record.sqlite")


def test_only_what_changed_is_written(record):
    watched = live(front(), readings([row(k, hour=k, lon=30.1 + k / 20) for k in range(12)]))
    keep(watched.assessment, record)
    before = record.size
    update = watched.take(readings([row("far", hour=3, lon=30.9)]), now=PERIOD.end)
    keep_changes(update, lambda: record.batch(PERIOD.end))
    wrote = sum(len(rows) for rows in update.fresh.values())
    assert 0 < record.size - before <= wrote + 1  # and the run, where it says something new
    keep(update.assessment, record)
    assert record.size - before <= wrote + 1, "keeping everything finds nothing more to write"


def test_an_incident_that_is_gone_is_superseded_and_nothing_is_overwritten(record, tmp_path):
    watched = live(front(), readings([row("b", hour=10.25)]))
    (old,) = watched.assessment.incidents["incident_id"]
    keep(watched.assessment, record)
    update = watched.take(readings([row("a", hour=10.0)]), now=PERIOD.end)
    keep_changes(update, lambda: record.batch(PERIOD.end))
    (new,) = update.assessment.incidents["incident_id"]
    entries = record.entries("incident")
    told = entries[entries["record_id"] == old]
    assert len(told) == 2
    assert told["superseded_by"].iloc[-1] == [new]
    assert told["record_supersedes"].iloc[-1] == told["record_entry"].iloc[0]
    assert told["observations"].iloc[0] == ["obs-b"]
    assert not verify(tmp_path / "record.sqlite")


def stands(record, kind):
    """Return what the record holds of a kind for now: the latest entries, without those that say it is no longer so."""
    latest = {}
    for part in record.payloads(kind):
        for said in part:
            latest[said.get("finding_id") or said.get("clock_id") or said["incident_id"]] = said
    return {name for name, said in latest.items() if "superseded_by" not in said}


@settings(deadline=None, max_examples=15)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 40), min_size=1, max_size=3), terms=st.sampled_from(["alone", "across"]))
def test_what_the_record_holds_for_now_is_what_is_concluded_now(tmp_path_factory, rows, cuts, terms):
    record = Record.open(tmp_path_factory.mktemp("kept") / "record.sqlite")
    edges = [0, *sorted(cuts), len(rows)]
    batches = [readings(rows[a:b]) for a, b in itertools.pairwise(edges)]
    watched = live(front(terms, watched=False), batches[0])
    keep(watched.assessment, record)
    for batch in batches[1:]:
        update = watched.take(batch, now=PERIOD.end)
        keep_changes(update, lambda: record.batch(PERIOD.end))
    now = watched.assessment
    assert stands(record, "incident") == set(now.incidents["incident_id"])
    assert stands(record, "finding") == set(now.findings["finding_id"])
    assert stands(record, "attribution") == set(now.attributions["incident_id"])
    assert stands(record, "clock") == set(clock_ids(now.clocks))


def test_a_finding_that_a_changed_incident_no_longer_has_is_withdrawn_and_stays_readable(record, tmp_path):
    # a patrol's sighting in the truce breaches it; reported anew at an hour before the truce it cannot have
    watched = live(front(watched=False), readings([row("a", sensor="patrol", reliability="A", credibility="1")]))
    (finding,) = watched.assessment.findings["finding_id"]
    assert len(watched.assessment.clocks) == 2
    keep(watched.assessment, record)
    late = row("a", sensor="patrol", reliability="A", credibility="1", hour=2.0, reported_at=PERIOD.end)
    update = watched.take(readings([late]), now=PERIOD.end)
    assert not len(update.assessment.findings)
    keep_changes(update, lambda: record.batch(PERIOD.end))
    told = record.entries("finding")
    assert told["record_id"].tolist() == [finding, finding]
    assert told["superseded_by"].iloc[-1] == []
    assert told["verdict"].iloc[0] == "violation"
    assert told["record_supersedes"].iloc[-1] == told["record_entry"].iloc[0]
    assert len(record.entries("clock")) == 4
    assert record.entries("attribution")["superseded_by"].iloc[-1] == []
    assert not verify(tmp_path / "record.sqlite")
    # and said again when it is so again
    back = row("a", sensor="patrol", reliability="A", credibility="1", reported_at=PERIOD.end.replace(day=13))
    update = watched.take(readings([back]), now=PERIOD.end)
    keep_changes(update, lambda: record.batch(PERIOD.end))
    assert stands(record, "finding") == {finding}


LATER = PERIOD.end + timedelta(hours=1)


class BrokenOffError(Exception):
    """The process ended, or the disk was full."""


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_an_update_that_broke_off_between_two_batches_is_whole_once_it_is_written_again(tmp_path, monkeypatch, most):
    monkeypatch.setattr(keeping, "MOST_ROWS", most)
    watched = live(front(), readings([row(k, hour=k + 0.25, lon=30.1 + k / 20) for k in range(6)]))
    broken, whole = (Record.open(tmp_path / f"{name}.sqlite") for name in ("broken", "whole"))
    for record in (broken, whole):
        keep(watched.assessment, record)
    update = watched.take(readings([row(f"n{k}", hour=k, lon=30.1 + k / 20) for k in range(6)]), now=LATER)
    assert len(update.gone) == 6, "there is something to withdraw"
    keep_changes(update, lambda: whole.batch(PERIOD.end))

    @contextmanager
    def batch():
        if not left:
            raise BrokenOffError
        left.pop()
        before = broken.size
        with broken.batch(PERIOD.end) as writing:
            yield writing
        assert broken.size - before <= most

    for goes in itertools.count():
        left = [None] * goes
        with suppress(BrokenOffError):
            keep_changes(update, batch)
            break
        assert not verify(broken.where)
    assert goes >= 19 // most, "it broke off between all of them"
    assert broken.size == whole.size, "nothing is written twice"
    for kind in ("incident", "finding", "attribution", "clock"):
        assert stands(broken, kind) == stands(whole, kind)
    assert [kind for kind, *_ in broken.lines()][-1] == "run", "the last of all"
