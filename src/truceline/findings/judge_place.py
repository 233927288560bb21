"""Where a sighting stands in a zone: signed distance to the limit, its error, and the chance of being inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from truceline.agreement.lines import LineOfContact
from truceline.agreement.quantities import UNITS_KM
from truceline.agreement.terms import Agreement, Clause, Zone
from truceline.findings.judge_opposing import OPPOSING, nearest_opposing
from truceline.findings.judge_rows import ALWAYS, NO, OPEN, YES, Bools, Floats, Rows
from truceline.findings.judge_scope import zones_named
from truceline.findings.judge_time import ns
from truceline.geodesy import DEGREE, GEOD, metres_per_degree
from truceline.uncertainty import probability_beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Each row against one zone. `outside` is km to the limit, positive outside; nan where not measured."""

    outside: Floats
    sigma_km: Floats
    sigma_said_m: Floats  # as the sighting states it, nan where it does not
    inside: Floats  # truth; open where nothing says
    why_open: str
    edge_inside: bool
    unit: str

    @property
    def probability(self) -> Floats:
        """Chance of being inside, under the location error."""
        p = probability_beyond(-self.outside, self.sigma_km)
        if self.edge_inside:
            p = np.where((self.outside == 0) & (self.sigma_km == 0), 1.0, p)
        return np.where(
            np.isnan(self.outside), np.where(self.inside == YES, 1.0, np.where(self.inside == NO, 0.0, np.nan)), p
        )


class Ground:
    """The lines and the sightings' places; distances are worked out once per line."""

    def __init__(self, rows: Rows, lines: tuple[LineOfContact, ...]) -> None:
        self.rows, self.lines = rows, lines
        self.sigma_km = rows.number("sigma_m", missing=0.0) / 1000
        self._offsets: dict[str, tuple[Floats, Floats]] = {}
        self._whole: Ground | None = None
        self._index = np.arange(0)

    def only(self, rows: Rows, index: npt.NDArray[np.intp]) -> Ground:
        """Return the ground of some of the rows."""
        part = Ground(rows, self.lines)
        part._whole, part._index = self, index
        return part

    @property
    def everything(self) -> Rows:
        """All rows of the run, of which these may be a part."""
        return self._whole.everything if self._whole is not None else self.rows

    def offset(self, line_id: str) -> tuple[Floats, Floats]:
        """Return (offset in km, positive on the first party's side; one-sigma error in km) from a line."""
        if self._whole is not None:
            offset, error = self._whole.offset(line_id)
            return offset[self._index], error[self._index]
        if line_id not in self._offsets:
            placed, sigma = self._placed(line_id)
            stated = self.rows.number(f"offset_km@{line_id}")
            general = self.rows.number("offset_km")
            # a distance stated for this very line wins; then one measured on it; then the general column
            offset = np.where(np.isnan(stated), np.where(np.isnan(placed), general, placed), stated)
            self._offsets[line_id] = offset, np.hypot(self.sigma_km, sigma)
        return self._offsets[line_id]

    def _placed(self, line_id: str) -> tuple[Floats, Floats]:
        offset, sigma = np.full(self.rows.length, np.nan), np.zeros(self.rows.length)
        known = {line.line_id for line in self.lines}
        if not known or (line_id not in known and len(known) > 1):
            return offset, sigma
        # one line alone stands for every baseline: there is nothing else to measure from
        versions = [v for v in self.lines if v.line_id == line_id or line_id not in known]
        versions.sort(key=lambda v: ALWAYS if v.valid_from is None else ns(v.valid_from))
        lon, lat = self.rows.number("lon"), self.rows.number("lat")
        for version in versions:  # a later start overrides an earlier one, as line_at does
            valid = np.ones(self.rows.length, bool)
            if version.valid_from is not None:
                valid &= self.rows.time_ns >= ns(version.valid_from)
            if version.valid_to is not None:
                valid &= self.rows.time_ns < ns(version.valid_to)
            if valid.any():
                sigma[valid] = version.sigma_km
                offset[valid] = version.strip.place(lon_deg=lon[valid], lat_deg=lat[valid])[1]
        return offset, sigma

    def distance_to(self, zone: Zone) -> Floats:
        """Return km to the object or centre of a zone: measured from the centre, else as the sighting states."""
        stated = np.full(self.rows.length, np.nan)
        for name in (f"distance_km@{zone.zone_id}", f"distance_km@{zone.of}", "distance_km"):
            stated = np.where(np.isnan(stated), self.rows.number(name), stated)
        if len(zone.centre) == 2:
            lon, lat = self.rows.number("lon"), self.rows.number("lat")
            centre = np.full(self.rows.length, zone.centre[0]), np.full(self.rows.length, zone.centre[1])
            _, _, metres = GEOD.inv(lon, lat, *centre)
            stated = np.where(np.isnan(stated), np.asarray(metres) / 1000, stated)
        return stated


def baseline_of(party: str, zone: Zone, clause: Clause, agreement: Agreement) -> str:
    """Return the line a party is measured from: the zone's, the clause's, the document's, the agreement's, or ''."""
    document = next((d for d in agreement.documents if d.document_id == clause.document), None)
    return (
        zone.baseline
        or clause.baseline_for.get(party, "")
        or (document.baseline_for.get(party, "") if document else "")
        or agreement.baseline_for.get(party, "")
    )


def place(ground: Ground, zone: Zone, clause: Clause, agreement: Agreement) -> Place:
    """Return where each row stands in the zone of a clause."""
    outside, sigma, why = _measure(ground, zone, clause, agreement)
    named = zones_named(ground.rows, (zone.zone_id,))
    elsewhere = (ground.rows.text("zone") != "") & ~named
    edge_inside = zone.edge == "inside"
    by_distance = outside <= 0 if edge_inside else outside < 0
    inside = np.where(np.isnan(outside), OPEN, by_distance.astype(float))
    # a sighting that names its zones is believed where nothing was measured
    inside = np.where(np.isnan(outside) & named, YES, np.where(np.isnan(outside) & elsewhere, NO, inside))
    if zone.kind == "everywhere":
        inside = np.full(ground.rows.length, YES)
    if zone.below_m is not None or zone.above_m is not None:
        inside = np.minimum(inside, _altitude_truth(ground.rows, zone))
    if zone.excluded:
        inside = np.where(zones_named(ground.rows, zone.excluded), NO, inside)
        outside = np.where(zones_named(ground.rows, zone.excluded), np.nan, outside)
    unit = next((d.unit for d in (zone.distance, zone.end, zone.start) if d), "km")
    return Place(
        outside=outside,
        sigma_km=sigma,
        sigma_said_m=ground.rows.number("sigma_m"),
        inside=inside,
        why_open=why,
        edge_inside=edge_inside,
        unit=unit.replace("miles", "mi").replace("mile", "mi"),
    )


def _altitude_truth(rows: Rows, zone: Zone) -> Floats:
    altitude = rows.number("altitude_m")
    inside = np.ones(rows.length, bool)
    if zone.below_m is not None:
        inside &= altitude < zone.below_m
    if zone.above_m is not None:
        inside &= altitude >= zone.above_m
    return np.where(np.isnan(altitude), OPEN, inside.astype(float))


def _measure(ground: Ground, zone: Zone, clause: Clause, agreement: Agreement) -> tuple[Floats, Floats, str]:
    nothing = np.full(ground.rows.length, np.nan)
    if zone.kind in ("named", "everywhere"):
        return nothing, ground.sigma_km, f"nothing says whether it lies in '{zone.zone_id}'"
    if zone.kind == "polygon":
        return _from_ring(ground, zone), ground.sigma_km, f"no place is given to compare with '{zone.zone_id}'"
    if zone.kind in ("circle", "settlements", "moving", "route"):
        if zone.distance is None:
            return nothing, ground.sigma_km, "UNDEFINED_DISTANCE: the text gives no distance"
        to = zone.of or "its centre"
        away, sigma = ground.distance_to(zone), ground.sigma_km
        if zone.of == OPPOSING:
            away, sigma = _to_opposing(ground, away, clause)
        return away - zone.distance.km, sigma, f"no distance to {to} is given"
    return _from_lines(ground, zone, clause, agreement)


def _to_opposing(ground: Ground, stated: Floats, clause: Clause) -> tuple[Floats, Floats]:
    """Return the stated distances to the other side's pieces, with those not stated worked out from their sightings."""
    open_ = np.isnan(stated)
    if not open_.any():
        return stated, ground.sigma_km
    away, error = nearest_opposing(ground.rows, ground.everything, clause)
    seen = open_ & np.isfinite(away)
    return np.where(seen, away, stated), np.where(seen, np.hypot(ground.sigma_km, error), ground.sigma_km)


def _from_lines(ground: Ground, zone: Zone, clause: Clause, agreement: Agreement) -> tuple[Floats, Floats, str]:
    """Return the distance outside a zone that is measured from the parties' lines."""
    why = "there is neither a line nor a stated offset to measure from"
    if zone.kind in ("offset", "total_width") and zone.distance is None:
        return np.full(ground.rows.length, np.nan), ground.sigma_km, "UNDEFINED_DISTANCE: the text gives no distance"
    parties = agreement.party_ids
    depths, sigmas = [], []
    for i, party in enumerate(parties[:2]):
        offset, sigma = ground.offset(baseline_of(party, zone, clause, agreement))
        depths.append(offset if i == 0 else -offset)
        sigmas.append(sigma)
    beyond = [_beyond(depth, zone, i) for i, depth in enumerate(depths)]
    # a place, whoever is there: outside it when outside either party's share
    anywhere, worst = np.maximum.reduce(beyond), np.maximum.reduce(sigmas)
    if zone.kind in ("side", "between") or (
        clause.kind != "prohibit_presence" and zone.kind not in ("band", "forward")
    ):
        return anywhere, worst, why
    outside, sigma = np.full(ground.rows.length, np.nan), ground.sigma_km.copy()
    whose = ground.rows.parties()
    for i, name in enumerate(parties[:2]):
        mine = whose == name
        outside[mine], sigma[mine] = beyond[i][mine], sigmas[i][mine]
    third = (whose != "") & ~ground.rows.one_of("party", parties[:2])
    outside[third], sigma[third] = anywhere[third], worst[third]
    return (
        _whoever(outside, sigma, whose == "", beyond, sigmas),
        sigma,
        (why if np.isnan(beyond[0]).all() else "whose it is decides, and that is not known"),
    )


def _whoever(outside: Floats, sigma: Floats, unknown: Bools, beyond: list[Floats], sigmas: list[Floats]) -> Floats:
    """Return the distances with unknown parties filled in where every party would be judged the same."""
    low, high = np.minimum.reduce(beyond), np.maximum.reduce(beyond)
    same = unknown & (((low >= 0) & (high >= 0)) | ((low < 0) & (high < 0)))
    outside[same] = np.where(low < 0, high, low)[same]
    sigma[same] = np.maximum.reduce(sigmas)[same]
    return outside


def _beyond(depth: Floats, zone: Zone, party: int) -> Floats:
    """Return km outside the zone for a depth behind the own line; `party` 0 is on the positive side."""
    if zone.kind in ("between", "forward"):
        return depth
    if zone.kind == "side":
        offset = depth if party == 0 else -depth
        return -offset if zone.side == "positive" else offset
    if zone.kind == "band":
        start, end = (zone.start.km if zone.start else 0.0), (zone.end.km if zone.end else np.inf)
        # the two limits are km apart, so the nearer one decides
        return np.maximum(start - depth, depth - end)
    assert zone.distance is not None
    return depth - (zone.distance.km / 2 if zone.kind == "total_width" else zone.distance.km)


def _from_ring(ground: Ground, zone: Zone) -> Floats:
    """Return km outside a ring of longitude, latitude, on a plane true at the ring's middle."""
    lon, lat = ground.rows.number("lon"), ground.rows.number("lat")
    if len(zone.ring) < 3:
        return np.full(ground.rows.length, np.nan)
    ring = np.array(zone.ring, float)
    kx, ky = metres_per_degree(float(ring[:, 1].mean()) * DEGREE)
    scale = np.array([kx, ky]) / 1000
    area = shapely.Polygon(ring * scale)
    known = np.isfinite(lon) & np.isfinite(lat)
    points = shapely.points(np.c_[lon, lat][known] * scale)
    away = shapely.distance(area.exterior, points)
    outside = np.full(ground.rows.length, np.nan)
    outside[known] = np.where(shapely.contains(area, points), -away, away)
    return outside


def in_unit(km: Floats, unit: str) -> Floats:
    """Return kilometres in a unit of length."""
    return km / UNITS_KM[unit]
