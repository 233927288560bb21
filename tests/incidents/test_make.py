from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import IncidentSettings, make_incidents
from truceline.incidents.fuse import posterior
from truceline.observations import OBSERVATIONS, empty


@pytest.fixture
def mixed(observe, detect):
    reports = observe(
        [50, 50.2, 120, 121],
        [0, 0.1, 3, -8],
        [9, 9.2, 30, 31],
        lasting_h=2.0,
        reliability=["B", "F", "A", "C"],
        credibility=["2", "6", "1", "3"],
        party=["north", "", "south", "south"],
        count_min=[3, 2, np.nan, np.nan],
    )
    heat = detect([50.1, 50.3, 200, 210], [0.2, 0.3, 4, -12], [10, 10, 34, 58])
    heat["observation_id"] = [f"heat-{k}" for k in range(4)]
    return pd.concat([reports, heat], ignore_index=True)


def test_posterior_recomputes_exactly_from_prior_and_steps(mixed, looks, strip, period):
    made = make_incidents(mixed, looks, strip=strip, period=period).incidents
    again = [
        posterior(prior, sum(v for _, v in steps)) for prior, steps in zip(made.ln_odds_prior, made.ln_lr, strict=True)
    ]
    np.testing.assert_allclose(made.p_exists, again, atol=1e-12)


def test_every_observation_of_the_period_is_in_exactly_one_incident(mixed, looks, strip, period):
    made = make_incidents(mixed, looks, strip=strip, period=period).incidents
    assert sorted(i for ids in made.observations for i in ids) == sorted(mixed.observation_id)


def test_act_probabilities_sum_to_one_and_lead_with_the_act(mixed, looks, strip, period):
    made = make_incidents(mixed, looks, strip=strip, period=period).incidents
    for act, p_acts in zip(made.act, made.p_acts, strict=True):
        assert sum(p for _, p in p_acts) == pytest.approx(1)
        assert p_acts[0][0] == act


def test_a_claim_makes_no_incident(observe, looks, strip, period):
    claims = observe([10, 20, 30], hours=5.0, sensor="claim", reliability="A", credibility="1")
    assert len(make_incidents(claims, looks, strip=strip, period=period).incidents) == 0


def test_heat_alone_keeps_the_act_heat_and_is_never_more_than_possible(detect, looks, strip, period):
    strong = detect(np.linspace(60, 60.9, 40), hours=10.0, strength=500.0)
    settings = IncidentSettings(base_rate_per_cell_day=0.49)
    made = make_incidents(strong, looks, strip=strip, period=period, settings=settings).incidents
    assert set(made.act) == {"heat"}
    assert set(made.state) <= {"possible", "open", "rejected"}
    assert (made.settle != "").all()


def test_copies_of_one_report_count_once(observe, looks, strip, period):
    one = observe(50, hours=9.0, origin="post-1", count_min=4.0, count_max=6.0)
    copies = observe(np.full(30, 50.0), hours=9.0, origin="post-1", count_min=4.0, count_max=6.0)
    a, b = (make_incidents(o, looks, strip=strip, period=period).incidents for o in (one, copies))
    assert b.p_exists[0] == pytest.approx(a.p_exists[0], abs=1e-12)
    assert (b.origins[0], b.count_min[0], b.count_max[0]) == (1, 4, 6)


def test_no_number_of_unjudged_reports_outweighs_one_good_witness(observe, looks, strip, period):
    crowd = observe(np.full(40, 50.0), hours=9.0)
    made = make_incidents(crowd, looks, strip=strip, period=period).incidents
    # 1 % prior and the cap of ln 10 on human sources: 10 / 109
    assert made.p_exists[0] <= 10 / 109


def test_nothing_observed_gives_no_incidents_but_a_background(looks, strip, period):
    made = make_incidents(empty(OBSERVATIONS), looks, strip=strip, period=period)
    assert len(made.incidents) == 0
    assert (made.background.rate_per_day > 0).all()


def test_observations_outside_the_period_make_no_incident(observe, looks, strip, period):
    assert len(make_incidents(observe(50, hours=-48.0), looks, strip=strip, period=period).incidents) == 0
