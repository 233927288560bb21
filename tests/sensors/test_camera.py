import numpy as np
import pytest

from truceline.sensors.camera import Camera, horizon_km, logistic
from truceline.sensors.sight import View


def test_the_horizon_of_an_18_metre_mast():
    # authority: sensors reference, 4.1: 15.1 km
    assert horizon_km(18) == pytest.approx(15.1, abs=0.05)


def test_the_radar_horizon_of_two_heights():
    # closed form: 4.12 (sqrt h1 + sqrt h2)
    assert horizon_km(100, 25, radar=True) == pytest.approx(4.12 * 15)


def test_half_are_seen_at_r50():
    assert float(logistic(5.0, r50_km=5.0, scale_km=1.0)) == 0.5


def test_night_bursts_are_seen_further_than_vehicles_and_than_bursts_by_day():
    camera, there = Camera(name="c"), np.array(4.0)
    night = camera.sight("strike", View(range_km=there, night=np.array(True)), case=1).chance
    day = camera.sight("strike", View(range_km=there), case=1).chance
    vehicle = camera.sight("heavy_weapons", View(range_km=there), case=1).chance
    assert night > day > 0
    assert night > vehicle


def test_nothing_is_seen_beyond_the_horizon():
    assert float(Camera(name="c").sight("strike", View(range_km=np.array(15.2)), case=2).chance) == 0
