"""First paint of a month with 100,000 incidents in a browser, beside a plain page of the same points from GeoJSON.

The plain page has no sign-in, strip chart, list, filters or land: one map with one circle layer. A page counts as drawn
when its map, and in the room its strip chart too, is on the screen; the browser's cache is empty each time.
"""

import json
import shutil
import threading
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import uvicorn
from fastapi import FastAPI, Response
from playwright.sync_api import sync_playwright
from rooms import Clock, make_house
from sample import front

from truceline.report.html import vendored
from truceline.serve.app import make_app
from truceline.serve.start import bound, warm
from truceline.timespan import Timespan

CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)
ROWS, DAYS = 100_000, 30
PLAIN = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/m.css">
<div id="map" style="height:90vh"></div>
<script src="/m.js"></script><script>
const map = new maplibregl.Map({container: "map", style: {version: 8, sources: {}, layers: []},
  center: [35.5, 48], zoom: 5});
map.on("load", async () => {
  map.addSource("points", {type: "geojson", data: await (await fetch("/points")).json()});
  map.addLayer({id: "points", type: "circle", source: "points", paint: {"circle-radius": 4, "circle-color": "#c33"}});
  map.once("idle", () => { document.body.dataset.drawn = "yes"; });
});
</script>"""


def month():
    """Return a month on the whole front: the invented incidents and their findings, drawn again and again."""
    whole, rng = front(), np.random.default_rng(1)
    chosen, start = rng.integers(0, len(whole.incidents), ROWS), whole.period.start
    names = np.array([f"inc-{n:07d}" for n in range(ROWS)])
    at = pd.Series(pd.Timestamp(start) + pd.to_timedelta(rng.integers(0, DAYS * 86400, ROWS), unit="s"))
    km, offset = rng.uniform(0, whole.strip.length_km, ROWS), rng.normal(0, 6, ROWS)
    lon, lat = whole.strip.locate(chainage_km=km, offset_km=offset)
    of = dict(zip(whole.incidents["incident_id"], range(len(whole.incidents)), strict=True))
    incidents = whole.incidents.iloc[chosen].reset_index(drop=True)
    time = at.astype(incidents["time_start"].dtype)
    incidents = incidents.assign(
        incident_id=names, time_start=time, time_end=time, chainage_km=km, offset_km=offset, lon_deg=lon, lat_deg=lat
    )
    pairs = pd.DataFrame({"row": chosen, "name": names})
    found = whole.findings.assign(row=whole.findings["incident_id"].map(of)).merge(pairs, on="row")
    found = found.assign(incident_id=found["name"], finding_id=found["finding_id"] + found["name"])
    period = Timespan(start=start, end=start + timedelta(days=DAYS))
    findings = found[list(whole.findings.columns)]
    return replace(whole, period=period, incidents=incidents, findings=findings, now=period.end)


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no 'chromium' on the path: first paint is measured in Debian's chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))


@pytest.fixture(scope="module")
def whole():
    return month()


def serve(app):
    listening = bound("127.0.0.1", 0)
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}/", running, thread


def opened(browser, address, ready):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(ready, timeout=120_000)
    return context


def test_the_room(benchmark, browser, whole, tmp_path):
    few = replace(whole, incidents=whole.incidents.head(0), findings=whole.findings.head(0))
    house = make_house(tmp_path / "room.sqlite", few, clock=Clock(whole.now), open_to_all=True, people={})
    house.room.replace(whole)  # without writing every one to the record first: that has its own benchmark
    account = house.accounts.make("paint", role="head", password="", now=house.wall()).account
    links = [f"link-{n}" for n in range(20)]
    house.entries.update(dict.fromkeys(links, account))
    warm(house)
    address, running, thread = serve(make_app(house))
    contexts = []
    benchmark.pedantic(
        lambda: contexts.append(opened(browser, f"{address}#enter={links.pop()}", "#map[data-ready=yes]")),
        rounds=5,
    )
    assert contexts[-1].pages[0].locator("#shown").inner_text().startswith("100000 ")
    running.should_exit = True
    thread.join(10)
    house.close()


def test_a_plain_page_of_the_same_points(benchmark, browser, whole):
    app = FastAPI()
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": {}}
        for lon, lat in zip(whole.incidents["lon_deg"], whole.incidents["lat_deg"], strict=True)
    ]
    points = json.dumps({"type": "FeatureCollection", "features": features})
    for path, content, media in (
        ("/", PLAIN, "text/html"),
        ("/m.js", vendored("vendor/maplibre-gl.js"), "text/javascript"),
        ("/m.css", vendored("vendor/maplibre-gl.css"), "text/css"),
        ("/points", points, "application/geo+json"),
    ):
        app.get(path)(lambda content=content, media=media: Response(content, media_type=media))
    address, running, thread = serve(app)
    contexts = []
    benchmark.pedantic(lambda: contexts.append(opened(browser, address, "body[data-drawn=yes]")), rounds=5)
    running.should_exit = True
    thread.join(10)
