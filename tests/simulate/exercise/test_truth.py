import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from truceline.errors import RequestError
from truceline.sensors.coverage import Coverage
from truceline.simulate.truth import make_truth
from truceline.simulate.truth_growth import Events, grow
from truceline.simulate.truth_scenario import Answers, Breakdown, KindRule, Scenario, Stretch
from truceline.simulate.truth_unprovoked import begin

ALL = np.array([True])
PLAIN = Scenario(
    title="x", kinds={"shelling": KindRule(per_day=200)}, answers=Answers(own=0, other=0), uneven=0, deterrence=0
)


def seeds(number, rng, end_h=1000.0):
    zeros = np.zeros(number, np.int64)
    return Events(
        time_h=rng.random(number) * end_h, chainage_km=rng.random(number) * 100, side=zeros, kind=zeros,
        cause=zeros - 1, parent=zeros - 1,
    )  # fmt: skip


def grown(number, answers, *, rng, end_h=1e9, kept=1.0):
    return grow(seeds(number, rng), answers, ALL, end_h=end_h, length_km=100, kept=np.full((1, 1, 1), kept), rng=rng)


def truth_of(scenario, strip, period, *, seed=1, watched=None):
    return make_truth(scenario, strip=strip, period=period, watched=watched, rng=np.random.default_rng(seed))


def test_without_answers_counts_are_poisson(strip, days):
    # mean and variance of a Poisson count are its rate: 200 per 1,000 km and day, 100 km, 4 days
    rng = np.random.default_rng(3)
    counts = [len(begin(PLAIN, length_km=100.0, period=days(4), timezone="UTC", rng=rng)) for _ in range(400)]
    assert np.mean(counts) == pytest.approx(80, abs=3 * np.sqrt(80 / 400))
    assert np.var(counts, ddof=1) == pytest.approx(80, rel=3 * np.sqrt(2 / 399))


def test_without_answers_gaps_are_exponential(days):
    busy = dataclasses.replace(PLAIN, kinds={"shelling": KindRule(per_day=2000)})
    made = begin(busy, length_km=100.0, period=days(30), timezone="UTC", rng=np.random.default_rng(4))
    gaps = np.diff(np.sort(made.time_h))
    assert stats.kstest(gaps, "expon", args=(0, 24 / 200)).pvalue > 0.01


def test_a_cluster_has_the_size_of_borels_distribution():
    # Borel (1942), Otter (1949): with Poisson offspring of mean m, size has mean 1 / (1 - m), variance m / (1 - m)^3,
    # and P(alone) = exp(-m)
    rng, answers, number = np.random.default_rng(5), Answers(own=0.3, other=0.2), 40_000
    made = grown(number, answers, rng=rng)
    root = np.arange(len(made))
    for _ in range(60):
        root = np.where(made.parent[root] >= 0, made.parent[root], root)
    size = np.bincount(root, minlength=len(made))[made.parent < 0]
    m = 0.5
    assert size.mean() == pytest.approx(1 / (1 - m), abs=3 * np.sqrt(m / (1 - m) ** 3 / number))
    assert size.var() == pytest.approx(m / (1 - m) ** 3, rel=0.08)
    assert (size == 1).mean() == pytest.approx(np.exp(-m), abs=3 * np.sqrt(np.exp(-m) / number))


def test_the_branching_ratio_and_the_share_of_retaliation_come_out():
    made = grown(50_000, Answers(own=0.3, other=0.2), rng=np.random.default_rng(6))
    bred = made.parent >= 0
    error = 3 * np.sqrt(0.25 / len(made))
    assert bred.mean() == pytest.approx(0.5, abs=2 * error)  # all but the seeds: m of all
    other = made.side[bred] != made.side[made.parent[bred]]
    assert other.mean() == pytest.approx(0.2 / 0.5, abs=3 * np.sqrt(0.24 / bred.sum()))


def test_answers_come_at_exponential_delays_and_normal_distances():
    made = grown(20_000, Answers(own=0.4, other=0, delay_h=2, reach_km=0.5), rng=np.random.default_rng(7))
    bred = np.flatnonzero(made.parent >= 0)
    delay = made.time_h[bred] - made.time_h[made.parent[bred]]
    assert stats.kstest(delay, "expon", args=(0, 2)).pvalue > 0.01
    mother = made.chainage_km[made.parent[bred]]
    inside = (mother > 3) & (mother < 97)
    assert stats.kstest((made.chainage_km[bred] - mother)[inside], "norm", args=(0, 0.5)).pvalue > 0.01


def test_no_answer_leaves_the_line_or_the_period():
    made = grown(5_000, Answers(own=0.5, reach_km=40), rng=np.random.default_rng(8), end_h=1000.0)
    assert made.chainage_km.min() >= 0
    assert made.chainage_km.max() <= 100
    assert made.time_h.max() < 1000


def constant(q, strip, period):
    hours = int(period.hours)
    cell = np.arange(0.0, strip.length_km, 10)
    table = {"shelling": np.full((len(cell), hours), q)}
    return Coverage(
        cell_km=cell, width_km=np.full(len(cell), 10.0), steps=pd.date_range(period.start, periods=hours, freq="h"),
        step_h=np.ones(hours), daylight=np.ones((len(cell), hours), bool), looked=np.ones((len(cell), hours)),
        seen=table, seen_low=table, seen_high=table,
    )  # fmt: skip


def test_deterrence_thins_every_generation(strip, days):
    # each of a share p comes about, so that the expected number is rate x p / (1 - m p)
    scenario = dataclasses.replace(PLAIN, answers=Answers(own=0.3, other=0.2, delay_h=0.1), deterrence=1.0)
    period = days(20)
    p = np.exp(-0.8)
    counts = [len(truth_of(scenario, strip, period, seed=i, watched=constant(0.8, strip, period))) for i in range(60)]
    wanted = 200 * 0.1 * 20 * p / (1 - 0.5 * p)
    assert np.mean(counts) == pytest.approx(wanted, abs=3 * np.std(counts) / np.sqrt(60) + 0.005 * wanted)


def test_better_watched_is_never_more_violent_in_the_mean(strip, days):
    scenario = dataclasses.replace(PLAIN, deterrence=2.0)
    period = days(10)
    counts = [len(truth_of(scenario, strip, period, watched=constant(q, strip, period))) for q in (0, 0.5, 1)]
    assert counts[0] > counts[1] > counts[2]


def test_hours_sides_and_breakdown_follow_their_rates(strip, days):
    by_hour = (0.0,) * 12 + (1.0,) * 12
    rule = KindRule(per_day=4000, by_hour=by_hour, first_side_share=0.8)
    scenario = dataclasses.replace(PLAIN, kinds={"shelling": rule}, breakdown=Breakdown(day=5, factor=3))
    truth = truth_of(scenario, strip, days(10))
    n = len(truth)
    assert (truth["time"].dt.hour >= 12).all()
    assert (truth["side"] == "first").mean() == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / n))
    after = truth["time"] >= truth["time"].iloc[0].normalize() + pd.Timedelta(days=5)
    assert after.mean() == pytest.approx(0.75, abs=3 * np.sqrt(0.19 / n))


def test_a_spoiler_stays_on_its_stretch_and_a_build_up_rises(strip, days):
    quiet = {"heavy_weapons": KindRule(per_day=0, own_ground=True), "strike": KindRule(per_day=0)}
    spoiler = Stretch(
        called="spoiler", from_km=20, to_km=30, side="second", kind="strike", per_day=50, from_day=2, to_day=8
    )
    rise = Stretch(
        called="rise", from_km=60, to_km=90, side="first", kind="heavy_weapons", per_day=200, to_day=10, ramp=True
    )
    truth = truth_of(dataclasses.replace(PLAIN, kinds=quiet, stretches=(spoiler, rise)), strip, days(10))
    one, two = (truth[truth["cause"] == name] for name in ("spoiler", "rise"))
    assert one["chainage_km"].between(20, 30).all()
    assert set(one["side"]) == {"second"}
    assert len(one) == pytest.approx(300, abs=3 * np.sqrt(300))
    day = (two["time"] - pd.Timestamp(days(10).start)).dt.total_seconds() / 86400
    assert len(two) == pytest.approx(1000, abs=4 * np.sqrt(1000))  # half of 10 x 200
    assert day.mean() == pytest.approx(
        20 / 3, abs=4 * day.std() / np.sqrt(len(two)) + 0.03
    )  # of a density rising from 0


def test_a_stretch_beyond_the_line_is_refused(strip, days):
    far = Stretch(called="far", from_km=200, to_km=300, side="first", kind="shelling", per_day=1)
    with pytest.raises(RequestError, match="'far' begins at km 200 of a line of 100 km"):
        truth_of(dataclasses.replace(PLAIN, stretches=(far,)), strip, days(1))


def test_fire_falls_on_the_other_side_and_guns_stand_on_their_own(strip, days):
    kinds = {"shelling": KindRule(per_day=500), "heavy_weapons": KindRule(per_day=500, own_ground=True)}
    truth = truth_of(dataclasses.replace(PLAIN, kinds=kinds), strip, days(5))
    first = (truth["side"] == "first").to_numpy()
    own = (truth["offset_km"].to_numpy() > 0) == first
    assert (own == (truth["kind"] == "heavy_weapons").to_numpy()).all()
    assert strip.place(lon_deg=truth["lon_deg"], lat_deg=truth["lat_deg"])[1] == pytest.approx(
        truth["offset_km"], abs=0.02
    )


def test_the_same_seed_gives_the_same_truth(strip, days, scenario):
    pd.testing.assert_frame_equal(truth_of(scenario, strip, days(3)), truth_of(scenario, strip, days(3)))


def test_swapped_sides_give_as_many_of_the_other(strip, days):
    rule = KindRule(per_day=3000, first_side_share=0.7)
    one = truth_of(dataclasses.replace(PLAIN, kinds={"shelling": rule}), strip, days(10), seed=1)
    swapped = dataclasses.replace(rule, first_side_share=0.3)
    two = truth_of(dataclasses.replace(PLAIN, kinds={"shelling": swapped}), strip, days(10), seed=2)
    a, b = (one["side"] == "first").sum(), (two["side"] == "second").sum()
    assert abs(a - b) < 4 * np.sqrt(a + b)
