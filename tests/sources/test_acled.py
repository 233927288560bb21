import pandas as pd
import pytest

HEADER = (
    "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,actor2,location,latitude,longitude,"
    "geo_precision,source,notes,fatalities\n"
)
ROW = (
    "UKR1,20 April 2025,{tp},Explosions/Remote violence,Shelling/artillery/missile attack,Military Forces of A,"
    "Military Forces of B,Avdiivka,48.139,37.744,{gp},Press,Shells fell.,0\n"
)


def one(read, tp=1, gp=1, **options):
    return read("acled", HEADER + ROW.format(tp=tp, gp=gp), timezone="Europe/Kyiv", **options).observations.iloc[0]


def test_the_actors_never_become_a_party(read):
    row = one(read)
    assert row["party"] == ""
    assert "Military Forces of A" in row["text"]


def test_sub_events_are_read_as_acts(read):
    assert one(read)["act"] == "shelling"


def test_a_less_precise_date_is_a_longer_interval_around_it(read):
    exact, week, month = (one(read, tp=p) for p in (1, 2, 3))
    assert exact["time_start"] == pd.Timestamp("2025-04-19T21:00Z")
    assert week["time_start"] < exact["time_start"] < exact["time_end"] < week["time_end"] < month["time_end"]


def test_a_less_precise_place_has_a_larger_error(read):
    errors = [one(read, gp=p)["sigma_m"] for p in (1, 2, 3)]
    assert errors == sorted(set(errors))
    assert one(read, gp="?")["sigma_m"] == max(errors)


def test_a_date_is_not_guessed_into_a_zone(read):
    found = read("acled", HEADER + ROW.format(tp=1, gp=1))
    assert "no time zone" in found.set_aside["reason"][0]
    assert "timezone" in found.set_aside["todo"][0]


@pytest.mark.parametrize("bad", ["", "20 April 2125", "2025-04-31"])
def test_a_bad_date_is_set_aside(read, bad):
    found = read("acled", HEADER + ROW.format(tp=1, gp=1).replace("20 April 2025", bad), timezone="Europe/Kyiv")
    assert (len(found.observations), len(found.set_aside)) == (0, 1)
