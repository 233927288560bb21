import numpy as np
import pandas as pd
import pytest

from truceline.sensors.jamming import Jamming
from truceline.sensors.weather import (
    anomaly_correlation,
    clear_by_hour,
    climatology,
    effective_looks,
    hours_by_month,
    mean_clear,
    monthly_cloud,
    stationary_share,
)

DONETSK = {"lon_deg": np.array([37.8]), "lat_deg": np.array([48.0])}


def test_the_stationary_share_of_clear_days():
    # authority: sensors reference, section 6: August .92, December .13; chain of the five eastern oblasts
    east = climatology().query("oblast_id == 'EAST5'").set_index("month")
    share = stationary_share(east["p_lt50_after_lt50"].to_numpy(), east["p_lt50_after_ge50"].to_numpy())
    assert share[7] == pytest.approx(0.92, abs=0.005)
    assert share[11] == pytest.approx(0.13, abs=0.005)
    assert share == pytest.approx(
        east["share_lt50"].to_numpy(), abs=0.03
    )  # months are not stationary: November grows cloudier


def test_correlation_in_time_and_place():
    # authority: the same: .54, .27, .16 at 1, 2, 3 days; exp(-d / 514 km): .88 at 50-150 km
    assert anomaly_correlation(np.array([24, 48, 72])) == pytest.approx([0.54, 0.29, 0.16], abs=0.01)
    assert float(anomaly_correlation(0.0, 100.0)) == pytest.approx(0.82, abs=0.01)


def test_looks_that_are_one_draw_are_worth_one_look():
    assert effective_looks(5, 1.0) == 1
    assert effective_looks(5, 0.0) == 5


def test_the_mean_of_the_clear_share_is_the_share_of_the_mean_for_exponent_one_only():
    mean, spread = np.array([0.3]), np.array([0.2])
    assert mean_clear(mean, spread, exponent=1.0) == pytest.approx([0.7])
    assert mean_clear(mean, spread, exponent=2.0)[0] == pytest.approx(0.7**2 + 0.2**2)  # E[x^2] = mean^2 + variance
    rng = np.random.default_rng(3)
    m, s = 0.3, 0.2
    w = m * (1 - m) / s**2 - 1
    drawn = (1 - rng.beta(m * w, (1 - m) * w, 200_000)) ** 1.5
    error = drawn.std() / len(drawn) ** 0.5
    assert abs(mean_clear(mean, spread, exponent=1.5)[0] - drawn.mean()) < 3 * error


def test_december_is_cloudier_than_august_and_far_away_nothing_is_known():
    mean, _ = monthly_cloud(**DONETSK)
    assert mean[0, 11] == pytest.approx(0.816, abs=0.001)  # Donetsk, measured: 81.6 %
    assert mean[0, 7] == pytest.approx(0.201, abs=0.001)
    away, _ = monthly_cloud(lon_deg=np.array([127.0]), lat_deg=np.array([38.0]))
    assert (away == 0.5).all()


def test_cloud_that_is_known_takes_the_place_of_the_month():
    steps = pd.date_range("2026-12-01", periods=48, freq="h", tz="UTC")
    clear = clear_by_hour(steps, **DONETSK, exponent=1.0, error=0.0, actual={"2026-12-02": 0.0})
    assert (clear[0, 24:] == 1).all()
    assert clear[0, :24] == pytest.approx(1 - 0.816, abs=0.001)


def test_calm_wind_and_fog_exclude_one_another():
    for case in range(3):
        share = hours_by_month(case).share
        assert share.sum(axis=0) == pytest.approx(np.ones(12))
        assert (share >= 0).all()
        assert share[2, 0] > share[2, 6]  # fog: winter over summer


def test_jamming_keeps_its_share_and_its_memory():
    # closed form: a two-state process relaxes at the rate 1 / on + 1 / off
    process = Jamming(share=0.6, on_h=6.0)
    off_h = 6.0 * 0.4 / 0.6
    assert process.memory_h == pytest.approx(1 / (1 / 6.0 + 1 / off_h))
    state = process.simulate(20_000, blocks=20, rng=np.random.default_rng(1))
    effective = state.size / (2 * process.memory_h)
    assert abs(state.mean() - 0.6) < 4 * (0.24 / effective) ** 0.5
    lag = np.corrcoef(state[:, :-1].ravel(), state[:, 1:].ravel())[0, 1]
    assert lag == pytest.approx(np.exp(-1 / process.memory_h), abs=0.01)
