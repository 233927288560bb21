from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from truceline.incidents import IncidentSettings, excess_of_heat, make_incidents
from truceline.incidents.background import chance_of_at_least
from truceline.observations import LOOKS, empty


@pytest.fixture
def fires(detect):
    """Return a maker of single-detection fires evenly over both sides out to 60 km, `rate` per km2 and day."""

    def make(rate: float, days: int, *, seed: int = 1, first_day: int = 0, near: float = 1.0, clear: float = 1.0):
        rng = np.random.default_rng(seed)
        number = rng.poisson(rate * 298 * 120 * days * clear)
        offset = rng.uniform(-60, 60, number)
        keep = (np.abs(offset) >= 25) | (rng.random(number) < min(near, 1))
        if near > 1:
            extra = rng.poisson((near - 1) * rate * 298 * 50 * days * clear)
            offset, keep = np.r_[offset, rng.uniform(-25, 25, extra)], np.r_[keep, np.full(extra, True)]
        offset = offset[keep]
        hours = 24.0 * (first_day + rng.integers(0, days, len(offset))) + 10
        return detect(
            rng.uniform(0, 298, len(offset)), offset, hours, observation_id=[f"f{k}" for k in range(len(offset))]
        )

    return make


@pytest.mark.parametrize(("count", "mean"), [(1, 0.3), (3, 2.0), (7, 1.5)])
def test_the_count_is_negative_binomial_between_poisson_and_geometric(count, mean):
    # authority: the Poisson limit for a large size; the geometric law for size 1, P(Y >= n) = (m / (1 + m))^n
    assert chance_of_at_least(count, mean, 1e9) == pytest.approx(stats.poisson.sf(count - 1, mean), rel=1e-5)
    assert chance_of_at_least(count, mean, 1.0) == pytest.approx((mean / (1 + mean)) ** count)


def test_the_background_finds_the_rate_the_fires_were_made_with(fires, looks, strip, period):
    made = make_incidents(fires(0.002, 10), looks, strip=strip, period=period).background
    # two looks a day at 75 % clear sky, and 5 km x 50 km in a cell
    assert made.rate_per_look.mean() == pytest.approx(0.002 * 250 / 1.5, rel=0.15)
    assert made.rate_per_day.mean() == pytest.approx(0.002 * 250, rel=0.15)


def test_a_clear_sky_does_not_look_like_an_escalation(fires, looks, strip, period):
    cloudy = looks.assign(cloud=0.75)
    clear = make_incidents(fires(0.002, 10, clear=0.75), looks, strip=strip, period=period).background
    overcast = make_incidents(fires(0.002, 10, clear=0.25), cloudy, strip=strip, period=period).background
    assert clear.rate_per_look.mean() == pytest.approx(overcast.rate_per_look.mean(), rel=0.2)


def test_what_burns_near_the_line_now_does_not_raise_its_own_background(fires, looks, strip, period, detect):
    quiet = fires(0.002, 10)
    barrage = detect(np.linspace(100, 140, 400), 2.0, 34.0, observation_id=[f"b{k}" for k in range(400)])
    a, b = (
        make_incidents(o, looks, strip=strip, period=period).background
        for o in (quiet, pd.concat([quiet, barrage], ignore_index=True))
    )
    np.testing.assert_allclose(a.rate_per_look, b.rate_per_look)


def test_history_says_how_near_differs_from_control(fires, looks, strip, period):
    other_years = fires(0.002, 20, seed=7, first_day=-370, near=2.0)
    made = make_incidents(fires(0.002, 10), looks, strip=strip, period=period, history=other_years).background
    assert made.ratio.mean() == pytest.approx(2.0, rel=0.2)
    assert made.rate_per_day.mean() == pytest.approx(2 * 0.002 * 250, rel=0.25)


def test_history_of_another_season_says_little(fires, looks, strip, period):
    half_a_year_off = fires(0.002, 20, seed=7, first_day=-185, near=3.0)
    made = make_incidents(fires(0.002, 10), looks, strip=strip, period=period, history=half_a_year_off).background
    assert made.ratio.mean() == pytest.approx(1.0, abs=0.05)


def test_an_empty_control_band_does_not_prove_a_rate_of_nought(looks, strip, period, observe):
    made = make_incidents(observe(50.0), looks, strip=strip, period=period).background
    assert (made.rate_per_day > 0).all()


def test_a_side_cut_off_at_a_border_is_left_out_of_the_control_band(fires, looks, strip, period):
    whole = fires(0.004, 10)
    north = strip.place(lon_deg=whole["lon_deg"], lat_deg=whole["lat_deg"])[1] > -20
    cut = make_incidents(whole[north].reset_index(drop=True), looks, strip=strip, period=period).background
    full = make_incidents(whole, looks, strip=strip, period=period).background
    assert cut.rate_per_day.mean() == pytest.approx(full.rate_per_day.mean(), rel=0.15)


def test_the_prediction_is_calibrated_on_days_it_has_not_seen(fires, strip):
    # fires of several detections each: the 5 % most surprising days must be about 5 % of days
    many = fires(0.0004, 120, seed=3)
    clumps = many.loc[many.index.repeat(np.random.default_rng(4).geometric(0.3, len(many)))].reset_index(drop=True)
    clumps["observation_id"] = [f"c{k}" for k in range(len(clumps))]
    days = excess_of_heat(clumps, empty(LOOKS), strip=strip, within_km=25.0)
    assert days["excess"].mean() == pytest.approx(0, abs=0.25)
    assert days["excess"].std() == pytest.approx(1, abs=0.25)


def test_every_rate_is_traced_to_counts(fires, looks, strip, period):
    made = make_incidents(fires(0.002, 10), looks, strip=strip, period=period).background
    assert (made.control_count >= 0).all()
    assert (made.control_exposure > 0).all()
    assert set(made.method) == {"control band, gamma-Poisson"}


def test_the_band_must_end_beyond_where_it_begins():
    with pytest.raises(ValueError, match="control band"):
        IncidentSettings(control_from_km=60, control_to_km=40)
