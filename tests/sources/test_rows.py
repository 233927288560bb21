import contextlib
import csv
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truceline.errors import SourceError
from truceline.sources import read_source
from truceline.sources.options import Aside
from truceline.sources.rows import read_delimited
from truceline.sources.table import stream

HEADERS = {
    "firms": "latitude,longitude,acq_date,acq_time,satellite,scan,track,instrument",
    "table": "lat,lon,time,type,count",
    "acled": "event_date,latitude,longitude,geo_precision,time_precision",
    "ucdp_ged": "date_start,date_end,latitude,longitude,low,high",
    "viina": "datetime,lon,lat,event_type,headline",
    "osce_smm": "Position,Event location,No.,Observation,Date time,observer_lon,observer_lat",
    "claims": "claimant,measure,value,start,end",
}
_quiet = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# cells that readers trip over
_cells = st.sampled_from(
    [
        *("48.1", "37.8", "2025-04-20", "2025-04-20T18:30Z", "0126", "5", "nan", "inf", "-inf", "9" * 400, "1e400"),
        *('"', "''", "", "\x00", "0000-01-01", "9999-12-31", "N/K", "15-20", "2-4km ESE", "uav|artillery", "=1+1"),
        *("48°30'15\"N", "\ufeff", "2025-03-30 03:30", "1745163000", "99999999999999", "04/05/2025", "٣", "¹"),
        *("1_000", "True", "-0"),
    ]
)
_texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)  # too many control signs are no text


@pytest.mark.parametrize("kind", HEADERS)
@_quiet
@given(content=st.binary(max_size=400))
def test_any_bytes_are_readings_or_a_source_error(kind, content, tmp_path):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(SourceError):
        read_source(kind, path, source="any")


@pytest.mark.parametrize("kind", HEADERS)
@_quiet
@given(rows=st.lists(st.lists(_cells | _texts, min_size=3, max_size=8), max_size=6))
def test_any_cells_under_a_good_header_are_read_or_set_aside(kind, rows, tmp_path):
    path = tmp_path / "any.csv"
    path.write_text("\n".join([HEADERS[kind], *(",".join(row) for row in rows)]), encoding="utf-8", newline="")
    found = read_source(kind, path, source="any", options={"timezone": "Europe/Kyiv"})
    assert (found.set_aside["reason"] != "").all()
    assert (found.set_aside["todo"] != "").all()
    assert found.observations["time_start"].notna().all()
    assert found.observations["observation_id"].is_unique
    placed = found.observations["lon_deg"].notna()
    assert found.observations.loc[placed, "sigma_m"].notna().all()


@pytest.mark.parametrize("name", ["a.xlsx", "a.geojson", "a.kml", "a.parquet", "a.csv.gz"])
@_quiet
@given(content=st.binary(max_size=300))
def test_any_bytes_under_any_ending_are_readings_or_a_source_error(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with contextlib.suppress(SourceError):
        read_source("table", path, source="any")


def _write(path, rows):
    with path.open("w", encoding="utf-8") as file:
        file.write("lat,lon,time,type,notes\n")
        for i in range(rows):
            file.write(f"48.{i % 9999:04d},37.{i % 997:03d},2025-04-20T18:30:{i % 60:02d}Z,shelling,row number {i}\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_blocks_lose_no_row_and_no_line_number(tmp_path, encoding, monkeypatch):
    monkeypatch.setattr("truceline.sources.rows._BLOCK", 500)
    path = tmp_path / "a.csv"
    lines = ["lat,lon,time,notes"]
    for i in range(200):
        note = f'"two\r\nlines {i}"' if i % 7 == 0 else f"note {i}"
        lines.append(f"48.1,37.8,{'never' if i == 150 else '2025-04-20T18:30Z'},{note}")
    path.write_bytes("\r\n".join(lines).encode(encoding))
    found = read_source("table", path, source="s")
    assert len(found.observations) == 199
    # 22 of the 150 rows before it have a second line, and the header is one
    assert list(found.set_aside["line"]) == [1 + 150 + 22 + 1]


def test_a_file_is_streamed_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("truceline.sources.rows._BLOCK", 100_000)
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    _write(small, 5_000)
    _write(large, 40_000)

    def peak(path):
        tracemalloc.start()
        rows = sum(len(part.observations) for part in stream(path, source="s"))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return rows, top

    (few, low), (many, high) = peak(small), peak(large)
    assert (few, many) == (5_000, 40_000)
    # eight times the file: all that grows is 16 bytes a row, to know duplicates, and twice that while runs merge
    assert high < low * 1.2 + 4 * 16 * 40_000


def test_streaming_and_reading_agree(tmp_path):
    path = tmp_path / "a.csv"
    _write(path, 5_000)
    whole = read_source("table", path, source="s").observations
    parts = [set(part.observations["observation_id"]) for part in stream(path, source="s")]
    assert set().union(*parts) == set(whole["observation_id"])


_CONTROL = "".join(map(chr, (*range(9), *range(11, 32), 127)))  # many of them, and a file is no text
_written = st.lists(
    st.text(st.characters(exclude_characters=_CONTROL, codec="utf-8"), max_size=6), min_size=3, max_size=3
)


@_quiet
@given(rows=st.lists(_written, min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_rows_read_at_once_are_those_read_one_by_one(rows, delimiter, tmp_path, monkeypatch):
    # the authority: Python's csv module, line by line
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([["aa", "bb", "cc"], *rows])

    def cells():
        batches = list(read_delimited(path, aside=Aside("s"), score=len))
        return [tuple(row) for b in batches for row in b.frame.itertuples(index=False)], [
            n for b in batches for n in b.line
        ]

    at_once = cells()
    with monkeypatch.context() as patch:
        patch.setattr("truceline.sources.rows._even_rows", lambda *args: None)
        one_by_one = cells()
    filled = [i for i, row in enumerate(at_once[0]) if any(row)]
    kept = [i for i, row in enumerate(one_by_one[0]) if any(row)]
    assert [at_once[0][i] for i in filled] == [one_by_one[0][i] for i in kept]
    assert [at_once[1][i] for i in filled] == [one_by_one[1][i] for i in kept]


def test_a_file_cut_inside_a_quoted_cell_loses_that_row_and_says_so(read):
    text = 'time,lat,lon,type,notes\n2026-03-10T09:00Z,48.1,37.5,shelling,a\n2026-03-11T09:00Z,48.1,37.5,fire,"cut in'
    found = read("table", text)
    assert list(found.observations["act"]) == ["shelling"]
    assert list(found.set_aside["line"]) == [3]
    assert "never closed" in found.set_aside["reason"][0]
