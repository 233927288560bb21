import numpy as np
import pytest

from truceline.sensors.cover import cover_deployment
from truceline.sensors.scene import make_scene
from truceline.simulate.conditions import draw_conditions
from truceline.simulate.eyes import Eyes
from truceline.simulate.through_sensors import see

VIIRS = {"satellites": [{"id": "viirs", "instrument": "viirs"}]}
POSTS = {
    "sensors": [
        {"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": 100, "every_km": 20},
        {"id": "masts", "kind": "camera", "from_km": 0, "to_km": 100, "every_km": 10, "hours": "06:00-18:00"},
        {"id": "patrols", "kind": "patrol", "from_km": 20, "to_km": 60, "number": 2},
        {"id": "drone", "kind": "drone", "from_km": 0, "to_km": 50, "number": 3},
    ]
}


def fraction_seen(deployment, kind, strip, period, scatter, *, draws, each, seed=5):
    """Return the mean share detected over draws of the conditions, and its standard error between draws."""
    scene = make_scene(deployment, strip, period)
    shares = []
    for i in range(draws):
        rng = np.random.default_rng([seed, i])
        eyes = Eyes(scene, draw_conditions(scene, length_km=strip.length_km, rng=rng))
        truth = scatter(kind, each, period=period, rng=rng)
        shares.append(see(truth, eyes, rng=rng)["event"].nunique() / each)
    return np.mean(shares), np.std(shares, ddof=1) / np.sqrt(draws)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (VIIRS, "strike"),
        (VIIRS, "shelling"),
        (POSTS, "strike"),
        (POSTS, "shelling"),
        (POSTS, "heavy_weapons"),
        ({**VIIRS, **POSTS}, "strike"),
    ],
)
def test_the_detected_share_is_the_probability_that_coverage_states(deploy, strip, days, scatter, said, kind):
    # sensors.md, section 8: injected events recovered at Q within 2 standard errors
    period, deployment = days(6), deploy(said)
    share, error = fraction_seen(deployment, kind, strip, period, scatter, draws=40, each=800)
    stated = float(cover_deployment(deployment, strip=strip, period=period, kinds=[kind]).seen[kind].mean())
    assert 0 < stated < 1
    assert abs(share - stated) < 2 * error, (share, stated, error)


def test_with_no_sensors_nothing_is_seen(deploy, strip, days, scatter):
    rng = np.random.default_rng(1)
    scene = make_scene(deploy({}), strip, days(3))
    eyes = Eyes(scene, draw_conditions(scene, length_km=strip.length_km, rng=rng))
    for kind in ("strike", "shelling", "heavy_weapons"):
        assert not len(see(scatter(kind, 500, period=days(3), rng=rng), eyes, rng=rng))


def test_a_sensor_gone_dark_unnoticed_says_nothing(deploy, strip, days, scatter):
    rng = np.random.default_rng(2)
    scene = make_scene(deploy(POSTS), strip, days(2))
    conditions = draw_conditions(scene, length_km=strip.length_km, rng=rng)
    eyes = Eyes(scene, conditions, dark={"ears": np.ones(48, bool)})
    seen = see(scatter("strike", 500, period=days(2), rng=rng), eyes, rng=rng)
    assert len(seen) and "ears" not in set(seen["sensor_id"])


def test_nothing_arrives_before_it_is_seen_nor_is_seen_before_it_happens(deploy, strip, days, scatter):
    rng = np.random.default_rng(3)
    scene = make_scene(deploy({**VIIRS, **POSTS}), strip, days(4))
    eyes = Eyes(scene, draw_conditions(scene, length_km=strip.length_km, rng=rng))
    truth = scatter("strike", 1500, period=days(4), rng=rng)
    seen = see(truth, eyes, rng=rng)
    happened = truth.set_index("event")["time"].loc[seen["event"]].to_numpy()
    assert (seen["arrived"] >= seen["time"]).all()
    assert (seen["time"].to_numpy() >= happened).all()
