import numpy as np
import pytest

from truceline.sensors.people import Patrol, Reports, reported
from truceline.sensors.sight import View


def test_a_patrol_that_may_not_stay_after_dark_sees_nothing_at_night():
    at_night = View(range_km=np.array(2.0), night=np.array(True))
    assert Patrol(name="p").sight("strike", at_night, case=2).chance == 0
    assert Patrol(name="p", by_night=True).sight("strike", at_night, case=1).chance > 0


def test_hearing_ends_at_the_farthest_at_which_bursts_were_heard():
    heard = Patrol(name="p").sight("strike", View(range_km=np.array([5.0, 14.9, 15.1])), case=1).chance
    assert heard[0] > heard[1] > 0
    assert heard[2] == 0


def test_reports_lie_between_floor_and_cap_and_grow_with_people():
    # authority: sensors reference, section 5: floor .02, cap .95
    found = reported(np.array([0, 100, 1400, 1e6]), case=1)
    assert found[0] == 0.02
    assert found[-1] == 0.95
    assert (np.diff(found) > 0).all()
    assert found[2] == pytest.approx(0.5, abs=0.01)


def test_what_lasts_is_not_reported_anew_in_every_hour():
    assert float(Reports(name="r").sight("damage", View(people=np.array(1e6)), case=2).chance) == 0
