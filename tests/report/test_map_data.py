import dataclasses
import json

import numpy as np
import pytest
import shapely

from truceline.report.judged import judged_incidents
from truceline.report.map_data import page_data
from truceline.report.words import Words
from truceline.timespan import find_zone


def data(assessment):
    words = Words(language="en", zone=find_zone(assessment.timezone))
    return page_data(assessment, judged_incidents(assessment), words)


@pytest.mark.parametrize("name", ["front", "one_day", "nothing"])
def test_the_data_is_plain_json_with_columns_of_one_length(request, name):
    assessment = request.getfixturevalue(name)
    made = json.loads(json.dumps(data(assessment), allow_nan=False))
    assert {len(c["at"] if isinstance(c, dict) else c) for c in made["incidents"].values()} == {
        len(assessment.incidents)
    }
    assert len(made["days"]) == len(made["dayStarts"])


def test_the_band_is_one_sigma_wide_on_either_side(front):
    (line,) = data(front)["lines"]
    band = shapely.MultiPolygon([(p[0], p[1:]) for p in line["band"]])
    for inside, offset in [(True, 7.5), (True, -7.5), (False, 9.0), (False, -9.0)]:
        lon, lat = front.strip.locate(chainage_km=500.0, offset_km=offset)
        assert band.contains(shapely.Point(lon[0], lat[0])) is inside, offset


def test_a_line_that_ended_before_the_period_is_not_drawn(front):
    (line,) = front.lines
    old = dataclasses.replace(line, line_id="old", valid_to=front.period.start)
    assert len(data(dataclasses.replace(front, lines=(line, old)))["lines"]) == 1


def test_the_ring_is_the_location_error_on_the_ground(front):
    columns = data(front)["incidents"]
    sigma = front.incidents.set_index("incident_id").sigma_m
    # Web Mercator with tiles of 512 pixels: the equator, 40,075.017 km, is 512 pixels at zoom 0
    for identity, lat, ring in zip(columns["id"], columns["lat"], columns["ring"], strict=True):
        metres = ring / 512 * 40075016.686 * np.cos(np.radians(lat))
        assert metres == pytest.approx(sigma[identity], rel=1e-3)


def test_an_incident_without_a_place_is_left_off_the_map_and_stays_in_the_tables(front):
    lost = front.incidents.copy()
    lost.loc[0, ["lon_deg", "lat_deg"]] = np.nan
    assert len(data(dataclasses.replace(front, incidents=lost))["incidents"]["id"]) == len(lost) - 1
