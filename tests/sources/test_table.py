import pandas as pd
import pytest

from truceline.errors import RequestError, SourceError
from truceline.sources import read_source

GOOD = "lat,lon,time,type\n48.1,37.8,2025-04-20T18:30Z,shelling\n"


@pytest.fixture
def read(tmp_path):
    def _read(content, name="events.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source("table", path, source="mine", options=options or None)

    return _read


@pytest.mark.parametrize(
    "header",
    [
        "latitude,longitude,datetime,event_type",
        "y,x,timestamp,category",
        "Широта,Довгота,Дата,Тип",
        "широта;долгота;дата;тип",
        "LAT\tLNG\tWhen\tKind",
        "Latitude|Longitude|Date|Type",
    ],
)
def test_usual_names_in_several_languages_and_delimiters_are_recognised(read, header):
    delimiter = next(d for d in ",;\t|" if d in header)
    found = read(header + "\n" + delimiter.join(["48.1", "37.8", "2025-04-20T18:30Z", "обстріл"]) + "\n")
    one = found.observations.iloc[0]
    assert (one["lat_deg"], one["lon_deg"], one["act"]) == (48.1, 37.8, "shelling")
    assert found.recognised["lat"] == header.split(delimiter)[0]


def test_what_the_user_maps_goes_before_what_the_names_say(read):
    text = "lat,lon,time,type,what\n48.1,37.8,2025-04-20T18:30Z,a,drone\n"
    assert read(text).observations["act"][0] == "a"
    found = read(text, map={"what": "act"})
    assert (found.observations["act"][0], found.recognised["act"]) == ("drone_strike", "what")


def test_a_map_to_a_column_that_is_not_there_is_refused_with_a_guess(read):
    with pytest.raises(SourceError, match=r"latitude"):
        read("latitude,lon,time\n48.1,37.8,2025-04-20T18:30Z\n", map={"latitud": "lat"})
    with pytest.raises(RequestError, match="not defined"):
        read(GOOD, map={"type": "akt"})


def test_a_date_and_a_clock_in_two_columns_are_one_time(read):
    found = read("lat,lon,date,time\n48.1,37.8,2025-04-20,9:30\n48.1,37.8,2025-04-21,\n", timezone="Europe/Kyiv")
    assert found.observations["time_start"][0] == pd.Timestamp("2025-04-20T06:30Z")
    assert found.observations["time_end"][1] - found.observations["time_start"][1] == pd.Timedelta("23:59:59")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_cyrillic_is_read_however_it_was_saved(read, encoding):
    text = "широта;довгота;дата;місце\n48,1;37,8;2025-04-20T18:30Z;Авдіївка\n"
    assert read(text.encode(encoding)).observations["place"][0] == "Авдіївка"


def test_accented_latin_is_read_as_latin_1(read):
    found = read("lat,lon,date,lieu\n48.1,37.8,2025-04-20T18:30Z,Évacuation près du café\n".encode("latin-1"))
    assert found.observations["place"][0] == "Évacuation près du café"


def test_counts_keep_their_bounds_and_their_words(read):
    found = read("lat,lon,time,count\n48.1,37.8,2025-04-20T18:30Z,over 100\n")
    one = found.observations.iloc[0]
    assert (one["count_min"], one["count_max"], one["count_said"]) == (100, float("inf"), "over 100")


def test_formulas_in_cells_stay_text(read):
    found = read("lat,lon,time,notes\n48.1,37.8,2025-04-20T18:30Z,=HYPERLINK(1)\n")
    assert found.observations["text"][0] == "=HYPERLINK(1)"


BAD_ROWS = {
    "no time zone": ("48.1,37.8,2025-04-20 18:30,a", "no time zone"),
    "swapped": ("48.1,137.8,2025-04-20T18:30Z,a", ""),
    "latitude out of range": ("137.8,48.1,2025-04-20T18:30Z,a", "swapped"),
    "degrees and minutes": ("4801.5,37.8,2025-04-20T18:30Z,a", "outside"),
    "duplicate": ("48.1,37.8,2025-04-20T18:30Z,shelling", "duplicate of line 2"),
    "cut": ("48.1,37.8", "2 cells where the header has 4"),
    "too many cells": ("48.1,37.8,2025-04-20T18:30Z,a,b", "5 cells"),
    "nan": ("nan,37.8,2025-04-20T18:30Z,a", "empty"),
    "inf": ("inf,37.8,2025-04-20T18:30Z,a", "not a number of degrees"),
    "huge": ("9" * 400 + ",37.8,2025-04-20T18:30Z,a", "not a number of degrees"),
    "future": ("48.1,37.8,2199-01-01T00:00Z,a", "future"),
    "year 0": ("48.1,37.8,0000-01-01T00:00Z,a", "not a date"),
    "far future": ("48.1,37.8,9999-01-01T00:00Z,a", "not a date"),
    "NUL": ("48.1,37.8,2025-04-20T18:30Z,\x00", "NUL"),
    "very long": ("48.1,37.8,2025-04-20T18:30Z," + "a" * 200_000, "longer than"),
    "open quote": ('48.1,37.8,2025-04-20T18:30Z,"a', "never closed"),
}


@pytest.mark.parametrize(("row", "why"), BAD_ROWS.values(), ids=BAD_ROWS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_bad_row_is_set_aside_with_its_line_and_no_good_one_is_lost(read, row, why, end):
    after = "48.2,37.9,2025-04-21T18:30Z,shelling"
    found = read(end.join([*GOOD.split(), row, after]) + end)
    if not why:  # 48.1 N 137.8 E is a place on Earth
        assert len(found.observations) == 3
        return
    assert len(found.observations) == 2
    one = found.set_aside.iloc[0]
    assert (len(found.set_aside), one["file"], one["line"]) == (1, "events.csv", 3)
    assert why in one["reason"]
    assert one["todo"]
    assert one["raw"][:4] == row[:4]


def test_a_file_lying_swapped_is_told_by_where_the_mission_is(read):
    found = read("lat,lon,time\n37.8,48.1,2025-04-20T18:30Z\n", near=[22, 44, 41, 53])
    assert "swapped" in found.set_aside["reason"][0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"PK\x03\x04" + bytes(200), "zip"),
        (bytes(range(256)) * 20, "not text"),
        (b"colour,size\nred,3\n", "no column is recognised"),
        (b"just one column\n1\n2\n", "no column is recognised"),
        (b"lat,lon,colour\n1,2,red\n", "time"),
        (b"\x1f\x8b" + b"damaged" * 10, "gzip"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_it_is(read, content, why):
    with pytest.raises(SourceError, match=why) as refused:
        read(content)
    assert refused.value.todo


def test_a_header_alone_is_no_error_and_no_row(read):
    found = read("lat,lon,time,type\n")
    assert len(found.observations) == len(found.set_aside) == 0


def test_one_bad_file_among_good_ones_is_set_aside_whole(tmp_path):
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "bad.csv").write_bytes(b"")
    found = read_source("table", sorted(tmp_path.iterdir()), source="mine")
    assert len(found.observations) == 1
    assert list(found.set_aside["file"]) == ["bad.csv"]


def test_quoted_cells_may_span_lines_and_lines_are_counted_in_the_file(read):
    text = 'lat,lon,time,notes\n48.1,37.8,2025-04-20T18:30Z,"two\nlines, and ""quotes"""\n48.1,37.8,never,x\n'
    found = read(text)
    assert found.observations["text"][0] == 'two\nlines, and "quotes"'
    assert found.set_aside["line"][0] == 4


def test_a_parquet_table_is_read(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame({"lat": [48.1], "lon": [37.8], "time": [pd.Timestamp("2025-04-20T18:30Z")], "type": [None]})
    frame.to_parquet(path)
    one = read_source("table", path, source="mine").observations.iloc[0]
    assert (one["act"], one["time_start"]) == ("", pd.Timestamp("2025-04-20T18:30Z"))


def test_a_whole_time_beside_a_date_goes_before_it(read):
    found = read("lat,lon,date,time\n48.1,37.8,2025-04-20,2025-04-21T18:30Z\n")
    assert found.observations["time_start"][0] == pd.Timestamp("2025-04-21T18:30Z")


def test_a_row_met_in_another_file_is_told_with_the_file(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(GOOD)
    found = read_source("table", sorted(tmp_path.iterdir()), source="mine")
    assert len(found.observations) == 1
    assert list(found.set_aside["reason"]) == ["duplicate of line 2 of a.csv."]


def test_empty_rows_below_a_table_are_no_rows(read):
    found = read(GOOD + ",,,\n , ,,\n\n")
    assert (len(found.observations), len(found.set_aside)) == (1, 0)
