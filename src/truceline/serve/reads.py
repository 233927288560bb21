"""What else can be read: the mission in short, its tables, the map, the chart, one incident whole, files and report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from truceline.agreement import lint
from truceline.errors import UnknownNameError
from truceline.findings.tables import Assessment
from truceline.report import render_html
from truceline.report.chart import chart_alt, figure_svg, plot_box, strip_chart_figure
from truceline.report.exports import (
    TABLES,
    plain_rows,
    render_geojson,
    render_geopackage,
    render_json,
    render_kml,
    table_csv,
)
from truceline.report.said import tell
from truceline.report.words import LANGUAGES, Words
from truceline.serve.door import View
from truceline.serve.drawer import drawer_of
from truceline.serve.drawing import drawn
from truceline.serve.formats import chosen_format
from truceline.serve.house import Seen, house_of
from truceline.serve.memo import DRAWING, remembered
from truceline.serve.regrouping import told_once
from truceline.serve.replies import file_reply, json_bytes, json_reply, report_reply
from truceline.timespan import find_zone

router = APIRouter(prefix="/api", tags=["reading"])
Language = Annotated[str, Query(description=f"One of: {', '.join(LANGUAGES)}.")]
FILES: dict[str, Callable[[Assessment], bytes]] = {
    "incidents.geojson": render_geojson,
    "incidents.kml": render_kml,
    "assessment.gpkg": render_geopackage,
    "assessment.json": render_json,
    **{f"csv/{name}.csv": lambda shown, name=name: table_csv(getattr(shown, name)) for name in TABLES},  # type: ignore[misc]
}
_MEDIA = {
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
    "gpkg": "application/geopackage+sqlite3",
    "json": "application/json",
    "csv": "text/csv",
}


@router.get("/mission")
def mission(view: Seen, language: Language = "en") -> Response:
    """Return the mission in short: its period, parties, sectors, exposure, warnings, and what was withheld."""
    a, words = view.assessment, _words(view, language)
    return json_reply(
        {
            "mission": a.mission_id,
            "title": a.title,
            "timezone": a.timezone,
            "now": view.now,
            "version": view.version,
            "profile": view.profile,
            "period": {"start": a.period.start, "end": a.period.end},
            "in_force": [{"start": span.start, "end": span.end} for span in a.in_force],
            "days": [day for day, _ in a.period.days(a.timezone)],
            "agreement": {"id": a.agreement.agreement_id, "title": a.agreement.title},
            "parties": [{"id": p.party_id, "called": p.called} for p in a.agreement.parties],
            "sectors": plain_rows(a.sectors),
            "exposure": dict(a.exposure),
            "warnings": [tell(text, words) for text in a.warnings],
            "notes": list(view.notes),
            "credits": list(a.credits),
            "incidents": len(a.incidents),
        }
    )


@router.get("/tables/{name}")
def table(name: str, request: Request, view: Seen, f: Annotated[str | None, Query()] = None) -> Response:
    """Return one table of the assessment, as JSON rows or CSV. The clocks come overdue first."""
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    rows = view.clocks() if name == "clocks" else getattr(view.assessment, name)
    if chosen_format(f, request.headers.get("accept", ""), ("json", "csv")) == "csv":
        return file_reply(table_csv(rows), media="text/csv", name=f"{name}.csv")
    return json_reply(plain_rows(rows))


@router.get("/steps")
def steps(view: Seen) -> Response:
    """Return the steps of review, the oldest first."""
    return json_reply(list(view.steps))


@router.get("/agreement")
def agreement(view: Seen) -> Response:
    """Return the agreement's clauses in our words, its ladder of consequences, and what the linter finds open."""
    said = view.assessment.agreement
    return json_reply(
        {
            "title": said.title,
            "summary": said.summary,
            "status": said.status,
            "clauses": [
                {"clause": c.clause_id, "called": c.called, "kind": c.kind, "says": c.says, "source": c.source}
                for c in said.clauses
            ],
            "ladder": [{"step": s.step_id, "says": s.says or s.action, "owner": s.owner} for s in said.ladder],
            "lint": plain_rows(lint(said)),
        }
    )


@router.get("/map")
def map_of(view: Seen, language: Language = "en") -> Response:
    """Return what the map draws: land, lines, sectors, places, and incidents by column."""
    return Response(map_bytes(view, language), media_type="application/json")


def map_bytes(view: View, language: str) -> bytes:
    """Return what the map draws as JSON, made once for each view, in all languages."""
    _words(view, language)

    def made() -> tuple[bytes, dict[str, tuple[bytes, bytes]]]:
        columns, told = drawn(view, [_words(view, name) for name in LANGUAGES])
        own = [(json_bytes(one.pop("incidents")), json_bytes(one)) for one in told]
        return json_bytes(columns), dict(zip(LANGUAGES, own, strict=True))

    columns, told = remembered(view, "map", made)  # the columns are nearly all of it, and held once
    incidents, rest = told[language]
    return b"".join((b'{"incidents":', columns[:-1], b",", incidents[1:], b",", rest[1:]))


@router.get("/chart.svg")
def chart(view: Seen, language: Language = "en") -> Response:
    """Return the strip chart as a picture."""
    return Response(_chart(view, language)[0], media_type="image/svg+xml")


@router.get("/chart")
def chart_words(view: Seen, language: Language = "en") -> Response:
    """Return where the plot lies in the strip chart's picture, and the picture in words."""
    return Response(_chart(view, language)[1], media_type="application/json")


@router.get("/incidents/{incident_id}")
def incident(incident_id: str, request: Request, view: Seen, language: Language = "en") -> Response:
    """Return one incident whole: observations, looks, every step of its probability, clauses, history, proof."""
    proof = house_of(request).door.proof(view, incident_id)
    return json_reply(drawer_of(view, incident_id, proof, _words(view, language)))


@router.get("/exports")
def exports(view: Seen) -> Response:
    """List the files of the mission."""
    return json_reply(list(FILES))


@router.get("/exports/{name:path}")
def export(name: str, view: Seen) -> Response:
    """Return one file of the mission."""
    if name not in FILES:
        raise UnknownNameError("file", name, FILES)
    content = remembered(view, f"file {name}", lambda: FILES[name](view.assessment))
    return file_reply(content, media=_MEDIA[name.rpartition(".")[2]], name=name.rpartition("/")[2])


@router.get("/report")
def report(view: Seen, language: Language = "en") -> Response:
    """Return the report as one page of HTML."""
    _words(view, language)

    def made() -> bytes:
        with DRAWING:
            return render_html(told_once(view.assessment), language=language, release_notes=view.notes).encode()

    return report_reply(remembered(view, f"report {language}", made))


def _words(view: View, language: str) -> Words:
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    return Words(language=language, zone=find_zone(view.assessment.timezone))


def _chart(view: View, language: str) -> tuple[bytes, bytes]:
    words = _words(view, language)

    def both() -> tuple[bytes, bytes]:
        with DRAWING:
            figure = strip_chart_figure(view.assessment, language=language)
            svg = figure_svg(figure)
        told = {"plot": plot_box(figure), "alt": chart_alt(view.assessment, words)}
        return svg.encode(), json_bytes(told)

    return remembered(view, f"chart {language}", both)
