import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.errors import SourceError
from truceline.sources.sheet import read_sightings


def write(tmp_path, text: str | bytes):
    path = tmp_path / "s.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_documented_columns_are_read(tmp_path):
    sheet = "id,time,lon,lat,sigma_m,party,act,item,system,calibre_mm,count,operator\n"
    sheet += "g,2015-03-10T09:00:00+02:00,37.5,48.1,200,UA,presence,howitzer,2A65,152,3,\n"
    table, aside = read_sightings(write(tmp_path, sheet))
    row = table.iloc[0]
    assert (row.id, row.party, row.system, row.calibre_mm, row["count"]) == ("g", "UA", "2A65", 152, 3)
    assert row.time.isoformat() == "2015-03-10T07:00:00+00:00"
    assert len(aside) == 0


def test_an_offset_from_a_named_line_is_kept(tmp_path):
    table, _ = read_sightings(write(tmp_path, "id,time,offset_km,offset_km@line_2014\ng,2015-03-10T09:00Z,20,16\n"))
    assert table["offset_km@line_2014"].tolist() == [16.0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("g,2015-03-10T09:00,37,48", "has no time zone"),
        ("g,yesterday,37,48", "yesterday"),
        ("g,2015-03-10T09:00Z,37,4801.5", "outside -90...90"),
        ("g,2015-03-10T09:00Z,east,48", "is not a number"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_with_line_and_reason(tmp_path, row, says):
    text = f"id,time,lon,lat\nok,2015-03-10T09:00Z,37,48\n{row}\n"
    table, aside = read_sightings(write(tmp_path, text))
    assert table["id"].tolist() == ["ok"]
    assert aside["line"].tolist() == [3]
    assert says in aside["reason"].iloc[0]
    assert aside["todo"].iloc[0]


def test_a_zone_for_times_without_one_is_taken(tmp_path):
    table, _ = read_sightings(write(tmp_path, "id,time\ng,2015-03-10T09:00\n"), timezone="Europe/Kyiv")
    assert table["time"].iloc[0].isoformat() == "2015-03-10T07:00:00+00:00"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", b"\x00\x01\x02" * 50, "PK\x03\x04"])
def test_a_file_that_is_no_sheet_of_sightings_is_refused(tmp_path, text):
    with pytest.raises(SourceError):
        read_sightings(write(tmp_path, text))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_sheet_or_a_source_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("s") / "s.csv"
    path.write_bytes(b"id,time,lon\n" + data)
    try:
        table, aside = read_sightings(path)
    except SourceError:
        return
    assert table["time"].notna().all()
    assert (aside["reason"] != "").all()
