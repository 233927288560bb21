import numpy as np
import pytest

from truceline.sensors.radar import Radar
from truceline.sensors.sight import View


def test_half_of_point_nine_is_seen_at_r50_of_a_moving_vehicle():
    # authority: sensors reference, 4.5: d = .9 / (1 + exp((r - r50) / (.15 r50))), vehicle r50 15 km; .3 of it moving
    radar = Radar(name="r", height_m=100)
    sight = radar.sight("heavy_weapons", View(range_km=np.array(15.0)), case=1)
    assert float(sight.detects) == pytest.approx(0.45 * 0.3)


def test_the_horizon_hides_what_flies_low():
    near, far = (
        Radar(name="r", type="air").sight("overflight", View(range_km=np.array(r)), case=1) for r in (40.0, 60.0)
    )
    # closed form: 4.12 (sqrt 10 + sqrt 100) = 54.2 km
    assert near.visible == 1
    assert far.visible == 0


def test_each_type_looks_for_its_own():
    assert Radar(name="r", type="sea").sight("warship", View(), case=1).chance > 0.5
    assert Radar(name="r", type="ground").sight("warship", View(), case=1).chance == 0
