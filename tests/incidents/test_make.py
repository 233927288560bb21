from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.errors import RequestError
from truceline.incidents import IncidentSettings, make_incidents
from truceline.incidents.fuse import posterior
from truceline.observations import LOOKS, OBSERVATIONS, empty, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan


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


def test_a_missions_verified_count_over_a_region_is_probable_by_its_stated_numbers(observe, looks, strip, period):
    rows = observe([50.0], hours=0.0, lasting_h=24.0, sensor="patrol", reliability="A", credibility="1", count_min=111)
    rows[["lon_deg", "lat_deg", "sigma_m"]] = np.nan
    made = make_incidents(rows, looks, strip=strip, period=period).incidents
    # authority: by hand, 1 % a cell and day over the whole line of 5 km cells for one day, and a ratio of 100
    odds = np.expm1(0.01 * strip.length_km / 5) * 100
    assert made.p_exists[0] == pytest.approx(odds / (1 + odds))
    assert made.state[0] == "probable"


def test_nothing_observed_gives_no_incidents_but_a_background(looks, strip, period):
    made = make_incidents(empty(OBSERVATIONS), looks, strip=strip, period=period)
    assert len(made.incidents) == 0
    assert (made.background.rate_per_day > 0).all()


def test_observations_outside_the_period_make_no_incident(observe, looks, strip, period):
    assert len(make_incidents(observe(50, hours=-48.0), looks, strip=strip, period=period).incidents) == 0


def comparable(made: pd.DataFrame, *without: str) -> pd.DataFrame:
    return made.drop(columns=list(without)).sort_values("incident_id", ignore_index=True)


def test_the_order_of_observations_does_not_matter(mixed, looks, strip, period):
    shuffled = mixed.sample(frac=1, random_state=3)
    a, b = (make_incidents(o, looks, strip=strip, period=period).incidents for o in (mixed, shuffled))
    # the order of members inside an incident is not compared: nothing is read from it
    pd.testing.assert_frame_equal(
        comparable(a, "observations"), comparable(b, "observations"), check_exact=False, rtol=1e-9
    )


def test_swapping_the_parties_labels_swaps_the_labels_and_nothing_else(mixed, looks, strip, period):
    other = {"north": "south", "south": "north", "": ""}
    swapped = mixed.assign(party=mixed["party"].map(other))
    a, b = (make_incidents(o, looks, strip=strip, period=period).incidents for o in (mixed, swapped))
    pd.testing.assert_frame_equal(a.drop(columns="party"), b.drop(columns="party"))
    assert a["party"].map(other).tolist() == b["party"].tolist()


def test_counting_the_other_side_as_positive_turns_offsets_and_nothing_else(mixed, looks, strip, period):
    turned = Strip.along(lon_deg=strip.lon_deg, lat_deg=strip.lat_deg, positive_side="right")
    a, b = (make_incidents(mixed, looks, strip=s, period=period).incidents for s in (strip, turned))
    pd.testing.assert_frame_equal(a.drop(columns="offset_km"), b.drop(columns="offset_km"))
    np.testing.assert_array_equal(a["offset_km"], -b["offset_km"])


def test_shifting_the_place_of_a_scene_along_the_line_changes_no_probability(observe, looks, strip, period):
    here, there = observe([100, 100.4], [2, 2.2], 9.0), observe([102.5, 102.9], [2, 2.2], 9.0)
    a, b = (make_incidents(o, looks, strip=strip, period=period).incidents for o in (here, there))
    np.testing.assert_allclose(a.p_exists, b.p_exists)


def test_another_witness_in_favour_never_lowers_the_probability(observe, looks, strip, period):
    one = observe([50.0], hours=9.0, reliability="B", credibility="2")
    two = observe([50.0, 50.1], hours=9.0, sensor=["report", "camera"], reliability="B", credibility="2")
    a, b = (make_incidents(o, looks, strip=strip, period=period).incidents for o in (one, two))
    assert len(a) == len(b) == 1
    assert b.p_exists[0] > a.p_exists[0]
    assert b.sensors[0] == ("camera", "report")


def test_confirmed_needs_two_classes_of_source(observe, looks, strip, period):
    settings = IncidentSettings(base_rate_per_cell_day=0.3)
    graded = {"hours": 9.0, "reliability": "A", "credibility": "1"}
    reports = observe(np.full(4, 50.0), **graded)
    crossed = observe(np.full(4, 50.0), sensor=["report", "report", "camera", "drone"], **graded)
    a, b = (
        make_incidents(o, looks, strip=strip, period=period, settings=settings).incidents for o in (reports, crossed)
    )
    assert a.p_exists[0] >= 0.975
    assert (a.state[0], b.state[0]) == ("probable", "confirmed")
    assert b.settle[0] == ""


def test_two_equal_fixes_are_located_between_them_with_the_error_over_root_two(observe, looks, strip, period):
    # authority: inverse-variance weighting of two independent fixes; they lie within their errors of each other
    rows = observe([50.0, 50.4], 0.0, 9.0, sigma_m=500.0)
    made = make_incidents(rows, looks, strip=strip, period=period).incidents
    assert made.chainage_km[0] == pytest.approx(50.2, abs=0.01)
    assert made.sigma_m[0] == pytest.approx(500 / np.sqrt(2), rel=0.01)


def test_copies_of_one_fix_do_not_sharpen_it(observe, looks, strip, period):
    rows = observe(np.full(20, 50.0), 0.0, 9.0, sigma_m=500.0, origin="post-1")
    made = make_incidents(rows, looks, strip=strip, period=period).incidents
    assert made.sigma_m[0] == pytest.approx(500, rel=0.01)


def test_reports_matched_to_one_place_err_together(observe, looks, strip, period):
    rows = observe(np.full(9, 50.0), 0.0, 9.0, sigma_m=2000.0)
    made = make_incidents(rows, looks, strip=strip, period=period).incidents
    assert made.sigma_m[0] == pytest.approx(2000, rel=0.01)


def test_a_fire_that_may_be_chance_neither_places_nor_times_a_report(observe, detect, looks, strip, period):
    report = observe([50.0], 0.0, 8.0, lasting_h=4.0, sigma_m=2000.0)
    # the country burns: a fire within reach of the report is no surprise
    rng = np.random.default_rng(1)
    fires = detect(rng.uniform(0, 298, 9000), rng.uniform(-60, 60, 9000), 24.0 * rng.integers(0, 10, 9000) + 10)
    fires["observation_id"] = [f"fire-{k}" for k in range(9000)]
    made = make_incidents(pd.concat([report, fires], ignore_index=True), looks, strip=strip, period=period).incidents
    mine = made[made.act == "shelling"].iloc[0]
    assert mine.chainage_km == pytest.approx(50, abs=0.01)
    assert (mine.time_end - mine.time_start) == pd.Timedelta("4h")


def test_times_are_the_tightest_span_all_members_touch(observe, looks, strip, period):
    rows = observe(50.0, hours=[3.0, 4.0, 5.0], lasting_h=3.0)
    made = make_incidents(rows, looks, strip=strip, period=period).incidents
    assert made.time_start[0] == rows.time_start[2]
    assert made.time_end[0] == rows.time_end[0]


def test_clear_looks_that_saw_nothing_count_against_a_report_and_cloudy_ones_do_not(observe, looks, strip, period):
    report = observe([50.0], hours=9.0)
    clear, blind = (
        make_incidents(report, looks.assign(cloud=c), strip=strip, period=period).incidents.ln_lr[0] for c in (0.0, 1.0)
    )
    # authority: one clear look an hour later; a reported happening leaves a fire with chance 0.02
    assert dict(clear)["looks that saw nothing"] == pytest.approx(np.log(0.98))
    assert "looks that saw nothing" not in dict(blind)


def test_a_fire_that_is_not_seen_again_is_no_less_of_either_kind(detect, looks, strip, period):
    fire = detect([50.0], hours=9.0)
    # background fires go out as fast: the look an hour later tells how long it burned, not what lit it
    made = make_incidents(fire, looks.assign(cloud=0.0), strip=strip, period=period).incidents
    assert [name for name, _ in made.ln_lr[0]] == ["thermal"]


def test_an_incident_no_source_named_takes_the_nearest_place_within_ten_km(observe, looks, strip, period):
    lon, lat = strip.locate(chainage_km=[50.0, 90.0])
    places = pd.DataFrame({"name": ["Near", "Far"], "lon_deg": lon, "lat_deg": lat})
    rows = observe([53.0, 70.0, 51.0], hours=[1, 30, 60], place=["", "", "Said"])
    made = make_incidents(rows, looks, strip=strip, period=period, places=places).incidents
    assert made.place.tolist() == ["Near", "", "Said"]


def test_an_observation_without_a_place_is_kept_and_says_what_is_missing(observe, looks, strip, period):
    rows = observe([50.0, 80.0], hours=9.0)
    rows.loc[1, ["lon_deg", "lat_deg"]] = np.nan
    made = make_incidents(rows, looks, strip=strip, period=period).incidents
    assert len(made) == 2
    assert made.settle[made.lon_deg.isna()].tolist() == ["the place, to within the width of the zone"]


def test_without_any_look_incidents_are_made_and_none_is_rejected_for_want_of_looks(mixed, strip, period):
    made = make_incidents(mixed, empty(LOOKS), strip=strip, period=period).incidents
    assert len(made)
    assert "rejected" not in set(made.state)


def test_every_assumption_lies_in_its_range_and_has_a_source(looks, strip, period):
    table = make_incidents(empty(OBSERVATIONS), looks, strip=strip, period=period).assumptions
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    assert (table.source != "").all()


@pytest.mark.parametrize(
    "wrong", [{"base_rate_per_cell_day": 0.5}, {"prior_at_most": 0.6}, {"cloud_unknown": 1.5}, {"cell_km": 0}]
)
def test_assumptions_out_of_range_are_refused(wrong):
    with pytest.raises(RequestError, match=next(iter(wrong))):
        IncidentSettings(**wrong)


def test_the_fixed_source_beside_the_line_in_april_2026_is_found_and_masked():
    files = sorted((Path(__file__).resolve().parents[2] / "missions/easter-2026/data").glob("*VIIRS*.csv"))
    fires = pd.concat([pd.read_csv(f) for f in files], ignore_index=True)
    when = pd.to_datetime(fires["acq_date"] + "T" + fires["acq_time"], utc=True)
    observations = new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"obs-{k}" for k in range(len(fires))],
            "source": "viirs-" + fires["satellite"].astype(str),
            "sensor": ["thermal"] * len(fires),
            "act": ["heat"] * len(fires),
            "time_start": when,
            "time_end": when,
            "lon_deg": fires["longitude"],
            "lat_deg": fires["latitude"],
            "sigma_m": [300.0] * len(fires),
            "strength": fires["frp"],
            "daynight": fires["daynight"],
        },
    )
    lon = [37.9, 37.75, 37.9, 38.1, 38.1, 37.9, 37.6, 37.2, 36.9, 36.6, 36.4, 35.9, 35.4, 34.9, 34.0, 33.4, 32.2]
    lat = [50.1, 49.7, 49.3, 49, 48.75, 48.5, 48.35, 48.25, 48.15, 48, 47.75, 47.55, 47.45, 47.5, 47.2, 46.8, 46.5]
    line = Strip.along(lon_deg=lon, lat_deg=lat, positive_side="right")
    truce = Timespan(start=datetime(2026, 4, 6, tzinfo=UTC), end=datetime(2026, 4, 18, tzinfo=UTC))
    made = make_incidents(observations, empty(LOOKS), strip=line, period=truce)
    # authority: the detections themselves, 16 within a kilometre of 37.65 E 48.53 N on 7 of 12 days
    near = made.masked[(made.masked.lon_deg - 37.652).abs().lt(0.01) & (made.masked.lat_deg - 48.535).abs().lt(0.01)]
    assert near.days.tolist() == [7]
    assert set(made.incidents.act) == {"heat"}
    assert not {"probable", "confirmed"} & set(made.incidents.state)
