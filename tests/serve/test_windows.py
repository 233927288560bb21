"""Silence windows, on both databases: two consents, notices in three languages, and an alert when one is broken."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from exports_fixture import NOW, assessment
from pyproj import Geod
from rooms import Clock, client_of, make_house

from truceline.report.coarsen import snap
from truceline.serve.windows import Window, alerts, distance_km
from truceline.timespan import iso

SOON, LATER = NOW + timedelta(hours=2), NOW + timedelta(hours=8)
SAID = {
    "purpose": "Repair of a power line; crews of both sides",
    "path": [[36.5011, 47.6022]],
    "radius_km": 1.5,
    "start": iso(SOON),
    "end": iso(LATER),
}
GEOD = Geod(ellps="WGS84")


def propose(client, **said):
    return client.post("/api/windows", json={**SAID, **said})


def window(path=((36.5, 47.6),), radius_km=1.5, consents=("A", "B")):
    return Window(
        window_id="w",
        purpose="",
        path=path,
        radius_km=radius_km,
        start=iso(SOON),
        end=iso(LATER),
        parties=("A", "B"),
        proposed_by="",
        proposed_at=iso(NOW),
        consents=consents,
        consented_at=(iso(NOW),) * len(consents),
    )


def test_a_window_is_agreed_by_both_parties_and_each_step_is_kept(house):
    with client_of(house, "helen") as helen, client_of(house, "ann") as ann, client_of(house, "bob") as bob:
        made = propose(helen)
        assert made.status_code == 201, made.text
        name = made.json()["window_id"]
        assert propose(ann).status_code == 403
        assert helen.post(f"/api/windows/{name}/consent").status_code == 403, "the mission does not consent for a party"
        assert not ann.post(f"/api/windows/{name}/consent").json()["agreed"]
        assert ann.post(f"/api/windows/{name}/consent").status_code == 409
        assert bob.post(f"/api/windows/{name}/consent").json()["agreed"]
        assert ann.get("/api/windows").content == bob.get("/api/windows").content
        assert ann.get("/api/windows").json()[0]["consents"] == ["A", "B"]
    kept = house.room.record.entries("silence")
    assert kept.record_supersedes.isna().tolist() == [True, False, False]


def test_a_window_is_told_to_the_public_once_it_is_over_and_then_on_the_grid(small, clock):
    with client_of(small, "helen") as helen, client_of(small, "ann") as ann, client_of(small, "bob") as bob:
        name = propose(helen).json()["window_id"]
        for party in (ann, bob):
            party.post(f"/api/windows/{name}/consent")
    with client_of(small, "vera") as vera:
        assert vera.get("/api/windows").json() == []
        assert vera.get(f"/api/windows/{name}/notice").status_code == 404
    clock.pass_h(9)
    with client_of(small, "vera") as vera:
        told = vera.get("/api/windows").json()[0]
    assert told["proposed_by"] == ""
    lon, lat = told["path"][0]
    x, y = snap(lon, lat, 1.0)
    assert (abs(float(x) - lon), abs(float(y) - lat)) < (1e-4, 1e-4)


def test_consent_comes_before_the_window_begins(small, clock):
    with client_of(small, "helen") as helen:
        name = propose(helen).json()["window_id"]
    clock.pass_h(2)
    with client_of(small, "ann") as ann:
        assert ann.post(f"/api/windows/{name}/consent").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"radius_km": 0.1},
        {"radius_km": 500},
        {"path": []},
        {"path": [[36.5]]},
        {"path": [[500, 47]]},
        {"start": iso(NOW - timedelta(hours=1))},
        {"end": iso(SOON)},
        {"end": iso(SOON + timedelta(days=30))},
        {"start": "tomorrow"},
    ],
)
def test_a_window_that_cannot_be_is_refused(signed_in, wrong):
    assert propose(signed_in("helen"), **wrong).status_code == 400


def test_distances_are_geodesic_to_within_a_hundredth():
    # GeographicLib, through pyproj; a plane is used over tens of kilometres
    w = window()
    for bearing in range(0, 360, 30):
        lon, lat, _ = GEOD.fwd(36.5, 47.6, bearing, 20_000)
        assert float(distance_km(w, [lon], [lat])[0]) == pytest.approx(20.0, rel=0.01)
    corridor = window(path=((36.3, 47.6), (36.7, 47.6)), radius_km=2)
    lon, lat, _ = GEOD.fwd(36.5, 47.6, 0, 5_000)
    assert float(distance_km(corridor, [lon], [lat])[0]) == pytest.approx(5.0, rel=0.01)


def incidents(away_m, sigma_m=100.0, at=SOON + timedelta(hours=1)):
    lon, lat, _ = GEOD.fwd(36.5, 47.6, 90.0, away_m)
    return pd.DataFrame(
        {
            "incident_id": ["i"],
            "time_start": [pd.Timestamp(at)],
            "time_end": [pd.Timestamp(at)],
            "lon_deg": [lon],
            "lat_deg": [lat],
            "sigma_m": [sigma_m],
            "act": ["shelling"],
            "p_exists": [0.9],
        }
    )


# the window of needs: a circle of 1.5 km; 100 m of error reaches 200 m at two sigma
@pytest.mark.parametrize(
    ("away_m", "inside"), [(0, "yes"), (1_450, "yes"), (1_600, "perhaps"), (1_750, None), (30_000, None)]
)
def test_an_incident_inside_is_an_alert_and_one_whose_error_reaches_in_perhaps(away_m, inside):
    found = alerts([window()], incidents(away_m))
    assert [a["inside"] for a in found] == ([inside] if inside else [])
    assert all(a["severity"] == 3 for a in found)


@pytest.mark.parametrize(("shift_h", "counts"), [(-1, False), (0, True), (5.99, True), (6, False)])
def test_an_incident_outside_the_hours_is_none(shift_h, counts):
    assert bool(alerts([window()], incidents(0, at=SOON + timedelta(hours=shift_h)))) is counts


def test_a_window_without_both_consents_raises_no_alert():
    assert alerts([window(consents=("A",))], incidents(0)) == []


def test_an_incident_without_a_place_is_in_no_window():
    assert alerts([window()], incidents(0).assign(lon_deg=np.nan)) == []


def test_an_alert_reaches_a_party_only_after_its_delay(tmp_path):
    # the fixture's last incident is two hours old; the window is proposed before it
    early = Clock(NOW - timedelta(hours=6))
    house = make_house(tmp_path / "room.sqlite", assessment(), clock=early)
    lon, lat = 36.876543, 47.712345
    with client_of(house, "helen") as helen, client_of(house, "ann") as ann, client_of(house, "bob") as bob:
        said = {"path": [[lon, lat]], "start": iso(NOW - timedelta(hours=5)), "end": iso(NOW)}
        name = propose(helen, **said).json()["window_id"]
        for party in (ann, bob):
            assert party.post(f"/api/windows/{name}/consent").status_code == 201
        early.pass_h(6)
        assert [a["incident_id"] for a in helen.get("/api/alerts").json()] == ["inc-3"]
    with client_of(house, "ann") as ann:
        assert ann.get("/api/alerts").json() == []
        early.pass_h(23)
    with client_of(house, "ann") as ann:
        assert [a["incident_id"] for a in ann.get("/api/alerts").json()] == ["inc-3"]
    house.close()


def test_a_notice_says_the_same_in_three_languages(signed_in):
    helen = signed_in("helen")
    name = propose(helen).json()["window_id"]
    told = {lang: helen.get(f"/api/windows/{name}/notice?language={lang}").text for lang in ("en", "uk", "fr")}
    assert len(set(told.values())) == 3
    for text in told.values():
        for part in ("1.5", iso(SOON), iso(LATER), SAID["purpose"], name):
            assert part in text
    assert helen.get(f"/api/windows/{name}/notice?language=de").status_code == 404


def test_the_calendar_entry_is_icalendar(signed_in):
    helen = signed_in("helen")
    name = propose(helen, purpose="ремонт; лінія, " * 10).json()["window_id"]
    raw = helen.get(f"/api/windows/{name}/notice?f=ics&language=uk").content
    lines = raw.split(b"\r\n")
    assert raw.endswith(b"\r\n") and b"\n" not in raw.replace(b"\r\n", b"")  # RFC 5545, 3.1
    assert all(len(line) <= 75 for line in lines)
    whole = raw.decode().replace("\r\n ", "")  # unfolded
    assert f"DTSTART:{SOON:%Y%m%dT%H%M%SZ}" in whole
    assert "STATUS:TENTATIVE" in whole
    assert "ремонт\\; лінія\\," in whole  # 3.3.11: escaped
    for part in ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:", "UID:", "DTSTAMP:", "DTEND:", "END:VCALENDAR"):
        assert part in whole
    assert b"<Polygon>" in helen.get(f"/api/windows/{name}/notice?f=kml").content
