"""Map data and feature pages of the operations room, beside a plain FastAPI application that serves the same GeoJSON.

The plain one has no release, no accounts, no audit and no filters but the box: what those cost is the ratio.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from fastapi import FastAPI, Response
from rooms import Clock, key_headers, make_house
from sample import front
from starlette.testclient import TestClient

from truceline.report.exports import plain_rows
from truceline.serve.app import make_app

BOX = "36.0,47.5,37.0,48.3"


def many(rows):
    """Return the invented front with this many incidents."""
    whole, rng = front(), np.random.default_rng(1)
    chosen = rng.integers(0, len(whole.incidents), rows)
    incidents = whole.incidents.iloc[chosen].reset_index(drop=True)
    names = [f"inc-{n:07d}" for n in range(rows)]
    lon, lat = (incidents[name] + rng.normal(0, 0.2, rows) for name in ("lon_deg", "lat_deg"))
    incidents = incidents.assign(incident_id=names, lon_deg=lon, lat_deg=lat)
    return replace(whole, incidents=incidents, findings=whole.findings.head(0))


@pytest.fixture(scope="module", params=[10_000, 100_000])
def whole(request):
    return many(request.param)


def test_a_page_of_features_in_a_box(benchmark, whole, tmp_path):
    clock = Clock(whole.now)
    house = make_house(tmp_path / "room.sqlite", replace(whole, incidents=whole.incidents.head(0)), clock=clock)
    house.room._assessment = whole  # without writing every one to the record first: that has its own benchmark
    headers = key_headers(house, "helen")
    with TestClient(make_app(house), base_url="http://127.0.0.1") as client:

        def ask():
            return client.get(f"/api/collections/incidents/items?bbox={BOX}&limit=1000", headers=headers)

        ask()
        reply = benchmark(ask)
        assert reply.json()["numberReturned"] == 1000
    house.close()


def test_the_same_page_from_a_plain_application(benchmark, whole):
    app, rows = FastAPI(), plain_rows(whole.incidents)
    lon, lat = whole.incidents["lon_deg"].to_numpy(), whole.incidents["lat_deg"].to_numpy()

    @app.get("/items")
    def items(bbox: str, limit: int) -> Response:
        west, south, east, north = map(float, bbox.split(","))
        found = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))[:limit]
        features = [
            {
                "type": "Feature",
                "id": rows[i]["incident_id"],
                "geometry": {"type": "Point", "coordinates": [lon[i], lat[i]]},
                "properties": rows[i],
            }
            for i in found.tolist()
        ]
        return Response(json.dumps({"type": "FeatureCollection", "features": features}))

    with TestClient(app) as client:
        reply = benchmark(lambda: client.get(f"/items?bbox={BOX}&limit=1000"))
        assert len(reply.json()["features"]) == 1000
