"""Sites to be guarded: read from text, and placed against the line. Who holds a site follows from the line alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from truceline.errors import PlanError
from truceline.geodesy import GEOD
from truceline.plan.places.sheet import MARKS, Row, read_rows
from truceline.strip import Strip
from truceline.uncertainty import probability_beyond

Floats = npt.NDArray[np.float64]

KINDS = (
    "nuclear_plant",
    "nuclear_site_closed",
    "dam_hydro",
    "pumped_storage",
    "dam_destroyed",
    "seaport",
    "river_port",
    "airport",
    "city",
    "border_crossing",
    "logistics_hub",
    "sea_area",
)
ACCESS = ("host_consent", "none")
COLUMNS = (
    "site_id",
    "name",
    "kind",
    "lat",
    "lon",
    "coord_source",
    "coord_mark",
    "access",
    "capacity_low",
    "capacity_mid",
    "capacity_high",
    "capacity_unit",
    "population",
    "note",
    "source",
)
FAR_KM = 1500.0  # no site of the mission lies further from its line
SHORE_KM = 3.0  # what the land shapes may leave off a coast
HARBOUR_KM = 10.0  # a port's position may be its roads


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front:
    """The line as the plan needs it: whose side the force stands on, how sure the line is, and what prolongs it.

    `side` is +1 where the host of the force holds the strip's positive side, else -1. `beyond_start` and
    `beyond_end` are vertices, (lon, lat) in degrees, that prolong the line only to tell sides apart past its ends,
    such as out to sea; distances are always to the line itself.
    """

    strip: Strip
    side: int
    sigma_km: float
    beyond_start: Sequence[tuple[float, float]] = ()
    beyond_end: Sequence[tuple[float, float]] = ()

    def depth_km(self, *, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> Floats:
        """Return how far behind the line each point lies on the host's side, (n,); negative on the other side."""
        _, offset = self.strip.place(lon_deg=lon_deg, lat_deg=lat_deg)
        if not (self.beyond_start or self.beyond_end):
            return offset * self.side
        before, after = np.reshape(self.beyond_start, (-1, 2)), np.reshape(self.beyond_end, (-1, 2))
        longer = Strip.along(
            lon_deg=np.r_[before[:, 0], self.strip.lon_deg, after[:, 0]],
            lat_deg=np.r_[before[:, 1], self.strip.lat_deg, after[:, 1]],
            positive_side=self.strip.positive_side,
        )
        _, told = longer.place(lon_deg=lon_deg, lat_deg=lat_deg)
        return np.copysign(offset, told) * self.side


def read_sites(text: str, *, where: str = "sites.csv") -> pd.DataFrame:
    """Return the sites that CSV text states, one row each, with the `line` it stands in.

    Columns: site_id, name, kind, access, capacity_unit, coord_source, coord_mark, note, source (text); lon_deg,
    lat_deg; capacity_low, _mid, _high and population (nan where not known).

    Raises
    ------
    PlanError
        Naming the line: an unknown kind or access, a number that is missing or negative, an id given twice.
    """
    rows = read_rows(text, COLUMNS, where=where, name="site_id")
    table = pd.DataFrame([_site(row) for row in rows])
    table.attrs["where"] = where
    return table


def _site(row: Row) -> dict[str, object]:
    low, mid, high = row.ranged("capacity_")
    return {
        "line": row.line,
        "site_id": row.text("site_id"),
        "name": row.text("name"),
        "kind": row.choice("kind", KINDS),
        "lon_deg": row.number("lon", low=-180, high=180),
        "lat_deg": row.number("lat", low=-90, high=90),
        "access": row.choice("access", ACCESS),
        "capacity_low": low,
        "capacity_mid": mid,
        "capacity_high": high,
        "capacity_unit": row.cells["capacity_unit"],
        "population": row.maybe("population"),
        "coord_source": row.text("coord_source"),
        "coord_mark": row.choice("coord_mark", MARKS),
        "note": row.cells["note"],
        "source": row.text("source"),
    }


def place_sites(
    sites: pd.DataFrame,
    front: Front,
    *,
    land: shapely.Geometry | None = None,
    towns: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the sites with chainage_km, depth_km, held_by ('host' or 'other'), p_other_side and country.

    Parameters
    ----------
    sites
        as `read_sites` returns them.
    front
        The line and whose side the host is on.
    land
        land in degrees; without it no site is tested for lying in the sea.
    towns
        lon_deg, lat_deg, country: a site is in the country of the nearest; without them `country` is empty.

    Raises
    ------
    PlanError
        Naming the line of the file: a site far from everything (longitude and latitude swapped?), in the sea, or
        on the other side of the line while it claims the host's consent.
    """
    lon, lat = sites["lon_deg"].to_numpy(float), sites["lat_deg"].to_numpy(float)
    chainage, _ = front.strip.place(lon_deg=lon, lat_deg=lat)
    depth = front.depth_km(lon_deg=lon, lat_deg=lat)
    _check_near(sites, depth, front)
    if land is not None:
        _check_land(sites, land)
    beyond = (depth <= 0) & (sites["access"] != "none").to_numpy()
    if beyond.any():
        at = int(np.argmax(beyond))
        raise _wrong(
            sites,
            at,
            f"'{sites['name'].iloc[at]}' lies {-depth[at]:.1f} km beyond the line of contact, so its access cannot be "
            f"'{sites['access'].iloc[at]}'.",
            "Write access none, or correct the coordinates.",
        )
    return sites.assign(
        chainage_km=chainage,
        depth_km=depth,
        held_by=np.where(depth > 0, "host", "other"),
        p_other_side=probability_beyond(-depth, front.sigma_km),
        country="" if towns is None else nearest_country(sites, towns),
    )


def nearest_country(places: pd.DataFrame, towns: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the country of the town nearest to each place: close to the border it may be the neighbour's."""
    _, nearest = cKDTree(_on_ball(towns)).query(_on_ball(places))
    return np.asarray(towns["country"].to_numpy(object)[nearest])


def _on_ball(places: pd.DataFrame) -> Floats:
    lon, lat = np.radians(places["lon_deg"].to_numpy(float)), np.radians(places["lat_deg"].to_numpy(float))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _wrong(sites: pd.DataFrame, at: int, what: str, todo: str) -> PlanError:
    where = f"{sites.attrs.get('where', 'sites.csv')}, line {sites['line'].iloc[at]}"
    return PlanError(what, where=where, todo=todo)


def _check_near(sites: pd.DataFrame, depth: Floats, front: Front) -> None:
    far = np.abs(depth) > FAR_KM
    if not far.any():
        return
    at = int(np.argmax(far))
    lon, lat = sites["lon_deg"].iloc[at], sites["lat_deg"].iloc[at]
    turned = np.inf
    if abs(lon) <= 90:
        turned = abs(front.depth_km(lon_deg=[lat], lat_deg=[lon])[0])
    swapped = "Longitude and latitude look swapped." if turned <= FAR_KM else "Correct its coordinates."
    raise _wrong(
        sites,
        at,
        f"'{sites['name'].iloc[at]}' at longitude {lon:g}, latitude {lat:g} is {abs(depth[at]):,.0f} km from the line.",
        swapped,
    )


def _check_land(sites: pd.DataFrame, land: shapely.Geometry) -> None:
    """Raise for a site out at sea, and for a sea area on land."""
    points = shapely.points(sites["lon_deg"].to_numpy(float), sites["lat_deg"].to_numpy(float))
    shapely.prepare(land)
    ashore = shapely.covers(land, points)
    at_sea = (sites["kind"] == "sea_area").to_numpy()
    for at in np.flatnonzero(ashore == at_sea).tolist():
        if at_sea[at]:
            raise _wrong(sites, at, f"sea area '{sites['name'].iloc[at]}' lies on land.", "Correct its coordinates.")
        off = _shore_km(points[at], land)
        allowed = HARBOUR_KM if sites["kind"].iloc[at] == "seaport" else SHORE_KM
        if off > allowed:
            raise _wrong(
                sites,
                at,
                f"'{sites['name'].iloc[at]}' ({sites['kind'].iloc[at]}) lies in the sea, {off:.0f} km from land.",
                "Correct its coordinates, or call it a sea_area.",
            )


def _shore_km(point: shapely.Point, land: shapely.Geometry) -> float:
    foot = shapely.get_coordinates(shapely.shortest_line(point, land))[1]
    return float(GEOD.inv(point.x, point.y, foot[0], foot[1])[2]) / 1000
