import gzip

import pandas as pd
import pytest

from truceline.sources import read_source

HEADER = (
    "id,side_a,side_b,where_prec,where_coordinates,latitude,longitude,date_prec,date_start,date_end,best,high,low\n"
)
ROW = "1,A,B,2,Avdiivka,48.139,37.744,2,2020-07-01 00:00:00.000,2020-07-04 00:00:00.000,3,5,2\n"


def test_an_event_lasts_from_its_first_local_day_to_its_last(read):
    row = read("ucdp_ged", HEADER + ROW, timezone="Europe/Kyiv").observations.iloc[0]
    assert row["time_start"] == pd.Timestamp("2020-06-30T21:00Z")
    assert row["time_end"] == pd.Timestamp("2020-07-04T20:59:59Z")


def test_deaths_are_the_count_and_the_sides_only_text(read):
    row = read("ucdp_ged", HEADER + ROW, timezone="Europe/Kyiv").observations.iloc[0]
    assert (row["count_min"], row["count_max"], row["count_said"], row["party"]) == (2, 5, "3", "")


def test_gzipped_files_and_rows_of_tags_are_read(read):
    tags = ",".join(["#x"] * 13) + "\n"
    found = read("ucdp_ged", gzip.compress((HEADER + tags + ROW).encode()), "ged.csv.gz", timezone="Europe/Kyiv")
    assert len(found.observations) == 1
    assert list(found.set_aside["line"]) == [2]


def test_a_gzip_that_breaks_off_loses_only_what_is_missing(read):
    rows = "".join(ROW.replace("1,", f"{i},", 1) for i in range(20_000))
    packed = gzip.compress((HEADER + rows).encode())
    found = read("ucdp_ged", packed[: len(packed) * 9 // 10], "ged.csv.gz", timezone="Europe/Kyiv")
    assert len(found.observations) > 10_000
    assert found.set_aside["reason"].str.contains("breaks off").sum() == 1


@pytest.mark.data
def test_the_real_file_holds_the_events_its_readme_counts(data):
    path = data / "ucdp_ged_ukraine" / "conflict_data_ukr_hdx_2023_copy.csv.gz"
    found = read_source("ucdp_ged", path, source="ucdp", options={"timezone": "Europe/Kyiv"}).observations
    # 2,989 rows, 78 % of them of an exact day
    assert len(found) == 2989
    assert (found["time_end"] - found["time_start"] < pd.Timedelta("25h")).mean() == pytest.approx(0.78, abs=0.005)
