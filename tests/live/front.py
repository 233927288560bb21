"""A short front, what watches it, and invented readings in which much comes together: for tests of live watching."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pandas.testing as pdt
from hypothesis import strategies as st

from truceline.agreement import LineOfContact, parse_agreement, read_library
from truceline.findings.tables import CLAIMS, Assessment
from truceline.incidents import IncidentSettings
from truceline.live import Live
from truceline.mission import Given
from truceline.monitor import Brief, monitor
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, gather, new_table
from truceline.sensors.deployment_file import read_deployment
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

PERIOD = Timespan(start=parse_instant("2026-01-10T00:00Z"), end=parse_instant("2026-01-12T00:00Z"))
TRUCE = """
id: test_truce
title: A truce
status: fictional
time_zone: UTC
parties: [{id: A, called: Party A}, {id: B, called: Party B}]
effective: {from: "2026-01-10T06:00", to: "2026-01-11T20:00"}
baselines: [{id: front, called: front}]
baseline_for: {A: front, B: front}
zones: [{id: back, kind: offset, distance: 15 km}]
clauses:
  - {id: quiet, kind: prohibit_act, says: no hostile act, acts: [hostile_act]}
  - {id: guns, kind: prohibit_presence, says: guns stay back, zone: back, items: {classes: [artillery]}}
ladder:
  - {id: tell, says: the other side is told, action: notify, within: PT1H, owner: the commission}
  - {id: meet, says: they meet, action: meeting, within: P1D, owner: the commission}
"""
# alone; with clauses that set pieces beside one another; two that name clauses alike
TERMS = {
    "alone": (parse_agreement(TRUCE, where="test"),),
    "across": (read_library("minsk_2014_2015"),),
    "alike": (parse_agreement(TRUCE, where="test"), parse_agreement(TRUCE.replace("test_truce", "x"), where="test")),
}
STRIP = Strip.along(lon_deg=[30.0, 31.0], lat_deg=[48.0, 48.0], positive_side="left")
EARS = {
    "sensors": [
        {"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": 74, "every_km": 15},
        {"id": "eyes", "kind": "camera", "from_km": 0, "to_km": 40, "every_km": 8},
    ]
}


def front(terms: str = "alone", *, watched: bool = True, **more) -> Brief:
    """Return a straight west-east front whose northern side belongs to the first party."""
    agreements = TERMS[terms]
    first = agreements[0].party_ids[0]
    line = LineOfContact(
        line_id="front", called="front", valid_from=None, valid_to=None, sigma_km=0.1, source="invented", strip=STRIP
    )
    deployment = read_deployment(EARS, strip=STRIP, elements=(), timezone="UTC") if watched else None
    known = {
        "mission_id": f"test-{first}",
        "title": "Test",
        "timezone": "UTC",
        "report_day_ends": "24:00",
        "period": PERIOD,
        "agreements": agreements,
        "strip": STRIP,
        "lines": (line,),
        "sectors": pd.DataFrame(
            {"sector": ["W", "E"], "called": ["west", "east"], "from_km": [0.0, 37.0], "to_km": [37.0, STRIP.length_km]}
        ),
        "places": pd.DataFrame(
            {"name": ["Here"], "lon_deg": [30.5], "lat_deg": [48.0], "population": [900.0], "chainage_km": [37.0],
             "offset_km": [0.0]}
        ),
        "kinds": ("shelling", "strike"),
        "settings": IncidentSettings(base_rate_per_cell_day=0.3, event_sources=("events",)),
        "credits": (),
        "deployment": deployment,
    }  # fmt: skip
    return Brief(**known | more)


CLAIM = {"claim_id": ["c"], "claimant": "A", "accused": "B", "measure": "shelling", "count_min": 3.0, "count_max": 3.0}
CLAIM_TIMES = {"time_start": pd.Timestamp(PERIOD.start), "time_end": pd.Timestamp("2026-01-11T00:00Z")}
CLAIMED = new_table(CLAIMS, {**CLAIM, **CLAIM_TIMES}, length=1)


def readings(rows, *, looks=None, aside=None) -> Readings:
    table = pd.DataFrame(rows)
    return Readings(
        observations=new_table(OBSERVATIONS, {c: table[c] for c in table}, length=len(table)) if rows else none(),
        looks=empty(LOOKS) if looks is None else looks,
        set_aside=empty(SET_ASIDE) if aside is None else aside,
        recognised={},
        digests={},
    )


def none() -> pd.DataFrame:
    return empty(OBSERVATIONS)


def row(name, act="shelling", *, hour=10.0, last_h=0.0, lon=30.5, lat=48.01, sensor="report", **more):
    start = pd.Timestamp(PERIOD.start) + pd.Timedelta(hours=hour)
    said = {"observation_id": f"obs-{name}", "source": sensor, "sensor": sensor, "act": act, "time_start": start}
    where = {"time_end": start + pd.Timedelta(hours=last_h), "lon_deg": lon, "lat_deg": lat, "sigma_m": 800.0}
    graded = {"reliability": "B", "credibility": "2", "reported_at": start, "party": "", "item": "", "origin": ""}
    return {**said, **where, **graded, "strength": np.nan, **more}


# few places, times and names, so that observations meet, tie, share witnesses and come in several versions
ROWS = st.lists(
    st.builds(
        row,
        name=st.integers(0, 40),
        act=st.sampled_from(["shelling", "strike", "small_arms_fire", "presence"]),
        hour=st.sampled_from([5.5, 10.0, 10.25, 10.5, 11.0, 23.75, 24.0, 40.0, -1.0]),
        last_h=st.sampled_from([0.0, 0.5, 24.0, 80.0]),
        lon=st.sampled_from([30.3, 30.5, 30.52, 30.56, 30.6, 30.99, 35.0]),
        lat=st.sampled_from([47.98, 48.01, 48.03]),
        sensor=st.sampled_from(["report", "report", "patrol", "acoustic", "camera", "claim", "events"]),
        sigma_m=st.sampled_from([200.0, 800.0, 3000.0]),
        party=st.sampled_from(["", "A", "B", "ukraine", "separatists"]),
        item=st.sampled_from(["", "", "artillery", "mortar"]),
        origin=st.sampled_from(["", "", "one", "two", "three"]),
        reliability=st.sampled_from(list("ACF")),
        strength=st.sampled_from([np.nan, 4.0]),
        reported_at=st.sampled_from([pd.NaT, pd.Timestamp("2026-01-10T12:00Z"), pd.Timestamp("2026-01-10T13:00Z")]),
    ),
    max_size=40,
)
HEAT = st.lists(
    st.builds(
        row,
        name=st.integers(50, 60),
        act=st.just("heat"),
        hour=st.sampled_from([9.5, 10.2, 23.0]),
        lon=st.sampled_from([30.3, 30.5, 30.51]),
        lat=st.sampled_from([48.0, 48.02, 48.4, 49.5]),
        sensor=st.just("thermal"),
        sigma_m=st.just(300.0),
        strength=st.sampled_from([3.0, 30.0]),
    ),
    max_size=6,
)


def live(brief: Brief, first: Readings, now=PERIOD.end) -> Live:
    return Live(brief, Given(readings=gather([first]), claims=CLAIMED, history=None), now=now)


def whole(brief: Brief, several, now=PERIOD.end, outages=()) -> Assessment:
    return monitor(replace(brief, outages=tuple(outages)), gather(several), now=now, claims=CLAIMED)


def check_same(mine: Assessment, other: Assessment) -> None:
    """Fail unless two assessments are the same, table for table and bit for bit."""
    for field in fields(Assessment):
        a, b = getattr(mine, field.name), getattr(other, field.name)
        if isinstance(a, pd.DataFrame):
            pdt.assert_frame_equal(a, b, check_exact=True, obj=field.name)
        elif field.name not in ("strip", "lines", "agreement", "also", "workbench"):
            assert a == b, field.name
