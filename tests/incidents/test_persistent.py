from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import IncidentSettings, make_incidents


@pytest.fixture(scope="module")
def works(detect):
    """A steelworks seen on nine nights of ten, a field fire seen on one day, at 100 and 200 km."""
    rng = np.random.default_rng(1)
    nights = detect(
        100 + rng.normal(0, 0.15, 9), 5.0, 24.0 * np.arange(9) + 1, daynight="N", strength=np.exp(rng.normal(0, 0.4, 9))
    )
    field = detect(200 + np.arange(6) * 0.3, -4.0, 10.0, daynight="D", strength=5.0)
    field["observation_id"] = [f"field-{k}" for k in range(6)]
    return pd.concat([nights, field], ignore_index=True)


def test_a_source_seen_night_after_night_is_listed_with_its_nights(works, looks, strip, period):
    masked = make_incidents(works, looks, strip=strip, period=period).masked
    assert len(masked) == 1
    site = masked.iloc[0]
    assert site.chainage_km == pytest.approx(100, abs=1)
    assert site.offset_km == pytest.approx(5, abs=1)
    assert (site.days, site.nights) == (9, 9)


def test_its_detections_are_kept_as_incidents_and_rejected_as_usual_burning(works, looks, strip, period):
    made = make_incidents(works, looks, strip=strip, period=period).incidents
    there = made[(made.chainage_km - 100).abs() < 2]
    assert len(there) == 9
    assert set(there.state) == {"rejected"}
    assert (there.p_exists < 0.05).all()
    assert "fixed heat source" in there.settle.iloc[0]


def test_a_jump_in_its_power_stands_out(works, looks, strip, period):
    jump = works.copy()
    jump.loc[8, "strength"] = 400.0
    made = make_incidents(jump, looks, strip=strip, period=period).incidents
    there = made[(made.chainage_km - 100).abs() < 2].sort_values("time_start")
    assert there.p_exists.iloc[-1] > 3 * there.p_exists.iloc[:-1].max()
    assert there.state.iloc[-1] != "rejected"


def test_a_week_of_burning_in_a_long_record_is_no_fixed_source(detect, looks, strip, period):
    battle = detect(100, 5.0, 24.0 * np.arange(7) + 1)
    long_ago = detect([20, 250], -3.0, [-24.0 * 40, 24.0 * 40])
    long_ago["observation_id"] = ["a", "b"]
    both = pd.concat([battle, long_ago], ignore_index=True)
    assert len(make_incidents(both, looks, strip=strip, period=period).masked) == 0


def test_fewer_days_than_asked_are_no_fixed_source(works, looks, strip, period):
    settings = IncidentSettings(persistent_days=10)
    assert len(make_incidents(works, looks, strip=strip, period=period, settings=settings).masked) == 0


def test_a_source_on_a_cell_s_edge_is_one_site(detect, looks, strip, period):
    rng = np.random.default_rng(2)
    for offset in np.arange(4.0, 4.5, 0.1):
        nights = detect(100 + rng.normal(0, 0.2, 10), offset, 24.0 * np.arange(10) + 1)
        assert len(make_incidents(nights, looks, strip=strip, period=period).masked) == 1


def test_a_source_known_from_other_years_is_known_from_its_first_detection(detect, looks, strip, period):
    nights = 24.0 * (np.arange(0, 60, 2) - 400) + 1
    history = detect(100 + np.random.default_rng(3).normal(0, 0.15, 30), 5.0, nights, daynight="N")
    once = detect(100.0, 5.0, 25.0, daynight="N")
    made = make_incidents(once, looks, strip=strip, period=period, history=history)
    assert made.masked.of_days.tolist() == [30]
    assert "other years" in made.masked.why[0]
    assert made.incidents.state.tolist() == ["rejected"]


def test_a_site_without_any_reading_of_strength_is_listed_all_the_same(detect, looks, strip, period):
    nights = detect(100.0, 5.0, 24.0 * np.arange(9) + 1, strength=np.full(9, np.nan))
    assert len(make_incidents(nights, looks, strip=strip, period=period).masked) == 1
