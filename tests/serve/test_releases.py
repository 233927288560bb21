"""Daily reports: two people, the bytes that were read, and corrections in the open, on both databases."""

import pytest
import sqlalchemy as sa
from rooms import client_of, make_house

from truceline.errors import RecordError
from truceline.provenance import digest
from truceline.serve.daily import one_day
from truceline.serve.desk import PUBLISHED

DAY = "2026-04-10"


def ask(client, **said):
    return client.post("/api/releases", json={"day": DAY, **said})


def approve(client, one, sha256=None):
    return client.post(f"/api/releases/{one['release_id']}/approval", json={"sha256": sha256 or one["sha256"]})


def test_a_report_is_published_by_two_people_as_the_bytes_they_read(house):
    with client_of(house, "taras") as taras, client_of(house, "marie") as marie, client_of(house, "vera") as vera:
        asked = ask(taras)
        assert asked.status_code == 201, asked.text
        one = asked.json()
        assert vera.get("/api/releases").json() == []
        assert vera.get(f"/api/releases/{one['release_id']}").status_code == 404
        assert approve(taras, one).status_code == 403, "not the one who asked"
        assert approve(vera, one).status_code == 403
        read = marie.get(f"/api/releases/{one['release_id']}").content
        assert digest(read) == one["sha256"]
        assert approve(marie, one, "0" * 64).status_code == 409, "other bytes than were read"
        assert approve(marie, one).status_code == 201
        assert approve(marie, one).status_code == 409
        shown = vera.get("/api/releases").json()
        assert [s["release_id"] for s in shown] == [one["release_id"]]
        assert vera.get(f"/api/releases/{one['release_id']}").content == read
    kept = house.room.record.entries("release")
    assert kept.record_supersedes.isna().tolist() == [True, False]
    assert kept["approved_by"].tolist()[0] == "" != kept["approved_by"].tolist()[1]


def test_an_analyst_asks_and_does_not_approve(small):
    with client_of(small, "olena") as olena, client_of(small, "helen") as helen:
        one = ask(olena).json()
        assert approve(olena, one).status_code == 403
        assert approve(helen, one).status_code == 201


def test_a_day_inside_the_delay_is_not_released(small, clock):
    # the fixture's now is 09:00 in Kyiv on the 13th; the 12th is free 24 h after its end, at midnight of the 14th
    with client_of(small, "olena") as olena:
        refused = ask(olena, day="2026-04-12")
        assert refused.status_code == 400
        assert "2026-04-13T21:00:00Z" in refused.json()["description"]
        clock.pass_h(15)
    with client_of(small, "olena") as olena:
        assert ask(olena, day="2026-04-12").status_code == 201


def test_a_correction_is_a_new_version_that_says_what_was_wrong(small, clock):
    with client_of(small, "olena") as olena, client_of(small, "helen") as helen, client_of(small, "vera") as vera:
        assert ask(olena, correction="nothing yet").status_code == 400
        first = ask(olena).json()
        assert ask(olena).status_code == 409, "one waits already"
        approve(helen, first)
        old = vera.get(f"/api/releases/{first['release_id']}").content
        assert ask(olena).status_code == 400, "a second version says what it corrects"
        clock.pass_h(1)
        second = ask(olena, correction="The time of one event was wrong by an hour.").json()
        assert second["version"] == 2
        approve(helen, second)
        new = vera.get(f"/api/releases/{second['release_id']}").content
        assert b"The time of one event was wrong by an hour." in new
        assert vera.get(f"/api/releases/{first['release_id']}").content == old, "the old one stays as it was"
        assert [s["version"] for s in vera.get("/api/releases").json()] == [1, 2]


def test_releases_are_there_again_after_a_restart(new_place):
    place = new_place()
    house = make_house(place)
    with client_of(house, "olena") as olena, client_of(house, "helen") as helen:
        one = ask(olena).json()
        approve(helen, one)
    before = house.releases.all()
    house.close()
    again = make_house(place)
    assert again.releases.all() == before
    assert digest(again.releases.content(one["release_id"])) == one["sha256"]
    again.close()


def test_changed_bytes_are_never_served(house):
    with client_of(house, "olena") as olena, client_of(house, "helen") as helen:
        one = ask(olena).json()
        approve(helen, one)
        with house.accounts._engine.begin() as connection:
            connection.execute(PUBLISHED.update(), {"content": b"something else"})
        assert helen.get(f"/api/releases/{one['release_id']}").status_code == 503
    with pytest.raises(RecordError, match="not the one that was approved"):
        house.releases.content(one["release_id"])
    with house.accounts._engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(PUBLISHED)).scalar() == 1


def test_an_unknown_day_or_language_is_refused(small):
    with client_of(small, "olena") as olena:
        assert ask(olena, day="2026-05-01").status_code == 404
        assert ask(olena, language="de").status_code == 404


def test_a_days_exposure_adds_up_and_the_days_add_up_to_the_whole():
    from sample import front

    whole = front()
    days = [one_day(whole, day) for day, _ in whole.period.days(whole.timezone)]
    for day in days:
        box = day.exposure
        parts = box["km_h_seen"] + box["km_h_partly"] + box["km_h_unseen"]
        assert parts == pytest.approx(box["km_h_total"], rel=1e-9)
    # kilometre-hours in force: the line's length times the hours of the truce
    total = sum(day.exposure["km_h_total"] for day in days)
    hours = sum(span.hours for span in whole.in_force)
    assert total == pytest.approx(whole.strip.length_km * hours, rel=1e-6)
    assert sum(len(day.incidents) for day in days) == whole.incidents["time_start"].notna().sum()
