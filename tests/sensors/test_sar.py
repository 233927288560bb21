import pytest
from scipy import stats

from truceline.sensors.sar import Sar, binormal, likelihood_ratio, separation_of_auc, separation_of_pair
from truceline.sensors.sight import View


def test_the_separation_of_the_pooled_area_and_the_published_pair():
    # authority: sensors reference, section 3: AUC .842 gives a = 1.42; P_FA .113 gives .58; the pair has a = 1.85
    a = separation_of_auc(0.842)
    assert a == pytest.approx(1.42, abs=0.005)
    assert float(binormal(0.113, a)) == pytest.approx(0.58, abs=0.005)
    assert separation_of_pair(0.738, 0.113) == pytest.approx(1.85, abs=0.005)


def test_calibrated_on_the_pair_it_gives_the_pair_back():
    assert float(binormal(0.113, separation_of_pair(0.738, 0.113))) == pytest.approx(0.738)


def test_the_area_under_the_curve_is_what_was_put_in():
    # closed form: AUC = Phi(a / sqrt 2)
    assert stats.norm.cdf(separation_of_auc(0.9) / 2**0.5) == pytest.approx(0.9)


def test_a_likelihood_ratio_is_two_to_fifteen_and_capped_at_thirty():
    assert likelihood_ratio(0.738, 0.113) == pytest.approx(6.5, abs=0.05)
    assert likelihood_ratio(0.9, 0.001) == 30
    assert likelihood_ratio(0.9, 0.0) == 30


def test_five_by_twenty_metres_sees_ships_and_damage_and_no_vehicle():
    coarse, fine = Sar(name="s1"), Sar(name="x", instrument="iceye")
    assert float(coarse.sight("heavy_weapons", View(), case=1).chance) == 0
    assert float(fine.sight("heavy_weapons", View(), case=1).chance) == 0.6
    assert float(coarse.sight("warship", View(), case=1).chance) > 0.5
    assert float(coarse.sight("damage", View(), case=1).chance) > 0
