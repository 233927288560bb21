"""Review, on both databases: steps are appended, never changed, and the assessment reads with them."""

import threading
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from exports_fixture import assessment
from rooms import Clock, client_of, make_house, step

from truceline.serve.ledger import Ledger
from truceline.serve.refusals import ConflictError
from truceline.serve.reviews import Reviews, read_with
from truceline.store import verify

TO_FINDINGS = [
    ("logged", {}),
    ("triaged", {}),
    ("preliminary", {}),
    ("tasked", {"owner": "team 3", "due": "2026-04-14T06:00:00Z"}),
    ("access_denied", {"note": "turned back at the checkpoint"}),
    ("findings", {"evidence": ["SECRET-0"], "note": "a crater"}),
]
VERIFY = {"evidence": ["SECRET-0"], "note": "two sources agree"}


def walk(client, steps, incident="inc-0", after=0):
    for state, said in steps:
        reply = step(client, incident, state, after, **said)
        assert reply.status_code == 201, reply.text
        after = reply.json()["number"]
    return after


def test_an_incident_goes_from_report_to_attribution_by_several_hands(house):
    with client_of(house, "olena") as olena:
        n = walk(olena, TO_FINDINGS)
        assert step(olena, "inc-0", "verified", n, **VERIFY).status_code == 403, "an analyst does not verify"
    with client_of(house, "taras") as taras:
        assert step(taras, "inc-0", "attributed", n, **VERIFY).status_code == 409, "verification comes first"
        n = walk(taras, [("verified", VERIFY)], after=n)
        said = {"attributed_to": "B", "confidence": "low", "evidence": ["SECRET-0"], "note": "range and bearing"}
        n = walk(
            taras,
            [("attributed", said), ("referred_to_commission", {"owner": "jc", "due": "2026-04-15T00:00Z"})],
            after=n,
        )
        told = taras.get("/api/incidents/inc-0").json()
        assert [s["state"] for s in told["history"]] == [
            *(state for state, _ in TO_FINDINGS),
            "verified",
            "attributed",
            "referred_to_commission",
        ]
        assert told["incident"]["state"] == "confirmed"
        assert told["attribution"]["attributed_to"] == "B"
        assert told["attribution"]["probability"] is None
        assert [s["state"] for s in told["next"]] == ["party_response", "action_due"]
    kept = house.room.record.entries("review")
    assert len(kept) == n
    assert kept.record_supersedes.isna().all(), "nothing was overwritten"
    assert verify(house.room.record.where) == []


def test_a_party_answers_for_itself_and_for_nobody_else(small, clock):
    with client_of(small, "taras") as taras:
        n = walk(taras, TO_FINDINGS)
    with client_of(small, "marie") as marie:
        n = walk(
            marie,
            [
                ("verified", VERIFY),
                ("unattributed", {"note": "nobody saw who"}),
                ("referred_to_commission", {"owner": "jc", "due": "2026-04-15T00:00:00Z"}),
            ],
            after=n,
        )
    clock.pass_h(30)
    with client_of(small, "ann") as ann:
        assert step(ann, "inc-0", "party_response", 0, party="B", note="no").status_code == 403
        assert step(ann, "inc-0", "logged", 0).status_code in (403, 409)
        reply = step(ann, "inc-0", "party_response", 0, party="A", note="We deny it.")
        assert reply.status_code == 201
        assert "number" not in reply.json(), "how many steps there are is not a party's to know yet"
    with client_of(small, "bob") as bob:
        walk_b = step(bob, "inc-0", "party_response", 0, party="B", note="So do we.")
        assert walk_b.status_code == 201
    with client_of(small, "helen") as helen:
        told = helen.get("/api/incidents/inc-0").json()
        assert told["attribution"]["party_response"] == "SECRET; A: We deny it.; B: So do we."


def test_a_party_learns_nothing_from_a_step_it_may_not_take(small):
    # whatever state an incident is in, a delegate is told the same
    with client_of(small, "olena") as olena:
        walk(olena, TO_FINDINGS[:3])
    with client_of(small, "ann") as ann:
        replies = [step(ann, i, "party_response", 0, party="A", note="x") for i in ("inc-0", "inc-1")]
    assert {r.status_code for r in replies} == {409}
    assert replies[0].content == replies[1].content


def test_a_party_cannot_touch_what_it_cannot_see(small):
    with client_of(small, "ann") as ann:
        hidden = step(ann, "inc-3", "party_response", 0, party="A", note="x")
        missing = step(ann, "inc-9", "party_response", 0, party="A", note="x")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace("inc-3", "") == missing.text.replace("inc-9", "")


def test_whoever_wrote_the_findings_does_not_verify_them(small):
    with client_of(small, "taras") as taras:
        n = walk(taras, TO_FINDINGS)
        assert step(taras, "inc-0", "verified", n, **VERIFY).status_code == 403
    with client_of(small, "marie") as marie:
        assert step(marie, "inc-0", "verified", n, **VERIFY).status_code == 201


def test_a_step_on_an_old_view_is_refused(small):
    with client_of(small, "olena") as olena, client_of(small, "taras") as taras:
        walk(olena, TO_FINDINGS[:1])
        assert step(taras, "inc-0", "triaged", 0).status_code == 409
        assert step(taras, "inc-0", "triaged", 1).status_code == 201


def test_of_many_at_once_one_step_is_taken(house):
    said = {"incident_id": "inc-0", "state": "logged", "after": 0}
    caller = house.accounts.by_key(
        house.accounts.make_key("olena", called="", scope=["read", "triage"], days=1, now=house.wall()),
        now=house.wall(),
    )
    results = []

    def take():
        try:
            house.room.reviews.take(caller, house.room.assessment(), said, now=house.room.now())
            results.append("taken")
        except ConflictError:
            results.append("refused")

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["refused"] * 7 + ["taken"]


def test_of_two_servers_on_one_database_one_step_is_taken(new_place):
    place = new_place()
    one, other = make_house(place), make_house(place)
    said = {"incident_id": "inc-0", "state": "logged", "after": 0}
    caller = one.accounts.by_key(
        one.accounts.make_key("olena", called="", scope=["triage"], days=1, now=one.wall()), now=one.wall()
    )
    one.room.reviews.take(caller, one.room.assessment(), said, now=one.room.now())
    with pytest.raises(ConflictError, match="somebody else first"):
        other.room.reviews.take(caller, other.room.assessment(), said, now=other.room.now())
    assert len(one.room.record.entries("review")) == 1
    one.close()
    other.close()


def test_steps_are_read_back_as_they_were_taken(new_place):
    place = new_place()
    house = make_house(place)
    with client_of(house, "taras") as client:
        walk(client, [*TO_FINDINGS[:2], ("duplicate", {"into": "inc-1", "note": "the same shot"})], incident="inc-2")
    before = house.room.reviews.steps()
    house.close()
    again = Reviews(Ledger(house.room.record, Clock()))
    assert [asdict(s) for s in again.steps()] == [asdict(s) for s in before]


def test_a_merged_incident_is_rejected_and_opened_again_it_is_not(small):
    with client_of(small, "taras") as client:
        n = walk(client, [*TO_FINDINGS[:2], ("duplicate", {"into": "inc-1", "note": "same"})])
        assert client.get("/api/incidents/inc-0").json()["incident"]["state"] == "rejected"
        assert client.get("/api/incidents/inc-1").json()["incident"]["state"] == "probable"
        walk(client, [("archived", {}), ("triaged", {})], after=n)
        assert client.get("/api/incidents/inc-0").json()["incident"]["state"] == "probable"
        assert step(client, "inc-1", "logged", 0).status_code == 201
        assert step(client, "inc-1", "triaged", 1).status_code == 201
        assert step(client, "inc-1", "duplicate", 2, into="inc-1", note="itself").status_code == 404


def two_in_one():
    """Return an assessment whose first incident rests on two observations 300 m apart, one twice as sure."""
    whole = assessment()
    observations = whole.observations.copy()
    observations.loc[0, ["lon_deg", "lat_deg", "sigma_m"]] = [36.5, 47.6, 100.0]
    observations.loc[1, ["lon_deg", "lat_deg", "sigma_m"]] = [36.504, 47.6, 200.0]
    incidents = whole.incidents.copy()
    incidents.at[0, "observations"] = ("SECRET-0", "SECRET-1", "SECRET-2")
    from dataclasses import replace

    return replace(whole, observations=observations, incidents=incidents)


def test_a_split_makes_an_incident_of_each_part(tmp_path):
    house = make_house(tmp_path / "room.sqlite", two_in_one())
    with client_of(house, "taras") as client:
        n = walk(client, TO_FINDINGS[:2])
        for wrong in ([["SECRET-0"], ["SECRET-1"]], [["SECRET-0", "SECRET-1", "SECRET-2"]], [["SECRET-0"], []]):
            assert step(client, "inc-0", "split", n, parts=wrong, note="two").status_code == 400
        walk(client, [("split", {"parts": [["SECRET-0", "SECRET-1"], ["SECRET-2"]], "note": "two shots"})], after=n)
        found = client.get("/api/collections/incidents/items?limit=100").json()["features"]
        parts = [f for f in found if f["properties"]["method"] == "split by a verifier"]
        assert len(found) == 6
        assert len(parts) == 2
        assert client.get("/api/incidents/inc-0").json()["incident"]["state"] == "rejected"
        assert step(client, parts[0]["id"], "logged", 0).status_code == 201, "a part has a life of its own"
    first = next(f for f in parts if len(f["properties"]["observations"]) == 2)
    # weights 1/100^2 and 1/200^2: four fifths of the way to the surer one
    assert first["geometry"]["coordinates"] == pytest.approx([36.5 + 0.004 / 5, 47.6], abs=1e-5)
    assert first["properties"]["sigma_m"] == 100
    assert first["properties"]["p_exists"] is None, "how probable a part is was never worked out"
    house.close()


def test_without_steps_nothing_is_changed():
    whole = assessment()
    assert read_with(whole, ()).assessment is whole


def test_decisions_leave_probabilities_and_verdicts_as_they_were(small):
    with client_of(small, "taras") as client:
        walk(client, TO_FINDINGS)
    with client_of(small, "marie") as client:
        walk(client, [("not_verified", VERIFY)], after=len(TO_FINDINGS))
    before, after = small.room._stood[-1].assessment, small.room.assessment()
    pd.testing.assert_frame_equal(before.findings, after.findings)
    np.testing.assert_array_equal(before.incidents["p_exists"], after.incidents["p_exists"])
    assert after.incidents["state"].tolist() == ["rejected", "probable", "probable", "probable"]
