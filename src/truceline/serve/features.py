"""A released assessment as collections of features: what the interface serves.

A collection reads the assessment's own tables where they lie and holds beside them only what is not there: the order,
the verdicts, the places as they are written. Each is made when it is first asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Zone
from truceline.findings.tables import Assessment
from truceline.report.coarsen import DECIMALS, on_grid
from truceline.report.exports import drawn_paths
from truceline.report.judged import judgements
from truceline.serve.columns import Column, Rows, columns_of
from truceline.serve.shapes import Path, Paths, Points
from truceline.serve.spool import in_file, lying
from truceline.strip import Strip

Times = npt.NDArray[np.datetime64]
_CIRCLE = 48  # corners of a circle as drawn
_ADDED = ("clause", "interpretation", "verdict", "p_violation", "severity", "sector", "day")
_PLACE = ("lon_deg", "lat_deg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Features of one kind: properties by name and a shape each, empty where there is no place."""

    name: str
    id_column: str
    columns: Mapping[str, Column]
    size: int
    shape: str  # POINT | LINESTRING | POLYGON
    shapes: Points | Paths
    start: Times | None  # (n,) UTC; NaT where time does not apply; None: to all of them
    end: Times | None

    def table(self, rows: Rows) -> pd.DataFrame:
        """Return some features as a table of their properties."""
        return pd.DataFrame({name: _series(column, rows) for name, column in self.columns.items()})

    def plain(self, rows: Rows) -> list[dict[str, object]]:
        """Return the properties of some features in the types JSON has, in the order of the columns."""
        told = [column.plain(rows) for column in self.columns.values()]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*told, strict=True)]

    def find(self, item: str) -> int | None:
        """Return the row of the feature with an id, or None."""
        return self.columns[self.id_column].find(item)


class Collections(Mapping[str, Collection]):
    """The collections of an assessment by name, each made when it is first asked for.

    In a release on a grid every corner of every shape lies on it.
    """

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._made: dict[str, Collection] = {}
        self._lock = threading.RLock()
        self._makers: dict[str, Callable[[], Collection]] = {
            "incidents": self._incidents,
            "findings": self._findings,
            "sectors": lambda: self._drawn("sectors", "sector"),
            "lines": lambda: self._drawn("lines", "line_id"),
            "zones": self._zones,
        }

    def __getitem__(self, name: str) -> Collection:
        """Return one collection."""
        if name not in self._made:  # looked at before the lock is: nothing made is ever taken away
            maker = self._makers[name]
            with self._lock:
                if name not in self._made:
                    made = maker()
                    made.shapes.make_ready()
                    self._made[name] = made
        return self._made[name]

    def ready(self, name: str) -> bool:
        """Return whether a collection is made: to make one takes seconds where there are many features."""
        return name in self._made

    def __contains__(self, name: object) -> bool:
        """Return whether there is a collection of that name, without making it."""
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._makers)

    def _incidents(self) -> Collection:
        table = _numbered(self._assessment.incidents)
        order = time_order(table["time_start"], table["incident_id"])
        said = judgements(self._assessment)
        columns = columns_of(table, order, without=_PLACE)
        columns |= columns_of(in_file(pd.DataFrame({name: said[name] for name in _ADDED})), order)
        lon, lat = (table[name].to_numpy(float).round(DECIMALS) for name in _PLACE)
        if order is not None:
            lon, lat = lon[order], lat[order]
        return _collection("incidents", "incident_id", columns, "POINT", Points(lying(lon), lying(lat)))

    def _findings(self) -> Collection:
        table = _numbered(self._assessment.findings)
        incidents = self._assessment.incidents
        at = pd.Index(incidents["incident_id"]).get_indexer(table["incident_id"])
        known = at >= 0
        columns = columns_of(table)
        times = {n: incidents[n].take(at).reset_index(drop=True).where(known) for n in ("time_start", "time_end")}
        columns |= columns_of(in_file(pd.DataFrame(times)))
        lon, lat = (np.where(known, incidents[name].to_numpy(float).take(at), np.nan) for name in _PLACE)
        shapes = Points(lying(lon.round(DECIMALS)), lying(lat.round(DECIMALS)))
        return _collection("findings", "finding_id", columns, "POINT", shapes)

    def _drawn(self, name: str, id_column: str) -> Collection:
        drawn = [(path, said) for layer, path, said in drawn_paths(self._assessment) if layer == name]
        rows = pd.DataFrame([said for _, said in drawn])
        if name == "lines" and len(rows):
            rows = rows.assign(line_id=[_version_name(row) for row in rows.to_dict("records")])
        if id_column not in rows.columns:
            rows = rows.assign(**{id_column: []})
        return _collection(name, id_column, columns_of(rows), "LINESTRING", Paths([path for path, _ in drawn]))

    def _zones(self) -> Collection:
        zones = self._assessment.agreement.zones
        strip, grid_km = self._assessment.strip, self._assessment.grid_km
        shapes = Paths([on_grid(_zone_ring(zone, strip), grid_km) for zone in zones])
        return _collection("zones", "zone_id", columns_of(_zone_table(zones)), "POLYGON", shapes)


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same table, no cell of it copied, its rows numbered from nought."""
    made = table.copy(deep=False)
    made.index = pd.RangeIndex(len(table))
    return made


def time_order(times: pd.Series, ids: pd.Series) -> Rows | None:
    """Return the rows in the order of time, then id, those without a time last; None when they are in it already."""
    at = np.asarray(times.array, dtype="datetime64[ns]").view(np.int64)
    at = np.where(times.isna(), np.iinfo(np.int64).max, at)
    rank = np.zeros(len(at), np.int64)
    tied = np.flatnonzero(pd.Series(at).duplicated(keep=False))  # ids are compared only where times are equal
    rank[tied[np.argsort(ids.to_numpy(object)[tied])]] = np.arange(len(tied))
    order = np.lexsort((rank, at))
    return None if (order == np.arange(len(order))).all() else lying(order)


def _series(column: Column, rows: Rows) -> pd.Series:
    made = pd.Series(column.values(rows))
    return made.dt.tz_localize("UTC") if made.dtype.kind == "M" else made


def _version_name(row: Mapping[str, object]) -> str:
    return f"{row['line_id']}@{row['valid_from']}" if row["valid_from"] else str(row["line_id"])


def _collection(
    name: str, id_column: str, columns: Mapping[str, Column], shape: str, shapes: Points | Paths
) -> Collection:
    return Collection(
        name=name,
        id_column=id_column,
        columns=columns,
        size=len(columns[id_column]),
        shape=shape,
        shapes=shapes,
        start=_times(columns, ("time_start", "valid_from")),
        end=_times(columns, ("time_end", "valid_to")),
    )


def _times(columns: Mapping[str, Column], names: tuple[str, ...]) -> Times | None:
    for name in names:
        if name in columns:
            values = columns[name].values()
            if values.dtype.kind != "M":  # as text
                at = pd.to_datetime(pd.Series(values).replace("", None), utc=True)
                values = at.dt.tz_localize(None).to_numpy("datetime64[ns]")
            return lying(values)
    return None


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
