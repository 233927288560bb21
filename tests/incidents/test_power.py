from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from truceline.errors import RequestError
from truceline.incidents import excess_of_heat, power_of_thermal
from truceline.observations import LOOKS, OBSERVATIONS, empty, new_table
from truceline.strip import Strip

# Stanytsia Luhanska, Shchastia, Slovianoserbsk, Zolote, Popasna, Svitlodarsk, Horlivka (north), Toretsk (south),
# Yasynuvata, Avdiivka, Maryinka, Olenivka, Dokuchaievsk, Starohnativka, Hranitne, Pavlopil, Vodiane, Shyrokyne:
# a line from town coordinates, generalised, sigma 3 km
DONBAS = [
    (39.46, 48.66), (39.23, 48.74), (38.97, 48.71), (38.52, 48.70), (38.38, 48.63), (38.22, 48.44), (38.07, 48.36),
    (37.91, 48.35), (37.84, 48.15), (37.76, 48.13), (37.51, 47.94), (37.65, 47.83), (37.66, 47.75), (37.78, 47.55),
    (37.87, 47.42), (37.79, 47.26), (37.74, 47.13), (37.83, 47.09),
]  # fmt: skip


def test_a_signal_that_ranks_as_the_counts_do_has_power():
    x = np.random.default_rng(1).gamma(1, 1, 80)
    power = power_of_thermal(x**3, x, rng=np.random.default_rng(2))
    assert power.rho == pytest.approx(1)
    assert power.sentence.endswith("has power over shelling.")


def test_an_unrelated_signal_has_almost_none_and_the_interval_holds_nought():
    rng = np.random.default_rng(3)
    power = power_of_thermal(rng.normal(size=80), rng.normal(size=80), rng=rng)
    assert power.low < 0 < power.high
    assert "almost no power over shelling" in power.sentence


def test_what_both_owe_to_the_season_does_not_count_within_seasons():
    rng = np.random.default_rng(6)
    month = np.repeat(np.arange(8), 10)
    x, y = 5 * month + rng.normal(size=80), 5 * month + rng.normal(size=80)
    assert power_of_thermal(x, y, rng=rng).low > 0.9
    within = power_of_thermal(x, y, season=month, rng=rng)
    assert within.low < 0 < within.high


def test_the_correlation_is_spearman_s_and_days_without_both_are_left_out():
    # authority: scipy.stats.spearmanr
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=60), rng.normal(size=60)
    gap = np.r_[x, np.nan, 1.0], np.r_[y, 2.0, np.nan]
    power = power_of_thermal(*gap, rng=rng)
    assert (power.rho, power.days) == (pytest.approx(stats.spearmanr(x, y).statistic), 60)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    # authority: for bivariate normal data Spearman's rho is (6 / pi) asin(r / 2)
    rng = np.random.default_rng(5)
    truth = 6 / np.pi * np.arcsin(0.4 / 2)
    covered = 0
    for _ in range(100):
        x = rng.normal(size=70)
        y = 0.4 * x + np.sqrt(1 - 0.16) * rng.normal(size=70)
        power = power_of_thermal(x, y, rng=rng, draws=200)
        covered += power.low <= truth <= power.high
    assert covered >= 82  # blocks of 7 of 70 days are few, so the interval is somewhat short


def test_too_few_days_are_refused():
    with pytest.raises(RequestError, match="too few"):
        power_of_thermal(np.arange(10.0), np.arange(10.0), rng=np.random.default_rng(1))


@pytest.mark.data
def test_after_july_2020_raw_fires_rank_against_the_counts_and_the_excess_no_longer_does(real_data):
    counts = pd.read_csv(real_data / "osce_smm_counts/osce_smm_daily_counts_2020_2021.csv")
    counts = counts[counts["days"] == 1]
    counts["day"] = pd.to_datetime(counts["period_start_local"].str[:10], utc=True)
    counts["total"] = counts["donetsk_cfv"] + counts["luhansk_cfv"]
    fires = pd.read_parquet(real_data / "firms_ukraine/firms_ukraine_2000_2023.parquet")
    fires = fires[fires["latitude"].between(46, 50) & fires["longitude"].between(35.5, 41)]
    year = fires["acq_date"].dt.year
    now = heat(fires[fires["acq_date"].between("2020-07-01", "2021-09-30")])
    history = heat(fires[year.isin([2018, 2019])])
    strip = Strip.along(lon_deg=[v[0] for v in DONBAS], lat_deg=[v[1] for v in DONBAS])
    days = excess_of_heat(now, empty(LOOKS), strip=strip, within_km=5.0, history=history)
    both = counts.merge(days, on="day", how="left").sort_values("day")
    # authority: sensors reference, finding 3: about -0.35, which is the season
    assert len(both) == 62
    raw = stats.spearmanr(both["detections"].fillna(0), both["total"], nan_policy="omit").statistic
    assert raw == pytest.approx(-0.35, abs=0.05)
    all_year = power_of_thermal(both["excess"], both["total"], rng=np.random.default_rng(1))
    assert all_year.rho > 0  # the negative sign is gone; what is left is still much of it season
    month = both["day"].dt.strftime("%Y-%m")
    power = power_of_thermal(both["excess"], both["total"], season=month, rng=np.random.default_rng(1))
    assert power.low < 0.1
    assert "within the same season" in power.sentence
    assert power.sentence.endswith("thermal detection has almost no power over shelling.")


def heat(fires: pd.DataFrame) -> pd.DataFrame:
    day = fires["acq_date"].dt.tz_localize("UTC")
    number = len(fires)
    return new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"obs-{k}" for k in range(number)],
            "source": ["firms"] * number,
            "sensor": ["thermal"] * number,
            "act": ["heat"] * number,
            "time_start": day,
            "time_end": day + pd.Timedelta("1D"),
            "lon_deg": fires["longitude"].astype(float),
            "lat_deg": fires["latitude"].astype(float),
            "sigma_m": [400.0] * number,
        },
    )
