"""Lines of contact from GeoJSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from truceline.agreement import LineOfContact
from truceline.errors import LineError
from truceline.strip import Strip, check_line
from truceline.timespan import parse_instant

DEFAULT_SIGMA_KM = 1.0  # assumed, and said so, when a file states no error


def read_lines(path: Path, first_party: str) -> tuple[LineOfContact, ...]:
    """Return the lines of a GeoJSON file; each LineString is one version of one line."""
    where = str(path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LineError("there is no such file.", where=where, todo="Give a GeoJSON file with a LineString.") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise LineError(f"it is not GeoJSON: {error}.", where=where, todo="Give a GeoJSON LineString.") from error
    features = found.get("features", [found]) if isinstance(found, dict) else []
    lines = [_line(feature, i, path, first_party) for i, feature in enumerate(features)]
    kept = tuple(line for line in lines if line is not None)
    if not kept:
        raise LineError("it holds no LineString.", where=where, todo="Draw the line of contact as one LineString.")
    return kept


def _line(feature: Any, number: int, path: Path, first_party: str) -> LineOfContact | None:
    geometry = feature.get("geometry", feature) if isinstance(feature, dict) else {}
    if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
        return None
    where = f"{path}, feature {number + 1}"
    properties = feature.get("properties") or {}
    try:
        vertices = np.asarray([point[:2] for point in geometry["coordinates"]], dtype=float).reshape(-1, 2)
    except (TypeError, ValueError, KeyError) as error:
        raise LineError("its coordinates are not pairs of numbers.", where=where) from error
    _check(vertices, where)
    instants = {
        key: parse_instant(properties[key], where=where) if properties.get(key) else None
        for key in ("valid_from", "valid_to")
    }
    return LineOfContact(
        line_id=str(properties.get("line_id", path.stem)),
        called=str(properties.get("called", path.stem)),
        valid_from=instants["valid_from"],
        valid_to=instants["valid_to"],
        sigma_km=float(properties.get("sigma_km", DEFAULT_SIGMA_KM)),
        source=str(properties.get("source", f"{path.name}; error of {DEFAULT_SIGMA_KM} km assumed")),
        strip=Strip.along(
            lon_deg=vertices[:, 0],
            lat_deg=vertices[:, 1],
            positive_side="right" if properties.get("right") == first_party else "left",
        ),
    )


def _check(vertices: npt.NDArray[np.float64], where: str) -> None:
    """Refuse a line that cannot carry strip space, naming the file."""
    try:
        Strip.along(lon_deg=vertices[:, 0], lat_deg=vertices[:, 1])
        check_line(lon_deg=vertices[:, 0], lat_deg=vertices[:, 1])
    except LineError as error:
        raise LineError(error.what, where=where, todo=error.todo) from error
