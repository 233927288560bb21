import dataclasses
from datetime import timedelta

import numpy as np
import pytest
import shapely

from truceline.agreement import parse_agreement, read_library
from truceline.geodesy import GEOD
from truceline.report import zone_shapes
from truceline.report.words import Words
from truceline.report.zones import map_zones, zones_not_drawn
from truceline.strip import Strip
from truceline.timespan import find_zone

WORDS = Words(language="en", zone=find_zone("Europe/Kyiv"))


def area(rings):
    return shapely.MultiPolygon([(p[0], p[1:]) for p in rings])


def under(front, agreement, **changes):
    return dataclasses.replace(front, agreement=agreement, **changes)


def agreement(zones, clauses):
    return parse_agreement(
        f"""
id: drawn
title: Drawn
status: fictional
parties: [{{id: A, called: Party A}}, {{id: B, called: Party B}}]
zones: {zones}
clauses: {clauses}
""",
        where="drawn.yaml",
    )


def clause(zone, window=""):
    return f"{{id: {zone}-rule, kind: prohibit_presence, says: stay out, zone: {zone}{window}}}"


# The zone of a judgement is every place nearer than its distance on the party's side: the same points by the strip.
@pytest.mark.parametrize(("low", "high"), [(0.0, 15.0), (10.0, 20.0), (0.0, 60.0)])
@pytest.mark.parametrize("positive", [True, False])
def test_the_drawn_band_holds_the_places_the_judgement_puts_in_it(front, low, high, positive):
    band = area(zone_shapes.beside_line(front.strip, from_km=low, to_km=high, positive=positive))
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(30.5, 39, 4000), rng.uniform(45.8, 51, 4000)
    _, offset = front.strip.place(lon_deg=lon, lat_deg=lat)
    depth = offset if positive else -offset
    drawn = shapely.contains_xy(band, lon, lat)
    margin = np.minimum(np.abs(np.abs(offset) - low), np.abs(np.abs(offset) - high))
    clear = (margin > 0.02 * high) & (np.abs(offset) > 0.5)
    assert (drawn == ((depth >= low) & (depth < high)))[clear].mean() > 0.995


def test_a_circle_has_its_radius_on_the_ground():
    (rings,) = zone_shapes.circles([(34.585, 47.507)], 10.0)
    lon, lat = np.array(rings[0]).T
    _, _, metres = GEOD.inv(np.full(len(lon), 34.585), np.full(len(lat), 47.507), lon, lat)
    assert np.abs(np.asarray(metres) - 10_000).max() < 15


def test_the_land_between_two_lines_does_not_depend_on_which_way_they_are_drawn():
    one = Strip.along(lon_deg=[36, 37, 38], lat_deg=[48, 48.1, 48])
    two = Strip.along(lon_deg=[36, 37, 38], lat_deg=[48.3, 48.4, 48.3])
    back = Strip.along(lon_deg=[38, 37, 36], lat_deg=[48.3, 48.4, 48.3])
    first, second = (area(zone_shapes.between_lines(one, s)) for s in (two, back))
    assert first.symmetric_difference(second).area < 1e-6
    assert first.contains(shapely.Point(37, 48.25))
    assert not first.contains(shapely.Point(37, 48.5))


def test_every_zone_of_the_agreement_is_drawn_or_named_with_the_reason(front):
    terms = read_library("minsk_2014_2015")
    made = under(front, terms)
    drawn = {z["id"].split("/")[1] for z in map_zones(made, WORDS)}
    assert {"sz30", "sz50", "sz70", "sz140", "add15", "grad"} <= drawn
    said = zones_not_drawn(made, WORDS)
    used = {c.zone for c in terms.clauses if c.zone}
    assert len(drawn) + len(said) >= len(used)
    assert any("moves" in s for s in said)
    assert any("known by name only" in s for s in said)


def test_half_of_a_total_width_lies_on_each_side(front):
    made = under(front, agreement("[{id: w, kind: total_width, distance: 30 km}]", f"[{clause('w')}]"))
    one, two = (area(z["area"]) for z in map_zones(made, WORDS))
    for offset in (14.0, -14.0, 16.0, -16.0):
        lon, lat = front.strip.locate(chainage_km=400.0, offset_km=offset)
        inside = [shape.contains(shapely.Point(lon[0], lat[0])) for shape in (one, two)]
        assert any(inside) is (abs(offset) < 15)


def test_a_zone_is_shown_on_the_days_on_which_its_clause_binds(front):
    days = list(front.period.days(front.timezone))
    start = days[2][1].start.isoformat()
    end = days[4][1].start.isoformat()
    window = f", window: {{from: '{start}', to: '{end}'}}"
    made = under(front, agreement("[{id: w, kind: offset, distance: 5 km}]", f"[{clause('w', window)}]"))
    assert {z["days"] for z in map_zones(made, WORDS)} == {(3, 4)}


def test_a_zone_follows_the_line_when_the_line_changes(front):
    (line,) = front.lines
    turn = front.period.start + timedelta(days=2)
    lon, lat = line.strip.locate(chainage_km=np.linspace(0, line.strip.length_km, 60), offset_km=8.0)
    later = dataclasses.replace(line, valid_from=turn, strip=Strip.along(lon_deg=lon, lat_deg=lat))
    terms = agreement("[{id: w, kind: offset, distance: 5 km}]", f"[{clause('w')}]")
    zones = map_zones(under(front, terms, lines=(line, later)), WORDS)
    last = len(list(front.period.days(front.timezone)))
    # the day of the change has both
    assert {z["days"] for z in zones} == {(1, 2), (3, last)} or {z["days"] for z in zones} == {(1, 3), (3, last)}


def test_polygons_circles_and_settlements_are_drawn_and_a_missing_distance_is_said(front):
    zones = """[{id: p, kind: polygon, ring: [[36, 48], [37, 48], [37, 49]]},
 {id: c, kind: circle, centre: [34.6, 47.5], distance: 1.5 km}, {id: s, kind: settlements, distance: 3 km},
 {id: n, kind: settlements}]"""
    rules = f"[{clause('p')}, {clause('c')}, {clause('s')}, {clause('n')}]"
    made = under(front, agreement(zones, rules))
    assert {z["id"] for z in map_zones(made, WORDS)} == {"drawn/p", "drawn/c", "drawn/s"}
    (said,) = zones_not_drawn(made, WORDS)
    assert "the text gives no distance" in said
