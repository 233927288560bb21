"""Live watching gives what watching all at once gives, whatever the order, and touches only what changed."""

import itertools
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from front import CLAIMED, HEAT, PERIOD, ROWS, check_same, front, live, readings, row, whole
from hypothesis import given, settings
from hypothesis import strategies as st

import truceline as tl
from truceline.agreement import parse_agreement
from truceline.live import Live
from truceline.observations import LOOKS, SET_ASIDE, gather, new_table

EMPTY = readings([])


@settings(deadline=None, max_examples=30)
@given(data=st.data(), terms=st.sampled_from(["alone", "alone", "across", "alike"]), rows=ROWS)
def test_any_order_split_doubling_and_delay_give_the_assessment_of_all_at_once(data, terms, rows):
    brief = front(terms, watched=data.draw(st.sampled_from([True, False, False])))
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    again = data.draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else []
    edges = [0, *cuts, len(rows)]
    batches = [readings(shuffled[a:b]) for a, b in itertools.pairwise(edges)] + [readings(again)]
    watched = live(brief, batches[0])
    for batch in batches[1:]:
        watched.take(batch, now=PERIOD.end)
    check_same(watched.assessment, whole(brief, [readings(rows)]))


@settings(deadline=None, max_examples=8)
@given(rows=ROWS, heat=HEAT, cut=st.integers(0, 46))
def test_heat_among_the_rest_gives_the_assessment_of_all_at_once(rows, heat, cut):
    brief, every = front(), [*rows, *heat]
    batches = [readings(every[cut:]), readings(every[:cut])]
    watched = live(brief, batches[0])
    update = watched.take(batches[1], now=PERIOD.end)
    check_same(update.assessment, whole(brief, batches))


@settings(deadline=None, max_examples=15)
@given(first=ROWS, second=ROWS, terms=st.sampled_from(["alone", "across"]))
def test_an_update_names_every_incident_that_changed_in_any_table(first, second, terms):
    watched = live(front(terms, watched=False), readings(first))
    before = watched.assessment
    update = watched.take(readings(second), now=PERIOD.end)
    for name in ("incidents", "findings", "attributions"):
        told = [
            {i: rows.to_json(date_unit="ns", orient="values") for i, rows in getattr(a, name).groupby("incident_id")}
            for a in (before, update.assessment)
        ]
        other = {i for i in told[0].keys() | told[1].keys() if told[0].get(i) != told[1].get(i)}
        assert other <= set(update.changed)
    gone = set(before.incidents["incident_id"]) - set(update.assessment.incidents["incident_id"])
    assert set(update.gone) == gone


def test_a_far_report_touches_nothing_but_its_own_incident():
    watched = live(front(), readings([row(k, hour=k, lon=30.1 + k / 20) for k in range(12)]))
    before = watched.assessment
    update = watched.take(readings([row("far", hour=3, lon=30.9)]), now=PERIOD.end)
    assert len(update.changed) == 1
    assert not update.whole
    assert len(update.fresh["incidents"]) == len(update.fresh["observations"]) == 1
    kept = update.assessment.incidents[~update.assessment.incidents["incident_id"].isin(update.changed)]
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), before.incidents)


def test_a_late_first_observation_takes_the_incident_over():
    watched = live(front(), readings([row("b", hour=10.25)]))
    (old,) = watched.assessment.incidents["incident_id"]
    update = watched.take(readings([row("a", hour=10.0)]), now=PERIOD.end)
    (new,) = update.assessment.incidents["incident_id"]
    assert new != old
    assert update.gone == {old: (new,)}
    assert update.changed == tuple(sorted([old, new]))


def test_the_same_again_changes_nothing():
    first = readings([row("a"), row("b", hour=20)])
    watched = live(front(), first)
    update = watched.take(first, now=PERIOD.end)
    assert update.changed == ()
    assert all(not len(rows) for rows in update.fresh.values())


def test_new_heat_or_a_new_pass_is_a_whole_run_and_a_patrol_on_the_ground_is_not():
    box = {"west_deg": 29.0, "east_deg": 32.0, "south_deg": 47.0, "north_deg": 49.0}
    at = pd.Timestamp("2026-01-10T10:00Z")

    def look(sensor):
        told = {"look_id": [f"look-{sensor}"], "source": sensor, "sensor": sensor, "time_start": at, **box}
        return new_table(LOOKS, told | {"time_end": at + pd.Timedelta(hours=2), "cloud": 0.1}, length=1)

    brief, first = front(), readings([row("a"), row("h", "heat", sensor="thermal", strength=9.0)])
    seen, batches = live(brief, first), [first]
    for batch, expected in (
        (readings([], looks=look("patrol")), False),
        (readings([], looks=look("thermal")), True),
        (readings([row("i", "heat", sensor="thermal", lon=30.2, strength=9.0)]), True),
        (readings([row("j", "heat", sensor="thermal", lat=49.9, strength=9.0)]), False),  # far from the line
        (readings([row("b", lon=30.51)]), False),
    ):
        batches.append(batch)
        update = seen.take(batch, now=PERIOD.end)
        assert update.whole is expected
        check_same(update.assessment, whole(brief, batches))


def test_the_clock_alone_moves_the_clocks_and_nothing_else():
    first = readings([row("a", sensor="patrol", party="A", reliability="A", credibility="1")])
    brief = front(watched=False)
    watched = live(brief, first, now=PERIOD.start)
    before = watched.assessment
    assert set(before.clocks["state"]) == {"running"}
    for hours in (11.5, 40.0, 12.0):
        now = PERIOD.start + timedelta(hours=hours)
        update = watched.take(EMPTY, now=now)
        check_same(update.assessment, whole(brief, [first], now=now))
        assert update.changed == ()
        assert update.assessment.incidents is before.incidents
    assert set(update.assessment.clocks["state"]) == {"overdue", "running"}


def test_an_act_on_record_that_has_happened_since_is_judged_with():
    text = front().agreements[0]
    acts = """
records: [{event: consent, time: "2026-01-10T12:00Z", by: A}]
"""
    from front import TRUCE

    terms = TRUCE.replace(
        "says: no hostile act,", "says: no hostile act, needs: [{event: consent, by: anyone, order: unspecified}],"
    )
    agreement = parse_agreement(terms + acts, where="test")
    assert agreement != text
    brief, first = front(agreements=(agreement,)), readings([row("a", sensor="patrol", party="A")])
    early, late = (PERIOD.start + timedelta(hours=h) for h in (11, 13))
    watched = live(brief, first, now=early)
    update = watched.take(EMPTY, now=late)
    check_same(update.assessment, whole(brief, [first], now=late))
    assert len(update.assessment.findings) > len(whole(brief, [first], now=early).findings)


def test_rows_set_aside_are_told_once_whatever_came_first():
    told = [
        new_table(SET_ASIDE, {"source": [s], "file": ["f"], "line": [n], "reason": ["r"], "raw": ["x"]})
        for s, n in (("b", 2.0), ("a", 9.0), ("a", 1.0))
    ]
    batches = [readings([], aside=one) for one in (*told, told[0])]
    watched = live(front(), batches[0])
    for batch in batches[1:]:
        watched.take(batch, now=PERIOD.end)
    check_same(watched.assessment, whole(front(), batches[::-1]))
    assert watched.assessment.set_aside["line"].tolist() == [1.0, 9.0, 2.0]


def test_a_batch_that_fails_leaves_everything_as_it_was(monkeypatch):
    watched = live(front(), readings([row("a")]))
    before = watched.assessment
    bad = readings([row("b")])
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr("truceline.live.take.ledger", lambda *_: 1 / 0)
        watched.take(bad, now=PERIOD.end)
    assert watched.assessment is before
    update = watched.take(bad, now=PERIOD.end)
    check_same(update.assessment, whole(front(), [readings([row("a")]), bad]))


def test_a_mission_is_watched_from_its_folder():
    mission = tl.open_mission("easter-2026")
    watched = Live.of(mission)
    given = mission.gather(now=mission.brief.period.end)
    late = given.readings.observations.sample(40, random_state=1)
    late = late.assign(observation_id=[f"obs-late-{i}" for i in range(40)])
    late = late.assign(sensor="report", act="shelling", time_start=late["time_start"] + pd.Timedelta(minutes=20))
    batch = readings(late.to_dict("records"))
    update = watched.take(batch, now=mission.brief.period.end)
    assert not update.whole
    from truceline.monitor import monitor

    again = monitor(mission.brief, gather([given.readings, batch]), now=mission.brief.period.end, claims=given.claims)
    check_same(update.assessment, again)


def test_claims_are_counted_again():
    watched = live(front(), readings([row("a", hour=4)]))
    assert watched.assessment.claims["matched"].tolist() == [1.0]
    update = watched.take(readings([row("b", hour=6)]), now=PERIOD.end)
    assert update.assessment.claims["matched"].tolist() == [2.0]
    assert len(update.fresh["claims"]) == len(CLAIMED)
    assert np.isfinite(update.assessment.claims["matched"]).all()
