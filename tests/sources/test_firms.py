from pathlib import Path

import pandas as pd
import pytest

from truceline.errors import SourceError
from truceline.sources import read_source

HEADER = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,"
    "daynight,instrument\n"
)
ROW = "48.1,37.8,298.15,0.61,0.71,2026-04-06,{time},N20,nominal,2.0NRT,271.03,1.53,N,VIIRS\n"


def read(path, **options):
    return read_source("firms", path, source="viirs", options=options or None)


@pytest.fixture
def write(tmp_path):
    def _write(text, name="fires.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _write


@pytest.mark.parametrize(
    ("written", "clock"),
    [("01:26:00", "01:26"), ("0126", "01:26"), ("126", "01:26"), ("5", "00:05"), ("13:07", "13:07")],
)
def test_every_way_firms_writes_the_time_is_read_as_utc(write, written, clock):
    found = read(write(HEADER + ROW.format(time=written)))
    assert found.observations["time_start"][0] == pd.Timestamp(f"2026-04-06T{clock}Z")


def test_a_detection_is_heat_with_the_error_of_its_pixel(write):
    one = read(write(HEADER + ROW.format(time="0126"))).observations.iloc[0]
    assert (one["act"], one["sensor"], one["party"], one["strength"]) == ("heat", "thermal", "", 1.53)
    # 0.3-0.5 of a pixel each way: a pixel of 0.61 x 0.71 km gives 197-329 m
    assert 197 < one["sigma_m"] < 329


def test_modis_columns_and_number_confidence_are_read(write):
    text = (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,"
        "bright_t31,frp,daynight,type\n48.1,37.8,320.1,1.0,1.0,2020-08-01,1010,Terra,MODIS,87,6.03,290.1,9.5,D,0\n"
    )
    one = read(write(text)).observations.iloc[0]
    assert (one["confidence"], one["daynight"]) == ("87", "D")
    assert 300 <= one["sigma_m"] <= 500


def test_detections_of_one_crossing_are_one_look_and_the_next_orbit_is_another(write):
    rows = [ROW.format(time=t).replace("48.1", str(48.1 + i / 10)) for i, t in enumerate(["0105", "0107", "0248"])]
    looks = read(write(HEADER + "".join(rows))).looks
    assert list(looks["detections"]) == [2, 1]
    assert looks["basis"].str.startswith("pass inferred from detections").all()


def test_the_footprint_never_reaches_past_the_swath(write):
    looks = read(write(HEADER + ROW.format(time="0126"))).looks.iloc[0]
    # VIIRS sees 1,530 km to each side of its track; a degree of longitude at 48 N is 74.6 km
    assert (looks["east_deg"] - looks["west_deg"]) * 74.6 < 2 * 1530
    assert looks["west_deg"] < 37.8 < looks["east_deg"]


def test_a_file_without_detections_invents_no_look(write):
    found = read(write(HEADER))
    assert len(found.observations) == len(found.looks) == len(found.set_aside) == 0


def test_date_only_history_is_the_whole_utc_day(tmp_path):
    path = tmp_path / "history.parquet"
    frame = pd.DataFrame({"latitude": [48.1, 48.1], "longitude": [37.8, 37.8], "acq_date": ["2020-08-01"] * 2})
    frame.to_parquet(path)
    found = read(path)
    one = found.observations.iloc[0]
    assert (one["time_start"], one["time_end"]) == (
        pd.Timestamp("2020-08-01T00:00Z"),
        pd.Timestamp("2020-08-01T23:59:59Z"),
    )
    assert list(found.set_aside["reason"]) == ["duplicate of line 1."]
    assert len(found.looks) == 0


def test_cloud_of_the_day_is_put_on_the_looks(write):
    cloud = write("date,cloud_cover_in_country\n2026-04-06,0.41\n", "cloud.csv")
    assert read(write(HEADER + ROW.format(time="0126")), cloud=cloud).looks["cloud"][0] == 0.41


def test_reading_again_and_in_another_order_gives_the_same_names(write):
    rows = [ROW.format(time=t) for t in ("0105", "0107", "0248")]
    one = read(write(HEADER + "".join(rows), "a.csv"))
    two = read(write(HEADER + "".join(reversed(rows)), "b.csv"))
    assert set(one.observations["observation_id"]) == set(two.observations["observation_id"])
    assert list(one.looks["look_id"]) == list(two.looks["look_id"])


def test_another_table_is_refused_as_no_firms_file(write):
    with pytest.raises(SourceError, match="FIRMS"):
        read(write("latitude,longitude,colour\n48,37,red\n"))


def test_the_real_files_of_april_2026_hold_2561_detections():
    folder = Path(__file__).resolve().parents[2] / "missions/easter-2026/data"
    files = sorted(folder.glob("*.txt.csv"))
    found = read(files)
    # 36 daily files, 2,561 detections: counted by the publisher's README
    assert (len(files), len(found.observations), len(found.set_aside)) == (36, 2561, 0)
    assert found.looks["detections"].sum() == 2561
