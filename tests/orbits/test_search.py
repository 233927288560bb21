"""The search against brute force: the angles at every second, by vectors and PROJ, without nodes, windows or roots."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from truceline.orbits import Elements, find_passes, find_swath, ground_track
from truceline.timespan import Timespan

TO_METRES = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
START = datetime(2026, 4, 1, tzinfo=UTC)
HOURS = 30
every_s = 2.0


@st.composite
def orbits(draw):
    """Low orbits of any inclination, with perigees above some 300 km, and a limit.

    An angle off nadir wider than the horizon's may be kept twice while a stretched orbit rises; such limits are on
    round orbits only.
    """
    limit = draw(st.sampled_from(["incidence", "off_nadir"]))
    most = 0.3 if limit == "incidence" else 0.02
    turns = draw(st.floats(8.0, 15.3))
    radius_km = (398600.4418 / (turns * 2 * np.pi / 86400) ** 2) ** (1 / 3)
    angles = [draw(st.floats(0, 360)) for _ in range(3)]
    one = Elements(
        name="drawn",
        norad_id=99004,
        epoch=START,
        inclination_deg=draw(st.floats(0, 180)),
        node_deg=angles[0],
        eccentricity=draw(st.floats(0, max(1e-6, min(most, 1 - 6678 / radius_km)))),
        perigee_deg=angles[1],
        anomaly_deg=angles[2],
        revolutions_per_day=turns,
    )
    return one, limit


def reach(limit, most_deg):
    return replace(find_swath("viirs"), norad_ids=(99004,), limit=limit, max_deg=most_deg, min_deg=0.0, ranges={})


def angles_each_second(one, lon, lat):
    """Return seconds and (incidence, off nadir) in degrees at each of them."""
    seconds = np.arange(-5400, HOURS * 3600 + 5400, every_s)
    times = pd.Timestamp(START) + pd.to_timedelta(seconds, unit="s")
    x, y, height_km = (part[0] for part in ground_track([one], pd.DatetimeIndex(times)))
    metres = height_km * 1000
    above = np.stack(TO_METRES.transform(x, y, metres), axis=1)
    down = np.stack(TO_METRES.transform(x, y, metres - 1000), axis=1) - above
    place = np.array(TO_METRES.transform(lon, lat, 0.0))
    up = np.array(TO_METRES.transform(lon, lat, 1000.0)) - place
    return seconds, _angle(above - place, up), _angle(place - above, down)


def _angle(a, b):
    b = np.broadcast_to(b, a.shape)
    cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@settings(max_examples=25, deadline=None)
@given(
    orbit=orbits(),
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    most_deg=st.floats(3, 85),
)
def test_every_pass_is_found_once_with_its_times_and_angles(orbit, lon, lat, most_deg):
    one, limit = orbit
    seconds, incidence, off_nadir = angles_each_second(one, lon, lat)
    within = (incidence <= most_deg) if limit == "incidence" else (off_nadir <= most_deg) & (incidence <= 90)
    edges = np.diff(np.r_[0, within.astype(int), 0])
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    period = Timespan(start=START, end=START + timedelta(hours=HOURS))
    rows = find_passes([one], [reach(limit, most_deg)], lon_deg=lon, lat_deg=lat, period=period)
    ours = [(rows[f"time_{name}"] - pd.Timestamp(START)).dt.total_seconds().to_numpy() for name in ("start", "end")]
    whole = [(a, b) for a, b in zip(begins, ends, strict=True) if a > 0 and b < len(seconds) - 1]
    for a, b in whole:
        top = a + int(np.argmin(incidence[a : b + 1]))
        inside = 30 < seconds[top] < HOURS * 3600 - 30
        if not inside or b - a < 10:  # at the edge of the period, or grazing
            continue
        apart_s = np.maximum(np.abs(ours[0] - seconds[a]), np.abs(ours[1] - seconds[b]))
        near = np.flatnonzero(apart_s < every_s + 0.5)
        assert len(near) == 1, (seconds[a], seconds[b], ours)
        row = rows.iloc[int(near[0])]
        for ours_deg, theirs_deg in ((row.incidence_deg, incidence), (row.off_nadir_deg, off_nadir)):
            beside = theirs_deg[top - 1 : top + 2]
            assert ours_deg == pytest.approx(theirs_deg[top], abs=0.05 + np.ptp(beside))
    assert len(rows) <= len(begins) + 1, "no pass but these, or one too short for this clock"
