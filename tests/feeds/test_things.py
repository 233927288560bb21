"""SensorThings observations, as OGC 18-088 has them."""

import json

import pytest
from feed_samples import EXPLOSION, feed, thing

from truceline.feeds import parse, receive
from truceline.feeds.settings import Takes
from truceline.feeds.things import wrapped

# OGC 18-088 (SensorThings API 1.1), 8.2.7, the standard's own example of an Observation, byte for byte in its values
EXAMPLE = {
    "@iot.id": 1,
    "@iot.selfLink": "http://example.org/v1.1/Observations(1)",
    "FeatureOfInterest@iot.navigationLink": "Observations(1)/FeatureOfInterest",
    "Datastream@iot.navigationLink": "Observations(1)/Datastream",
    "phenomenonTime": "2014-12-31T11:59:59.00+08:00",
    "resultTime": "2014-12-31T11:59:59.00+08:00",
    "result": 70.4,
}
FIXED = Takes(sensor="acoustic", act="explosion", sigma_m=500.0, lon_deg=37.5, lat_deg=48.1)


def read(mine, *bodies):
    return parse(mine, [receive("mqtt", body) for body in bodies])


def test_the_standards_own_example_is_read():
    mine = feed("mqtt", takes={"1": FIXED})
    found = read(mine, wrapped("v1.1/Datastreams(1)/Observations", json.dumps(EXAMPLE).encode()))
    row = found.observations.iloc[0]
    assert row.time_start.isoformat() == "2014-12-31T03:59:59+00:00"
    assert row.reported_at == row.time_start
    assert (row.strength, row.lon_deg, row.lat_deg, row.sigma_m) == (70.4, 37.5, 48.1, 500.0)


def test_the_feature_of_interest_goes_before_the_place_of_the_settings():
    mine = feed("mqtt", takes={"1": FIXED})
    assert read(mine, thing(3)).observations["lat_deg"].tolist() == [48.103]


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("v1.1/Datastreams(7)/Observations", {}),
        ("v1.1/Datastreams('7')/Observations", {}),
        ("v1.1/Observations", {"Datastream": {"@iot.id": 7}}),
        ("v1.1/Observations", {"Datastream@iot.navigationLink": "http://x/v1.1/Datastreams(7)"}),
    ],
)
def test_the_datastream_is_told_by_topic_entity_or_link(topic, said):
    mine = feed("mqtt", takes={"7": FIXED})
    body = {key: value for key, value in EXAMPLE.items() if not key.startswith("Datastream")} | said
    assert len(read(mine, wrapped(topic, json.dumps(body).encode())).observations) == 1


def test_a_span_of_time_is_kept_as_one():
    body = thing(phenomenonTime="2026-04-11T13:00:00Z/2026-04-11T13:05:00Z")
    row = read(feed("mqtt"), body).observations.iloc[0]
    assert (row.time_end - row.time_start).total_seconds() == 300


@pytest.mark.parametrize("result", [None, False, 0, ""])
def test_a_result_that_detected_nothing_is_no_observation_and_no_fault(result):
    found = read(feed("mqtt"), thing(result=result))
    assert len(found.observations) == len(found.set_aside) == 0


def test_a_result_below_the_threshold_detected_nothing():
    from dataclasses import replace

    mine = feed("mqtt", takes={"1": replace(EXPLOSION, at_least=0.5)})
    found = read(mine, thing(1, result=0.4), thing(2, result=0.5))
    assert found.observations["strength"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (thing(stream="9"), "datastream '9' is not known"),
        (thing(phenomenonTime=None), "has no phenomenonTime"),
        (thing(phenomenonTime="2026-04-11T13:00:00"), "has no time zone"),
        (thing(phenomenonTime=[1]), "a list stands where"),
        (thing(result={"class": "shot"}), "the result is a dict"),
        (thing(result=float("nan")), "NaN is no number in JSON"),
        (thing(result=1e400), "is no number in JSON"),
        (thing(FeatureOfInterest={"feature": {"type": "Polygon", "coordinates": []}}), "is no point"),
        (thing(FeatureOfInterest={"feature": {"type": "Point", "coordinates": [37.6, 148.1]}}), "148.1"),
        (thing(FeatureOfInterest={"feature": {"type": "Point", "coordinates": ["x", "y"]}}), "not a number of degrees"),
        (thing(FeatureOfInterest=None), "nothing says where"),
        (wrapped("v1.1/Datastreams(1)/Observations", b"{"), "is no JSON"),
        (wrapped("v1.1/Datastreams(1)/Observations", b"\xff"), "no UTF-8"),
        (wrapped("v1.1/Datastreams(1)/Observations", b"[]"), "no Observation"),
        (wrapped("elsewhere", json.dumps({"result": 1}).encode()), "which datastream"),
        (b"", "is no JSON"),
    ],
)
def test_a_malformed_message_is_set_aside_with_its_reason(body, says):
    found = read(feed("mqtt"), body)
    assert not len(found.observations)
    assert says in found.set_aside["reason"].iloc[0]
