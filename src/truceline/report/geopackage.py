"""GeoPackage (OGC 12-128r15, version 1.3) from tables, in memory: a SQLite file that QGIS opens."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS

from truceline.provenance import canonical_json, plain

Path = list[list[float]]  # [[lon, lat], ...]: one pair for a point, none for no place
WGS84 = 4326
_POINT, _LINESTRING, _POLYGON = 1, 2, 3  # well-known binary codes

_CORE = """
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer: attributes, and a path in WGS84 degrees for each row, empty where there is no place."""

    name: str
    table: pd.DataFrame
    shape: str = ""  # POINT | LINESTRING | POLYGON of one ring | "" for a plain table
    paths: Sequence[Path] = ()


def geopackage(layers: Sequence[Layer], *, changed: datetime) -> bytes:
    """Return the bytes of a GeoPackage.

    `changed` is the time of change to state: not the clock's, so that the same layers give the same bytes.
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(_CORE)
        wkt = CRS.from_epsg(WGS84).to_wkt("WKT1_GDAL")
        connection.executemany(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
            [
                ("Undefined cartesian", -1, "NONE", -1, "undefined", ""),
                ("Undefined geographic", 0, "NONE", 0, "undefined", ""),
                ("WGS 84", WGS84, "EPSG", WGS84, wkt, "longitude and latitude in degrees"),
            ],
        )
        for layer in layers:
            _add_layer(connection, layer, changed.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _add_layer(connection: sqlite3.Connection, layer: Layer, changed: str) -> None:
    name, table = layer.name, layer.table
    kind, srs = ("features", WGS84) if layer.shape else ("attributes", None)
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?)",
        (name, kind, name, changed, *_box(layer.paths), srs),
    )
    columns = ["fid INTEGER PRIMARY KEY", *(f'"{column}" {_sql_type(table[column])}' for column in table.columns)]
    cells = [range(1, len(table) + 1), *(_sql_cells(table[column]) for column in table.columns)]
    if layer.shape:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (name, layer.shape, WGS84)
        )
        columns.append(f"geom {layer.shape}")
        cells.append([_geometry(path, layer.shape) for path in layer.paths])
    connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
    marks = ", ".join("?" * len(cells))
    connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', zip(*cells, strict=True))


def _box(paths: Sequence[Path]) -> tuple[float | None, ...]:
    corners = np.array([pair for path in paths for pair in path])
    return (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()) if len(corners) else (None,) * 4


def _sql_type(column: pd.Series) -> str:
    if column.dtype.kind == "f":
        return "DOUBLE"
    if column.dtype.kind in "iu":
        return "INTEGER"
    return "BOOLEAN" if column.dtype.kind == "b" else "DATETIME" if column.dtype.kind == "M" else "TEXT"


def _sql_cells(column: pd.Series) -> list[Any]:
    if column.dtype.kind == "O":
        return [_sql_cell(cell) for cell in column]
    codes, distinct = pd.factorize(column)  # each distinct number or time is turned once
    values = [*map(_sql_cell, distinct.tolist()), None]
    return [values[code] for code in codes]


def _sql_cell(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        # the one form the standard allows, milliseconds and all
        return cell.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S.") + f"{cell.microsecond // 1000:03d}Z"
    if isinstance(cell, float) and np.isinf(cell):
        return float(cell)
    found = plain(cell)
    if isinstance(found, list | dict):
        found = canonical_json(found).decode()
    return found.encode(errors="backslashreplace").decode() if isinstance(found, str) else found


def _geometry(path: Path, shape: str) -> bytes | None:
    """Return a GeoPackage geometry: header without envelope (clause 2.1.3), then little-endian well-known binary."""
    if not path:
        return None
    header = struct.pack("<2sBBi", b"GP", 0, 1, WGS84)
    pairs = np.asarray(path, dtype="<f8").tobytes()
    if shape == "POINT":
        return header + struct.pack("<BI", 1, _POINT) + pairs
    if shape == "POLYGON":
        return header + struct.pack("<BIII", 1, _POLYGON, 1, len(path)) + pairs
    return header + struct.pack("<BII", 1, _LINESTRING, len(path)) + pairs
