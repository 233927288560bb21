"""What a silent feed takes away: its hours are not watched, and its silence is no testimony."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from front import PERIOD, TRUCE, check_same, front, live, readings, row, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.agreement import parse_agreement
from truceline.findings.status import NOT_OBSERVED
from truceline.monitor import known_looks, watch
from truceline.observations import LOOKS, new_table
from truceline.observations.outages import Outage
from truceline.sensors.silence import PROMPT, standing_by
from truceline.timespan import Timespan

ALL = {"sensors": ("ears", "eyes"), "sources": ("patrol", "viirs")}
BOX = {"west_deg": 29.0, "east_deg": 32.0, "south_deg": 47.0, "north_deg": 49.0}


def at(hour):
    return PERIOD.start + timedelta(hours=float(hour))


def outage(start, end, *, feed="wire", **more):
    return Outage(feed=feed, span=Timespan(start=at(start), end=at(end)), **(ALL | more))


def looks():
    """A patrol from 8 to 16 on the first day, and a satellite every six hours."""
    passes = [pd.Timestamp(at(h)) for h in range(1, 48, 6)]
    start, end = [pd.Timestamp(at(8)), *passes], [pd.Timestamp(at(16)), *passes]
    sensor = ["patrol"] + ["thermal"] * len(passes)
    source = ["patrol"] + ["viirs"] * len(passes)
    told = {"look_id": [f"l{i}" for i in range(len(start))], "sensor": sensor, "source": source, "cloud": 0.2}
    return new_table(LOOKS, {**told, "time_start": start, "time_end": end, **BOX}, length=len(start))


SPANS = st.lists(st.tuples(st.floats(-5, 53), st.floats(0, 30), st.sampled_from(["ears", "eyes", "patrol", "viirs"])))


def seen(outages, **more):
    brief = replace(front(), outages=tuple(outages), **more)
    return watch(brief, known_looks(brief, looks()))


@settings(deadline=None, max_examples=10)
@given(SPANS, SPANS)
def test_more_outage_never_raises_what_was_seen_anywhere(some, more):
    made = [
        [outage(a, a + d, sensors=(who,), sources=(who,)) for a, d, who in spans] for spans in (some, [*some, *more])
    ]
    less_out, more_out = (seen(outages) for outages in made)
    for kind in less_out.seen:
        for name in ("seen", "seen_low", "seen_high"):
            assert (getattr(more_out, name)[kind] <= getattr(less_out, name)[kind] + 1e-6).all()
    assert (more_out.looked <= less_out.looked + 1e-6).all()


def test_an_outage_of_everything_leaves_its_hours_unobserved():
    told = whole(front(), [readings([], looks=looks())], outages=[outage(5.2, 48)])
    late = told.coverage[told.coverage["time_start"] >= at(5)]
    assert (late[["looked", "seen", "seen_low", "seen_high"]] < 1e-6).all(axis=None)  # single precision
    assert set(told.status.loc[told.status["day"] == "2026-01-11", "status"]) == {NOT_OBSERVED}
    assert (told.coverage.loc[told.coverage["time_start"] < at(4), "seen"] > 0).any()
    assert any("Feed wire was silent for 42.8 h" in warning for warning in told.warnings)


def test_an_hour_that_an_outage_touches_is_lost_whole():
    (lost,) = replace(front(), outages=(outage(3.2, 4.1), outage(4.5, 6.0))).silent["ears"]
    assert lost == Timespan(start=at(3), end=at(6))


def test_an_outage_outside_the_period_changes_nothing():
    same = [readings([row("a")], looks=looks())]
    check_same(whole(front(), same, outages=[outage(-9, 0), outage(48, 60)]), whole(front(), same))


def test_an_outage_shifted_with_everything_else_takes_away_the_same():
    before = seen([outage(10, 20)])
    shift = timedelta(minutes=7)  # hours are those of the period, not of the clock on the wall
    period = Timespan(start=PERIOD.start + shift, end=PERIOD.end + shift)
    moved = looks().assign(time_start=lambda t: t["time_start"] + shift, time_end=lambda t: t["time_end"] + shift)
    out = Outage(feed="wire", span=Timespan(start=at(10) + shift, end=at(20) + shift), **ALL)
    brief = replace(front(), outages=(out,), period=period)
    after = watch(brief, moved)
    np.testing.assert_allclose(after.seen["shelling"], before.seen["shelling"], atol=0.02)
    gone = [(table.seen["shelling"].sum(axis=0) == 0) for table in (before, after)]
    assert gone[0].tolist() == gone[1].tolist()


def test_a_silent_sensor_does_not_testify_by_its_silence():
    happened = pd.DataFrame(
        {"lon_deg": [30.5], "lat_deg": [48.01], "time_start": [pd.Timestamp(at(10.4))], "act": ["shelling"]}
    ).assign(time_end=lambda t: t["time_start"])
    doubt = {}
    for name, outages in (("heard", ()), ("silent", (outage(10.9, 11),)), ("later", (outage(11, 12),))):
        brief = replace(front(), outages=outages)
        asked = standing_by(brief.heard, strip=brief.strip, period=PERIOD)
        doubt[name] = float(asked.notice(happened, {kind: np.zeros(1, np.int64) for kind in PROMPT}).ln_silent[0])
    assert doubt["heard"] == doubt["later"] < 0
    assert doubt["silent"] == 0


@settings(deadline=None, max_examples=8)
@given(st.lists(st.lists(st.tuples(st.floats(0, 47), st.floats(0, 9)), max_size=2), min_size=1, max_size=3))
def test_live_watching_follows_its_outages(rounds):
    first = readings([row(k, hour=5 + 4 * k, lon=30.1 + k / 10, sensor="patrol", party="A") for k in range(8)])
    batch = [replace(first, looks=looks())]
    watched = live(front(), batch[0])
    for k, spans in enumerate(rounds):
        outages = [outage(a, a + d) for a, d in spans]
        batch.append(readings([row(f"new{k}", hour=6, lon=30.3)]))
        update = watched.take(batch[-1], outages=outages, now=PERIOD.end)
        check_same(update.assessment, whole(front(), batch, outages=outages))


def test_an_outage_that_goes_on_within_its_hour_costs_nothing():
    watched = live(front(), readings([row("a")]))
    first = watched.take(readings([]), outages=[outage(9, 10.2)], now=PERIOD.end)
    second = watched.take(readings([]), outages=[outage(9, 10.7)], now=PERIOD.end)
    assert second.assessment.coverage is first.assessment.coverage
    assert second.assessment.warnings != first.assessment.warnings


def test_a_presence_is_cut_and_a_pass_dropped():
    brief = replace(front(watched=False), outages=(outage(10, 14),))
    told = watch(brief, looks()).looked[0]
    assert (told[8:10] > 0).all()
    assert (told[14:16] > 0).all()
    assert told[11] < 0.01  # only what burns on for eight hours is seen by the next pass that was heard


def swapped(table):
    """Return a table with the two parties' names exchanged wherever they stand."""
    other = {"A": "B", "B": "A"}
    named = [name for name in table.columns if name in ("party", "attributed_to", "clause_party")]
    return table.assign(**{name: table[name].map(lambda value: other.get(value, value)) for name in named})


def mirrored(**more):
    """Return the front on which the parties have changed places: the same ground, each in the other's stead."""
    named = "parties: [{id: A, called: Party A}, {id: B, called: Party B}]"
    text = TRUCE.replace(named, "parties: [{id: B, called: Party B}, {id: A, called: Party A}]")
    assert text != TRUCE
    return replace(front(**more), agreements=(parse_agreement(text, where="test"),))


@settings(deadline=None, max_examples=6)
@given(SPANS)
def test_what_an_outage_takes_away_does_not_depend_on_which_party_is_which(spans):
    outages = [outage(a, a + d, sensors=(who,), sources=(who,)) for a, d, who in spans]
    rows = [row(k, hour=5 + 4 * k, lon=30.1 + k / 10, sensor="patrol", party="A" if k % 3 else "B") for k in range(8)]
    other = [row(k, hour=5 + 4 * k, lon=30.1 + k / 10, sensor="patrol", party="B" if k % 3 else "A") for k in range(8)]
    one = whole(front(), [replace(readings(rows), looks=looks())], outages=outages)
    two = whole(mirrored(), [replace(readings(other), looks=looks())], outages=outages)
    for name in ("coverage", "status", "incidents", "attributions"):
        mine, theirs = swapped(getattr(one, name)), getattr(two, name)
        pd.testing.assert_frame_equal(mine, theirs)
    assert one.warnings == two.warnings
