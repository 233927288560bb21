import numpy as np
import pandas as pd
import pytest

from truceline.sensors.cover import cover_deployment
from truceline.sensors.detect import time_to_detect
from truceline.sensors.kinds import KINDS
from truceline.sensors.scene import make_scene
from truceline.sensors.summary import exposure_table, revisit_table, share_table
from truceline.timespan import Timespan, parse_instant

PERIOD = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-14T12:30Z"))
SECTORS = pd.DataFrame({"sector": ["A", "B"], "called": ["a", "b"], "from_km": [0.0, 33.3], "to_km": [33.3, 60.0]})
SENSORS = [
    {"id": "drone", "kind": "drone", "from_km": 10, "to_km": 50, "number": 30, "hours": "18:00-06:00"},
    {"id": "masts", "kind": "camera", "from_km": 0, "to_km": 40, "every_km": 5},
]


@pytest.fixture(scope="module")
def covered(strip, elements):
    from truceline.sensors.deployment_file import read_deployment

    said = {"satellites": [{"instrument": "viirs"}], "sensors": SENSORS}
    deployment = read_deployment(said, strip=strip, elements=elements, timezone="Europe/Kyiv")
    return cover_deployment(deployment, strip=strip, period=PERIOD, cell_km=2.0), make_scene(deployment, strip, PERIOD)


def test_exposure_adds_up_to_the_line_times_the_hours_by_kind(covered, strip):
    table = exposure_table(covered[0], SECTORS)
    for kind, rows in table.groupby("kind"):
        assert rows["km_h"].sum() == pytest.approx(strip.length_km * PERIOD.hours, rel=1e-12), kind
        three = rows[["km_h_seen", "km_h_partly", "km_h_unseen"]].sum(axis=1)
        assert three.to_numpy() == pytest.approx(rows["km_h"].to_numpy(), rel=1e-12)
    assert set(table["kind"]) == set(KINDS)
    by_sector = table[table["kind"] == "strike"].groupby("sector")["km_h"].sum()
    assert by_sector["A"] == pytest.approx(33.3 * PERIOD.hours)
    assert by_sector["outside any sector"] == pytest.approx((strip.length_km - 60.0) * PERIOD.hours)


def test_day_and_night_are_told_apart(covered):
    table = exposure_table(covered[0], SECTORS)
    hours = table[(table["kind"] == "strike") & (table["sector"] == "A")].set_index("light")["km_h"] / 33.3
    # authority: sun at 48 N in mid-April: 13.6 h above the horizon; three days and a noon
    assert hours["day"] == pytest.approx(3 * 13.6 + 8.5, abs=3)
    assert hours["day"] + hours["night"] == pytest.approx(PERIOD.hours)


def test_shares_are_means_and_the_bound_is_three_over_them(covered, strip):
    shares = share_table(covered[0], SECTORS)
    assert (shares["seen_low"] <= shares["seen"] + 1e-6).all()
    assert (shares["seen"] <= shares["seen_high"] + 1e-6).all()
    seen = shares[shares["seen"] > 0]
    # chi-squared quantile: -ln(0.05) = 2.9957
    assert seen["missed_upper"].to_numpy() == pytest.approx(2.9957 / seen["seen"].to_numpy(), rel=1e-4)
    assert np.isinf(shares.loc[shares["seen"] == 0, "missed_upper"]).all()
    strike = shares[shares["kind"] == "strike"]
    coverage = covered[0]
    whole = float(coverage.width_km @ (coverage.seen["strike"].astype(float) @ coverage.step_h))
    assert (strike["seen"] * strike["km_h"]).sum() == pytest.approx(whole, rel=1e-6)


def test_looks_of_three_viirs_a_day_and_their_longest_gap(covered):
    # authority: sensors reference, finding 1: 10.25 looks a day, the longest gap 11.3 h
    viirs = revisit_table(covered[1]).set_index("by").loc["thermal"]
    assert viirs["looks_per_day"] == pytest.approx(10.25, abs=0.6)
    assert viirs["worst_h"] == pytest.approx(11.3, abs=0.3)
    assert viirs["median_h"] < viirs["p90_h"] < viirs["worst_h"]
    assert viirs["never"] == 0


def test_posts_that_watch_round_the_clock_leave_an_hour_between(covered):
    posts = revisit_table(covered[1]).set_index("by").loc["posts"]
    assert posts["median_h"] == 1
    assert posts["never"] > 0  # the far end of the line


def test_what_is_detected_agrees_with_what_is_seen(covered):
    """Two ways to one number: followed forwards from a beginning, and walked backwards from the end."""
    coverage, scene = covered
    delays = time_to_detect(scene, KINDS).set_index("kind")
    for kind in KINDS:
        seen = float(coverage.width_km @ coverage.seen[kind].mean(axis=1)) / coverage.width_km.sum()
        assert delays.loc[kind, "detected"] == pytest.approx(seen, abs=0.03), kind
    found = delays[delays["detected"] > 0]
    assert (found["median_h"] <= found["p90_h"]).all()
    assert (found["p90_h"] <= found["worst_h"]).all()
    rare = delays["detected"] < 0.5
    assert np.isinf(delays.loc[rare, "median_all_h"]).all()


def test_the_wait_for_a_sure_look_every_six_hours_is_uniform(deploy, strip, passes_at):
    """Closed form: waits between 0 and 6 h are uniform for what never ends: median 3 h, 90 % within 5.4 h."""
    deployment = deploy([{"instrument": "s1-iw", "satellites": [1]}])
    nodes = len(make_scene(deployment, strip, PERIOD).grid.node_lon_deg)
    hours = np.arange(0.25, 84, 6.0)
    looks = passes_at(hours, nodes=nodes, instrument="s1-iw", norad_id=1, start=PERIOD.start, incidence_deg=35.0)
    delays = time_to_detect(make_scene(deployment, strip, PERIOD, passes=looks), ["warship"]).set_index("kind")
    among = delays.loc["warship"]
    assert 2.0 < among["median_h"] < 4.5  # .93 a look and a life of 2-6-24 h pull it down, whole hours blur it
    assert among["detected"] < 0.97
