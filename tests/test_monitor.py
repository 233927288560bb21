"""The whole journey on a small invented front; no file is read."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from truceline.agreement import LineOfContact, library_names, parse_agreement, read_library
from truceline.findings.tables import CLAIMS
from truceline.incidents import IncidentSettings
from truceline.monitor import Brief, monitor
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

PERIOD = Timespan(start=parse_instant("2026-01-10T00:00Z"), end=parse_instant("2026-01-14T00:00Z"))
TRUCE = """
id: test_truce
title: A truce
status: fictional
time_zone: UTC
parties: [{id: A, called: Party A}, {id: B, called: Party B}]
effective: {from: "2026-01-11T00:00", to: "2026-01-13T00:00"}
baselines: [{id: front, called: front}]
baseline_for: {A: front, B: front}
zones: [{id: back, kind: offset, distance: 15 km}]
clauses:
  - {id: quiet, kind: prohibit_act, says: no hostile act, acts: [hostile_act]}
  - {id: guns, kind: prohibit_presence, says: guns stay back, zone: back, items: {classes: [artillery]}}
"""


def brief(*, first: str = "A", text: str = TRUCE, agreement=None) -> Brief:
    """Return a straight west-east front whose northern side belongs to the first party."""
    strip = Strip.along(lon_deg=[30.0, 31.0], lat_deg=[48.0, 48.0], positive_side="left")
    line = LineOfContact(
        line_id="front", called="front", valid_from=None, valid_to=None, sigma_km=0.1, source="invented", strip=strip
    )
    return Brief(
        mission_id="test",
        title="Test",
        timezone="UTC",
        report_day_ends="24:00",
        period=PERIOD,
        agreements=(agreement or parse_agreement(text, where="test"),),
        strip=strip,
        lines=(line,),
        sectors=pd.DataFrame({"sector": ["S1"], "called": ["all"], "from_km": [0.0], "to_km": [strip.length_km]}),
        places=pd.DataFrame(columns=["name", "lon_deg", "lat_deg", "population", "chainage_km", "offset_km"]),
        kinds=("strike", "shelling"),
        settings=IncidentSettings(),
        credits=(),
    )


def observations(rows: list[dict]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    table["observation_id"] = [f"obs-{i}" for i in range(len(table))]
    table["time_end"] = table["time_start"]
    return new_table(OBSERVATIONS, {name: table[name] for name in table}, length=len(table))


def report(act="shelling", *, at="2026-01-12T10:00Z", lat=48.01, lon=30.5, **more) -> dict:
    known = {"sensor": "patrol", "source": "patrol", "reliability": "A", "credibility": "1", "party": "", "item": ""}
    return {
        **known,
        "act": act,
        "time_start": pd.Timestamp(at),
        "lon_deg": lon,
        "lat_deg": lat,
        "sigma_m": 200.0,
        **more,
    }


def readings(rows: list[dict], looks: pd.DataFrame | None = None) -> Readings:
    return Readings(
        observations=observations(rows) if rows else empty(OBSERVATIONS),
        looks=empty(LOOKS) if looks is None else looks,
        set_aside=empty(SET_ASIDE),
        recognised={},
        digests={},
    )


def watch(rows: list[dict], *, of: Brief | None = None, looks: pd.DataFrame | None = None):
    return monitor(of or brief(), readings(rows, looks), now=PERIOD.end, claims=empty(CLAIMS))


def test_nothing_read_and_nobody_looking_reads_not_observed():
    found = watch([])
    in_force = found.status[found.status["exposure_h"] > 0]
    assert set(in_force["status"]) == {"not observed"}
    assert found.exposure["km_h_seen"] == 0


def test_days_before_and_after_the_truce_are_not_judged():
    status = watch([]).status.set_index("day")["status"]
    assert status.to_dict() == {
        "2026-01-10": "not in force",
        "2026-01-11": "not observed",
        "2026-01-12": "not observed",
        "2026-01-13": "not in force",
    }


def test_a_claim_alone_makes_no_incident():
    found = watch([report(sensor="claim", party="B")])
    assert len(found.observations) == 1
    assert len(found.incidents) == 0
    assert len(found.findings) == 0


@pytest.mark.parametrize("name", library_names())
def test_heat_alone_never_makes_a_violation_of_any_library_agreement(name):
    agreement = read_library(name)
    heat = [
        {**report("heat", lon=30.2 + i / 50), "sensor": "thermal", "source": "viirs", "strength": 50.0}
        for i in range(20)
    ]
    for day in ("2015-03-01", "2020-08-01", "2025-04-20", "2026-04-12"):
        shifted = [{**row, "time_start": pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=10)} for row in heat]
        start = parse_instant(f"{day}T00:00Z")
        of = replace(brief(agreement=agreement), period=Timespan(start=start, end=start + pd.Timedelta(days=1)))
        found = watch(shifted, of=of)
        assert len(found.incidents)
        assert "violation" not in set(found.findings["verdict"])


def test_two_independent_witnesses_of_shelling_in_the_truce_are_a_violation():
    rows = [report(), report(sensor="camera", source="mast"), report(sensor="acoustic", source="array")]
    found = watch(rows)
    assert len(found.incidents) == 1
    quiet = found.findings[found.findings["clause"] == "quiet"]
    assert set(quiet["verdict"]) == {"violation"}
    assert found.status.set_index("day").loc["2026-01-12", "status"] == "violation"
    assert set(found.attributions["attributed_to"]) == {"undetermined"}


def test_the_same_shelling_outside_the_truce_is_not_a_violation():
    rows = [report(at="2026-01-13T10:00Z"), report(at="2026-01-13T10:00Z", sensor="camera", source="mast")]
    assert "violation" not in set(watch(rows).findings["verdict"])


GUNS = [
    report("presence", party="A", item="howitzer", lat=48.05, lon=30.3),
    report("presence", party="A", item="howitzer", lat=48.05, lon=30.3, sensor="drone", source="uav"),
    report("presence", party="B", item="howitzer", lat=47.75, lon=30.7),
    report("presence", party="B", item="howitzer", lat=47.75, lon=30.7, sensor="drone", source="uav"),
    report("shelling", party="B", lat=47.99, lon=30.5),
    report("shelling", party="B", lat=47.99, lon=30.5, sensor="camera", source="mast"),
]


def test_swapping_the_parties_swaps_every_verdict():
    """Mirror the front, exchange the labels: the same verdicts under the other names."""
    swap = {"A": "B", "B": "A", "": ""}
    mirrored = [{**row, "party": swap[row["party"]], "lat_deg": 96.0 - row["lat_deg"]} for row in GUNS]
    # 48 N is the front; a mirror image in latitude is not quite one in metres, so margins agree to a part in 1,000
    columns = ["clause", "interpretation", "party", "verdict", "margin", "probability"]
    key = ["clause", "party", "verdict", "margin"]
    one = watch(GUNS).findings[columns].sort_values(key, ignore_index=True)
    two = watch(mirrored).findings[columns]
    two = two.assign(party=two["party"].map(swap)).sort_values(key, ignore_index=True)
    assert len(one) == len(two) > 0
    assert one[["clause", "party", "verdict"]].equals(two[["clause", "party", "verdict"]])
    assert np.allclose(one["margin"], two["margin"], rtol=2e-3, atol=1e-6, equal_nan=True)
    assert np.allclose(one["probability"], two["probability"], atol=5e-3, equal_nan=True)


def test_the_order_of_observations_does_not_matter():
    one, two = watch(GUNS).findings, watch(GUNS[::-1]).findings
    columns = ["clause", "interpretation", "party", "verdict", "probability", "margin"]
    pd.testing.assert_frame_equal(
        one[columns].sort_values(columns, ignore_index=True), two[columns].sort_values(columns, ignore_index=True)
    )


def test_shifting_every_time_shifts_nothing_else():
    later = pd.Timedelta(days=700)
    shifted_text = TRUCE.replace("2026-01-11", "2027-12-12").replace("2026-01-13", "2027-12-14")
    of = replace(brief(text=shifted_text), period=Timespan(start=PERIOD.start + later, end=PERIOD.end + later))
    moved = [{**row, "time_start": row["time_start"] + later} for row in GUNS]
    columns = ["clause", "interpretation", "party", "verdict", "probability", "margin"]
    one = watch(GUNS).findings[columns].sort_values(columns, ignore_index=True)
    two = watch(moved, of=of).findings[columns].sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(one, two)


def test_the_same_input_gives_the_same_assessment():
    one, two = watch(GUNS), watch(GUNS)
    for name in ("incidents", "findings", "status", "coverage", "attributions"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_times_finer_than_a_microsecond_are_no_trouble():
    rows = [report(at="2026-01-12T10:00:00.123456789Z"), report(at="2026-01-12T10:00:00.987654321Z", sensor="camera")]
    assert len(watch(rows).incidents) == 1
