"""Cursor-on-Target: TAK's own framings, alarms of sensors taken, and nobody followed."""

import itertools
import json

import pytest
from feed_samples import at, cot_xml, feed
from hypothesis import given
from hypothesis import strategies as st
from takproto import TAKProtoVer, xml2proto

from truceline.feeds import parse, to_entry, withhold
from truceline.feeds.cot import TRACK, sift
from truceline.feeds.cot_frames import Frame, Frames

MINE = feed("cot")


def proto(xml):
    """Return an event as takproto, an independent library, writes it for a TAK stream."""
    return bytes(xml2proto(xml, TAKProtoVer.STREAM))


def heard(stream):
    frames = Frames()
    told = [sift(MINE, frame) for frame in [*frames.feed(stream), *frames.end()]]
    return [message for message in told if message is not None]


# TAK Protocol, version 0: one event after another, each ends with "</event>", the next begins at once with its XML
# header; version 1: 0xbf, the length as a varint, the message.
STREAM = cot_xml(uid="u1") + cot_xml(uid="u2") + proto(cot_xml(uid="u3")) + cot_xml(uid="u4") + proto(cot_xml(uid="u5"))


def test_both_framings_are_read_from_one_stream():
    frames = Frames().feed(STREAM)
    assert [frame.form for frame in frames] == ["xml", "xml", "proto", "xml", "proto"]
    uids = [json.loads(message.body)["uid"] for message in heard(STREAM)]
    assert uids == ["u1", "u2", "u3", "u4", "u5"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_however_a_stream_is_parted_on_the_way_its_frames_are_the_same(cuts):
    ends = sorted({0, *cuts, len(STREAM)})
    frames = Frames()
    told = [frame for a, b in itertools.pairwise(ends) for frame in frames.feed(STREAM[a:b])]
    assert [*told, *frames.end()] == Frames().feed(STREAM)


def test_an_event_is_the_same_message_in_both_forms():
    assert heard(cot_xml()) == heard(proto(cot_xml()))


def test_an_alarm_is_an_observation_with_the_events_own_error():
    found = parse(MINE, heard(cot_xml(minute=3, ce="150.0")))
    row = found.observations.iloc[0]
    assert (row.sensor, row.act, row.source) == ("acoustic", "explosion", "north")
    assert (row.lat_deg, row.lon_deg, row.sigma_m) == (48.1, 37.6, 150.0)
    assert row.time_start.strftime("%Y-%m-%dT%H:%M:%SZ") == at(3)
    assert not len(found.set_aside)


@pytest.mark.parametrize("ce", ["9999999", "9999999.0", "0.0", ""])
def test_an_error_that_is_not_known_is_that_of_the_settings(ce):
    assert parse(MINE, heard(cot_xml(ce=ce))).observations["sigma_m"].tolist() == [300.0]


def test_an_alarm_told_again_is_one_observation_as_told_last():
    messages = heard(cot_xml(told=1, lat="48.1") + cot_xml(told=2, lat="48.2"))
    assert parse(MINE, messages[::-1]).observations["lat_deg"].tolist() == [48.2]


@pytest.mark.parametrize("write", [cot_xml, lambda *a, **k: proto(cot_xml(*a, **k))], ids=["xml", "proto"])
@pytest.mark.parametrize("kind", ["a-f-G-U-C", "a-h-G", "a-n-A-M-F-Q", "a-u-S", "a-f-G-E-V-C", "a-.-G"])
def test_a_position_of_anybody_is_never_kept_only_counted(write, kind):
    detail = '<contact callsign="SECRETCALL"/><remarks>SECRETWORDS</remarks><track course="1" speed="2"/>'
    raw = write(kind, "SECRETUID", lat="47.123456", detail=detail)
    (message,) = heard(raw)
    assert message.withheld == TRACK
    assert message.body == b""
    row = str(to_entry(message, received=__import__("feed_samples").NOW))
    assert not any(word in row for word in ("SECRET", "47.12", kind))
    found = parse(MINE, [message])
    assert not len(found.observations)
    assert found.set_aside["reason"].tolist() == [TRACK]
    assert found.set_aside["raw"].tolist() == [""]


def test_of_an_alarm_nothing_is_kept_but_what_when_and_where():
    detail = '<contact callsign="SECRET"/><remarks>SECRET</remarks><__group name="SECRET" role="x"/>'
    (message,) = heard(cot_xml(detail=detail))
    assert set(json.loads(message.body)) == {"type", "uid", "time", "start", "lat", "lon", "ce"}
    assert b"SECRET" not in message.body


def test_a_type_that_is_not_mapped_is_set_aside_with_its_name():
    (message,) = heard(cot_xml("b-m-p-w"))
    assert message == withhold("cot", cot_xml("b-m-p-w"), why="type 'b-m-p-w' is not mapped to a sensor.")


def test_a_ping_is_a_sign_of_life_and_no_message():
    assert heard(cot_xml("t-x-c-t") + proto(cot_xml("t-x-c-t-r"))) == []


@pytest.mark.parametrize(
    "stream",
    [
        b"garbage without end",
        b"<event type='b-m-p-s-p-i'>",
        b"<event></event>",
        b"<event type='b-m-p-s-p-i'><point lat='north'/></event>",
        b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "b">]><event type="b">&a;</event>',
        b"<a></b></event>",
        b"\xbf\x05abcde",
        b"\xbf\xff\xff\xff\xff\xff\xff",
        b"\xbf\xbf\xbf",
        b"\xff\xfe<\x00",
        b"<" + b"x" * 300_000 + b"</event>",
    ],
)
def test_what_is_no_event_is_withheld_and_the_next_event_is_read(stream):
    messages = heard(stream + cot_xml()) if stream.endswith(b"</event>") or stream[:1] == b"g" else heard(stream)
    assert any(message.withheld for message in messages)
    if stream.endswith(b"</event>"):
        assert not messages[-1].withheld


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([cot_xml(), proto(cot_xml()), b"\xbf", b"<"]))))
def test_no_bytes_raise(parts):
    frames = Frames(most=2000)
    told = [sift(MINE, frame) for part in parts for frame in frames.feed(part)]
    told += [sift(MINE, frame) for frame in frames.end()]
    parse(MINE, [message for message in told if message is not None])


@given(st.binary(max_size=200), st.sampled_from(["xml", "proto", "junk"]))
def test_no_frame_raises(body, form):
    sift(MINE, Frame(form=form, body=body))
