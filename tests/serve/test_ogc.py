"""OGC API - Features, part 1 (OGC 17-069r4): each test names the requirement it follows."""

import io
import json
import sqlite3
from datetime import timedelta

import pandas as pd
import pyogrio
import pytest
from exports_fixture import assessment
from rooms import client_of, make_house
from routes import COLLECTIONS
from sample import front

from truceline.serve import ogc
from truceline.serve.formats import MEDIA
from truceline.timespan import iso


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    house = make_house(tmp_path_factory.mktemp("ogc") / "room.sqlite", front())
    with client_of(house, "helen") as made:
        yield made
    house.close()


def items(client, name="incidents", **asked):
    reply = client.get(f"/api/collections/{name}/items", params=asked)
    assert reply.status_code == 200, reply.text
    return reply.json()


def read_package(content, folder):
    (folder / "read.gpkg").write_bytes(content)
    return pyogrio.read_dataframe(folder / "read.gpkg")


def everything(client, name="incidents"):
    return items(client, name, limit=10_000)["features"]


def relations(links):
    return {link["rel"] for link in links}


def test_the_landing_page_leads_to_its_parts(client):  # /req/core/root-success
    told = client.get("/api").json()
    assert {"service-desc", "service-doc", "conformance", "data", "self"} <= relations(told["links"])
    for link in told["links"]:
        reply = client.get(link["href"])
        assert reply.status_code == 200, link
        assert reply.headers["content-type"].partition(";")[0] == link["type"].partition(";")[0], link


def test_conformance_names_only_what_is_tested_here(client):  # /req/core/conformance-success
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
    assert client.get("/api/conformance").json()["conformsTo"] == [f"{base}/{c}" for c in ("core", "geojson", "html")]


def test_the_description_of_the_interface_lists_every_path(client):  # /req/core/api-definition-success
    told = client.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.")
    assert "/api/collections/{name}/items" in told["paths"]


def test_every_collection_is_listed_with_links_to_its_items(client):  # /req/core/md-items, sfc-md-op
    told = client.get("/api/collections").json()
    assert [c["id"] for c in told["collections"]] == list(COLLECTIONS)
    for one in told["collections"]:
        assert one["itemType"] == "feature"
        assert {link["type"] for link in one["links"] if link["rel"] == "items"} == set(MEDIA.values())
        again = client.get(f"/api/collections/{one['id']}").json()
        assert again == one


@pytest.mark.parametrize("name", COLLECTIONS)
def test_features_are_geojson_with_ids_that_lead_back(client, name):  # /req/geojson/content, /req/core/f-success
    told = items(client, name, limit=3)
    assert told["type"] == "FeatureCollection"
    assert told["numberReturned"] == len(told["features"]) <= 3
    for one in told["features"]:
        assert one["type"] == "Feature"
        again = client.get(f"/api/collections/{name}/items/{one['id']}".replace("|", "%7C")).json()
        assert {key: again[key] for key in one} == one
        assert {"self", "alternate", "collection"} <= relations(again["links"])


def test_an_unknown_collection_feature_or_format_is_not_found(client):  # /req/core/f-op
    for path in ("/api/collections/incedents/items", "/api/collections/incidents/items/none"):
        assert client.get(path).status_code == 404
    assert "Did you mean 'incidents'" in client.get("/api/collections/incedents").json()["description"]


def test_an_unknown_parameter_is_refused(client):  # /req/core/query-param-unknown
    reply = client.get("/api/collections/incidents/items", params={"verdct": "violation"})
    assert reply.status_code == 400
    assert "Did you mean 'verdict'" in reply.json()["description"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", "1,2,3"),
        ("bbox", "a,b,c,d"),
        ("bbox", "1,5,2,4"),
        ("bbox", "nan,0,1,1"),
        ("datetime", "yesterday"),
        ("datetime", "../.."),
        ("datetime", "2026-04-12T00:00:00Z/2026-04-11T00:00:00Z"),
        ("datetime", "2026-04-12T00:00:00"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "many"),
        ("offset", "-1"),
        ("p_exists", "high"),
        ("bbox-crs", "http://www.opengis.net/def/crs/EPSG/0/3857"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(client, name, value):  # /req/core/query-param-invalid
    reply = client.get("/api/collections/incidents/items", params={name: value})
    assert reply.status_code == 400
    assert value in reply.json()["description"]


def test_a_box_keeps_what_lies_in_it_and_nothing_else(client):  # /req/core/fc-bbox-response
    west, south, east, north = 36.0, 47.5, 37.0, 48.3
    inside = {
        f["id"]
        for f in everything(client)
        if f["geometry"]
        and west <= f["geometry"]["coordinates"][0] <= east
        and south <= f["geometry"]["coordinates"][1] <= north
    }
    assert inside
    assert {f["id"] for f in items(client, bbox=f"{west},{south},{east},{north}", limit=10_000)["features"]} == inside
    # /req/core/fc-bbox-definition: six numbers are a box with heights
    assert {
        f["id"] for f in items(client, bbox=f"{west},{south},-9,{east},{north},9", limit=10_000)["features"]
    } == inside


def test_a_box_over_the_date_line_is_one_box(client):
    assert items(client, bbox="170,40,40,60")["numberMatched"] == items(client, bbox="-180,40,40,60")["numberMatched"]
    assert items(client, bbox="170,40,-170,60")["numberMatched"] == 0


def test_a_time_keeps_what_overlaps_it(client):  # /req/core/fc-time-response
    start, end = pd.Timestamp("2026-04-11T00:00Z"), pd.Timestamp("2026-04-11T12:00Z")

    def overlaps(f):
        told = f["properties"]
        first, last = (pd.Timestamp(told[k]) if told[k] else None for k in ("time_start", "time_end"))
        return not ((first is not None and first > end) or (last is not None and last < start))

    expected = {f["id"] for f in everything(client) if overlaps(f)}
    said = f"{iso(start)}/{iso(end)}"
    assert {f["id"] for f in items(client, datetime=said, limit=10_000)["features"]} == expected
    before = items(client, datetime=f"../{iso(end)}")["numberMatched"]
    assert before > len(expected) > 0
    assert items(client, datetime=f"{iso(end + timedelta(days=60))}/..")["numberMatched"] < len(expected)


def test_a_property_filters(client):  # /rec/core/fc-filters
    for name, value in (("act", "heat"), ("verdict", "violation"), ("sector", "s2"), ("origins", "1")):
        expected = {f["id"] for f in everything(client) if str(f["properties"][name]) == value}
        assert {f["id"] for f in items(client, limit=10_000, **{name: value})["features"]} == expected
    assert items(client, verdict="none of these")["numberMatched"] == 0


def test_pages_hold_every_feature_once(client):  # /req/core/fc-links
    seen, url, pages = [], "http://127.0.0.1/api/collections/incidents/items?limit=70", 0
    while url:
        told = client.get(url).json()
        seen += [f["id"] for f in told["features"]]
        url = next((link["href"] for link in told["links"] if link["rel"] == "next"), None)
        pages += 1
    assert pages == -(-len(everything(client)) // 70)
    assert seen == [f["id"] for f in everything(client)]


def test_a_limit_above_the_most_gives_the_most(client):  # /req/core/fc-limit-response-1
    assert items(client, limit=1_000_000)["numberReturned"] == len(everything(client))


@pytest.mark.parametrize("form", sorted(MEDIA))
def test_the_format_can_be_asked_for_either_way(client, form):
    path = "/api/collections/sectors/items"
    by_name = client.get(path, params={"f": form})
    by_type = client.get(path, headers={"accept": f"text/nothing, {MEDIA[form]};q=0.9, */*;q=0.1"})
    assert by_name.headers["content-type"].startswith(MEDIA[form])
    assert by_type.headers["content-type"].startswith(MEDIA[form])


def test_every_format_holds_the_same_features(client):
    ids = [f["id"] for f in items(client, limit=50)["features"]]
    path = "/api/collections/incidents/items?limit=50&f="
    assert pd.read_csv(io.BytesIO(client.get(path + "csv").content))["incident_id"].tolist() == ids
    marks = client.get(path + "kml").text
    assert [name for name in ids if f"<name>{name}</name>" in marks] == ids
    package = sqlite3.connect(":memory:")
    package.deserialize(client.get(path + "gpkg").content)
    assert [row[0] for row in package.execute("select incident_id from incidents order by fid")] == ids
    package.close()
    shown = client.get(path + "html").text
    assert all(name in shown for name in ids)  # /req/html/content


@pytest.mark.parametrize("name", COLLECTIONS)
def test_gdal_reads_what_is_served_as_qgis_would(client, name, tmp_path):
    # GDAL is what QGIS reads files with: an authority on whether GeoJSON and GeoPackage are well formed
    url = f"/api/collections/{name}/items?limit=1000&f="
    as_json = pyogrio.read_dataframe(io.BytesIO(client.get(url + "json").content))
    as_package = read_package(client.get(url + "gpkg").content, tmp_path)
    assert len(as_json) == len(as_package) == items(client, name, limit=1000)["numberMatched"]
    if len(as_json) and name != "zones":
        assert (as_json.geometry.geom_equals_exact(as_package.geometry, 1e-9) | as_json.geometry.isna()).all()


def test_zones_that_the_text_places_have_a_shape(tmp_path):
    from dataclasses import replace

    from truceline.agreement.quantities import read_distance
    from truceline.agreement.terms import Zone

    whole = assessment()
    zones = (
        Zone(zone_id="circle", kind="circle", centre=(36.5, 47.6), distance=read_distance("10 km")),
        Zone(zone_id="ring", kind="polygon", ring=((36.0, 47.5), (36.5, 47.5), (36.5, 47.8))),
        Zone(zone_id="strip", kind="total_width", distance=read_distance("30 km")),
        Zone(zone_id="towns", kind="settlements"),
    )
    whole = replace(whole, agreement=replace(whole.agreement, zones=zones))
    house = make_house(tmp_path / "room.sqlite", whole)
    for login in ("helen", "vera"):
        with client_of(house, login) as client:
            shapes = {f["id"]: f["geometry"] for f in items(client, "zones")["features"]}
            table = read_package(client.get("/api/collections/zones/items?f=gpkg").content, tmp_path)
        assert shapes["towns"] is None
        for name in ("circle", "ring", "strip"):
            ring = shapes[name]["coordinates"][0]
            assert ring[0] == ring[-1]
        # a circle of 10 km: pi r^2 = 314 km2, of a 48-gon 0.3 % less; and a kilometre of grid for the public
        area = table.set_crs(4326, allow_override=True).to_crs(32637).area / 1e6
        circle = float(area[table.zone_id == "circle"].iloc[0])
        assert abs(circle - 314) < (5 if login == "helen" else 50)
    house.close()


def test_the_same_request_gives_the_same_bytes(client):
    for form in MEDIA:
        path = f"/api/collections/findings/items?limit=20&f={form}"
        assert client.get(path).content == client.get(path).content


def test_json_is_canonical(client):
    raw = client.get("/api/mission").content
    assert raw == json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "asked", ["", "?limit=3", "?limit=2&offset=1", "?bbox=30,40,40,50", "?limit=0", "?limit=²", "?x=1"]
)
def test_a_page_is_the_same_whether_a_thread_tells_it_or_not(client, monkeypatch, asked):
    said = []
    for most in (ogc._AT_ONCE, -1):
        monkeypatch.setattr(ogc, "_AT_ONCE", most)
        said += [client.get(f"/api/collections/incidents/items{asked}") for _ in range(2)]
    assert len({(reply.status_code, reply.content) for reply in said}) == 1
