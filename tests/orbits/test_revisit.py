from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from truceline.errors import RequestError
from truceline.orbits import (
    Elements,
    find_passes,
    find_swath,
    mean_passes_per_day,
    revolutions_per_day,
    sun_synchronous_deg,
    swath_km,
)
from truceline.timespan import Timespan


def at_48_north(width_km, altitude_km):
    return mean_passes_per_day(
        width_km,
        revolutions_per_day=revolutions_per_day(altitude_km),
        inclination_deg=98.0 + 0.42 * (altitude_km - 600) / 100,  # as the reference takes it
        lat_deg=48.0,
    )


# Project reference, sensors.md section 3 and planning.md 3.3a: the closed form worked by hand for these
# altitudes and widths, each beside TAT-C's mean over 24-39 E
@pytest.mark.parametrize(
    ("altitude_km", "width_km", "per_day"),
    [
        (786, 290, 0.318),  # Sentinel-2
        (693, 250, 0.279),  # Sentinel-1
        (705, 185, 0.206),  # Landsat
        (500, 24, 0.028),
        (834, 3000, 3.27),
        (834, 3060, 3.33),  # VIIRS
        (705, 2330, 2.60),  # MODIS
    ],
)
def test_mean_passes_at_48_north(altitude_km, width_km, per_day):
    assert at_48_north(width_km, altitude_km) == pytest.approx(per_day, abs=0.005)


@pytest.mark.parametrize(
    ("most_deg", "width_km", "per_day"),
    [(30.0, 725, 0.82), (45.0, 1303, 1.48)],  # the same reference: an agile satellite at 617 km
)
def test_an_agile_satellite_reaches_as_far_as_it_leans(most_deg, width_km, per_day):
    swath = replace(find_swath("worldview"), max_deg=most_deg)
    assert swath_km(swath, altitude_km=617) == pytest.approx(width_km, abs=1)
    assert at_48_north(width_km, 617) == pytest.approx(per_day, abs=0.005)


def test_the_bundled_swaths_are_as_wide_as_their_makers_say():
    published_km = {"viirs": (834, 3060), "modis": (705, 2330), "s2-msi": (786, 290), "landsat-oli": (705, 185)}
    for name, (altitude_km, width_km) in published_km.items():
        assert swath_km(find_swath(name), altitude_km=altitude_km) == pytest.approx(width_km, rel=0.02), name


def test_a_side_looker_has_one_side_and_a_gap_below():
    both = replace(find_swath("s1-iw"), side="both")
    near = replace(both, max_deg=29.0, min_deg=0.0)
    whole = replace(both, min_deg=0.0)
    one_side, gap, all_of_it = (swath_km(s, altitude_km=693) for s in (find_swath("s1-iw"), near, whole))
    assert 2 * one_side + gap == pytest.approx(all_of_it)


def test_beyond_the_horizon_is_the_horizon():
    horizon_km = 2 * 6371 * np.arccos(6371 / (6371 + 834))
    assert swath_km(replace(find_swath("viirs"), max_deg=80.0), altitude_km=834) == pytest.approx(horizon_km)


# Terra's published orbit: 705 km, 98.2 degrees, 98.8 minutes
def test_a_sun_synchronous_orbit_at_705_km_is_terras():
    assert sun_synchronous_deg(705) == pytest.approx(98.2, abs=0.05)
    assert 1440 / revolutions_per_day(705) == pytest.approx(98.8, abs=0.1)


@pytest.mark.parametrize("name", ["viirs", "modis", "s2-msi", "landsat-oli", "s1-iw"])
def test_the_simulation_agrees_with_the_closed_form_along_the_whole_parallel(sets, name):
    """One repeat cycle and places all round the Earth; the closed form is some 4 % low for the widest."""
    swath = find_swath(name)
    one = next(s for s in sets.values() if s.norad_id in swath.norad_ids)
    period = Timespan(start=one.epoch, end=one.epoch + timedelta(days=16))
    lon = np.arange(-180, 180, 3.0)
    rows = find_passes([one], [swath], lon_deg=lon, lat_deg=np.full(len(lon), 48.0), period=period)
    height_km = (398600.4418 / (one.revolutions_per_day * 2 * np.pi / 86400) ** 2) ** (1 / 3) - 6371
    closed = mean_passes_per_day(
        swath_km(swath, altitude_km=height_km),
        revolutions_per_day=one.revolutions_per_day,
        inclination_deg=one.inclination_deg,
        lat_deg=48.0,
    )
    assert len(rows) / len(lon) / 16 == pytest.approx(closed, rel=0.05)


def test_the_passes_of_a_sentinel_2_class_satellite_depend_on_longitude():
    """TAT-C 3.6.0: 786 km sun-synchronous, 10:30, 60 days from 2022-07-14 12:00, 48 N, 24-39 E; 290 km swath."""
    tat_c = [13, 5, 6, 14, 23, 32, 33, 26, 18, 8, 5, 12, 20, 29, 34, 29]
    start = datetime(2022, 7, 14, 12, tzinfo=UTC)
    nominal = Elements(
        name="nominal",
        norad_id=99002,
        epoch=start,
        inclination_deg=98.52739676490602,
        node_deg=89.83844865567326,
        eccentricity=0.0,
        perigee_deg=0.0,
        anomaly_deg=0.0,
        revolutions_per_day=0.059743986215233975 * 86400 / 360,
    )
    swath = replace(find_swath("s2-msi"), norad_ids=(99002,), max_deg=20.860044120815935 / 2)
    lon = np.arange(24.0, 40.0)
    period = Timespan(start=start, end=start + timedelta(days=60))
    rows = find_passes([nominal], [swath], lon_deg=lon, lat_deg=np.full(16, 48.0), period=period)
    assert np.bincount(rows.cell, minlength=16).tolist() == tat_c
    per_day = np.array(tat_c) / 60
    assert per_day.min() < 0.09 < 0.56 < per_day.max()
    assert per_day.mean() == pytest.approx(at_48_north(290, 786), rel=0.02), "the whole line has the mean"


def test_a_latitude_never_reached_has_no_mean():
    with pytest.raises(RequestError, match="never flies over latitude 85"):
        mean_passes_per_day(290, revolutions_per_day=14.3, inclination_deg=98.5, lat_deg=85.0)


def test_a_negative_swath_is_refused():
    with pytest.raises(RequestError, match="-5 km"):
        mean_passes_per_day(-5, revolutions_per_day=14.3, inclination_deg=98.5, lat_deg=48.0)
