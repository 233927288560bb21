import numpy as np
import pandas as pd
import pytest

from truceline.sensors.looks import find_looks
from truceline.sensors.scene import make_scene
from truceline.timespan import Timespan, parse_instant

PERIOD = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-13T00:00Z"))


def test_a_satellite_looks_only_between_its_dates(deploy, strip, passes_at):
    deployment = deploy([{"instrument": "viirs", "satellites": [37849], "from": "2026-04-12T00:00Z"}])
    grid = make_scene(deployment, strip, PERIOD, cell_km=5.0).grid
    nodes = len(grid.node_lon_deg)
    passes = passes_at([10, 30], nodes=nodes, instrument="viirs", norad_id=37849, start=PERIOD.start)
    looks = find_looks(deployment, grid, period=PERIOD, passes=passes)
    assert looks.time_h == pytest.approx(np.full(nodes, 30.0))


def test_a_narrower_limit_loses_the_passes_beyond_it(deploy, strip, passes_at):
    deployment = deploy([{"instrument": "viirs", "satellites": [37849], "max_deg": 30}])
    grid = make_scene(deployment, strip, PERIOD, cell_km=5.0).grid
    nodes = len(grid.node_lon_deg)
    near = passes_at([10], nodes=nodes, instrument="viirs", norad_id=37849, start=PERIOD.start, off_nadir_deg=29.0)
    far = passes_at([20], nodes=nodes, instrument="viirs", norad_id=37849, start=PERIOD.start, off_nadir_deg=31.0)
    looks = find_looks(deployment, grid, period=PERIOD, passes=pd.concat([near, far]))
    assert set(looks.time_h) == {10.0}


def test_tasked_satellites_look_only_when_told_and_radar_needs_no_sky(deploy, strip, passes_at):
    deployment = deploy([{"instrument": "iceye", "satellites": [1]}, {"instrument": "s2-msi", "satellites": [2]}])
    grid = make_scene(deployment, strip, PERIOD, cell_km=5.0).grid
    nodes = len(grid.node_lon_deg)
    given = {"nodes": nodes, "start": PERIOD.start, "incidence_deg": 5.0, "off_nadir_deg": 5.0}
    passes = pd.concat(
        [
            passes_at([10], instrument="iceye", norad_id=1, **given),
            passes_at([11], instrument="s2-msi", norad_id=2, **given),
        ]
    )
    looks = find_looks(deployment, grid, period=PERIOD, passes=passes)
    radar = looks.time_h < 10.5
    assert looks.needs_task[radar].all()
    assert not looks.needs_task[~radar].any()
    assert not looks.needs_sky[radar].any()
    assert looks.needs_sky[~radar].all()


def test_night_closes_an_optical_pass(deploy, strip, passes_at):
    deployment = deploy([{"instrument": "worldview", "satellites": [1]}])
    grid = make_scene(deployment, strip, PERIOD, cell_km=5.0).grid
    nodes = len(grid.node_lon_deg)
    for sun, seen in ((30.0, True), (-20.0, False)):
        passes = passes_at(
            [10], nodes=nodes, instrument="worldview", norad_id=1, start=PERIOD.start, sun_elevation_deg=sun
        )
        looks = find_looks(deployment, grid, period=PERIOD, passes=passes)
        assert looks.chance("heavy_weapons", case=1, traced=True).any() == seen
        assert not looks.chance("heavy_weapons", case=1, traced=False).any()  # hidden: not seen from above
