import numpy as np
import pandas as pd
import pytest

from truceline.report.coverage_page import CoveragePage, coverage_chart, coverage_files, coverage_map
from truceline.sensors.cover import cover_deployment
from truceline.sensors.deployment import Deployment, Post, left_out_table
from truceline.sensors.detect import time_to_detect
from truceline.sensors.people import Patrol
from truceline.sensors.scene import make_scene
from truceline.sensors.summary import exposure_table, revisit_table, share_table
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

STRIP = Strip.along(lon_deg=[37.0, 37.5, 38.0], lat_deg=[48.0, 48.1, 48.0])
PERIOD = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-13T00:00Z"))
SECTORS = pd.DataFrame({"sector": ["A"], "called": ["a"], "from_km": [0.0], "to_km": [80.0]})
KINDS = ("shelling", "heavy_weapons")


@pytest.fixture(scope="module")
def page() -> CoveragePage:
    post = Post(sensor_id="p", model=Patrol(name="p"), lon_deg=37.3, lat_deg=48.05)
    deployment = Deployment(posts=(post,))
    made = cover_deployment(deployment, strip=STRIP, period=PERIOD, kinds=KINDS, cell_km=2.0)
    scene = make_scene(deployment, STRIP, PERIOD)
    return CoveragePage(
        title="A <b>test</b> line",
        timezone="Europe/Kyiv",
        period=PERIOD,
        strip=STRIP,
        sectors=SECTORS,
        coverage=made,
        exposure=exposure_table(made, SECTORS),
        shares=share_table(made, SECTORS),
        revisit=revisit_table(scene),
        delays=time_to_detect(scene, KINDS),
        left_out=left_out_table([("mast", "it stands at km <900>.", "Correct it.")]),
        remarks=("Elements are old.",),
    )


def test_the_same_input_gives_the_same_bytes(page):
    assert coverage_files(page) == coverage_files(page)


def test_the_page_stands_alone_and_says_what_was_left_out(page):
    files = coverage_files(page)
    text = files["coverage.html"].decode()
    assert "<script" not in text and "default-src 'none'" in text
    assert "<b>" not in text
    assert "km &lt;900&gt;" in text
    assert "Elements are old." in text
    assert "Not observed is not the same as not violated" in text
    assert set(files) > {"coverage.pdf", "coverage_chart.png", "coverage_map.png", "exposure.csv", "share_seen.csv"}
    assert files["coverage_chart.png"].startswith(b"\x89PNG")


def test_ground_nobody_looked_at_is_hatched_grey_not_coloured(page):
    panel = coverage_chart(page).axes[0].images[0].get_array()
    far = np.asarray(panel)[:, -5:].reshape(-1, 3)  # 45 km from the patrol
    assert len(np.unique(far, axis=0)) == 2  # the grey and its stroke
    assert (np.ptp(far.astype(int), axis=1) < 25).all()


def test_there_is_a_panel_for_each_kind_and_a_map_by_day_and_by_night(page):
    titles = [axes.get_title(loc="left") for axes in coverage_chart(page).axes]
    assert titles[:2] == ["shell or mortar impact", "vehicle or heavy weapon present"]
    assert [axes.get_title() for axes in coverage_map(page).axes][:2] == [
        "shell or mortar impact, by day",
        "shell or mortar impact, by night",
    ]
