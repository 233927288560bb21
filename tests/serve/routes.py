"""Every way out of the room, as addresses to ask for: kept whole by a test that walks the application's own routes."""

from starlette.routing import Route

from truceline.report.exports import TABLES
from truceline.serve.app import make_app
from truceline.serve.formats import MEDIA

COLLECTIONS = ("incidents", "findings", "sectors", "lines", "zones")
EXPORTS = (
    "incidents.geojson",
    "incidents.kml",
    "assessment.gpkg",
    "assessment.json",
    "csv/incidents.csv",
    "csv/observations.csv",
    "csv/looks.csv",
    "csv/status.csv",
    "csv/coverage.csv",
    "csv/set_aside.csv",
)
INCIDENTS = tuple(f"inc-{i}" for i in range(4))
# the page, its files and the interface's own description hold nothing of the mission
NOTHING_OF_THE_MISSION = {
    "/",
    "/static/{name}",
    "/static/words/{language}",
    "/api/openapi.json",
    "/api/guide",
    "/api/conformance",
    "/api/me",
}
MISSION_ONLY = {"/api/feeds"}  # refused to everybody else
SLOW = {"/api/report", "/api/chart.svg", "/api/chart"}
# template of a route -> the addresses to ask it for
WAYS = {
    "/api": ["/api", "/api?f=html"],
    "/api/collections": ["/api/collections", "/api/collections?f=html"],
    "/api/collections/{name}": [f"/api/collections/{c}?f={f}" for c in COLLECTIONS for f in ("json", "html")],
    "/api/collections/{name}/items": [f"/api/collections/{c}/items?f={f}" for c in COLLECTIONS for f in MEDIA],
    "/api/collections/{name}/items/{item}": [
        *(f"/api/collections/incidents/items/{i}?f={f}" for i in INCIDENTS for f in ("json", "html")),
        *(f"/api/collections/findings/items/fin-{i}" for i in range(4)),
        "/api/collections/sectors/items/w",
        "/api/collections/lines/items/line",
    ],
    "/api/mission": ["/api/mission"],
    "/api/tables/{name}": [f"/api/tables/{t}?f={f}" for t in TABLES for f in ("json", "csv")],
    "/api/steps": ["/api/steps"],
    "/api/agreement": ["/api/agreement"],
    "/api/map": ["/api/map", "/api/map?language=uk"],
    "/api/chart.svg": ["/api/chart.svg"],
    "/api/chart": ["/api/chart"],
    "/api/incidents/{incident_id}": [f"/api/incidents/{i}" for i in INCIDENTS],
    "/api/exports": ["/api/exports"],
    "/api/exports/{name:path}": [f"/api/exports/{name}" for name in EXPORTS],
    "/api/report": ["/api/report", "/api/report?language=fr"],
    "/api/releases": ["/api/releases"],
    "/api/releases/{release_id}": ["/api/releases/2026-04-10|1|en", "/api/releases/2026-04-11|1|en"],
    "/api/windows": ["/api/windows"],
    "/api/windows/{window_id}/notice": ["/api/windows/silence-0/notice"],
    "/api/alerts": ["/api/alerts"],
    "/api/papers": ["/api/papers"],
    "/api/papers/{kind}": ["/api/papers/plan", "/api/papers/exercise"],
    "/api/papers/{kind}/{name}": ["/api/papers/plan/index"],
    "/api/feeds": ["/api/feeds"],
    "/api/events": [],  # endless; a test of its own
}


def gets(house):
    """Return the templates of every route that answers GET."""
    found, waiting = set(), [make_app(house)]
    while waiting:
        part = waiting.pop()
        for route in part.routes:
            inner = getattr(route, "original_router", None) or getattr(route, "app", None)
            if isinstance(route, Route):
                if "GET" in (route.methods or ()):
                    found.add(route.path)
            elif inner is not None and hasattr(inner, "routes"):
                waiting.append(inner)
    return found
