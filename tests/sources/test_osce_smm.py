import pandas as pd
import pytest

from truceline.errors import SourceError
from truceline.geodesy import GEOD
from truceline.sources import read_source

DAILY = (
    "period_start_local,period_end_local,days,donetsk_cfv,donetsk_explosions,luhansk_cfv,luhansk_explosions,"
    "kind,report,url,note\n"
)
TABLE_A = "Position,Event location,Means,No.,Observation,Description,Weapon,Date time,observer_lon,observer_lat\n"
ROW = (
    '"SMM camera in A (1km S of B)",2-4km ESE,Recorded (camera),{no},Explosion,Undetermined,{weapon},{when},37.8,48.0\n'
)


def row(read, *, no="15-20", weapon="N/K", when='"30 Aug 2021, 19:45"'):
    found = read("osce_smm", TABLE_A + ROW.format(no=no, weapon=weapon, when=when))
    assert len(found.set_aside) == 0, found.set_aside["reason"].tolist()
    return found.observations.iloc[0]


# OSCE SMM daily reports: violations and explosions of a period in Donetsk and Luhansk regions
@pytest.mark.parametrize(
    ("report", "counts"),
    {
        "295/2020": ("284", "", "6", ""),
        "203/2021": ("112", "16", "676", "298"),
        "283/2021": ("159", "33", "22", "19"),
    }.items(),
)
def test_daily_counts_add_up_to_the_mission_s_own(read, report, counts):
    text = DAILY + f"2021-08-30T19:30,2021-08-31T19:30,1,{','.join(counts)},stated,{report},url,\n"
    found = read("osce_smm", text)
    for region, total, explosions in (("Donetsk region", *counts[:2]), ("Luhansk region", *counts[2:])):
        rows = found.observations[found.observations["place"] == region]
        assert rows["count_min"].sum() == int(total)
        assert rows[rows["act"] == "explosion"]["count_min"].sum() == int(explosions or 0)
        assert rows["origin"].nunique() == 1


def test_a_report_period_is_local_and_knows_when_the_clocks_change(read):
    # 19:30 to 19:30 in Kyiv: 24 h, and 25 h over the night of 25 October 2020
    text = DAILY + (
        "2020-10-23T19:30,2020-10-24T19:30,1,1,,0,,stated,a,,\n2020-10-24T19:30,2020-10-25T19:30,1,1,,0,,stated,b,,\n"
    )
    found = read("osce_smm", text).observations
    hours = (found["time_end"] - found["time_start"] + pd.Timedelta(seconds=1)).dt.total_seconds() / 3600
    assert list(hours) == [24, 25]
    assert found["time_start"][0] == pd.Timestamp("2020-10-23T16:30Z")


def test_none_counted_is_a_look_that_saw_nothing_and_not_stated_is_neither(read):
    found = read("osce_smm", DAILY + "2020-10-23T19:30,2020-10-24T19:30,1,0,0,,,stated,a,,\n")
    assert len(found.observations) == 0
    assert list(found.looks["detections"]) == [0]
    assert "Donetsk" in found.looks["basis"][0]


def test_an_observer_a_range_and_a_bearing_are_a_sector_and_no_point(read):
    one = row(read)
    azimuth, _, distance_m = GEOD.inv(37.8, 48.0, one["lon_deg"], one["lat_deg"])
    assert azimuth == pytest.approx(112.5, abs=0.1)
    assert 2000 < distance_m < 4000
    assert one["sigma_m"] > 300
    assert "2-4km ESE" in one["text"]


@pytest.mark.parametrize(
    ("no", "low", "high"),
    [
        ("over 100", 100, float("inf")),
        ("15-20", 15, 20),
        ("about 30", 25, 35),
        ("at least 4", 4, float("inf")),
        ("uncountable/overlapping", 2, float("inf")),
    ],
)
def test_counts_keep_what_the_monitor_wrote(read, no, low, high):
    one = row(read, no=no)
    assert (one["count_min"], one["count_max"], one["count_said"]) == (low, high, no)


def test_a_weapon_not_known_stays_unknown_and_a_calibre_is_read(read):
    assert row(read)["system"] == ""
    one = row(read, weapon="Artillery (122mm)")
    assert (one["calibre_mm"], one["system"]) == (122, "Artillery (122mm)")


def test_times_are_the_mission_s_local_time_and_may_be_spans(read):
    one = row(read, when='"30 Aug 2021, 19:45-20:10"')
    assert (one["time_start"], one["time_end"]) == (
        pd.Timestamp("2021-08-30T16:45Z"),
        pd.Timestamp("2021-08-30T17:10Z"),
    )


def test_a_position_is_found_by_the_user_s_list_and_from_a_town(read, tmp_path):
    places = tmp_path / "places.csv"
    places.write_text("name,lon,lat\nB,37.8,48.0\n")
    text = "Position,Event location,No.,Observation,Date time\nPost (9km NW of B),2km E,1,Shot,2021-08-30 19:45\n"
    one = read("osce_smm", text, positions=places).observations.iloc[0]
    _, _, distance_m = GEOD.inv(37.8, 48.0, one["lon_deg"], one["lat_deg"])
    assert 6_500 < distance_m < 9_500
    known = read("osce_smm", text.replace("of B", "of Horlivka")).observations.iloc[0]
    # Horlivka: 48.30 N 38.05 E; the sector lies some 8 km north-west of it
    assert 48.3 < known["lat_deg"] < 48.45


def test_an_unknown_position_or_sector_is_set_aside(read):
    text = (
        "Position,Event location,No.,Observation,Date time,observer_lon,observer_lat\n"
        "Nowhere at all,2km E,1,Shot,2021-08-30 19:45,,\nX,somewhere,1,Shot,2021-08-30 19:45,37.8,48\n"
    )
    reasons = read("osce_smm", text).set_aside["reason"]
    assert "Nowhere at all" in reasons[0]
    assert "somewhere" in reasons[1]


def test_more_explosions_than_violations_is_set_aside(read):
    found = read("osce_smm", DAILY + "2020-10-23T19:30,2020-10-24T19:30,1,1,5,0,0,stated,a,,\n")
    assert found.set_aside["reason"].str.contains("more explosions").any()


def test_another_table_is_refused(read):
    with pytest.raises(SourceError, match="neither"):
        read("osce_smm", "Position,No.,colour\na,1,red\n")


@pytest.mark.data
def test_every_count_of_the_real_file_is_kept(data):
    path = data / "osce_smm_counts" / "osce_smm_daily_counts_2020_2021.csv"
    found = read_source("osce_smm", path, source="smm")
    table = pd.read_csv(path)
    # 68 periods of two regions
    assert (len(found.looks), len(found.set_aside)) == (136, 0)
    assert found.observations["count_min"].sum() == table["donetsk_cfv"].sum() + table["luhansk_cfv"].sum()


def test_the_mission_s_own_sightings_are_graded_verified_unless_the_user_grades_them(read):
    text = DAILY + "2020-10-23T19:30,2020-10-24T19:30,1,3,,0,,stated,a,,\n"
    found = read("osce_smm", text).observations
    assert (found["reliability"] + found["credibility"]).tolist() == ["A1"]
    assert read("osce_smm", text, reliability="C").observations["reliability"].tolist() == ["C"]
    assert row(read)[["reliability", "credibility"]].tolist() == ["A", "1"]


# needs: the vocabulary of table A. Column order and values as the mission wrote them.
@pytest.mark.parametrize("means", ["Heard", "Saw", "Recorded (camera)", "Recorded (UAV)"])
@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("Explosion", "explosion"),
        ("Burst", "small_arms_fire"),
        ("Shot", "small_arms_fire"),
        ("Projectile", "fire"),
        ("Tracer round", "fire"),
        ("Muzzle flash", "fire"),
        ("Illumination flare", "illumination_flare"),
        ("Airburst", "explosion"),
    ],
)
@pytest.mark.parametrize(
    "said", ["In flight from W to E", "Exchange of fire", "assessed as live-fire exercise outside security zone"]
)
def test_every_kind_means_and_description_of_table_a_is_read(read, means, kind, act, said):
    text = (
        'Position,Event location,Means,No.,Observation,Description,Weapon,"Date, time",observer_lon,observer_lat\n'
        f'"E edge of X (non-government-controlled, 9km NW of Y)",2-4km ESE,{means},about 30,{kind},{said},N/K,'
        '"30 Aug 2021, 19:45",37.8,48.0\n'
    )
    found = read("osce_smm", text)
    assert len(found.set_aside) == 0, found.set_aside["reason"].tolist()
    one = found.observations.iloc[0]
    assert one["act"] == act
    assert said in one["text"]
    assert one["sensor"] == {"Recorded (camera)": "camera", "Recorded (UAV)": "drone"}.get(means, "patrol")


@pytest.mark.parametrize(
    ("weapon", "item", "calibre"),
    [
        ("Self-propelled howitzer (2S1 Gvozdika, 122mm)", "howitzer", 122),
        ("Tank (T-64)", "tank", None),
        ("Mortar (2B11 Sani, 120mm)", "mortar", 120),
        ("Multiple launch rocket system (BM-21 Grad, 122mm)", "mlrs", 122),
        ("Surface-to-air missile system (9K35)", "surface_to_air_missile", None),
    ],
)
@pytest.mark.parametrize("group", ["a", "b", "c"])
def test_a_row_of_the_table_of_weapons_is_presence_and_names_no_party(read, weapon, item, calibre, group):
    text = (
        "Date,No.,Type of weapon,Location,Source of observation,Group\n"
        f'30 Aug 2021,4,"{weapon}",Horlivka,mini-UAV,{group}\n'
    )
    found = read("osce_smm", text)
    assert len(found.set_aside) == 0, found.set_aside["reason"].tolist()
    one = found.observations.iloc[0]
    assert (one["act"], one["item"], one["count_min"], one["party"]) == ("presence", item, 4, "")
    assert one["calibre_mm"] == calibre or (calibre is None and pd.isna(one["calibre_mm"]))
    assert one["sensor"] == "drone"
    assert one["text"].endswith(group)


@pytest.mark.parametrize(
    ("source", "sensor"),
    [("Patrol", "patrol"), ("Mini-UAV", "drone"), ("Long-range UAV", "drone"), ("Aerial imagery", "optical")],
)
def test_a_row_of_the_table_of_presence_says_who_saw_it(read, source, sensor):
    text = (
        "Date,No.,Type,Location,Source of observation\n"
        f"30 Aug 2021,1,Armoured personnel carrier,9km NW of Horlivka,{source}\n"
        f"30 Aug 2021,1,Armoured personnel carrier,Nowhere at all,{source}\n"
    )
    found = read("osce_smm", text)
    one = found.observations.iloc[0]
    assert (one["act"], one["item"], one["sensor"]) == ("presence", "armoured_carrier", sensor)
    assert "Nowhere at all" in found.set_aside["reason"][0]
