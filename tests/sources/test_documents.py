import io
import json
import zipfile

import openpyxl
import pandas as pd
import pytest

from truceline.errors import SourceError

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Avdiivka</name>
<description>Shells</description><TimeStamp><when>2025-04-20T18:30:00Z</when></TimeStamp>
<ExtendedData><Data name="type"><value>shelling</value></Data></ExtendedData>
<Point><coordinates>37.744,48.139,0</coordinates></Point></Placemark></Document></kml>"""


def test_a_workbook_is_read_below_its_title_and_formulas_stay_text(read, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["My events"])
    sheet.append([])
    sheet.append(["Latitude", "Longitude", "Date", "Type", "Notes"])
    sheet.append([48.139, 37.744, pd.Timestamp("2025-04-20 18:30").to_pydatetime(), "shelling", "=1+1"])
    sheet.append(["x", 37.744, "2025-04-20", "shelling", ""])
    path = tmp_path / "made.xlsx"
    book.save(path)
    found = read("table", path.read_bytes(), "events.xlsx", timezone="Europe/Kyiv")
    one = found.observations.iloc[0]
    assert (one["time_start"], one["text"]) == (pd.Timestamp("2025-04-20T15:30Z"), "=1+1")
    assert list(found.set_aside["line"]) == [5]


def test_geojson_points_and_areas_are_read(read):
    def feature(geometry):
        return {"type": "Feature", "geometry": geometry, "properties": {"date": "2025-04-20T18:30Z", "type": "drone"}}

    square = [[[37.0, 48.0], [37.1, 48.0], [37.1, 48.1], [37.0, 48.1], [37.0, 48.0]]]
    shapes = [
        {"type": "Point", "coordinates": [37.744, 48.139]},
        {"type": "Polygon", "coordinates": square},
        None,
    ]
    text = json.dumps({"type": "FeatureCollection", "features": [feature(s) for s in shapes]})
    found = read("table", text, "events.geojson")
    assert len(found.observations) == 2
    area = found.observations.set_index("lat_deg").loc[48.05]
    # a box of 7.5 x 11.1 km: an even spread has 2.2 and 3.2 km each way
    assert 2_100 < area["sigma_m"] < 3_300
    assert list(found.set_aside["line"]) == [3]


def test_kml_placemarks_are_read(read):
    one = read("table", KML, "events.kml").observations.iloc[0]
    assert (one["place"], one["act"], one["lat_deg"]) == ("Avdiivka", "shelling", 48.139)
    assert one["time_start"] == pd.Timestamp("2025-04-20T18:30Z")


@pytest.mark.parametrize("name", ["a.xlsx", "a.geojson", "a.kml", "a.kmz", "a.parquet"])
@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04" + bytes(50), b"[1, 2]", b"{}"])
def test_damaged_documents_are_refused(read, name, content):
    with pytest.raises(SourceError):
        read("table", content, name)


def test_xml_that_would_blow_up_is_refused(read):
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><kml><Placemark><name>&c;</name></Placemark></kml>'
    with pytest.raises(SourceError, match="KML"):
        read("table", bomb, "a.kml")


def _kmz(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return packed.getvalue()


def test_a_kmz_is_the_kml_in_it(read):
    plain = read("table", KML, "events.kml").observations.drop(columns=["ref", "observation_id"])
    packed = read("table", _kmz(other__kml="<kml/>", doc__kml=KML, icon__png="x"), "events.kmz").observations
    pd.testing.assert_frame_equal(packed.drop(columns=["ref", "observation_id"]), plain)


def test_a_kmz_without_a_kml_or_one_that_unpacks_too_large_is_refused(read, monkeypatch):
    with pytest.raises(SourceError, match="holds no KML"):
        read("table", _kmz(picture__png="x"), "a.kmz")
    monkeypatch.setattr("truceline.sources.documents._KMZ_LIMIT", 1000)
    with pytest.raises(SourceError, match="unpacks to"):
        read("table", _kmz(doc__kml=KML + " " * 5000), "a.kmz")
