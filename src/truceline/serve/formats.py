"""A page of features in each format the interface speaks. The same features give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from truceline.errors import UnknownNameError
from truceline.report.exports import kml_document, kml_span, placemark, table_csv
from truceline.report.geopackage import Layer, geopackage
from truceline.serve.columns import Rows
from truceline.serve.door import View
from truceline.serve.features import Collection
from truceline.serve.replies import plain_json
from truceline.serve.shapes import Path

MEDIA = {
    "json": "application/geo+json",
    "html": "text/html",
    "csv": "text/csv",
    "kml": "application/vnd.google-earth.kml+xml",
    "gpkg": "application/geopackage+sqlite3",
}
PLAIN_JSON = "application/json"
KML_SHAPE = {
    "POINT": "<Point><coordinates>{}</coordinates></Point>",
    "LINESTRING": "<LineString><tessellate>1</tessellate><coordinates>{}</coordinates></LineString>",
    "POLYGON": "<Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs>"
    "</Polygon>",
}


def chosen_format(asked: str | None, accept: str, offered: Sequence[str] = tuple(MEDIA)) -> str:
    """Return the format a request wants: by its parameter `f`, else by its Accept header, else JSON.

    Raises
    ------
    UnknownNameError
        If `f` names none of those offered.
    """
    if asked is not None:
        if asked not in offered:
            raise UnknownNameError("format", asked, offered)
        return asked
    wanted = []
    for place, part in enumerate(accept.split(",")):
        name, *parameters = [piece.strip() for piece in part.split(";")]
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        wanted.append((-float(weight) if weight.replace(".", "", 1).isdigit() else 0.0, place, name))
    media = {MEDIA[name]: name for name in offered} | {PLAIN_JSON: "json"}
    return next((media[name] for _, _, name in sorted(wanted) if name in media), "json")


def feature(collection: Collection, row: int) -> dict[str, Any]:
    """Return one feature as RFC 7946 has it."""
    return features(collection, np.array([row]))[0]


def features(collection: Collection, rows: Rows) -> list[dict[str, Any]]:
    """Return features as RFC 7946 has them, in the types JSON has."""
    return [
        {
            "type": "Feature",
            "id": said[collection.id_column],
            "geometry": _geometry(collection.shape, collection.shapes.path(row)),
            "properties": said,
        }
        for row, said in zip(rows.tolist(), collection.plain(rows), strict=True)
    ]


def render_rows(collection: Collection, rows: Rows, form: str, view: View, about: Mapping[str, Any]) -> bytes:
    """Return rows of a collection in JSON, CSV, KML or GeoPackage; `about` goes into the JSON."""
    if form == "csv":
        return table_csv(_with_place(collection, rows))
    if form == "kml":
        return kml_document(view.assessment.title, {collection.name: list(map(_mark, *_told(collection, rows)))})
    if form == "gpkg":
        layer = Layer(
            name=collection.name,
            table=collection.table(rows),
            shape=collection.shape,
            paths=[collection.shapes.path(row) for row in rows.tolist()],
        )
        return geopackage([layer], changed=view.now.replace(minute=0, second=0, microsecond=0))
    return plain_json({"type": "FeatureCollection", **about, "features": features(collection, rows)})


def _geometry(shape: str, path: Path) -> dict[str, Any] | None:
    if not path:
        return None
    if shape == "POINT":
        return {"type": "Point", "coordinates": path[0]}
    if shape == "POLYGON":
        return {"type": "Polygon", "coordinates": [path]}
    return {"type": "LineString", "coordinates": path}


def _with_place(collection: Collection, rows: Rows) -> Any:
    """Return the rows as a table: a point's place in columns, other shapes as well-known text."""
    table = collection.table(rows)
    paths = [collection.shapes.path(row) for row in rows.tolist()]
    if collection.shape == "POINT":
        pairs = np.array([path[0] if path else (np.nan, np.nan) for path in paths]).reshape(-1, 2)
        return table.assign(lon_deg=pairs[:, 0], lat_deg=pairs[:, 1])
    form = "LINESTRING ({})" if collection.shape == "LINESTRING" else "POLYGON (({}))"
    return table.assign(wkt=[form.format(", ".join(f"{x} {y}" for x, y in path)) if path else "" for path in paths])


def _told(collection: Collection, rows: Rows) -> tuple[list[str], list[dict[str, Any]], list[str]]:
    said = collection.plain(rows)
    shapes = []
    for row in rows.tolist():
        corners = " ".join(f"{x},{y}" for x, y in collection.shapes.path(row))
        shapes.append(KML_SHAPE[collection.shape].format(corners) if corners else "")
    return [str(row[collection.id_column]) for row in said], said, shapes


def _mark(name: str, said: dict[str, Any], shape: str) -> str:
    return placemark(name, (kml_span(said) if "time_start" in said else "") + shape, said)
