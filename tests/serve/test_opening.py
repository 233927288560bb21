"""A mission watched and written down in another process opens the room that it opens in this one."""

import os
from datetime import UTC, datetime

import pandas as pd
import pytest
from crash_ingest import lay_out
from rooms import KEY, in_memory
from test_handover import key_file

from truceline.errors import RecordError, RequestError, UnknownNameError
from truceline.serve import opening
from truceline.serve.beside import beside
from truceline.serve.opening import kept, opened
from truceline.store import Record, verify

NOW = datetime(2026, 4, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def mission(tmp_path_factory):
    return lay_out(tmp_path_factory.mktemp("opening") / "mission")


def open_in(place, mission, **said):
    told = []
    key = key_file(place)
    return opened(mission, place / "room.sqlite", key=key, now=NOW, resume=False, tell=told.append, **said), told


def test_what_another_process_lays_down_is_what_this_one_would_make(mission, tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    for place in (here, there):
        place.mkdir()
    mine, steps = open_in(here, mission)
    monkeypatch.setattr(opening, "LARGE_MIB", 0.0)
    other, told = open_in(there, mission)
    assert told == steps
    assert (other.title, other.exposure, other.warnings, other.digests) == (
        mine.title,
        mine.exposure,
        mine.warnings,
        mine.digests,
    )
    for name in ("observations", "looks", "incidents", "findings", "status", "coverage", "attributions", "clocks"):
        pd.testing.assert_frame_equal(in_memory(getattr(other, name)), in_memory(getattr(mine, name)))
    lines = [[*Record.open(place / "room.sqlite", key=KEY).lines()] for place in (here, there)]
    assert lines[0] == lines[1]
    assert verify(there / "room.sqlite") == []


def test_what_is_refused_there_is_refused_here_in_the_same_words(mission, tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "LARGE_MIB", 0.0)
    other, _ = open_in(tmp_path, mission)
    record = Record.open(tmp_path / "room.sqlite", key=KEY)
    with record.batch(NOW) as batch:
        batch.append("room", [{"room": "mission", "mission": "elsewhere"}], id_column="room")
    with pytest.raises(RequestError, match="the room of the mission 'elsewhere'") as there:
        open_in(tmp_path, mission)
    with pytest.raises(RequestError) as here:
        kept(other, tmp_path / "room.sqlite", key=KEY, now=NOW, resume=False)
    assert str(there.value) == str(here.value)


def refuse(tell):
    tell("one")
    raise UnknownNameError("zone", "zonse", ["zones"], where="here")


def die(tell):
    os._exit(3)


def add(one, other, tell):
    tell("adding")
    return one + other


def test_an_error_comes_back_as_it_was():
    steps = []
    with pytest.raises(UnknownNameError) as raised:
        beside(refuse, tell=steps.append)
    assert (raised.value.name, raised.value.guess, raised.value.where, steps) == ("zonse", "zones", "here", ["one"])
    assert str(raised.value) == str(UnknownNameError("zone", "zonse", ["zones"], where="here"))


def test_what_is_worked_out_comes_back_and_a_process_that_dies_is_noticed():
    assert beside(add, 1, 2, tell=lambda step: None) == 3
    with pytest.raises(RecordError, match="ended before it was done"):
        beside(die, tell=lambda step: None)
