"""A mission with feeds, watched by the real thing: what is pushed is judged, and a restart judges it the same."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from rooms import KEY, Clock, client_of, in_memory, key_headers, step

from truceline.mission import find_mission, open_mission
from truceline.monitor import monitor
from truceline.observations import LOOKS, SET_ASIDE, empty, gather
from truceline.serve.start import fed, open_house, with_feeds

NOW = datetime(2026, 4, 18, tzinfo=UTC)
FEEDS = "schema: feeds/0.1\nfeeds:\n  - {id: posts, kind: http, options: {sensor: report, act: shelling}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("fed") / "mission"
    shutil.copytree(find_mission("easter-2026"), made)
    (made / "feeds.yaml").write_text(FEEDS)
    return made


def opened(mission, db):
    live, feeder = fed(mission, db, key=KEY, clock=Clock(NOW))
    house = open_house(live.assessment, db, key=KEY, clock=Clock(NOW))
    return with_feeds(house, feeder)


def test_what_is_pushed_is_judged_as_if_it_had_been_in_the_files(folder, tmp_path):
    mission, db = open_mission(folder), tmp_path / "room.sqlite"
    strip = mission.brief.strip
    lon, lat = strip.locate(chainage_km=np.array([100.0, 200.0, 300.0]))
    events = [
        {"lon": x, "lat": y, "time": f"2026-04-12T0{i}:00:00Z", "sigma_m": 300, "id": i}
        for i, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    ]
    house = opened(mission, db)
    house.accounts.make("pusher", role="analyst", password="", now=NOW)
    headers = key_headers(house, "pusher", scope=["feed"])
    before = len(house.room.assessment().incidents)
    with client_of(house) as client:
        said = client.post("/api/feeds/posts", content=json.dumps(events), headers=headers)
        assert (said.status_code, said.json()["taken"]) == (200, 3), said.text
    house.feeder.update()
    after = house.room.assessment()
    assert len(after.incidents) > before
    assert set(after.incidents["incident_id"]) <= set(house.room.record.entries("incident")["record_id"])
    pushed = set(after.observations.loc[after.observations["source"] == "posts", "observation_id"])
    one, other = after.incidents.loc[after.incidents["observations"].map(pushed.issuperset), "incident_id"].iloc[:2]
    house.accounts.make("taras", role="verifier", password="", now=NOW)
    with client_of(house) as client:
        client.headers.update(key_headers(house, "taras", scope=["read", "triage", "verify"]))
        for n, (state, said) in enumerate([("logged", {}), ("triaged", {}), ("duplicate", {"into": one, "note": "n"})]):
            assert step(client, other, state, n, **said).status_code == 201
    after = house.room.assessment()
    merged = after.incidents.set_index("incident_id").loc[one]
    assert len(merged["observations"]) == 2
    house.close()

    again = opened(mission, db)
    pd.testing.assert_frame_equal(in_memory(again.room.assessment().incidents), in_memory(after.incidents))
    pd.testing.assert_frame_equal(in_memory(again.room.assessment().findings), in_memory(after.findings))
    again.close()

    own = after.observations[after.observations["source"] == "posts"].reset_index(drop=True)
    assert len(own) == 3
    given = mission.gather(now=mission.brief.period.end)
    pushed = replace(given.readings, observations=own, looks=empty(LOOKS), set_aside=empty(SET_ASIDE), digests={})
    readings = gather([given.readings, pushed])
    whole = monitor(mission.brief, readings, now=NOW, claims=given.claims, history=given.history)
    for table in ("incidents", "findings"):  # but for the two that were merged
        watched, mine = (getattr(a, table)[lambda t: ~t["incident_id"].isin([one, other])] for a in (whole, after))
        pd.testing.assert_frame_equal(in_memory(mine), in_memory(watched))
