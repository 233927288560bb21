"""Computed passes against the satellites' own detections: NASA FIRMS, 6-17 April 2026, bundled with the mission."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.orbits import find_passes, find_swath
from truceline.timespan import Timespan

FOLDER = Path(__file__).resolve().parents[2] / "missions/easter-2026/data"
three_minutes_s = 180.0

# VIIRS sends the samples of three detectors' widths as one up to 31.72 degrees, of two up to 44.86, then each alone
# (VIIRS sensor data record user's guide); 0.375 km at nadir from 829 km
ZONES_DEG = (31.72, 44.86)
NADIR_KM, HEIGHT_KM = 0.375, 829.0


@pytest.fixture(scope="module", params=[("J1", 43013, 0.99), ("SUOMI", 37849, 0.98), ("J2", 54234, 0.99)])
def matched(request, sets):
    """Each detection with the pass nearest in time, and the share that must be within three minutes."""
    prefix, norad_id, share = request.param
    seen = pd.concat([pd.read_csv(file) for file in sorted(FOLDER.glob(f"{prefix}_*.csv"))], ignore_index=True)
    clock = seen.acq_date.astype(str) + " " + seen.acq_time.astype(str).str.slice(0, 5)
    period = Timespan(start=datetime(2026, 4, 5, tzinfo=UTC), end=datetime(2026, 4, 19, tzinfo=UTC))
    passes = find_passes(
        [sets[norad_id]], [find_swath("viirs")], lon_deg=seen.longitude, lat_deg=seen.latitude, period=period
    )
    acquired = pd.to_datetime(clock, utc=True).take(passes.cell)
    passes["apart_s"] = (passes.time_peak - acquired.array).dt.total_seconds()
    nearest = passes.loc[passes.apart_s.abs().groupby(passes.cell).idxmin()].set_index("cell")
    return nearest.assign(scan=seen.scan, daynight=seen.daynight).reindex(seen.index), share


def test_detections_fall_inside_a_pass_of_their_own_satellite(matched):
    """Elements of 11 March 2026 for NOAA-20 and S-NPP, of 30 May for NOAA-21: 26-54 days away."""
    nearest, share = matched
    assert len(nearest) > 700
    assert (nearest.apart_s.abs() <= three_minutes_s).mean() >= share


def test_the_angle_off_nadir_follows_the_width_of_the_pixel(matched):
    nearest, _ = matched
    rows = nearest[nearest.apart_s.abs() <= three_minutes_s]
    joined = np.array([3, 2, 1])[np.searchsorted(ZONES_DEG, rows.off_nadir_deg)]
    width_km = NADIR_KM * joined / 3 * rows.range_km / HEIGHT_KM / np.cos(np.radians(rows.incidence_deg))
    # a minute of the Earth's turning moves the track by a degree: leave out what may lie in the next zone
    clear = np.min([np.abs(rows.off_nadir_deg - edge) for edge in ZONES_DEG], axis=0) > 2
    off = (rows.scan / width_km)[clear]
    assert off.median() == pytest.approx(1, abs=0.03)
    assert off.between(0.9, 1.1).mean() > 0.97


def test_day_and_night_are_the_suns(matched):
    nearest, _ = matched
    assert ((nearest.sun_elevation_deg > 0) == (nearest.daynight == "D")).mean() > 0.98
