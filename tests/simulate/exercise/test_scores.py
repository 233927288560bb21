import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.simulate.exercise import play
from truceline.simulate.judged import judge_readings
from truceline.simulate.scores import frozen, score
from truceline.simulate.scores_boot import block_weights, per_block, ratio, risk_difference, spread
from truceline.simulate.scores_calibration import calibrate, jeffreys
from truceline.simulate.scores_match import Matched, episodes, gospa_terms, match
from truceline.simulate.scores_time import kaplan_meier
from truceline.strip import Strip
from truceline.uncertainty import LIKELIHOOD_WORDS

T0 = pd.Timestamp("2026-04-01T00:00Z")


def truth_at(*rows):
    """(hours, km east) of one side's shelling."""
    hours, km = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], float)
    time = T0 + pd.to_timedelta(hours, unit="h")
    return pd.DataFrame(
        {
            "kind": "shelling", "side": "first", "time": time, "time_end": time, "chainage_km": km, "offset_km": 0.0,
            "lon_deg": 36 + km / (111.32 * np.cos(np.radians(48))), "lat_deg": 48.0,
        }
    )  # fmt: skip


def incidents_at(*rows, act="shelling", sigma_m=500.0):
    made = truth_at(*rows)
    return pd.DataFrame(
        {
            "lon_deg": made["lon_deg"], "lat_deg": made["lat_deg"], "sigma_m": sigma_m, "time_start": made["time"],
            "time_end": made["time_end"], "act": act,
        }
    )  # fmt: skip


def test_an_episode_ends_with_a_pause_a_distance_or_another_side():
    truth = truth_at((0, 0), (0.4, 1), (0.8, 2), (1.5, 2), (1.6, 9))
    assert episodes(truth).tolist() == [0, 0, 0, 1, 2]
    two = truth_at((0, 0), (0.1, 0))
    two.loc[1, "side"] = "second"
    assert episodes(two).tolist() == [0, 1]


def test_the_assignment_is_one_to_one_and_of_least_total_distance():
    # greedy would take the pair 0.4 km apart and leave the other 2.6 km; the least total is 1.0 + 1.2
    truth = truth_at((0, 0.0), (2, 50.0), (2.05, 53.0))
    found = incidents_at((0, 1.0), (2, 51.2), (9, 0.0))
    made = match(truth, episodes(truth), found, km=3, hours=1)
    assert made.incident_of.tolist()[:2] == [0, 1]
    assert made.episode_of.tolist() == [0, 1, -1]
    assert made.near_any.tolist() == [True, True, False]
    assert made.away_km[0] == pytest.approx(1.0, abs=0.01)


def test_acts_of_another_family_do_not_match():
    truth = truth_at((0, 0))
    assert match(truth, episodes(truth), incidents_at((0, 0), act="presence"), km=3, hours=1).incident_of[0] == -1
    assert match(truth, episodes(truth), incidents_at((0, 0), act="heat"), km=3, hours=1).incident_of[0] == 0


def test_gospa_is_that_of_the_paper():
    # Rahmathullah et al. 2017 (alpha 2, p 2, c 5): one pair 3 km apart, one missed, two false:
    # sqrt(9 + 25 / 2 x 3)
    made = Matched(
        incident_of=np.array([0, -1]), episode_of=np.array([0, -1, -1]), near_any=np.ones(3, bool),
        away_km=np.array([3.0, np.nan]),
    )  # fmt: skip
    missed, false = gospa_terms(made)
    assert np.sqrt(missed.sum() + false.sum()) == pytest.approx(np.sqrt(9 + 37.5))


@given(
    st.lists(st.tuples(st.floats(0.01, 100), st.booleans()), min_size=3, max_size=60).filter(
        lambda r: any(f for _, f in r)
    )
)
@settings(max_examples=40, deadline=None)
def test_the_time_to_detect_is_kaplan_and_meiers_as_in_lifelines(rows):
    lifelines = pytest.importorskip("lifelines")
    hours, found = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    ours = kaplan_meier(hours, found)
    theirs = lifelines.KaplanMeierFitter().fit(hours, found)
    assert 1 - ours.share == pytest.approx(theirs.survival_function_at_times(ours.hours).to_numpy())
    bounds = theirs.confidence_interval_survival_function_.reindex(ours.hours).to_numpy()
    inner = ours.share < 1
    assert 1 - ours.high[inner] == pytest.approx(bounds[inner, 0], abs=1e-3)
    assert 1 - ours.low[inner] == pytest.approx(bounds[inner, 1], abs=1e-3)


def test_misses_are_censored_not_left_out():
    curve = kaplan_meier(np.array([1.0, 2.0, 72.0, 72.0]), np.array([True, True, False, False]))
    assert curve.at(1.5)[0] == pytest.approx(0.25)
    assert curve.quantile(0.5) == 2.0
    assert curve.quantile(0.9) == np.inf


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0]), st.booleans()), min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_brier_is_reliability_less_resolution_plus_uncertainty(rows):
    # Murphy 1973: exact where forecasts take few values
    made = calibrate(np.array([p for p, _ in rows]), np.array([h for _, h in rows]))
    assert made.brier == pytest.approx(made.reliability - made.resolution + made.uncertainty, abs=1e-12)


def test_true_probabilities_are_found_true_and_wrong_ones_wrong():
    rng = np.random.default_rng(1)
    p = rng.random(20_000)
    happened = rng.random(20_000) < p
    honest = calibrate(p, happened)
    assert honest.error < 0.02
    assert honest.words["holds"].all()
    assert len(honest.words) == len(LIKELIHOOD_WORDS)
    bold = calibrate(np.clip(2 * p, 0, 1), happened)
    assert bold.error > 0.15
    assert not bold.words["holds"].all()


def test_the_interval_of_a_share_is_jeffreys():
    # Brown, Cai and DasGupta 2001: 95 % for 2 of 10 is (.0441, .5028); the end of none and all is 0 and 1
    low, high = jeffreys(np.array([2.0, 0.0, 10.0]), np.array([10.0, 10.0, 10.0]))
    assert (low[0], high[0]) == pytest.approx((0.0441, 0.5028), abs=1e-3)
    assert low[1] == 0
    assert high[2] == 1


def test_the_bootstrap_of_independent_blocks_has_the_binomials_width():
    rng = np.random.default_rng(2)
    hit = (rng.random(2000) < 0.3).astype(float)
    block = np.arange(2000)
    weights = block_weights(2000, draws=2000, rng=rng)
    value, low, high = spread(ratio(weights, per_block(block, 2000, hit), per_block(block, 2000)))
    assert value == pytest.approx(hit.mean())
    assert high - low == pytest.approx(2 * 1.645 * np.sqrt(hit.mean() * (1 - hit.mean()) / 2000), rel=0.08)


def test_like_is_compared_with_like():
    # Simpson's paradox: 90 of 100 and 10 of 20 against 19 of 20 and 55 of 100. Raw the first is better by 20.8 points;
    # within strata it is worse by 5 and 5, and so is Mantel and Haenszel's difference
    first = np.repeat([True, True, False, False], [100, 20, 20, 100])
    stratum = np.repeat([0, 1, 0, 1], [100, 20, 20, 100])
    true = np.concatenate([np.arange(n) < k for n, k in ((100, 90), (20, 10), (20, 19), (100, 55))])
    one = np.ones((1, 1))
    made = risk_difference(one, np.zeros(240, np.int64), stratum, first, true)
    assert made[0] == pytest.approx(-0.05)
    assert risk_difference(one, np.zeros(240, np.int64), stratum, ~first, true)[0] == pytest.approx(0.05)


@pytest.fixture(scope="module")
def played(stage):
    exercise = play(stage, rng=np.random.default_rng(1))
    return exercise, judge_readings(exercise.readings(), stage)


def scored(exercise, judged, *, draws=50):
    return score(exercise, judged, rng=np.random.default_rng(9), draws=draws)


def mirrored(exercise):
    """The same exercise with the parties' names and sides exchanged, nothing else."""
    stage = exercise.stage
    asked = stage.asked
    flipped = Strip.along(lon_deg=asked.strip.lon_deg, lat_deg=asked.strip.lat_deg, positive_side="right")
    terms = dataclasses.replace(asked.agreements[0], parties=asked.agreements[0].parties[::-1])
    lines = tuple(dataclasses.replace(line, strip=flipped) for line in asked.lines)
    brief = dataclasses.replace(asked, strip=flipped, agreements=(terms,), lines=lines)
    swap = {"first": "second", "second": "first", "": ""}
    truth = exercise.truth.assign(side=exercise.truth["side"].map(swap), offset_km=-exercise.truth["offset_km"])
    rows = exercise.rows.assign(party=exercise.rows["party"].map(swap))
    return dataclasses.replace(exercise, stage=dataclasses.replace(stage, asked=brief), truth=truth, rows=rows)


def test_swapped_sides_give_mirrored_scores(played):
    exercise, judged = played
    other = mirrored(exercise)
    one, two = scored(exercise, judged), scored(other, judge_readings(other.readings(), other.stage))
    a, b = one.as_json(), two.as_json()
    for name, value in a.items():
        sign = -1 if name.startswith("impartiality") else 1
        assert b[name]["value"] == pytest.approx(sign * value["value"] if value["value"] is not None else None), name
    left, right = (s.by[s.by["split"] == "side"].set_index("group")["recall"] for s in (one, two))
    assert left["first"] == pytest.approx(right["second"])
    assert left["second"] == pytest.approx(right["first"])


def test_nobody_finds_more_than_was_seen_by_much(played):
    # a true breach that nothing saw can still be "found" where a false alarm lies within the gate
    said = scored(*played).as_json()
    assert said["recall_violation"]["value"] <= said["recall_at_stake"]["value"]
    assert said["recall_at_stake"]["value"] <= said["recall_bound"]["value"] + 0.05
    for name in ("recall_at_stake", "precision_violation", "calibration_error"):
        assert said[name]["low"] <= said[name]["value"] <= said[name]["high"]


def test_scores_by_group_add_up_to_the_whole(played):
    made = scored(*played)
    recall, precision = (made.as_json()[name] for name in ("recall_at_stake", "precision_violation"))
    assert set(made.by["split"]) == {"kind", "sector", "side", "ground", "light", "cloud"}
    for split, rows in made.by.groupby("split"):
        if split != "ground":
            some = rows[rows["n"] > 0]
            assert some["n"].sum() == recall["n"]
            assert np.average(some["recall"], weights=some["n"]) == pytest.approx(recall["value"])
        if split != "side":
            some = rows[rows["raised"] > 0]
            assert some["raised"].sum() == precision["n"]
            assert np.average(some["precision"], weights=some["raised"]) == pytest.approx(precision["value"])


def test_verdicts_frozen_later_know_no_less(played):
    table = frozen(played[0], rng=np.random.default_rng(1), draws=20, lags_h=(0.25, 6.0, 72.0))
    recall = table[table["level"] == "at stake"]["recall"].to_numpy()
    assert (np.diff(recall) >= -0.02).all()
    assert recall[-1] > recall[0]
    assert (table["recall_low"] <= table["recall"]).all()
    assert (table["recall"] <= table["recall_high"]).all()


def test_wider_tolerances_find_no_less(played):
    table = scored(*played).tolerances
    for _, rows in table.groupby("level"):
        assert (np.diff(rows["recall"]) >= 0).all()


def test_the_order_of_rows_changes_no_score(played, stage):
    exercise, judged = played
    mixed = dataclasses.replace(exercise, rows=exercise.rows.sample(frac=1, random_state=1))
    assert scored(mixed, judge_readings(mixed.readings(), stage)).as_json() == scored(exercise, judged).as_json()


def test_a_finding_without_a_probability_is_left_out_of_calibration_only(played, stage):
    exercise, judged = played
    first = judged.findings["incident_id"].iloc[0]
    findings = judged.findings.assign(
        probability=judged.findings["probability"].mask(judged.findings["incident_id"] == first)
    )
    open_one = scored(exercise, dataclasses.replace(judged, findings=findings)).as_json()
    whole = scored(exercise, judged).as_json()
    assert open_one["brier"]["n"] == whole["brier"]["n"] - 1
    assert open_one["recall_at_stake"] == whole["recall_at_stake"]
