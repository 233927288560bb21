"""Exports: what other programs read back is what the assessment holds."""

import csv
import io
import json
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from defusedxml import ElementTree
from exports_fixture import SECRET, assessment, empty_assessment
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.report.exports import (
    TABLES,
    export_files,
    most_probable,
    render_csv,
    render_geojson,
    render_geopackage,
    render_json,
    render_kml,
)

KML = "{http://www.opengis.net/kml/2.2}"
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]


@pytest.fixture(scope="module")
def whole():
    return assessment()


def with_places(a, texts):
    """The assessment with these texts as its incidents' places."""
    return replace(a, incidents=a.incidents.assign(place=pd.Series(texts, dtype="object")))


def read_csv(data, **options):
    return pd.read_csv(io.BytesIO(data), keep_default_na=False, na_values={}, **options)


def test_the_same_assessment_gives_the_same_bytes(whole):
    one, two = dict(export_files(whole)), dict(export_files(assessment()))
    assert one == two
    assert {"incidents.geojson", "incidents.kml", "assessment.gpkg", "assessment.json"} <= set(one)
    assert {f"csv/{name}.csv" for name in TABLES} <= set(one)


def test_an_assessment_with_nothing_in_it_is_exported(whole):
    for name, data in export_files(empty_assessment()):
        assert data, name
    assert len(json.loads(render_geojson(empty_assessment()))["features"]) == 1  # the line


# --- GeoJSON, RFC 7946
def test_geojson_positions_are_longitude_then_latitude(whole):
    told = json.loads(render_geojson(whole))
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told  # section 4: WGS84 and nothing else
    points = [f for f in told["features"] if f["properties"]["layer"] == "incidents"]
    assert points[0]["geometry"] == {"type": "Point", "coordinates": [36.12346, 47.45679]}
    assert {f["properties"]["layer"] for f in told["features"]} == {"lines", "sectors", "incidents"}


def test_geojson_is_what_shapely_reads(whole):
    shapes = shapely.get_parts(shapely.from_geojson(render_geojson(whole)))
    assert [s.geom_type for s in shapes] == ["LineString"] * 3 + ["Point"] * 4
    assert all(s.is_valid for s in shapes)


def test_sectors_end_where_the_next_begins_and_cover_the_line(whole):
    lines = {}
    for feature in json.loads(render_geojson(whole))["features"]:
        called = feature["properties"].get("called")
        if feature["properties"]["layer"] != "incidents":
            lines[called] = feature["geometry"]["coordinates"]
    assert lines["West"][0] == lines["Line of contact"][0]
    assert lines["West"][-1] == lines["East"][0]
    assert lines["East"][-1] == lines["Line of contact"][-1]


def test_an_incident_carries_its_findings_and_attribution(whole):
    feature = json.loads(render_geojson(whole))["features"][-1]
    assert feature["id"] == "inc-3"
    assert [f["finding_id"] for f in feature["properties"]["findings"]] == ["fin-3"]
    assert feature["properties"]["attribution"]["attributed_to"] == "undetermined"


def test_an_incident_without_a_place_is_kept_without_geometry(whole):
    lost = replace(whole, incidents=whole.incidents.assign(lon_deg=np.nan))
    features = json.loads(render_geojson(lost))["features"]
    assert [f["geometry"] for f in features if f["properties"]["layer"] == "incidents"] == [None] * 4
    assert render_kml(lost).count(b"<Point>") == 0
    assert read_layer(render_geopackage(lost), "incidents").geometry.isna().all()


def test_no_nan_or_infinity_reaches_json(whole):
    for data in (render_geojson(whole), render_json(whole)):
        json.loads(data, parse_constant=lambda name: pytest.fail(name))


# --- KML
@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from(["<b>&]]>", "\x00\x0b", "\ud800", "\ufffe"]), min_size=4, max_size=4
    )
)
def test_kml_is_well_formed_whatever_the_texts_say(texts):
    root = ElementTree.fromstring(render_kml(with_places(assessment(), texts)))
    assert len(root.findall(f".//{KML}Placemark")) == 7


def test_kml_holds_places_times_and_ukrainian_text(whole):
    root = ElementTree.fromstring(render_kml(whole))
    assert root.findtext(f"{KML}Document/{KML}name") == "Мала <місія> & co"
    marks = root.findall(f".//{KML}Folder[3]/{KML}Placemark")
    assert marks[0].findtext(f"{KML}Point/{KML}coordinates") == "36.12346,47.45679"
    assert marks[0].findtext(f"{KML}TimeSpan/{KML}begin") == "2026-04-09T22:00:00Z"
    places = [d.findtext(f"{KML}value") for d in marks[0].iter(f"{KML}Data") if d.get("name") == "place"]
    assert places == [f"Гуляйполе & <b>{SECRET}</b>"]


# --- CSV
@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(whole, text):
    data = render_csv(with_places(whole, [text] * 4))["incidents"]
    assert list(pd.read_csv(io.BytesIO(data)).place) == ["'" + text] * 4


def test_negative_numbers_stay_numbers(whole):
    claims = pd.read_csv(io.BytesIO(render_csv(whole)["claims"]))
    assert list(claims.count_min) == [2935.0, -4.0]
    assert claims.count_said[1] == "'+4"
    offsets = pd.read_csv(io.BytesIO(render_csv(whole)["incidents"])).offset_km
    assert (offsets < 0).any()
    np.testing.assert_allclose(offsets, whole.incidents.offset_km, rtol=1e-15)


@settings(deadline=None, max_examples=20)
@given(st.lists(WORDS | st.sampled_from(DANGEROUS), min_size=4, max_size=4))
def test_texts_come_back_from_csv_and_none_begins_a_formula(texts):
    data = render_csv(with_places(assessment(), texts))["incidents"]
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for text, row in zip(texts, rows, strict=True):
        assert row["place"].removeprefix("'") == text.removeprefix("'")
        assert not row["place"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_csv_begins_with_a_byte_order_mark_and_keeps_every_alphabet(whole):
    data = render_csv(whole)["incidents"]
    assert data.startswith(b"\xef\xbb\xbf")
    assert "Гуляйполе" in data.decode()


# --- GeoPackage, OGC 12-128r15
def read_layer(data, layer):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        path.write_bytes(data)
        return pyogrio.read_dataframe(path, layer=layer)


def test_gdal_reads_every_layer_of_the_geopackage(whole):
    data = render_geopackage(whole)
    incidents = read_layer(data, "incidents")
    assert incidents.crs.to_epsg() == 4326
    np.testing.assert_allclose(incidents.geometry.x, whole.incidents.lon_deg, atol=0.6e-5)
    assert list(incidents.place) == list(whole.incidents.place)
    assert list(incidents.time_start) == list(whole.incidents.time_start)
    assert json.loads(incidents.p_acts[0]) == [["shelling", 0.75], ["explosion", 0.25]]
    lines, sectors = read_layer(data, "lines"), read_layer(data, "sectors")
    assert shapely.get_num_points(lines.geometry[0]) == len(whole.strip.lon_deg)
    assert list(sectors.called) == ["West", "East"]
    assert len(read_layer(data, "findings")) == 4
    assert len(read_layer(data, "status")) == 4


def test_the_geopackage_says_that_it_is_one(whole):
    data = render_geopackage(whole)
    # requirement 2: application id "GPKG" at byte 68, version 1.3 as 10300 at byte 60
    assert data[68:72] == b"GPKG"
    assert int.from_bytes(data[60:64], "big") == 10300
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    changed = connection.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    assert changed == [("2026-04-13T06:00:00.000Z",)]
    connection.close()


def test_an_empty_layer_of_points_is_still_of_points():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        path.write_bytes(render_geopackage(empty_assessment()))
        assert dict(pyogrio.list_layers(path).tolist())["incidents"] == "Point"


# --- JSON
def test_json_holds_every_row_of_every_conclusion(whole):
    told = json.loads(render_json(whole))
    for name in set(TABLES) - {"observations", "looks", "coverage"}:
        assert len(told[name]) == len(getattr(whole, name)), name
    assert told["claims"][0]["measure"] == "порушень"
    assert told["incidents"][0]["count_max"] == "inf"


def test_of_very_many_incidents_the_most_probable_are_drawn_and_the_tables_hold_them_all():
    whole = assessment()
    order = whole.incidents.sort_values(["p_exists", "incident_id"], ascending=[False, True])["incident_id"]
    shown, left_out = most_probable(whole, most=2)
    assert set(shown.incidents["incident_id"]) == set(order.head(2))
    assert left_out == {"incidents_left_out": len(whole.incidents) - 2}
    for table in (shown.findings, shown.attributions, shown.clocks):
        assert set(table["incident_id"]) <= set(order.head(2))
    assert most_probable(whole, most=len(whole.incidents)) == (whole, {})
