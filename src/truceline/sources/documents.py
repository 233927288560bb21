"""XLSX, GeoJSON, KML and KMZ to the same batches of rows as delimited text. These are read whole."""

from __future__ import annotations

import io
import json
import math
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from defusedxml import ElementTree
from shapely.geometry import shape

from truceline.errors import SourceError
from truceline.geodesy import DEGREE, metres_per_degree
from truceline.sources.rows import Batch, Score, distinct

_HEADER_ROWS = 20  # a workbook may carry a title above its table
_TEXT_LIMIT = 100_000
_KMZ_LIMIT = 200_000_000  # bytes of the KML once unpacked


def read_xlsx(path: Path, *, score: Score) -> Iterator[Batch]:
    """Yield the rows of a workbook's first sheet as text; a row's line is its row in the sheet. Formulas stay text."""
    rows: list[list[str]] = []
    lines: list[int] = []
    names: list[str] = []
    for number, row in enumerate(_guarded(lambda: _sheet_rows(path), path, "an Excel workbook"), 1):
        if not names:
            if score(row) >= 2:
                names = distinct(row)
            elif number > _HEADER_ROWS:
                break
        elif any(row):
            rows.append((row + [""] * len(names))[: len(names)])
            lines.append(number)
    if not names:
        raise SourceError(
            f"no header is recognised in the first {_HEADER_ROWS} rows of the first sheet.",
            where=path.name,
            todo="Put the table on the first sheet, or name its columns with map (theirs: ours).",
        )
    if rows:
        yield Batch(frame=pd.DataFrame(rows, columns=names, dtype=object), line=np.array(lines), path=path)


def read_geojson(path: Path) -> Iterator[Batch]:
    """Yield the features of a GeoJSON file as rows; a row's line is the feature's number.

    A line or area is its centre, with the spread of its box as location error.
    """
    yield from _records(_guarded(lambda: _features(path), path, "GeoJSON"), path)


def read_kml(path: Path) -> Iterator[Batch]:
    """Yield the placemarks of a KML file, or of the first one in a KMZ archive, as rows; a row's line is its number.

    An archive that unpacks to more than 200 MB is refused: KML is read whole.
    """
    yield from _records(_guarded(lambda: _placemarks(path), path, "KML"), path)


def _guarded(rows: Callable[[], Iterator[Any]], path: Path, kind: str) -> list[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles
            return list(rows())
    except SourceError:
        raise
    except Exception as error:  # the parsers of these formats fail in many ways on damaged files
        raise SourceError(
            f"cannot be read as {kind}: {str(error)[:200] or type(error).__name__}.",
            where=path.name,
            todo="Open it in the program that made it and save it again, or as CSV.",
        ) from error


def _sheet_rows(path: Path) -> Iterator[list[str]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):  # a workbook keeps a date alone as its midnight
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return str(value)[:_TEXT_LIMIT].strip()


def _features(path: Path) -> Iterator[dict[str, str]]:
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    features = document.get("features", [document] if document.get("type") == "Feature" else None)
    if not isinstance(features, list):
        raise SourceError("has no features.", where=path.name, todo="Give a FeatureCollection.")
    for feature in features:
        row = {str(k): _cell(v) for k, v in (feature.get("properties") or {}).items()}
        row.update(where_of(feature.get("geometry")))
        yield row


def where_of(geometry: Any) -> dict[str, str]:
    """Return lat, lon and, for what is no point, sigma_m: a box side over the square root of 12."""
    if not geometry:
        return {"lat": "", "lon": ""}
    if geometry.get("type") == "Point":
        lon, lat = (geometry.get("coordinates") or ["", ""])[:2]
        return {"lat": str(lat), "lon": str(lon)}
    drawn = shape(geometry)
    if drawn.is_empty:
        return {"lat": "", "lon": ""}
    west, south, east, north = drawn.bounds
    along, up = metres_per_degree(max(-89.0, min(89.0, drawn.centroid.y)) * DEGREE)
    spread_m = math.hypot((east - west) * along, (north - south) * up) / math.sqrt(24)
    return {"lat": str(drawn.centroid.y), "lon": str(drawn.centroid.x), "sigma_m": f"{spread_m:.0f}"}


def _placemarks(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix.lower() == ".kmz":
        with zipfile.ZipFile(path) as archive:
            tree = ElementTree.parse(io.BytesIO(archive.read(_first_kml(archive, path))))
    else:
        tree = ElementTree.parse(path)
    for mark in tree.iter():
        if _tag(mark) == "Placemark":
            yield _placemark(mark)


def _first_kml(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """Return the KML that a KMZ stands for: doc.kml, else the first (OGC KML 2.3, annex C)."""
    found = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".kml")]
    if not found:
        raise SourceError("holds no KML.", where=path.name, todo="Save it as KMZ or KML again.")
    chosen = next((entry for entry in found if entry.filename.lower() == "doc.kml"), found[0])
    if chosen.file_size > _KMZ_LIMIT:
        raise SourceError(
            f"unpacks to {chosen.file_size / 1e6:,.0f} MB.", where=path.name, todo="Save its places as CSV."
        )
    return chosen


_KML_TEXT = {
    "name": "name",
    "description": "description",
    "when": "time_start",
    "begin": "time_start",
    "end": "time_end",
}


def _placemark(mark: Any) -> dict[str, str]:
    row = {"lat": "", "lon": ""}
    points: list[tuple[float, float]] = []
    for part in mark.iter():
        tag, text = _tag(part), (part.text or "").strip()
        if tag in _KML_TEXT:
            row.setdefault(_KML_TEXT[tag], text)
        elif tag == "SimpleData":
            row[part.get("name", "")] = text
        elif tag == "Data":
            value = next((child for child in part if _tag(child) == "value"), None)
            row[part.get("name", "")] = ((value.text if value is not None else "") or "").strip()
        elif tag == "coordinates":
            points += [(float(p.split(",")[0]), float(p.split(",")[1])) for p in text.split()]
    if len(points) == 1:
        row |= {"lon": str(points[0][0]), "lat": str(points[0][1])}
    elif points:
        row |= where_of({"type": "MultiPoint", "coordinates": points})
    return row


def _tag(part: Any) -> str:
    return str(part.tag).rsplit("}", 1)[-1]


def _records(rows: list[dict[str, str]], path: Path) -> Iterator[Batch]:
    if rows:
        frame = pd.DataFrame(rows, dtype=object)
        frame = frame.where(frame.notna(), "")
        yield Batch(frame=frame, line=np.arange(1, len(rows) + 1), path=path)
