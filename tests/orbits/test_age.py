from datetime import timedelta

import numpy as np
import pytest

from truceline.orbits import OLD_D, read_elements, time_sigma_s


def test_errors_grow_with_age_and_the_middle_lies_between():
    age = np.linspace(0, 300, 50)
    low, middle, high = (time_sigma_s(age, case=case) for case in range(3))
    for case in (low, middle, high):
        assert (np.diff(case) > 0).all()
    assert (low < middle).all()
    assert (middle < high).all()


def test_fresh_elements_are_good_to_a_second_for_two_days_and_old_ones_are_not():
    assert time_sigma_s(np.array([0.0, 2.0])).max() < 1
    assert time_sigma_s(np.array([OLD_D]))[0] > 5


@pytest.mark.data
def test_sets_months_apart_differ_along_the_track_as_said(real_data):
    """Each set of a satellite run to the epoch of every other: 41 public sets of 2026, 24 to 207 days apart."""
    sets = {}
    for file in sorted((real_data / "satellite_tle").glob("tle_*.txt")):
        for one in read_elements(file.read_text()).sets:
            sets.setdefault(one.norad_id, []).append(one)
    ratios = []
    for several in sets.values():
        for one in several:
            for other in several:
                days = (other.epoch - one.epoch) / timedelta(days=1)
                if one is not other and abs(days) > OLD_D:
                    ratios.append(abs(_along_s(one, other)) / time_sigma_s(np.array(days)))
    assert len(ratios) > 20
    assert (np.array(ratios) < 3).mean() > 0.75, "manoeuvres and one faulty set make the tail heavy"


def _along_s(one, other):
    """Return the seconds along the track by which one set is ahead of another at the other's epoch."""
    theirs = other.satrec()
    position, velocity = (np.array(part) for part in theirs.sgp4(theirs.jdsatepoch, theirs.jdsatepochF)[1:])
    ahead = np.array(one.satrec().sgp4(theirs.jdsatepoch, theirs.jdsatepochF)[1])
    pole = np.cross(position, velocity)
    across = np.cross(pole / np.linalg.norm(pole), position)
    angle = np.arctan2(ahead @ across, ahead @ position)
    return angle / (2 * np.pi) * 86_400 / other.revolutions_per_day
