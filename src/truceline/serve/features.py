"""A released assessment as collections of features: what the API serves and the map draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Zone
from truceline.findings.tables import Assessment
from truceline.report.coarsen import DECIMALS, on_grid
from truceline.report.exports import drawn_paths
from truceline.report.judged import judged_incidents
from truceline.strip import Strip

Path = list[list[float]]
_CIRCLE = 48  # corners of a circle as drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Features of one kind: a row of properties and a path each, empty where there is no place."""

    name: str
    id_column: str
    table: pd.DataFrame
    shape: str  # POINT | LINESTRING | POLYGON
    paths: list[Path]
    box: npt.NDArray[np.float64]  # (n, 4) west, south, east, north; nan without a place
    start: npt.NDArray[np.datetime64]  # (n,) UTC; NaT where time does not apply
    end: npt.NDArray[np.datetime64]


def collections_of(assessment: Assessment, *, grid_km: float = 0.0) -> dict[str, Collection]:
    """Return every collection, by name. With a grid every corner of every shape lies on it."""
    judged = judged_incidents(assessment)
    points = _points(judged)
    extra = ["clause", "interpretation", "verdict", "p_violation", "severity", "sector", "day"]
    incidents = judged[[*assessment.incidents.columns, *extra]].drop(columns=["lon_deg", "lat_deg"])
    places = {row: path for row, path in zip(judged["incident_id"], points, strict=True)}
    times = judged.set_index("incident_id")[["time_start", "time_end"]]
    findings = assessment.findings.join(times, on="incident_id")
    drawn = list(drawn_paths(assessment))
    made = [
        _collection("incidents", "incident_id", incidents, "POINT", points),
        _collection(
            "findings", "finding_id", findings, "POINT", [places.get(i, []) for i in assessment.findings["incident_id"]]
        ),
    ]
    for name, id_column in (("sectors", "sector"), ("lines", "line_id")):
        rows = pd.DataFrame([said for layer, _, said in drawn if layer == name])
        if name == "lines" and len(rows):
            rows = rows.assign(line_id=[_version_name(row) for row in rows.to_dict("records")])
        paths = [path for layer, path, _ in drawn if layer == name]
        made.append(_collection(name, id_column, rows, "LINESTRING", paths))
    zones = assessment.agreement.zones
    shapes = [on_grid(_zone_ring(zone, assessment.strip), grid_km) for zone in zones]
    made.append(_collection("zones", "zone_id", _zone_table(zones), "POLYGON", shapes))
    return {collection.name: collection for collection in made}


def _version_name(row: Mapping[str, object]) -> str:
    return f"{row['line_id']}@{row['valid_from']}" if row["valid_from"] else str(row["line_id"])


def _collection(name: str, id_column: str, table: pd.DataFrame, shape: str, paths: list[Path]) -> Collection:
    table = table.reset_index(drop=True)
    if id_column not in table.columns:
        table = table.assign(**{id_column: []})
    return Collection(
        name=name,
        id_column=id_column,
        table=table,
        shape=shape,
        paths=paths,
        box=_boxes(shape, paths),
        start=_times(table, ("time_start", "valid_from")),
        end=_times(table, ("time_end", "valid_to")),
    )


def _boxes(shape: str, paths: list[Path]) -> npt.NDArray[np.float64]:
    if shape == "POINT":  # a million at once
        corners = np.array([path[0] if path else (np.nan, np.nan) for path in paths]).reshape(-1, 2)
        return np.hstack([corners, corners])
    nowhere = [[np.nan, np.nan]]
    boxes = [(*np.min(p or nowhere, axis=0), *np.max(p or nowhere, axis=0)) for p in paths]
    return np.array(boxes, dtype=float).reshape(-1, 4)


def _times(table: pd.DataFrame, names: tuple[str, ...]) -> npt.NDArray[np.datetime64]:
    for name in names:
        if name in table.columns:
            at = pd.to_datetime(table[name].replace("", None), utc=True)
            return np.asarray(at.dt.tz_localize(None).to_numpy("datetime64[ns]"))
    return np.full(len(table), np.datetime64("NaT"), "datetime64[ns]")


def _points(table: pd.DataFrame) -> list[Path]:
    pairs = np.c_[table["lon_deg"], table["lat_deg"]].astype(float).round(DECIMALS)
    return [[pair] if known else [] for pair, known in zip(pairs.tolist(), np.isfinite(pairs).all(axis=1), strict=True)]


def _zone_table(zones: tuple[Zone, ...]) -> pd.DataFrame:
    columns = ("zone_id", "kind", "called", "of", "baseline", "side", "holder", "edge", "tag")
    return pd.DataFrame({name: [getattr(zone, name) for zone in zones] for name in columns}, dtype="object")


def _zone_ring(zone: Zone, strip: Strip) -> Path:
    """Return the corners of a zone that can be drawn from its own words and the line; nothing for the others."""
    if zone.kind == "polygon" and len(zone.ring) >= 3:
        return _closed([[float(lon), float(lat)] for lon, lat in zone.ring])
    km = zone.distance.km if zone.distance is not None else None
    if zone.kind == "circle" and km and zone.centre:
        angle = np.linspace(0, 2 * np.pi, _CIRCLE, endpoint=False)
        lon, lat = zone.centre
        # a plane good to a few per cent over the few kilometres of such zones
        east = km / (111.32 * np.cos(np.radians(lat))) * np.cos(angle)
        return _closed(np.c_[lon + east, lat + km / 110.57 * np.sin(angle)].round(DECIMALS).tolist())
    if zone.kind == "total_width" and km:
        there = strip.locate(chainage_km=strip.chainage_km, offset_km=km / 2)
        back = strip.locate(chainage_km=strip.chainage_km[::-1], offset_km=-km / 2)
        return _closed(np.c_[np.r_[there[0], back[0]], np.r_[there[1], back[1]]].round(DECIMALS).tolist())
    return []


def _closed(ring: Path) -> Path:
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]
