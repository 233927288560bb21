import numpy as np
import pytest

from truceline.errors import MissionError, UnknownNameError
from truceline.sensors.cover import cover_deployment
from truceline.timespan import Timespan, parse_instant

APRIL = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-12T00:00Z"))
MAST = {"id": "mast", "kind": "camera", "at_km": 10}


@pytest.mark.parametrize(
    ("sensor", "error", "hint"),
    [
        ({"id": "x", "kind": "dron", "from_km": 0}, UnknownNameError, "Did you mean 'drone'"),
        ({"id": "x", "kind": "camera", "at_kms": 3}, MissionError, "Did you mean 'at_km'"),
        ({"id": "x", "kind": "radar", "type": "sae", "at_km": 3}, UnknownNameError, "Did you mean 'sea'"),
        ({"id": "x", "kind": "drone", "type": "large"}, UnknownNameError, "Known: male, mini"),
    ],
)
def test_an_unknown_kind_or_key_is_refused_with_the_nearest(deploy, sensor, error, hint):
    with pytest.raises(error, match=hint):
        deploy([], [sensor])


def test_an_unknown_instrument_is_refused_with_the_nearest(deploy):
    with pytest.raises(UnknownNameError, match="Did you mean 'viirs'"):
        deploy([{"instrument": "virs"}])


def test_an_unknown_condition_is_refused_with_the_nearest(deploy):
    with pytest.raises(MissionError, match="Did you mean 'tasking'"):
        deploy([], [], conditions={"taskin": 0.3})


BAD = [
    ({"id": "bad", "kind": "drone", "swath_km": -5}, "swath_km is -5"),
    ({"id": "bad", "kind": "drone", "number": 0}, "number is 0"),
    ({"id": "bad", "kind": "drone", "speed_kmh": "fast"}, "not a number"),
    ({"id": "bad", "kind": "drone", "from_km": 60, "to_km": 20}, "km 60 to 20"),
    ({"id": "bad", "kind": "camera", "at_km": 900}, "km 900"),
    ({"id": "bad", "kind": "camera"}, "stands nowhere"),
    ({"id": "bad", "kind": "camera", "lon_deg": 37.0}, "nan"),
    ({"id": "bad", "kind": "camera", "lon_deg": 370.0, "lat_deg": 48.0}, "370"),
    ({"id": "bad", "kind": "patrol", "at_km": 3, "hours": "morning"}, "hours are 'morning'"),
    ({"id": "bad", "kind": "patrol", "at_km": 3, "hours": "08:00-33:00"}, "hours are"),
    ({"id": "bad", "kind": "camera", "at_km": 3, "from": "2026-05-01", "to": "2026-04-01"}, "on duty from"),
    ({"id": "bad", "kind": "camera", "at_km": 3, "from": "soon"}, "not a date"),
]


@pytest.mark.parametrize(("sensor", "said"), BAD, ids=[said for _, said in BAD])
def test_a_value_that_makes_no_sense_takes_out_that_sensor_only(deploy, strip, sensor, said):
    deployment = deploy([], [sensor, MAST])
    assert deployment.left_out["sensor"].tolist() == ["bad"]
    assert said in deployment.left_out["reason"].iloc[0]
    assert deployment.left_out["todo"].str.len().min() > 0
    assert [post.sensor_id for post in deployment.posts] == ["mast"]
    found = cover_deployment(deployment, strip=strip, period=APRIL, kinds=("strike",), cell_km=5.0)
    assert found.seen["strike"].max() > 0


@pytest.mark.parametrize(("key", "value"), [("jamming_share", 1.3), ("tasking", -0.1), ("half_width_km", 0)])
def test_a_condition_that_is_no_probability_is_left_out_and_the_librarys_range_used(deploy, key, value):
    deployment = deploy([], [MAST], conditions={key: value})
    assert deployment.left_out["sensor"].tolist() == [f"conditions, {key}"]
    assert "library" in deployment.left_out["todo"].iloc[0]
    assert len(deployment.posts) == 1


def test_a_swath_turned_inside_out_is_left_out(deploy):
    deployment = deploy([{"id": "s1", "instrument": "s1-iw", "max_deg": 20}, {"instrument": "viirs"}])
    assert deployment.left_out["sensor"].tolist() == ["s1"]
    assert [orbiting.sensor_id for orbiting in deployment.orbiting] == ["viirs"]


def test_a_sensor_outside_its_dates_is_named_and_the_others_count(deploy):
    deployment = deploy([], [MAST, {"id": "late", "kind": "camera", "at_km": 20, "from": "2027-01-01"}])
    outside = deployment.outside(APRIL)
    assert outside["sensor"].tolist() == ["late"]
    assert "2026-04-11" in outside["reason"].iloc[0]


def test_a_period_without_elements_is_said_and_the_posts_count(deploy, strip):
    later = Timespan(start=parse_instant("2027-04-11T00:00Z"), end=parse_instant("2027-04-12T00:00Z"))
    deployment = deploy([{"instrument": "viirs"}, {"instrument": "s1-iw"}], [MAST])
    outside = deployment.outside(later)
    assert set(outside["sensor"]) == {"viirs", "s1-iw"}
    assert outside["reason"].str.contains("element set").all()
    found = cover_deployment(deployment, strip=strip, period=later, kinds=("strike",), cell_km=5.0)
    assert found.seen["strike"][1:3].min() > 0
    assert found.seen["strike"][-1].max() == 0
    assert not deployment.orbits("thermal", later)
    assert deployment.orbits("thermal", APRIL)


def test_a_line_of_masts_and_a_patrol_become_several_posts(deploy):
    masts = deploy([], [{"id": "m", "kind": "camera", "from_km": 0, "to_km": 50, "every_km": 10}])
    assert len(masts.posts) == 5
    patrol = deploy([], [{"id": "p", "kind": "patrol", "from_km": 0, "to_km": 50, "number": 2}])
    assert sum(post.share for post in patrol.posts) == pytest.approx(2)


def test_hours_run_through_midnight_in_the_missions_own_zone(deploy):
    import pandas as pd

    night = deploy([], [dict(MAST, hours="22:00-04:00")]).posts[0]
    steps = pd.date_range("2026-04-11", periods=24, freq="h", tz="UTC")
    assert np.flatnonzero(night.duty.on(steps, "Europe/Kyiv")).tolist() == [0, 19, 20, 21, 22, 23]  # UTC + 3


def test_a_satellite_named_twice_counts_once(deploy):
    deployment = deploy([{"id": "a", "instrument": "viirs"}, {"id": "b", "instrument": "viirs", "satellites": [43013]}])
    assert deployment.left_out["sensor"].tolist() == ["b"]
    assert "43013" in deployment.left_out["reason"].iloc[0]
