"""What the map and the chart's pointer need, as plain data for the page's script."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from truceline.findings.tables import Assessment
from truceline.report.chart import PROBABILITY, mark_area
from truceline.report.coarsen import on_grid
from truceline.report.judged import sector_names
from truceline.report.land import Box, land_in
from truceline.report.said import tell
from truceline.report.words import Words, error_of, percent, shorten
from truceline.report.zones import days_valid, map_zones

MOST = 20_000  # incidents drawn; the most probable are kept, and the page says so
_KM_PER_DEGREE = 111.2


def page_data(assessment: Assessment, judged: pd.DataFrame, words: Words) -> dict[str, Any]:
    """Return the data of one page: box, land, lines, sectors, places, days, colours and incidents by column.

    In a release on a grid every corner that is drawn lies on it.
    """
    box = map_box(assessment)
    data = {
        "box": [round(v, 4) for v in box],
        "land": land_in(_wider(box, 3.0)),
        "lines": [_line(line, days_valid(line, assessment)) for line in _drawn_lines(assessment)],
        "zones": map_zones(assessment, words),
        "sectors": _sectors(assessment),
        "places": _places(assessment),
        "days": [day for day, _ in assessment.period.days(assessment.timezone)],
        "dayStarts": [span.start.timestamp() for _, span in assessment.period.days(assessment.timezone)],
        "colours": [_hex(PROBABILITY(v)) for v in np.linspace(0, 1, 11)],
        "span": [assessment.period.start.timestamp(), assessment.period.end.timestamp()],
        "km": round(assessment.strip.length_km, 3),
        "incidents": _incidents(judged, words),
    }
    if assessment.grid_km:
        _put_on_grid(data, assessment.grid_km)
    return data


def _put_on_grid(data: dict[str, Any], grid_km: float) -> None:
    for drawn, name in [(line, "band") for line in data["lines"]] + [(zone, "area") for zone in data["zones"]]:
        parts = [[on_grid(ring, grid_km) for ring in part] for part in drawn[name]]
        drawn[name] = [[ring for ring in part if ring] for part in parts if part and part[0]]
    for sector in data["sectors"]:
        sector["stroke"] = on_grid(sector["stroke"], grid_km)
    for spot in [*data["sectors"], *data["zones"]]:
        spot["at"] = on_grid([spot["at"]], grid_km)[0]


def map_box(assessment: Assessment) -> Box:
    """Return the box round the line, a tenth wider each way."""
    lon, lat = assessment.strip.lon_deg, assessment.strip.lat_deg
    pad = max(0.05, 0.08 * max(float(np.ptp(lon)), float(np.ptp(lat))))
    return float(lon.min()) - pad, float(lat.min()) - pad, float(lon.max()) + pad, float(lat.max()) + pad


def _wider(box: Box, factor: float) -> Box:
    west, south, east, north = box
    dx, dy = (east - west) * factor / 2, (north - south) * factor / 2
    x, y = (west + east) / 2, (south + north) / 2
    return max(-180.0, x - dx - 1), max(-85.0, y - dy - 1), min(180.0, x + dx + 1), min(85.0, y + dy + 1)


def _drawn_lines(assessment: Assessment) -> list[Any]:
    """Return the versions of each line that were valid at some time in the period."""
    period = assessment.period
    return [
        line
        for line in sorted(assessment.lines, key=lambda line: (line.line_id, str(line.valid_from)))
        if (line.valid_from is None or line.valid_from < period.end)
        and (line.valid_to is None or line.valid_to > period.start)
    ]


def _line(line: Any, days: tuple[int, int] | None) -> dict[str, Any]:
    """Return a line, the band of one sigma on either side of it, in degrees, and the days on which it is valid."""
    lon, lat = line.strip.lon_deg, line.strip.lat_deg
    # a plane good to a few per cent, enough for a band that is itself an error
    squeeze = math.cos(math.radians(float(lat.mean())))
    band = shapely.LineString(np.c_[lon * squeeze, lat]).buffer(line.sigma_km / _KM_PER_DEGREE, quad_segs=4)
    parts = [
        [np.round(shapely.get_coordinates(r) / [squeeze, 1], 4).tolist() for r in (p.exterior, *p.interiors)]
        for p in shapely.get_parts(band)
        if p.geom_type == "Polygon" and not p.is_empty
    ]
    return {"called": line.called, "path": np.round(np.c_[lon, lat], 4).tolist(), "band": parts, "days": days or (0, 0)}


def _sectors(assessment: Assessment) -> list[dict[str, Any]]:
    """Return each sector's name, a spot beside its middle, and a short stroke across the line where it begins."""
    strip, names, made = assessment.strip, sector_names(assessment.sectors), []
    across = max(1.0, strip.length_km / 60)
    for row in assessment.sectors.sort_values("from_km").itertuples():
        lon, lat = strip.locate(chainage_km=[row.from_km, row.from_km], offset_km=[-across, across])
        middle = (row.from_km + row.to_km) / 2
        middle_lon, middle_lat = strip.locate(chainage_km=middle, offset_km=-5 * across)  # clear of the marks
        made.append(
            {
                "name": shorten(names[row.sector], 40),
                "at": [round(float(middle_lon[0]), 4), round(float(middle_lat[0]), 4)],
                "stroke": np.round(np.c_[lon, lat], 4).tolist(),
            }
        )
    return made


def _places(assessment: Assessment) -> list[dict[str, Any]]:
    """Return the places, the largest first: the page's script leaves out those that would overlap."""
    places = assessment.places.sort_values(["population", "name"], ascending=[False, True]).head(400)
    return [
        {"name": shorten(p.name, 40), "at": [round(p.lon_deg, 4), round(p.lat_deg, 4)]}
        for p in places.itertuples(index=False)
    ]


def _incidents(judged: pd.DataFrame, words: Words) -> dict[str, list[Any]]:
    """Return the incidents by column, those with a place and a time only; texts are ready to be read."""
    known = judged.dropna(subset=["lon_deg", "lat_deg", "time_start"])
    shade = known.p_violation.fillna(known.p_exists).fillna(0.0)
    kept = known.assign(_shade=shade, _area=mark_area(known.strength)).sort_values(
        ["_shade", "incident_id"], ascending=[False, True]
    )[:MOST]
    kept = kept.sort_values(["_shade", "incident_id"])  # the most probable drawn last, on top
    cos = np.cos(np.radians(kept.lat_deg.to_numpy()))
    act = {a: words.term("act", a) for a in kept.act.unique()}
    verdict = {v: words.term("verdict", v) if v else words("verdict.none") for v in kept.verdict.unique()}
    return {
        "id": kept.incident_id.tolist(),
        "lon": kept.lon_deg.round(4).tolist(),
        "lat": kept.lat_deg.round(4).tolist(),
        "km": kept.chainage_km.round(2).tolist(),
        "t": [int(t.timestamp()) for t in kept.time_start],
        "local": [words.local(t) for t in kept.time_start],
        "day": _coded(kept.day),
        "p": kept["_shade"].round(3).tolist(),
        "p_violation": _coded(percent(v) for v in kept.p_violation),
        "p_exists": _coded(percent(v) for v in kept.p_exists),
        "rejected": kept.state.eq("rejected").astype(int).tolist(),
        "applies": kept.applies.astype(int).tolist(),
        "radius": np.round(np.sqrt(kept["_area"] / np.pi) * 1.35, 2).tolist(),
        # pixels of one sigma at zoom 0, where the world is 512 pixels round
        "ring": np.round(kept.sigma_m.fillna(0.0).to_numpy() * 512 / (40075016.686 * cos), 9).tolist(),
        "error": _coded(error_of(s) for s in kept.sigma_m),
        "place": _coded(shorten(p, 120) for p in kept.place),
        "act": _coded(kept.act.map(act)),
        "verdict": _coded(kept.verdict.map(verdict)),
        "settle": _coded(kept.settle.map({s: shorten(tell(s, words), 160) for s in kept.settle.unique()})),
    }


def _coded(texts: Iterable[str]) -> dict[str, list[Any]]:
    """Return texts that repeat as a list of the different ones and, for each row, its number in that list."""
    numbers, different = pd.factorize(pd.Series(list(texts), dtype=object), sort=True)
    return {"of": different.tolist(), "at": numbers.tolist()}


def _hex(colour: tuple[float, float, float, float]) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in colour[:3])
