"""The agreement's zones for the map: which are in force when, where they lie, and which cannot be drawn and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from truceline.agreement import Agreement, LineOfContact
from truceline.agreement.readings import variants
from truceline.agreement.terms import Clause, Zone
from truceline.findings.judge_place import baseline_of
from truceline.findings.judge_time import ns, span_of
from truceline.findings.tables import Assessment
from truceline.report import zone_shapes
from truceline.report.words import Words, number, shorten
from truceline.report.zone_shapes import Rings

Days = tuple[int, int]  # the first and the last day of the period, numbered from 1
Part = tuple[str, list[Rings], Days, list[float]]  # whose, the land, when, and a spot on its edge

BESIDE = ("offset", "total_width", "band")
CLAUSES_TOLD = 4
# kinds that have no bounds of their own to draw
UNDRAWN = {"named": "named", "moving": "moving", "route": "moving", "forward": "unbounded", "side": "unbounded"}


@dataclass(slots=True)
class _Use:
    """A zone, the clauses that name it under any reading, and the days on which one of them may bind."""

    zone: Zone
    agreement: Agreement
    clauses: dict[str, Clause] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Id of the zone among all agreements."""
        return f"{self.agreement.agreement_id}/{self.zone.zone_id}"


def map_zones(assessment: Assessment, words: Words) -> list[dict[str, object]]:
    """Return each drawn part of each zone in force in the period: name, what is said of it, rings and days.

    A zone beside a line is drawn once for each party and each version of the line it is measured from, with the days
    on which that version was valid: the day slider shows what held that day. The largest come first.
    """
    made = []
    uses = _in_force(assessment)
    for k, use in enumerate(uses):
        share = 0.1 + 0.75 * k / max(1, len(uses))  # names spread along the edges, so that few meet
        for party, shape, days, edge in _shapes(use, assessment, share):
            made.append(
                {
                    "id": use.name,
                    "name": shorten(_called(use.zone, words), 60),
                    "label": _label(use.zone, words),
                    "said": [party, *_said(use, assessment, words)] if party else _said(use, assessment, words),
                    "area": shape,
                    "at": edge,
                    "days": days,
                    "size": _size_km(use.zone),
                }
            )
    return sorted(made, key=lambda zone: (-float(str(zone["size"])), str(zone["id"])))


def _said(use: _Use, assessment: Assessment, words: Words) -> list[str]:
    """Return the clauses that name a zone, how well its distance is known, and of several agreements which."""
    said = [_clause(clause) for clause in list(use.clauses.values())[:CLAUSES_TOLD]]
    if len(use.clauses) > CLAUSES_TOLD:
        said.append(words("rules.more", count=len(use.clauses) - CLAUSES_TOLD).strip())
    if use.zone.tag != "checked":
        said.append(words(f"zones.{use.zone.tag}"))
    return said + [shorten(use.agreement.title, 100)] * bool(assessment.also)


def zones_not_drawn(assessment: Assessment, words: Words) -> tuple[str, ...]:
    """Return one sentence for each zone in force that is not on the map, with the reason."""
    drawn = {zone["id"] for zone in map_zones(assessment, words)}
    return tuple(
        words(f"zones.not_drawn.{_why(use.zone)}", zone=shorten(_called(use.zone, words), 80))
        for use in _in_force(assessment)
        if use.name not in drawn
    )


def _in_force(assessment: Assessment) -> list[_Use]:
    """Return the zones that a clause names and that may be in force on some day, in the agreement's order."""
    uses: dict[tuple[str, str], _Use] = {}
    days = [span for _, span in assessment.period.days(assessment.timezone)]
    for agreement in (assessment.agreement, *assessment.also):
        zones = {zone.zone_id: zone for zone in agreement.zones if zone.kind != "everywhere"}
        for variant in variants(agreement):
            zone = zones.get(variant.clause.zone)
            if zone is None or not variant.clause.applies:
                continue
            span = span_of(variant.clause, variant.agreement)
            bound = {n for n, d in enumerate(days, 1) if ns(d.start) < span.end_last and ns(d.end) > span.start_first}
            if bound:
                use = uses.setdefault((agreement.agreement_id, zone.zone_id), _Use(zone, agreement))
                use.clauses[variant.clause.clause_id] = variant.clause
                use.days |= bound
    return list(uses.values())


def _shapes(use: _Use, assessment: Assessment, share: float) -> Iterator[Part]:
    """Yield each part of a zone that can be drawn; `share` says how far along its edge its name stands."""
    if use.zone.kind in BESIDE:
        yield from _beside(use, assessment, share)
        return
    for shape, days in _areas(use, assessment):
        yield "", shape, days, zone_shapes.name_spot(shape, share)


def _areas(use: _Use, assessment: Assessment) -> Iterator[tuple[list[Rings], Days]]:
    zone = use.zone
    whole = (min(use.days), max(use.days))
    if zone.kind == "between":
        yield from _between(use, assessment)
    elif zone.kind == "polygon" and len(zone.ring) >= 3:
        yield zone_shapes.ring(zone.ring), whole
    elif zone.kind == "circle" and len(zone.centre) == 2 and zone.distance:
        yield zone_shapes.circles([(zone.centre[0], zone.centre[1])], zone.distance.km), whole
    elif zone.kind == "settlements" and zone.distance and len(assessment.places):
        spots = zip(assessment.places["lon_deg"].tolist(), assessment.places["lat_deg"].tolist(), strict=True)
        yield zone_shapes.circles(spots, zone.distance.km), whole


def _beside(use: _Use, assessment: Assessment, share: float) -> Iterator[Part]:
    zone, agreement = use.zone, use.agreement
    limits = _limits_km(zone)
    if limits is None:
        return
    bound = {party for clause in use.clauses.values() for party in (clause.by or agreement.party_ids)}
    for i, party in enumerate(agreement.parties[:2]):
        if party.party_id not in bound:
            continue
        clause = next(iter(use.clauses.values()))
        for line in _versions(assessment, baseline_of(party.party_id, zone, clause, agreement)):
            days = days_valid(line, assessment, use.days)
            if days:
                shape = zone_shapes.beside_line(line.strip, from_km=limits[0], to_km=limits[1], positive=i == 0)
                lon, lat = line.strip.locate(
                    chainage_km=share * line.strip.length_km, offset_km=limits[1] * (1 if i == 0 else -1)
                )
                edge = [round(float(lon[0]), 4), round(float(lat[0]), 4)]
                yield f"{party.called or party.party_id}; {line.called}", shape, days, edge


def _between(use: _Use, assessment: Assessment) -> Iterator[tuple[list[Rings], Days]]:
    clause, parties = next(iter(use.clauses.values())), use.agreement.party_ids[:2]
    ids = [baseline_of(party, use.zone, clause, use.agreement) for party in parties]
    if len(set(ids)) < 2:
        return
    for first in _versions(assessment, ids[0]):
        for second in _versions(assessment, ids[1]):
            both = use.days & set(_days(first, assessment)) & set(_days(second, assessment))
            if both and first.line_id != second.line_id:
                yield zone_shapes.between_lines(first.strip, second.strip), (min(both), max(both))


def _limits_km(zone: Zone) -> tuple[float, float] | None:
    """Return the distances from the line between which a zone lies; None where the text gives none."""
    if zone.kind == "band":
        return (zone.start.km if zone.start else 0.0, zone.end.km) if zone.end else None
    if zone.distance is None or zone.distance.km <= 0:
        return None
    return 0.0, zone.distance.km / 2 if zone.kind == "total_width" else zone.distance.km


def _size_km(zone: Zone) -> float:
    limits = _limits_km(zone) if zone.kind in BESIDE else None
    return limits[1] if limits else zone.distance.km if zone.distance else 0.0


def _versions(assessment: Assessment, line_id: str) -> list[LineOfContact]:
    """Return the versions of a line; one line alone stands for every baseline, as it does for the verdicts."""
    known = {line.line_id for line in assessment.lines}
    if line_id not in known and len(known) > 1:
        return []
    return [line for line in assessment.lines if line.line_id == line_id or line_id not in known]


def days_valid(line: LineOfContact, assessment: Assessment, among: set[int] | None = None) -> Days | None:
    """Return the first and the last day on which a version of a line was the one valid, of all days or some."""
    both = set(_days(line, assessment))
    both = both if among is None else both & among
    return (min(both), max(both)) if both else None


def _days(line: LineOfContact, assessment: Assessment) -> Iterator[int]:
    """Yield the days of the period on which a version of a line was the one valid; the latest to start wins."""
    later = [
        v.valid_from
        for v in assessment.lines
        if v.line_id == line.line_id and v.valid_from and (line.valid_from is None or v.valid_from > line.valid_from)
    ]
    ends = [end for end in (line.valid_to, *later) if end is not None]
    for n, (_, day) in enumerate(assessment.period.days(assessment.timezone), 1):
        begun = line.valid_from is None or line.valid_from < day.end
        if begun and (not ends or min(ends) > day.start):
            yield n


def _called(zone: Zone, words: Words) -> str:
    if zone.called:
        return zone.called
    values = {
        "distance": zone.distance.said if zone.distance else "?",
        "start": zone.start.said if zone.start else "0 km",
        "end": zone.end.said if zone.end else "?",
        "of": zone.of or zone.zone_id,
        "zone": zone.zone_id.replace("_", " "),
    }
    known = {"offset", "total_width", "band", "circle", "settlements", "moving"}
    return words(f"zones.title.{zone.kind if zone.kind in known else 'other'}", **values)


def _label(zone: Zone, words: Words) -> str:
    """Return the few words that stand on the map beside a zone's edge."""
    if zone.called or zone.kind not in BESIDE:
        return shorten(_called(zone, words), 34)
    if zone.distance is None:
        return " – ".join(d.said for d in (zone.start, zone.end) if d)
    if zone.kind == "total_width":
        return f"2 × {number(zone.distance.in_unit / 2)} {zone.distance.unit}"
    return zone.distance.said


def _clause(clause: Clause) -> str:
    return shorten(f"{clause.called or clause.clause_id}: {clause.says}", 140)


def _why(zone: Zone) -> str:
    if zone.kind in UNDRAWN:
        return UNDRAWN[zone.kind]
    missing = zone.distance is None and zone.kind in ("offset", "total_width", "settlements", "circle")
    return "no_distance" if missing else "no_place"
