import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.observations import LOOKS, empty, new_table
from truceline.sensors.recorded import cover
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

STRIP = Strip.along(lon_deg=[37.0, 37.5, 38.0], lat_deg=[48.0, 48.1, 48.0])
DAY = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-12T00:00Z"))
KINDS = ("strike", "shelling")


def looks(*hours: float, cloud: float = 0.0, sensor: str = "thermal", length_h: float = 0.0) -> pd.DataFrame:
    start = [pd.Timestamp(DAY.start) + pd.Timedelta(hours=h) for h in hours]
    columns = {
        "look_id": [f"look-{sensor}-{h}" for h in hours],
        "sensor": sensor,
        "time_start": start,
        "time_end": [t + pd.Timedelta(hours=length_h) for t in start],
        "west_deg": 30.0,
        "east_deg": 40.0,
        "south_deg": 44.0,
        "north_deg": 52.0,
        "cloud": cloud,
    }
    return new_table(LOOKS, columns, length=len(hours))


def test_no_look_means_nothing_was_seen():
    found = cover(empty(LOOKS), strip=STRIP, period=DAY, kinds=KINDS)
    assert all((found.seen[kind] == 0).all() for kind in KINDS)
    assert (found.looked == 0).all()


def test_full_cloud_sees_nothing():
    assert (cover(looks(10, cloud=1.0), strip=STRIP, period=DAY, kinds=KINDS).seen["strike"] == 0).all()


def test_a_look_sees_what_began_before_it_and_not_after():
    seen = cover(looks(10.5), strip=STRIP, period=DAY, kinds=KINDS).seen["strike"]
    assert (seen[:, 9] > seen[:, 5]).all()
    assert (seen[:, 5] > 0).all()
    assert (seen[:, 11:] == 0).all()
    # of what begins in the look's own hour, half begins before it
    assert (seen[:, 10] < seen[:, 9]).all()


def test_night_closes_nothing_for_heat_but_day_detects_less():
    seen = cover(looks(0.5, 10.5), strip=STRIP, period=DAY, kinds=KINDS).seen["shelling"]
    assert (seen[:, 0] > seen[:, 10]).all()


def test_monitors_who_are_present_see_only_while_they_are_there():
    seen = cover(looks(6, sensor="patrol", length_h=8), strip=STRIP, period=DAY, kinds=KINDS).seen["shelling"]
    assert np.allclose(seen[:, 6:14], 0.2)
    assert (seen[:, :6] == 0).all()
    assert (seen[:, 14:] == 0).all()


def test_cells_add_up_to_the_line():
    found = cover(looks(1), strip=STRIP, period=DAY, kinds=KINDS)
    assert found.width_km.sum() == pytest.approx(STRIP.length_km, abs=1e-9)
    assert found.step_h.sum() == pytest.approx(24)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 23.9), max_size=4), st.floats(0, 23.9), st.floats(0, 1))
def test_adding_a_look_never_lowers_coverage(hours, more, cloud):
    few = cover(looks(*hours, cloud=cloud), strip=STRIP, period=DAY, kinds=KINDS)
    many = cover(looks(*hours, more, cloud=cloud), strip=STRIP, period=DAY, kinds=KINDS)
    for kind in KINDS:
        assert (many.seen[kind] >= few.seen[kind] - 1e-12).all()
        assert (many.seen_low[kind] <= many.seen[kind] + 1e-12).all()
        assert (many.seen[kind] <= many.seen_high[kind] + 1e-12).all()
        assert np.all((many.seen_high[kind] >= 0) & (many.seen_high[kind] <= 1))
