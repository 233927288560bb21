from __future__ import annotations

import numpy as np
import pytest

from truceline.incidents import IncidentSettings
from truceline.incidents.evidence import take_evidence
from truceline.incidents.exposure import measure_exposure

DAY_NS = 86_400_000_000_000


@pytest.fixture
def exposure(detect, looks, strip):
    return measure_exposure(take_evidence(detect(50.0), strip), looks, strip, IncidentSettings())


def test_effective_looks_are_looks_times_clear_sky(exposure):
    # two passes on each of ten days under a quarter of cloud, over every cell
    assert exposure.looks.shape == (1, 10, exposure.cells)
    np.testing.assert_allclose(exposure.looks, 1.5)


def test_looks_between_counts_those_whose_footprint_holds_the_cell(exposure, detect, looks, strip):
    start = np.array([exposure.days[0] * DAY_NS])
    number, cloud = exposure.looks_between(start, start + 3 * DAY_NS - 1, np.array([4]))
    assert (number[0], cloud[0]) == (6, 0.25)
    elsewhere = looks.assign(west_deg=10.0, east_deg=12.0)
    blind = measure_exposure(take_evidence(detect(50.0), strip), elsewhere, strip, IncidentSettings())
    assert blind.looks_between(start, start + DAY_NS, np.array([4]))[0][0] == 0


def test_a_cloud_that_is_not_known_counts_as_assumed(detect, looks, strip):
    unknown = looks.assign(cloud=np.nan)
    made = measure_exposure(take_evidence(detect(50.0), strip), unknown, strip, IncidentSettings(cloud_unknown=0.4))
    np.testing.assert_allclose(made.looks, 2 * 0.6)


def test_a_source_without_recorded_looks_is_taken_to_look_once_a_day(detect, looks, strip):
    other = detect(50.0, source="modis")
    made = measure_exposure(take_evidence(other, strip), looks, strip, IncidentSettings())
    assert made.sources == ("modis", "viirs")
    np.testing.assert_allclose(made.looks[0], 0.5)


def test_areas_beside_a_straight_line_are_length_times_width(exposure):
    # authority: a strip of 298 km by 50 km near the line, and 298 km by 35 km in each control band
    assert exposure.near_area_km2.sum() == pytest.approx(298 * 50, rel=0.03)
    np.testing.assert_allclose(exposure.control_area_km2.sum(axis=1), 298 * 35, rtol=0.03)
