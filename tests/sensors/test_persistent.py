import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.sensors.persistent import (
    Orbit,
    fleet_for,
    relay_gaps,
    shuttle_gaps,
    simulate_gaps,
    simulate_orbit,
    usual_orbit,
)


# authority: planning reference, 3.3c
@pytest.mark.parametrize(
    ("drones", "speed_kmh", "mean_h", "worst_h"),
    [(5, 250, 0.8, 1.6), (12, 250, 20 / 60, 40 / 60), (5, 130, 1.5, 3.1)],
)
def test_gaps_of_drones_to_and_fro_on_a_thousand_kilometres(drones, speed_kmh, mean_h, worst_h):
    mean, worst = shuttle_gaps(line_km=1000, drones=drones, speed_kmh=speed_kmh)
    assert mean == pytest.approx(mean_h, abs=0.04)
    assert worst == pytest.approx(worst_h, abs=0.04)


@pytest.mark.parametrize("relay", [False, True])
def test_flown_gaps_agree_with_the_closed_form(relay):
    given = {"line_km": 1000, "drones": 5, "speed_kmh": 250}
    mean, worst = (relay_gaps if relay else shuttle_gaps)(**given)
    gaps = simulate_gaps(**given, places=4000, rng=np.random.default_rng(2), relay=relay)
    error = gaps.std() / 4000**0.5  # gaps at one place add up to whole laps: places are what is sampled
    assert abs(gaps.mean() - mean) < 3 * error
    assert gaps.max() == pytest.approx(worst, abs=0.01)


def test_a_relay_passes_its_ends_once_a_loop():
    assert relay_gaps(line_km=1000, drones=5, speed_kmh=250) == (0.8, 1.6)


# authority: planning reference, 3.3b: 1.3-1.7 aircraft for MQ-9 (27 h), legs of 50-800 km, always available;
# the low end takes endurance without the reserve kept here
def test_aircraft_of_an_orbit_always_available():
    near, far = (Orbit(endurance_h=27, leg_km=leg, speed_kmh=310, available=1).aircraft for leg in (50, 800))
    assert 1.0 < near < 1.3
    assert 1.3 < far < 1.7


def test_aircraft_by_the_closed_form():
    orbit = Orbit(endurance_h=20, leg_km=200, speed_kmh=200, turnaround_h=2, available=0.8, abort=0.25)
    # T = 18 - 2 = 16; N = (16 + 2 + 2) / (16 x .8 x .75)
    assert orbit.aircraft == pytest.approx(20 / (16 * 0.8 * 0.75))
    assert orbit.sorties_per_year == pytest.approx(8760 / (16 * 0.75))


@pytest.mark.parametrize(("available", "abort"), [(1.0, 0.0), (0.85, 0.3), (0.6, 0.5)])
def test_a_simulated_orbit_agrees_with_the_closed_form(available, abort):
    orbit = Orbit(endurance_h=24, leg_km=300, speed_kmh=200, available=available, abort=abort, loss_per_h=0.001)
    held = simulate_orbit(orbit, sorties=40_000, rng=np.random.default_rng(8))
    assert abs(held.aircraft - orbit.aircraft) <= 3 * held.aircraft_se + 1e-9
    assert abs(held.losses_per_year - orbit.losses_per_year) <= 3 * held.losses_se


@given(st.floats(0, 300), st.floats(0.3, 1), st.floats(0, 0.8))
def test_further_less_ready_and_more_aborted_never_needs_fewer(leg_km, available, abort):
    def aircraft(**more):
        given = {"endurance_h": 24, "leg_km": leg_km, "speed_kmh": 150, "available": available, "abort": abort}
        return Orbit(**(given | more)).aircraft

    assert aircraft(leg_km=leg_km + 100) >= aircraft()
    assert aircraft(available=available * 0.9) >= aircraft()
    assert aircraft(abort=abort + 0.1) >= aircraft()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"leg_km": 3000}, "gets? there|get there"),
        ({"available": 1.2}, "no probability"),
        ({"available": 0.0}, "above nought"),
        ({"abort": 1.0}, "every sortie"),
        ({"endurance_h": -2}, "above nought"),
    ],
)
def test_an_orbit_that_cannot_be_held_is_refused(wrong, said):
    with pytest.raises(RequestError, match=said):
        Orbit(**({"endurance_h": 24, "leg_km": 100, "speed_kmh": 200} | wrong))


def test_a_fleet_has_ranges_in_order_and_tells_the_fielded_figure_beside():
    fleet = fleet_for(line_km=1000, orbits=5, kind="male", leg_km=200, abort=(0.1, 0.25, 0.5))
    for three in (fleet.aircraft, fleet.crews, fleet.losses_per_year, fleet.usd_per_km_year, fleet.fielded_aircraft):
        assert three[0] <= three[1] <= three[2]
    assert fleet.fielded_aircraft[1] == 20  # authority: four aircraft for each orbit of the US Air Force
    assert fleet.usd_m_per_year[1] * 1e6 / 1000 == pytest.approx(fleet.usd_per_km_year[1])


def test_a_small_drone_has_no_fielded_figure():
    fleet = fleet_for(line_km=50, orbits=2, kind="mini", leg_km=5, abort=(0.1, 0.3, 0.6))
    assert np.isnan(fleet.fielded_aircraft).all()
    assert fleet.aircraft[1] > usual_orbit("male", leg_km=5, abort=0.3).aircraft
