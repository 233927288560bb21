import numpy as np
import pytest

from truceline.sensors.optical import N50, Optical, johnson, seen_at
from truceline.sensors.sight import View

# authority: sensors reference, section 3, table for a thing of 3 m by ground sample distance
TABLE = {
    "detect": [1.00, 1.00, 0.995, 0.82, 0.11, 0.005],
    "recognise": [0.98, 0.69, 0.28, 0.05, 0.003, 0.0],
    "identify": [0.85, 0.31, 0.09, 0.015, 0.001, 0.0],
}


@pytest.mark.parametrize("task", TABLE)
def test_the_table_of_a_three_metre_thing(task):
    found = johnson(3.0, np.array([0.15, 0.3, 0.5, 1, 3, 10]), n50=N50[task])
    assert found == pytest.approx(TABLE[task], abs=0.006)


def test_half_are_seen_at_n50_and_94_5_percent_at_twice_that():
    # authority: planning reference, B15: N = N50 gives .5, N = 2 N50 gives E = 4.1 and .945
    assert float(johnson(2.0, 1.0, n50=1.0)) == pytest.approx(0.5)
    assert float(johnson(4.0, 1.0, n50=1.0)) == pytest.approx(0.945, abs=0.001)


def test_detection_is_capped_because_the_formula_knows_no_camouflage():
    assert float(seen_at("heavy_weapons", 0.01, case=1)) == 0.9


def test_a_ten_metre_pixel_does_not_see_a_vehicle():
    s2 = Optical(name="s2", instrument="s2-msi")
    assert float(s2.sight("heavy_weapons", View(), case=1).chance) < 0.01


def test_full_cloud_hides_and_half_cloud_hides_half():
    sight = Optical(name="w", instrument="worldview").sight("damage", View(cloud=np.array([0.0, 0.5, 1.0])), case=1)
    assert sight.visible.tolist() == [1.0, 0.5, 0.0]
