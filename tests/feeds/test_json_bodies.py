"""JSON and GeoJSON bodies: the same events a table would give, and what is wrong set aside."""

import json

import pandas as pd
import pytest
from feed_samples import event, feed
from hypothesis import given
from hypothesis import strategies as st

from truceline.feeds import parse, receive
from truceline.feeds.settings import KINDS
from truceline.sources import read_source


def read(*bodies, **options):
    mine = feed(options=options)
    return parse(
        mine, [receive("http", body if isinstance(body, bytes) else json.dumps(body).encode()) for body in bodies]
    )


def as_feature(one):
    rest = {key: value for key, value in one.items() if key not in ("lat", "lon")}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]},
        "properties": rest,
    }


def test_events_read_as_the_source_table_reads_them_from_a_sheet(tmp_path):
    events = [event(i, minute=i, party="A", count=2, sigma_m=250, place="Mine") for i in range(5)]
    pd.DataFrame(events).to_csv(tmp_path / "events.csv", index=False)
    sheet = read_source("table", tmp_path / "events.csv", source="http").observations
    mine = read(events).observations
    names = ["sensor", "act", "time_start", "lon_deg", "lat_deg", "sigma_m", "party", "count_min", "place"]
    pd.testing.assert_frame_equal(mine[names], sheet[names])


def test_one_event_a_list_and_geojson_say_the_same():
    one, other = event(1), event(2)
    whole = read([one, other]).observations.drop(columns="ref")
    collection = {"type": "FeatureCollection", "features": [as_feature(one), as_feature(other)]}
    for bodies in ([one, other], [as_feature(one), as_feature(other)], [collection]):
        pd.testing.assert_frame_equal(read(*bodies).observations.drop(columns="ref"), whole)


def test_what_else_travels_in_a_batch_changes_no_row():
    alone = read(event(1)).observations
    crowd = read(event(1), event(2, time_end="2026-04-11T14:00:00Z", item="tank"), {"when": "x"}, event(3, note="n"))
    kept = crowd.observations[crowd.observations["observation_id"].isin(alone["observation_id"])]
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), alone)


def test_without_an_id_of_its_own_an_event_is_what_it_says():
    one = {key: value for key, value in event(1).items() if key != "id"}
    assert len(read(one, {**one, "reported_at": "2026-04-11T15:00:00Z"}).observations) == 1
    assert len(read(one, {**one, "sequence": 2}).observations) == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "no JSON"),
        (b"", "no JSON"),
        (b"\xff\xfe{", "no UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"lat": NaN}', "NaN is no number"),
        (b'{"lat": Infinity}', "Infinity is no number"),
        (b"1" * 5000, "no JSON"),
        (b'"text"', "a str, no object"),
        (b"null", "null, no object"),
        ({"type": "FeatureCollection", "features": 5}, "no list"),
        ({"type": "Feature", "geometry": 5}, "geometry is no object"),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": 5}}, "cannot be read"),
        ({"type": "Feature", "geometry": {"type": "Nonsense"}}, "cannot be read"),
        ({"type": "Feature", "properties": 5}, "properties are no object"),
        (event(lat=[48]), "'lat' is a list"),
        (event(lat="north"), "not a number of degrees"),
        (event(lat=True), "not a number of degrees"),
        (event(lat=91, lon=100), "outside -90...90"),
        (event(lon=181, lat=1), "outside -180...180"),
        (event(lat=0, lon=0), "0, 0"),
        (event(time="2026-04-11T13:00:00"), "has no time zone"),
        (event(time="04/05/2026 12:00"), "two ways"),
        (event(time="2290-01-01T00:00:00Z"), "not a date"),
        (event(time="2201-01-01T00:00:00Z"), "future"),
        (event(time=None), "time is empty"),
        (event(sigma_m=-5), "negative"),
        (event(sigma_m=0), "error is 0"),
        (event(sigma_m="wide"), "not a number"),
        (event(act=None), "nothing says what happened"),
        (event(reported_at="soon"), "not a date"),
        (b'{"lat": 48, "lon": 37, "time": "2026-04-11T13:00:00Z", "act": "\\ud800"}', "no Unicode"),
        (b'{"lat": 48, "lon": 37, "time": "2026-04-11T13:00:00Z", "act": "fire", "x": 1e999}', "without end"),
        ([event(i) for i in range(50_001)], "50,001 rows"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_malformed_message_is_set_aside_with_its_reason(body, says):
    found = read(body)
    assert not len(found.observations)
    assert says in found.set_aside["reason"].iloc[0], found.set_aside["reason"].tolist()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["lat", "lon", "time", "act", "geometry", "type", "properties", "features", "coordinates", "id"]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_no_json_raises_and_whatever_is_not_taken_is_set_aside(values):
    bodies = [json.dumps(value).encode("utf-8", "surrogatepass") for value in values]
    found = read(*bodies)
    assert len(found.observations) + len(found.set_aside) <= 100


@pytest.mark.parametrize("kind", KINDS)
@given(bodies=st.lists(st.binary(max_size=60), max_size=4))
def test_no_bytes_of_any_kind_raise(kind, bodies):
    found = parse(feed(kind), [receive(kind, body) for body in bodies])
    assert not len(found.observations)


def test_a_reader_that_fails_costs_its_own_message_alone(monkeypatch):
    from truceline.feeds import json_bodies

    load = json_bodies.load_json
    monkeypatch.setattr(json_bodies, "load_json", lambda body: 1 / 0 if b"bad" in body else load(body))
    found = read(event(1), b"bad", event(2))
    assert len(found.observations) == 2
    assert found.set_aside["reason"].tolist() == ["it cannot be read: ZeroDivisionError."]
