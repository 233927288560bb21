from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from skyfield.api import EarthSatellite, load, wgs84

from truceline.errors import RequestError
from truceline.geodesy import GEOD
from truceline.orbits import ground_track
from truceline.orbits.kernel import state
from truceline.orbits.track import geodetic, lifetime_s, make_track, places


def test_ground_tracks_are_skyfields(text, sets):
    clock = load.timescale(builtin=True)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    times = pd.date_range("2026-03-11", "2026-04-10", freq="7h13min", tz="UTC")
    order = [sets[int(lines[i + 1][2:7])] for i in range(0, len(lines), 3)]
    lon, lat, height = ground_track(order, times)
    for k in range(len(order)):
        theirs = EarthSatellite(lines[3 * k + 1], lines[3 * k + 2], None, clock)
        below = wgs84.geographic_position_of(theirs.at(clock.from_datetimes(times.to_pydatetime())))
        _, _, apart_m = GEOD.inv(lon[k], lat[k], below.longitude.degrees, below.latitude.degrees)
        assert np.max(apart_m) < 150, "metres; 0.3 s of the Earth's turning for UT1 against UTC"
        assert height[k] == pytest.approx(below.elevation.km, abs=0.05)


def test_places_go_there_and_back():
    lon, lat = np.array([37.2, -179.5, 0.0]), np.array([48.3, -66.0, 89.9])
    back = geodetic(places(lon_deg=lon, lat_deg=lat)[:, :3])
    assert back[0] == pytest.approx(lon)
    assert back[1] == pytest.approx(lat, abs=1e-9)
    assert back[2] == pytest.approx(0, abs=1e-6)


def test_between_two_nodes_the_track_is_sgp4s_to_thirty_metres(sets):
    start = datetime(2026, 3, 12, tzinfo=UTC)
    for one in sets.values():
        track = make_track(one, start=start, first_s=0.0, last_s=9000.0)
        fine = make_track(one, start=start + timedelta(seconds=90), first_s=0.0, last_s=8000.0)
        arrays = (track.seconds, track.position_km, track.velocity_km_s)
        middle = np.array([state(*arrays, k, s + 90)[:3] for k, s in enumerate(fine.seconds)])
        assert np.linalg.norm(middle - fine.position_km, axis=1).max() < 0.03


def test_once_decayed_a_satellite_does_not_come_back(falling):
    """SGP4 gives positions again 12 days after the epoch; the orbit ended on day 3."""
    days = pd.date_range("2026-04-01", periods=20, freq="D", tz="UTC")
    height = ground_track([falling], days)[2][0]
    assert np.isfinite(height[:3]).all()
    assert np.isnan(height[4:]).all()
    assert np.isnan(ground_track([falling], days[13:])[2]).all()
    low, high = lifetime_s(falling, start=days[0].to_pydatetime(), first_s=0.0, last_s=30 * 86_400.0)
    assert (low, high) == (0.0, pytest.approx(2.6 * 86_400, rel=0.2))


def test_times_without_a_zone_are_refused(sets):
    with pytest.raises(RequestError, match="zone"):
        ground_track(list(sets.values()), pd.date_range("2026-04-01", periods=2))


def test_no_time_and_no_satellite_give_empty_arrays(sets):
    none = pd.DatetimeIndex([], tz="UTC")
    assert ground_track(list(sets.values()), none)[0].shape == (9, 0)
    assert ground_track([], pd.date_range("2026-04-01", periods=2, tz="UTC"))[0].shape == (0, 2)
