from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from truceline.incidents import IncidentSettings, make_incidents, weigh_standing
from truceline.incidents.fuse import CAP_SATELLITE
from truceline.observations import LOOKS, OBSERVATIONS, empty, new_table
from truceline.sensors.acoustic import Acoustic
from truceline.sensors.deployment_file import read_deployment
from truceline.sensors.silence import how_many, standing_by
from truceline.strip import Strip
from truceline.timespan import Timespan

PERIOD = Timespan(
    start=pd.Timestamp("2026-04-01T00:00Z").to_pydatetime(), end=pd.Timestamp("2026-04-03T00:00Z").to_pydatetime()
)
STRIP = Strip.along(lon_deg=[36.0, 37.343], lat_deg=[48.0, 48.0])


def ears(every_km, to_km=100, **more):
    said = {"sensors": [{"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": to_km, "every_km": every_km, **more}]}
    return standing_by(read_deployment(said, strip=STRIP, elements=(), timezone="UTC"), strip=STRIP, period=PERIOD)


def seen(*rows, act="shelling"):
    """Observations (sensor, km along the line) of one hour."""
    lon, lat = STRIP.locate(chainage_km=[km for _, km in rows], offset_km=1.0)
    return new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"o{i}" for i in range(len(rows))],
            "source": "x",
            "sensor": [sensor for sensor, _ in rows],
            "act": act,
            "time_start": pd.Timestamp("2026-04-02T03:10Z"),
            "time_end": pd.Timestamp("2026-04-02T03:10Z"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": 500.0,
            "reliability": "B",
            "credibility": "6",
        },
        length=len(rows),
    )


def weighed(observations, standing):
    made = make_incidents(observations, empty(LOOKS), strip=STRIP, period=PERIOD)
    return made.incidents, weigh_standing(made, observations, standing).incidents


def test_an_alarm_amid_sensors_that_heard_nothing_is_doubted():
    before, after = weighed(seen(("report", 50)), ears(10))
    assert after["p_exists"].iloc[0] < 0.2 * before["p_exists"].iloc[0]
    name, value = after["ln_lr"].iloc[0][-1]
    assert name == "sensors that stood by and noticed nothing"
    assert value == pytest.approx(-CAP_SATELLITE)  # no witness may carry the case alone, silence neither


def test_an_alarm_where_nobody_stood_by_is_left_as_it_was():
    before, after = weighed(seen(("report", 90)), ears(10, to_km=20))
    pd.testing.assert_frame_equal(before, after)
    before, after = weighed(seen(("report", 50)), ears(10, hours="08:00-18:00"))  # off duty at three in the morning
    pd.testing.assert_frame_equal(before, after)
    assert ears(10, to_km=20) is not None
    assert standing_by(
        read_deployment({}, strip=STRIP, elements=(), timezone="UTC"), strip=STRIP, period=PERIOD
    ) is None  # fmt: skip


def test_silence_is_the_product_of_the_misses_of_those_who_did_not_notice():
    # one array, calm by nearly all accounts: ln(1 - p) with p its chance; none is left when it is the one that heard
    standing = ears(100)
    alarm = seen(("report", 50))
    none = {"acoustic": np.array([0])}
    missed = np.exp(standing.notice(alarm, none).ln_silent)
    assert 0.05 < missed[0] < 0.5  # availability .9, close by: little more than one in ten is missed
    assert standing.notice(alarm, {"acoustic": np.array([1])}).ln_silent[0] == pytest.approx(0.0, abs=1e-6)
    two = np.exp(ears(50).notice(alarm, none).ln_silent)
    assert two[0] < missed[0]


def test_the_more_noticed_it_the_less_silence_says():
    alarm = seen(("acoustic", 50))
    ln = [ears(10).notice(alarm, {"acoustic": np.array([k])}).ln_silent[0] for k in range(6)]
    assert (np.diff(ln) > 0).all()


def test_heat_alone_and_long_spans_are_left_as_they_were():
    before, after = weighed(seen(("thermal", 50), act="heat"), ears(10))
    pd.testing.assert_frame_equal(before, after)
    day = seen(("report", 50)).assign(time_end=pd.Timestamp("2026-04-02T23:00Z"))
    assert ears(10).notice(day, {}).ln_silent[0] == 0


def test_which_side_an_alarm_lies_on_changes_nothing():
    lon, lat = STRIP.locate(chainage_km=[50.0, 50.0], offset_km=[3.0, -3.0])
    both = seen(("report", 50), ("report", 50)).assign(lon_deg=lon, lat_deg=lat)
    ln = ears(10).notice(both, {}).ln_silent
    assert ln[0] == pytest.approx(ln[1], rel=0.01)


def test_how_many_notice_is_binomial_where_all_hear_alike_and_every_case_counted_where_they_do_not():
    # authority: scipy.stats.binom; and the sum over all ways in which some of them notice
    alike = how_many(np.zeros(6, np.int64), np.full((3, 6), 0.3), 1)
    np.testing.assert_allclose(alike[:, 0, 0], stats.binom.pmf(np.arange(7), 6, 0.3), atol=1e-12)
    p = np.array([0.1, 0.5, 0.8, 0.95])
    made = how_many(np.array([1, 1, 1, 1]), np.tile(p, (3, 1)), 3)
    counted = np.zeros(5)
    for ways in product([0, 1], repeat=4):
        counted[sum(ways)] += np.prod(np.where(ways, p, 1 - p))
    np.testing.assert_allclose(made[:, 2, 1], counted, atol=1e-12)
    assert made[0, 0, 0] == made[0, 0, 2] == 1  # where nobody stands nobody notices


def steps_of(table):
    return [dict(steps) for steps in table["ln_lr"]]


def test_one_array_alone_counts_by_its_chance_to_hear_over_its_chance_to_be_wrong():
    # authority: by hand. False alarms are normal about the array with two sigma at 5 km, and a strip cell of 5 km with
    # the array in its middle is one sigma either way: 68.27 % (tables of the normal) of 0.4 a day fall in it
    standing = ears(100, false_alarms_per_day=0.4)  # one array, at km 50
    _, after = weighed(seen(("acoustic", 50)), standing)
    heard = 1 - np.exp(standing.notice(seen(("report", 50)), {}).ln_silent[0])
    assert steps_of(after)[0]["o0"] == pytest.approx(np.log(heard / (1 - np.exp(-0.4 * 0.6827))), abs=0.01)
    prior = after["ln_odds_prior"].iloc[0]
    assert after["p_exists"].iloc[0] == pytest.approx(1 / (1 + np.exp(-prior - steps_of(after)[0]["o0"])))


def test_a_second_array_that_agrees_counts_by_the_gate_of_half_an_hour_and_both_errors():
    # authority: by hand. Within sqrt(2 x 9.21) x 0.5 km and half an hour either way; both arrays are as far, 25 km
    standing = ears(50, false_alarms_per_day=24 * 5.0)
    _, after = weighed(seen(("acoustic", 50), ("acoustic", 50)), standing)
    tail = standing.notice(seen(("report", 50)), {}).at_least["acoustic"][:, 0]
    reach, away = np.sqrt(2 * 9.21) * 0.5, np.array([25.0, -25.0])
    share = (stats.norm.cdf((away + reach) / 2.5) - stats.norm.cdf((away - reach) / 2.5)).sum()
    assert share < 1e-10  # nobody's false alarms come so far: the cap holds
    assert steps_of(after)[0]["o1"] == pytest.approx(CAP_SATELLITE)
    near = ears(20, false_alarms_per_day=24 * 5.0)
    _, after = weighed(seen(("acoustic", 50), ("acoustic", 50)), near)
    tail = near.notice(seen(("report", 50)), {}).at_least["acoustic"][:, 0]
    wrong = 1 - np.exp(-5.0 * (2 * stats.norm.cdf(reach / 2.5) - 1))
    assert steps_of(after)[0]["o1"] == pytest.approx(np.log(tail[2] / tail[1] / wrong), abs=1e-3)


def test_arrays_that_are_wrong_more_often_count_for_less():
    rows = seen(("acoustic", 50))
    ln = [steps_of(weighed(rows, ears(10, false_alarms_per_day=f))[1])[0]["o0"] for f in (0.05, 0.2, 1, 5, 50)]
    assert (np.diff(ln) < 0).all()
    assert ln[0] <= CAP_SATELLITE + 1e-12


def test_the_librarys_rate_counts_where_the_deployment_states_none():
    rows = seen(("acoustic", 50))
    told = [steps_of(weighed(rows, ears(10, **more))[1])[0]["o0"] for more in ({}, {"false_alarms_per_day": 0.04})]
    assert told[0] == told[1]
    assert Acoustic(name="x").false_alarms_per_day is None


def test_a_kind_that_states_no_false_alarms_keeps_its_ratio_and_so_does_an_array_that_nobody_deployed():
    before, after = weighed(seen(("camera", 50)), ears(10))
    assert steps_of(after)[0]["o0"] == steps_of(before)[0]["o0"]
    before, after = weighed(seen(("acoustic", 95)), ears(10, to_km=10))  # out of reach of all that stand there
    pd.testing.assert_frame_equal(before, after)
    # three heard it where one stands: one counts by its rates, the others as before
    before, after = weighed(seen(*[("acoustic", 50)] * 3), ears(100))
    kept = [steps_of(after)[0][f"o{i}"] == steps_of(before)[0][f"o{i}"] for i in range(3)]
    assert sorted(kept) == [False, True, True]


def test_arrays_that_share_an_origin_are_one_witness():
    rows = seen(("acoustic", 50), ("acoustic", 50)).assign(origin="bulletin 7")
    alone = weighed(seen(("acoustic", 50)), ears(10))[1]
    together = weighed(rows, ears(10))[1]
    assert steps_of(together)[0]["bulletin 7"] == pytest.approx(steps_of(alone)[0]["o0"])


def test_of_alarms_and_happenings_at_known_rates_the_share_said_comes_true():
    # authority: the odds are those of two Poisson streams seen by one array: rate x chance heard over its false alarms
    rate, wrong = 0.2, 0.5
    standing = ears(100, false_alarms_per_day=wrong)
    settings = IncidentSettings(base_rate_per_cell_day=rate)
    rows = seen(("acoustic", 50))
    made = make_incidents(rows, empty(LOOKS), strip=STRIP, period=PERIOD, settings=settings)
    p = weigh_standing(made, rows, standing, settings).incidents["p_exists"].iloc[0]
    heard = 1 - np.exp(standing.notice(rows, {}).ln_silent[0])
    rng = np.random.default_rng(1)
    days = 200_000
    true, false = rng.poisson(rate, days), rng.poisson(0.6827 * wrong, days)
    told = (true > 0) & (rng.random(days) < heard)
    share = told.sum() / (told.sum() + (false > 0).sum())
    # a day holds one or none of each to first order: odds against 'at least one' differ by some rate / 2
    assert p == pytest.approx(share, abs=0.06)
