"""An assessment as files other programs read: GeoJSON, KML, CSV, GeoPackage and JSON. Bytes out; opens nothing.

The same assessment gives the same bytes. Coordinates are WGS84, longitude first, to five decimals (a metre: finer
than any location error here).
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from truceline.findings.tables import Assessment
from truceline.provenance import canonical_json, plain
from truceline.report.coarsen import DECIMALS, on_grid
from truceline.report.geopackage import Layer, geopackage
from truceline.strip import Strip
from truceline.timespan import iso

MOST = 20_000  # incidents in GeoJSON and KML
TABLES = (
    "incidents",
    "findings",
    "status",
    "coverage",
    "attributions",
    "clocks",
    "claims",
    "observations",
    "looks",
    "set_aside",
    "sectors",
    "places",
    "assumptions",
)
_LARGE = ("observations", "looks", "coverage")
# A spreadsheet runs a text cell that begins with one of these as a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# XML 1.0 has no form for most control characters, nor for lone surrogates
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>{name}</name>
{folders}
</Document>
</kml>
"""


def export_files(assessment: Assessment) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) for every format, the CSV tables under csv/: one at a time, for they may be large."""
    yield "incidents.geojson", render_geojson(assessment)
    yield "incidents.kml", render_kml(assessment)
    yield "assessment.gpkg", render_geopackage(assessment)
    yield "assessment.json", render_json(assessment)
    for name in TABLES:
        yield f"csv/{name}.csv", table_csv(getattr(assessment, name))


def render_geojson(assessment: Assessment) -> bytes:
    """Return one RFC 7946 FeatureCollection: lines, sectors as stretches of the line, and incidents.

    `layer` tells them apart. An incident carries its findings and attribution; one without a place has a null
    geometry. Coordinates are longitude, latitude. Of more than 20,000 incidents the most probable are given, and
    `incidents_left_out` says how many are not: a map program cannot show more, and the tables hold them all.
    """
    assessment, left_out = most_probable(assessment)
    features = [
        {"type": "Feature", "geometry": _shape(path), "properties": plain({"layer": layer, **properties})}
        for layer, path, properties in drawn_paths(assessment)
    ]
    for point, properties in _incidents(assessment):
        geometry = {"type": "Point", "coordinates": point} if point else None
        features.append(
            {
                "type": "Feature",
                "id": properties["incident_id"],
                "geometry": geometry,
                "properties": {"layer": "incidents", **properties},
            }
        )
    return canonical_json({"type": "FeatureCollection", "features": features, **_about(assessment)} | left_out)


def render_kml(assessment: Assessment) -> bytes:
    """Return KML 2.2 with a folder each for lines, sectors and incidents (as in the GeoJSON), with their times."""
    assessment, _ = most_probable(assessment)
    marks: dict[str, list[str]] = {"lines": [], "sectors": [], "incidents": []}
    for layer, path, properties in drawn_paths(assessment):
        where = " ".join(f"{lon},{lat}" for lon, lat in path)
        shape = f"<LineString><tessellate>1</tessellate><coordinates>{where}</coordinates></LineString>" if path else ""
        marks[layer].append(placemark(str(properties["called"]), shape, plain(properties)))
    for point, properties in _incidents(assessment):
        shape = f"<Point><coordinates>{point[0]},{point[1]}</coordinates></Point>" if point else ""
        name = f"{properties['act']} ({properties['state']})"
        marks["incidents"].append(placemark(name, kml_span(properties) + shape, properties))
    return kml_document(assessment.title, marks)


def kml_document(title: str, marks: Mapping[str, list[str]]) -> bytes:
    """Return KML with one folder of placemarks for each layer."""
    folders = "\n".join(
        "\n".join([f"<Folder><name>{layer}</name>", *found, "</Folder>"]) for layer, found in marks.items()
    )
    return _KML.format(name=_xml(title), folders=folders).encode()


def render_csv(assessment: Assessment) -> dict[str, bytes]:
    """Return table name -> CSV, for every table.

    UTF-8 with a byte order mark, so that a spreadsheet reads every alphabet. Text is quoted, numbers are not. A text
    that a spreadsheet would run as a formula has an apostrophe before it; numbers, also negative ones, stay numbers.
    """
    return {name: table_csv(getattr(assessment, name)) for name in TABLES}


def render_json(assessment: Assessment) -> bytes:
    """Return every conclusion, tables as lists of rows; observations, looks and coverage are in the CSV alone.

    Of more than 20,000 incidents the most probable are given with what hangs on them, as in the GeoJSON.
    """
    assessment, left_out = most_probable(assessment)
    told = (
        _about(assessment)
        | left_out
        | {
            "agreement": assessment.agreement.agreement_id,
            "credits": list(assessment.credits),
            "digests": dict(assessment.digests),
            "exposure": plain(dict(assessment.exposure)),
            "warnings": list(assessment.warnings),
        }
    )
    return canonical_json(told | {name: plain_rows(getattr(assessment, name)) for name in TABLES if name not in _LARGE})


def render_geopackage(assessment: Assessment) -> bytes:
    """Return an OGC GeoPackage: layers incidents, lines and sectors, and the tables findings and status."""
    incidents = assessment.incidents
    points = np.c_[incidents.lon_deg, incidents.lat_deg].round(DECIMALS).tolist()
    layers = [Layer(name="incidents", table=incidents, shape="POINT", paths=[_finite(point) for point in points])]
    for name in ("lines", "sectors"):
        found = [(path, properties) for layer, path, properties in drawn_paths(assessment) if layer == name]
        table = pd.DataFrame([properties for _, properties in found])
        layers.append(Layer(name=name, table=table, shape="LINESTRING", paths=[path for path, _ in found]))
    layers += [Layer(name=name, table=getattr(assessment, name)) for name in ("findings", "status")]
    return geopackage(layers, changed=assessment.now)


def _finite(point: list[float]) -> list[list[float]]:
    return [point] if all(map(math.isfinite, point)) else []


def _about(assessment: Assessment) -> dict[str, Any]:
    return {
        "mission": assessment.mission_id,
        "title": assessment.title,
        "now": iso(assessment.now),
        "period": {"start": iso(assessment.period.start), "end": iso(assessment.period.end)},
    }


def drawn_paths(assessment: Assessment) -> Iterator[tuple[str, list[list[float]], dict[str, Any]]]:
    """Yield (layer, [[lon, lat], ...], properties) of each version of each line, and of each sector.

    In a release on a grid every corner lies on it; what is then too short to be a line has no corners.
    """
    grid_km = assessment.grid_km
    for line in assessment.lines:
        yield (
            "lines",
            on_grid(_rounded(line.strip.lon_deg, line.strip.lat_deg), grid_km),
            {
                "line_id": line.line_id,
                "called": line.called,
                "valid_from": iso(line.valid_from) if line.valid_from else "",
                "valid_to": iso(line.valid_to) if line.valid_to else "",
                "sigma_km": line.sigma_km,
                "source": line.source,
            },
        )
    for row in assessment.sectors.to_dict("records"):
        yield "sectors", on_grid(_stretch(assessment.strip, float(row["from_km"]), float(row["to_km"])), grid_km), row


def _stretch(strip: Strip, from_km: float, to_km: float) -> list[list[float]]:
    """Return the part of the line between two chainages."""
    inside = strip.chainage_km[(strip.chainage_km > from_km) & (strip.chainage_km < to_km)]
    return _rounded(*strip.locate(chainage_km=np.r_[from_km, inside, to_km]))


def most_probable(assessment: Assessment, most: int = MOST) -> tuple[Assessment, dict[str, int]]:
    """Return the assessment with its most probable incidents alone, and {"incidents_left_out": number} if any are."""
    incidents = assessment.incidents
    if len(incidents) <= most:
        return assessment, {}
    order = np.lexsort((incidents["incident_id"], -incidents["p_exists"].fillna(0.0)))
    kept = incidents.iloc[np.sort(order[:most])].reset_index(drop=True)
    theirs = {
        name: table[table["incident_id"].isin(kept["incident_id"])]
        for name, table in (
            ("findings", assessment.findings),
            ("attributions", assessment.attributions),
            ("clocks", assessment.clocks),
        )
    }
    return replace(assessment, incidents=kept, **theirs), {"incidents_left_out": len(incidents) - most}


def _rounded(lon_deg: Any, lat_deg: Any) -> list[list[float]]:
    path: list[list[float]] = np.c_[lon_deg, lat_deg].round(DECIMALS).tolist()
    return path


def _incidents(assessment: Assessment) -> Iterator[tuple[list[float], dict[str, Any]]]:
    """Yield ([lon, lat] or [] when there is no place, properties with findings and attribution) of each incident."""
    findings = _by_incident(assessment.findings)
    attributions = _by_incident(assessment.attributions)
    for row in plain_rows(assessment.incidents):
        lon, lat = row.pop("lon_deg"), row.pop("lat_deg")
        row["findings"] = findings.get(row["incident_id"], [])
        row["attribution"] = next(iter(attributions.get(row["incident_id"], [])), None)
        yield [] if lon is None or lat is None else [round(lon, DECIMALS), round(lat, DECIMALS)], row


def _by_incident(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in plain_rows(table):
        found.setdefault(row.pop("incident_id"), []).append(row)
    return found


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table in the types JSON has."""
    columns = {name: _plain_column(table[name]) for name in table.columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _plain_column(column: pd.Series) -> list[Any]:
    if column.dtype.kind == "O":
        return [cell if type(cell) is str else plain(cell) for cell in column]
    codes, distinct = pd.factorize(column)  # each distinct number or time is turned once
    values = [*map(plain, distinct.tolist()), None]
    return [values[code] for code in codes]


def _shape(path: list[list[float]]) -> dict[str, Any] | None:
    return {"type": "LineString", "coordinates": path} if path else None


def table_csv(table: pd.DataFrame) -> bytes:
    """Return one table as CSV, in the manner of `render_csv`."""
    written = pd.DataFrame({name: _csv_column(table[name]) for name in table.columns}, index=table.index)
    text: str = written.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    return text.encode("utf-8-sig", errors="backslashreplace")


def _csv_column(column: pd.Series) -> pd.Series:
    if column.dtype.kind in "iufb":
        return column
    if column.dtype.kind != "M" and pd.api.types.infer_dtype(column, skipna=False) != "string":
        return pd.Series([_csv_text(cell) for cell in column], index=column.index, dtype="object")
    codes, distinct = pd.factorize(column)  # each distinct text or time is written once
    texts = np.array([*map(_csv_text, distinct), ""], dtype="object")
    return pd.Series(texts[codes], index=column.index, dtype="object")


def _csv_text(cell: Any) -> str:
    found = plain(cell)
    if not isinstance(found, str):
        found = "" if found is None else canonical_json(found).decode()
    return "'" + found if found.startswith(_FORMULA) else found


def placemark(name: str, inside: str, properties: Mapping[str, Any]) -> str:
    """Return one KML placemark; `inside` is KML, everything else is text."""
    data = "".join(
        f"<Data name={quoteattr(key)}><value>{_xml(value)}</value></Data>"
        for key, value in properties.items()
        if value not in (None, "", [])
    )
    return f"<Placemark><name>{_xml(name)}</name><ExtendedData>{data}</ExtendedData>{inside}</Placemark>"


def kml_span(properties: Mapping[str, Any]) -> str:
    """Return the KML time span of a row with time_start and time_end."""
    ends = (("begin", properties["time_start"]), ("end", properties["time_end"]))
    return "<TimeSpan>" + "".join(f"<{end}>{time}</{end}>" for end, time in ends if time) + "</TimeSpan>"


def _xml(value: Any) -> str:
    text = value if isinstance(value, str) else canonical_json(value).decode()
    return escape(_NOT_IN_XML.sub("\ufffd", text), {'"': "&quot;"})
