import numpy as np
import pandas as pd
import pytest

from truceline.light import SUNRISE_DEG, sun_elevation_deg, sun_elevation_each_deg


# Day length at 48 N by the closed form (24 / pi) acos(...) with declination 23.44 sin(2 pi (284 + n) / 365)
@pytest.mark.parametrize(("day", "hours"), [("2025-12-21", 8.37), ("2025-03-21", 12.11), ("2025-06-21", 16.05)])
def test_day_length_at_48_north(day, hours):
    times = pd.date_range(day, periods=1440, freq="min", tz="UTC")
    up = sun_elevation_deg(times, lon_deg=np.array([0.0]), lat_deg=np.array([48.0]))[:, 0] > SUNRISE_DEG
    assert up.sum() / 60 == pytest.approx(hours, abs=0.06)


def test_noon_moves_four_minutes_earlier_with_each_degree_east():
    times = pd.date_range("2026-04-11", periods=1440, freq="min", tz="UTC")
    noon = sun_elevation_deg(times, lon_deg=np.array([30.0, 37.0]), lat_deg=np.array([48.0, 48.0])).argmax(axis=0)
    assert noon[0] - noon[1] == pytest.approx(28, abs=1)


def test_each_time_over_its_own_place_is_the_diagonal_of_all_over_all():
    times = pd.date_range("2026-04-11", periods=7, freq="211min", tz="UTC")
    lon, lat = np.linspace(-170, 170, 7), np.linspace(-60, 80, 7)
    all_over_all = sun_elevation_deg(times, lon_deg=lon, lat_deg=lat)
    assert sun_elevation_each_deg(times, lon_deg=lon, lat_deg=lat) == pytest.approx(np.diag(all_over_all))
