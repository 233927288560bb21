import pandas as pd
import pytest

from truceline.sources import read_source

HEADER = "datetime,lon,lat,place_name,event_type,headline\n"


def test_each_act_a_report_names_is_an_observation_of_one_origin(read):
    found = read("viina", HEADER + "2025-04-20 19:13:00,37.8,48.0,Donetsk,uav|artillery|loc,Text\n").observations
    assert set(found["act"]) == {"drone_strike", "shelling"}
    assert found["origin"].nunique() == 1 and found["origin"][0]
    assert set(found["party"]) == {""}


def test_cut_label_names_are_known(read):
    assert list(read("viina", HEADER + "2025-04-20,37.8,48.0,Donetsk,firefighb,T\n").observations["act"]) == [
        "small_arms_fire"
    ]


def test_a_report_without_an_act_is_set_aside_with_its_labels(read):
    found = read("viina", HEADER + "2025-04-20,37.8,48.0,Donetsk,arresb|loc,Text\n")
    assert len(found.observations) == 0
    assert "arresb|loc" in found.set_aside["reason"][0]


def test_a_date_alone_is_the_local_day_and_a_clock_bounds_the_event_from_above(read):
    found = read(
        "viina", HEADER + "2025-04-20,37.8,48.0,A,uav,One\n2025-04-20 19:13:00,37.8,48.0,A,uav,Two\n"
    ).observations
    day, clock = found.iloc[0], found.iloc[1]
    assert (day["time_start"], day["time_end"]) == (
        pd.Timestamp("2025-04-19T21:00Z"),
        pd.Timestamp("2025-04-20T20:59:59Z"),
    )
    assert clock["time_end"] == clock["reported_at"] == pd.Timestamp("2025-04-20T16:13Z")
    assert clock["time_start"] < clock["time_end"]


def test_one_text_at_two_places_is_one_witness(read):
    rows = "2025-04-20,37.8,48.0,A,uav,Same\n2025-04-20,37.9,48.1,B,uav,Same\n2025-04-20,37.9,48.1,B,uav,Other\n"
    found = read("viina", HEADER + rows).observations
    assert (len(found), found["origin"].nunique()) == (3, 2)


@pytest.mark.data
def test_the_easter_day_of_2025_has_the_reports_its_readme_counts(data):
    path = data / "viina_incidents" / "viina_incidents_202304_202504.parquet"
    found = read_source("viina", path, source="viina").observations
    day = found["time_end"].dt.tz_convert("Europe/Kyiv").dt.strftime("%Y-%m-%d")
    acts = found[day == "2025-04-20"]["act"].value_counts()
    # drones 1, artillery 2, air strikes 0
    assert (acts["drone_strike"], acts["shelling"], acts.get("air_strike", 0)) == (1, 2, 0)
    before = found[(day >= "2025-04-10") & (day < "2025-04-20")]
    assert len(before[before["act"] == "drone_strike"]) / 10 == pytest.approx(13, abs=1)
