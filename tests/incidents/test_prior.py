from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import IncidentSettings, make_incidents


def prior_of(rows, looks, strip, period, **settings) -> np.ndarray:
    made = make_incidents(rows, looks, strip=strip, period=period, settings=IncidentSettings(**settings)).incidents
    return (1 / (1 + np.exp(-made.sort_values("chainage_km").ln_odds_prior))).to_numpy()


@pytest.mark.parametrize(
    ("sigma_m", "hours", "cell_days"),
    [
        (300.0, 1.0, 1.0),  # less than a cell and a day: the rate has no finer grain
        (5000.0, 1.0, 2 * 1.96 * 5 / 5),
        (5000.0, 48.0, 2 * 1.96 * 5 / 5 * 2),
        (10_000.0, 24.0, 2 * 1.96 * 10 / 5),
    ],
)
def test_the_prior_is_that_of_one_happening_or_more_in_the_cells_and_days_covered(
    observe, looks, strip, period, sigma_m, hours, cell_days
):
    # authority: Poisson, P(N > 0) = 1 - exp(-rate x cells x days); 95 % of a normal error lies within 1.96 sigma
    rows = observe([150.0], hours=0.0, lasting_h=hours, sigma_m=sigma_m)
    assert prior_of(rows, looks, strip, period)[0] == pytest.approx(-np.expm1(-0.01 * cell_days))


def test_what_lies_beyond_the_end_of_the_line_is_not_counted(observe, looks, strip, period):
    rows = observe([0.0, 150.0], hours=[0.0, 30.0], sigma_m=10_000.0)
    at_end, middle = -np.log1p(-prior_of(rows, looks, strip, period))
    assert at_end == pytest.approx(middle / 2, rel=1e-6)


def test_without_a_place_it_is_the_whole_line_and_never_more_than_the_bound(observe, looks, strip, period):
    rows = observe([50.0], hours=0.0, lasting_h=24.0)
    rows[["lon_deg", "lat_deg"]] = np.nan
    cells = strip.length_km / 5
    assert prior_of(rows, looks, strip, period)[0] == pytest.approx(-np.expm1(-0.01 * cells))
    for rate in (0.05, 0.2, 0.49):
        assert prior_of(rows, looks, strip, period, base_rate_per_cell_day=rate)[0] == pytest.approx(0.5)


def test_a_vaguer_witness_does_not_widen_what_a_better_one_has_placed(observe, looks, strip, period):
    good = observe([50.0], hours=9.0, sigma_m=500.0)
    both = observe([50.0, 50.5], hours=9.0, lasting_h=[0.0, 5.0], sigma_m=[500.0, 20_000.0])
    a, b = (prior_of(rows, looks, strip, period) for rows in (good, both))
    assert len(a) == len(b) == 1
    assert a[0] == b[0]


def test_a_longer_or_wider_report_never_has_the_smaller_prior(observe, looks, strip, period):
    rng = np.random.default_rng(5)
    for _ in range(10):
        sigma, hours = rng.uniform(100, 30_000), rng.uniform(0, 70)
        rows = pd.concat(
            [
                observe([150.0], hours=0.0, lasting_h=hours, sigma_m=sigma),
                observe([151.0], hours=100.0, lasting_h=hours * 1.02, sigma_m=sigma * 1.5),
            ],
            ignore_index=True,
        ).assign(observation_id=["a", "b"])
        small, large = prior_of(rows, looks, strip, period)
        assert small <= large
