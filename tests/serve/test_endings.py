"""What ceased to be so while the room was closed is ended in its record: what stands there is what is concluded now."""

import pytest
from exports_fixture import assessment
from rooms import make_house

from truceline.findings.clocks import clock_ids
from truceline.store import verify

FOUR, THREE = (80.0, 40.0, 23.9, 2.0), (80.0, 40.0, 23.9)


def standing(record, kind, name):
    latest = {said[name]: said for part in record.payloads(kind) for said in part}
    return {one for one, said in latest.items() if "superseded_by" not in said}


def concluded(made):
    return {
        ("incident", "incident_id"): set(made.incidents["incident_id"]),
        ("finding", "finding_id"): set(made.findings["finding_id"]),
        ("attribution", "incident_id"): set(made.attributions["incident_id"]),
        ("clock", "clock_id"): set(clock_ids(made.clocks)),
    }


@pytest.mark.parametrize("openings", [(FOUR, THREE), (FOUR, THREE, FOUR), (THREE, FOUR, (80.0,), THREE)])
def test_what_stands_in_the_record_is_what_was_concluded_when_it_was_last_opened(new_place, openings):
    place = new_place()
    for hours in openings:
        made = assessment(hours_ago=hours)
        house = make_house(place, made, people={})
        for (kind, name), ids in concluded(made).items():
            assert standing(house.room.record, kind, name) == ids, kind
        house.close()
    assert verify(place) == []


def test_to_open_it_again_writes_nothing(new_place):
    place, sizes = new_place(), []
    for hours in (FOUR, THREE, THREE):
        house = make_house(place, assessment(hours_ago=hours), people={})
        sizes.append(house.room.record.size)
        house.close()
    assert sizes[1] > sizes[0]
    assert sizes[2] == sizes[1]


def test_an_incident_that_is_gone_names_those_that_hold_what_it_held(new_place):
    place, made = new_place(), assessment(hours_ago=FOUR)
    make_house(place, made, people={}).close()
    last = made.incidents["incident_id"] == made.incidents["incident_id"].iloc[-1]
    gone = made.incidents["incident_id"].iloc[-1]
    made.incidents.loc[last, "incident_id"] = "inc-anew"
    house = make_house(place, made, people={})
    told = [said for part in house.room.record.payloads("incident") for said in part if said["incident_id"] == gone]
    assert told[-1] == {"incident_id": gone, "superseded_by": ["inc-anew"]}
    assert "superseded_by" not in told[0], "what was said before stays"
    house.close()
