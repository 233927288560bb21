import numpy as np
import pytest

from truceline.sensors.drone import Drone, parallel_search, random_search, shuttle_chance, swath_m
from truceline.sensors.sight import View


# authority: sensors reference, section 5: 640 pixels, 32 degrees
@pytest.mark.parametrize(("altitude_m", "width_m", "pixel_m"), [(120, 69, 0.11), (400, 229, 0.36), (1000, 573, 0.90)])
def test_the_swath_and_pixel_of_a_thermal_camera(altitude_m, width_m, pixel_m):
    assert swath_m(altitude_m, 32) == pytest.approx(width_m, abs=0.5)
    assert swath_m(altitude_m, 32) / 640 == pytest.approx(pixel_m, abs=0.005)


def test_a_full_effort_of_search():
    # authority: Koopman; effort S v T / A = 1 gives .632 at random and .790 in parallel sweeps
    assert float(random_search(1, 1, 1, 1)) == pytest.approx(0.632, abs=0.0005)
    assert float(parallel_search(1, 1, 1, 1)) == pytest.approx(0.790, abs=0.0005)


def test_a_short_event_is_passed_over_with_its_duration_over_the_gap():
    assert shuttle_chance(0.2, 0.8) == 0.25
    assert shuttle_chance(2.0, 0.8) == 1.0


def test_two_drones_see_more_than_one_and_a_longer_stretch_less():
    def chance(**given):
        drone = Drone(name="d", **({"stretch_km": 100, "band_km": 20} | given))
        return float(drone.sight("heavy_weapons", View(), case=1).chance)

    assert chance(number=2) > chance() > chance(stretch_km=200) > 0


def test_a_drone_sees_nothing_outside_its_stretch():
    drone = Drone(name="d", stretch_km=100, band_km=20)
    assert drone.sight("heavy_weapons", View(range_km=np.array([0.0, 0.1])), case=2).chance[1] == 0
