"""What a notebook user gets back."""

import socket

import geopandas as gpd
import pytest
from matplotlib.figure import Figure

import truceline as tl


@pytest.fixture(scope="module")
def result():
    return tl.open_mission("donbas-2020").monitor()


def test_tables_are_frames_that_show_themselves(result):
    assert isinstance(result.observations, gpd.GeoDataFrame)
    assert isinstance(result.incidents, gpd.GeoDataFrame)
    assert "<table" in result._repr_html_()
    assert result.summary() == str(result)


def test_the_pictures_show_themselves(result):
    assert isinstance(result.strip_chart(), Figure)
    page = result.map()
    assert "<iframe" in page._repr_html_()
    assert str(page).lstrip().lower().startswith("<!doctype html")


def test_counted_violations_reach_the_status_of_their_region(result):
    """Report 178/2020 of the OSCE mission: 111 ceasefire violations in Donetsk region on 27 July 2020."""
    told = result.observations
    first = told[(told["place"].str.contains("Donetsk")) & (told["time_start"] < "2020-07-27T12:00Z")]
    assert first["count_min"].sum() == 111
    day = result.status[(result.status["sector"] == "D") & (result.status["day"] == "2020-07-27")]
    assert day["status"].iloc[0] in {"violation", "indeterminate"}


def test_a_public_folder_holds_no_record_and_no_key(result, tmp_path):
    said = result.write(tmp_path / "public", profile="public")
    names = {p.name for p in (tmp_path / "public").rglob("*")}
    assert not [n for n in names if "record" in n or n.endswith(".key")]
    assert tl.verify(tmp_path / "public-record/record.sqlite") == []
    assert tl.verify(tmp_path / "public-record/record") == []
    assert said["report"].endswith("index.html")


def test_writing_again_changes_nothing(result, tmp_path):
    one = result.write(tmp_path / "r")
    page = (tmp_path / "r/index.html").read_bytes()
    assert result.write(tmp_path / "r") == one
    assert (tmp_path / "r/index.html").read_bytes() == page
    assert one["record_root"].encode() in page
    assert tl.verify(tmp_path / "r/record.sqlite") == []


def test_watching_needs_no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    tl.open_mission("donbas-2020").monitor().strip_chart()
