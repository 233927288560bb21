"""One suite for every sensor model: what holds of all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.sensors.acoustic import Acoustic
from truceline.sensors.camera import Camera
from truceline.sensors.drone import Drone
from truceline.sensors.facts import CASES
from truceline.sensors.kinds import KINDS
from truceline.sensors.optical import Optical
from truceline.sensors.people import Patrol, Reports
from truceline.sensors.radar import Radar
from truceline.sensors.sar import Sar
from truceline.sensors.seismic import Seismic
from truceline.sensors.sight import REASONS, View, sight_of
from truceline.sensors.thermal import Thermal

MODELS = [
    Thermal(name="viirs"),
    Thermal(name="modis", instrument="modis"),
    Optical(name="worldview", instrument="worldview"),
    Optical(name="s2", instrument="s2-msi"),
    Sar(name="s1"),
    Sar(name="iceye", instrument="iceye"),
    Drone(name="drone", stretch_km=50, band_km=30),
    Drone(name="mini", stretch_km=10, band_km=4, type="mini"),
    Camera(name="mast"),
    Acoustic(name="array"),
    Seismic(name="malyn"),
    Radar(name="ground"),
    Radar(name="air", type="air"),
    Radar(name="sea", type="sea"),
    Patrol(name="patrol"),
    Patrol(name="post", by_night=True),
    Reports(name="news"),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)


def view(**changed) -> View:
    return View(**{name: np.asarray(value) for name, value in changed.items()})


@each_model
@pytest.mark.parametrize("kind", KINDS)
def test_the_three_parts_are_probabilities_of_the_views_shape(model, kind):
    several = view(range_km=[0.0, 1.0, 5.0, 50.0], night=[[False], [True]], people=5000.0)
    for case in CASES:
        sight = model.sight(kind, several, case=case)
        for part in (sight.available, sight.visible, sight.detects):
            assert part.shape == (2, 4)
            assert ((part >= 0) & (part <= 1)).all()
        assert np.allclose(sight.chance, sight.available * sight.visible * sight.detects)


@each_model
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("night", [False, True])
def test_the_range_of_a_chance_is_in_order(model, kind, night):
    chances = [model.sight(kind, view(range_km=2.0, night=night, people=900.0), case=case).chance for case in CASES]
    assert chances[0] <= chances[1] + 1e-12
    assert chances[1] <= chances[2] + 1e-12


@each_model
def test_every_model_tells_its_error_and_its_delay(model):
    for fact in (model.sigma_km(), model.latency_h()):
        assert 0 < fact.low <= fact.mid <= fact.high
    assert model.reach_km() >= 0


@each_model
@pytest.mark.parametrize("kind", KINDS)
@given(near=st.floats(0, 40), further=st.floats(0, 40))
def test_nothing_is_seen_better_further_away(model, kind, near, further):
    if model.kind in {"thermal", "optical", "sar", "report", "drone"}:
        return  # their places are in a swath, a stretch, or anywhere
    here, there = (model.sight(kind, view(range_km=r), case=1).chance for r in (near, near + further))
    # sound bends beyond 1 km by day: the first kilometre is counted without it
    assert there <= here + 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2))
def test_the_chance_is_nought_if_any_part_is(a, v, d, which):
    parts = [a, v, d]
    parts[which] = 0.0
    assert sight_of(view(), available=parts[0], visible=parts[1], detects=parts[2]).chance == 0


@given(st.floats(0, 0.9), st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.1))
def test_the_chance_rises_in_each_part(a, v, d, more):
    def chance(*parts):
        return float(sight_of(view(), available=parts[0], visible=parts[1], detects=parts[2]).chance)

    assert chance(a + more, v, d) >= chance(a, v, d)
    assert chance(v, a + more, d) >= chance(v, a, d)
    assert chance(v, d, a + more) >= chance(v, d, a)


def test_the_dominating_reason_is_the_least_part():
    several = sight_of(
        view(range_km=np.zeros(4)), available=[0.1, 0.9, 0.9, 0.9], visible=[0.9, 0.1, 0.9, 0.9], detects=[1, 1, 0.1, 1]
    )
    assert several.reason.tolist() == list(REASONS)


def test_night_closes_optical():
    by_day, by_night = (MODELS[2].sight("heavy_weapons", view(night=n), case=1).chance for n in (False, True))
    assert by_day > 0.5
    assert by_night == 0


def test_fog_closes_cameras_drones_and_optical_and_spares_radar_seismic_and_acoustic():
    def chance(model, kind):
        return float(model.sight(kind, view(range_km=1.5, fog=True), case=1).chance)

    assert chance(Optical(name="o", instrument="worldview"), "damage") == 0
    assert float(Drone(name="d", stretch_km=50, band_km=30).sight("damage", view(fog=True), case=1).chance) == 0
    clear = float(Camera(name="c").sight("strike", view(range_km=1.5), case=1).chance)
    assert chance(Camera(name="c"), "strike") < 0.6 * clear
    for model, kind in (
        (Radar(name="r"), "heavy_weapons"),
        (Seismic(name="s"), "strike"),
        (Acoustic(name="a"), "strike"),
    ):
        assert chance(model, kind) == float(model.sight(kind, view(range_km=1.5), case=1).chance)


def test_jamming_blinds_drones_and_nothing_else():
    for model in MODELS:
        for kind in KINDS:
            clear, jammed = (model.sight(kind, view(jammed=j, range_km=0.0), case=1).chance for j in (False, True))
            if model.kind == "drone" and clear > 0:
                assert jammed == pytest.approx(0.75 * clear)  # blind share .05-.25-.7
            else:
                assert jammed == clear


def test_wind_grounds_a_small_drone_and_drowns_sound():
    mini, array = Drone(name="m", stretch_km=10, band_km=4, type="mini"), Acoustic(name="a")
    assert mini.sight("heavy_weapons", view(wind_ms=11.0), case=1).chance == 0
    calm, windy = (array.sight("shelling", view(range_km=10.0, wind_ms=w), case=1).chance for w in (3.0, 11.0))
    assert windy < calm
