import numpy as np
import pytest

from truceline.sensors.camera import Camera
from truceline.sensors.cover import cover_deployment
from truceline.sensors.deployment import Conditions, Deployment, Duty, Post
from truceline.sensors.drone import Drone
from truceline.sensors.planning import at_places, share_seen_by
from truceline.timespan import Timespan, parse_instant

DAY = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-12T00:00Z"))
NEAR = Conditions(half_width_km=5)


def candidates(strip) -> list[Post]:
    lon, lat = strip.locate(chainage_km=np.array([10.0, 40.0]))
    masts = at_places(Post(sensor_id="mast", model=Camera(name="mast")), lon_deg=lon, lat_deg=lat)
    drone = Drone(name="d", stretch_km=30, band_km=10, number=4)
    night = Post(sensor_id="d", model=drone, from_km=20, to_km=50, band_km=10, duty=Duty(from_h=18, to_h=6))
    return [*masts, night]


@pytest.mark.parametrize("kind", ["strike", "small_arms_fire"])
def test_what_a_candidate_sees_alone_is_its_own_coverage(strip, kind):
    posts = candidates(strip)
    found = share_seen_by(posts, strip, kind, period=DAY, conditions=NEAR)
    for i, post in enumerate(posts):
        alone = Deployment(posts=(post,), conditions=NEAR)
        seen = cover_deployment(alone, strip=strip, period=DAY, kinds=(kind,)).seen[kind].mean(axis=1)
        assert found[i] == pytest.approx(seen, abs=0.01)  # light is that of the middle of the line


def test_candidates_see_where_they_stand_and_the_share_is_a_probability(strip):
    found = share_seen_by(candidates(strip), strip, "heavy_weapons", period=DAY, conditions=NEAR)
    assert found.shape == (3, int(np.ceil(strip.length_km)))
    assert ((found >= 0) & (found <= 1)).all()
    assert found[0].argmax() in {9, 10}
    assert found[1].argmax() in {39, 40}
    assert (found[2][:19] == 0).all()
    assert (found[2][21:49] > 0).all()


def test_a_candidate_never_on_duty_sees_nothing(strip):
    mast = candidates(strip)[0]
    late = Post(
        sensor_id="late",
        model=mast.model,
        lon_deg=mast.lon_deg,
        lat_deg=mast.lat_deg,
        duty=Duty(start=parse_instant("2027-01-01T00:00Z")),
    )
    found = share_seen_by([late, mast], strip, "strike", period=DAY, conditions=NEAR)
    assert (found[0] == 0).all()
    assert found[1].max() > 0


def test_no_candidates_make_an_empty_table(strip):
    assert share_seen_by([], strip, "strike", period=DAY).shape[0] == 0
