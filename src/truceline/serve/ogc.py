"""OGC API - Features, part 1: core, GeoJSON and HTML, over what the caller's role may have.

OGC 17-069r4. Coordinates are longitude, latitude (CRS84). The same collections come as CSV, KML and GeoPackage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from truceline.errors import UnknownNameError
from truceline.report.page import row, table
from truceline.serve.door import View
from truceline.serve.features import Collection
from truceline.serve.formats import MEDIA, chosen_format, feature, render_rows
from truceline.serve.house import Asked, Seen
from truceline.serve.links import link, page_links
from truceline.serve.listing import listing_html
from truceline.serve.query import matching, queryables, read_query
from truceline.serve.replies import base_of, file_reply, json_reply
from truceline.timespan import iso

router = APIRouter(prefix="/api", tags=["features"])

CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
)
TITLES = {
    "incidents": ("Incidents", "What is taken to have happened: one place, time and probability each."),
    "findings": ("Findings", "Each incident against each clause and reading: a verdict with its margin."),
    "sectors": ("Sectors", "Stretches of the line."),
    "lines": ("Lines", "The lines of contact, in each version."),
    "zones": ("Zones", "The agreement's zones; those that its text does not place have no shape."),
}
_PAGES = ("json", "html")
_AT_ONCE = 200  # features that are told sooner than a thread of their own would be at hand
_MOST_SHOWN = 1000  # rows on one page of HTML
NAMES = f"One of: {', '.join(TITLES)}."
Name = Annotated[str, Path(description=NAMES, examples=["incidents"])]
PageForm = Annotated[str | None, Query(alias="f", description="Format: json or html.")]


PLAIN, OPENAPI = "application/json", "application/vnd.oai.openapi+json"


class Asking(BaseModel):
    """What features are asked for; any further parameter is a property they must have."""

    model_config = ConfigDict(extra="allow")

    bbox: Annotated[str | None, Field(description="west,south,east,north in degrees")] = None
    datetime: Annotated[str | None, Field(description="An instant, or START/END; .. for an open end")] = None
    limit: Annotated[str | None, Field(description="Features on a page, 1 to 10000")] = None
    offset: Annotated[str | None, Field(description="Features before the page")] = None
    f: Annotated[str | None, Field(description=f"Format: {', '.join(MEDIA)}.")] = None


@router.get("")
def landing(request: Request, view: Seen, form: PageForm = None) -> Response:
    """Say what this interface is and where its parts are."""
    base = base_of(request)
    links = [
        link(base, "self", PLAIN, "This page"),
        link(f"{base}?f=html", "alternate", "text/html", "This page as HTML"),
        link(f"{base}/openapi.json", "service-desc", f"{OPENAPI};version=3.1", "The interface"),
        link(f"{base}/guide", "service-doc", "text/html", "The interface, for people"),
        link(f"{base}/conformance", "conformance", PLAIN, "What it conforms to"),
        link(f"{base}/collections", "data", PLAIN, "Collections"),
    ]
    said = {
        "title": view.assessment.title,
        "description": "A ceasefire, watched: incidents, findings, sectors, lines and zones.",
        "links": links,
    }
    return _page(request, form, said, links)


@router.get("/conformance")
def conformance(request: Request, who: Asked, form: PageForm = None) -> Response:
    """Say which classes of the standard this conforms to."""
    links = [link(name, "conformance", "", name) for name in CONFORMS_TO]
    return _page(request, form, {"title": "Conformance", "conformsTo": list(CONFORMS_TO)}, links)


@router.get("/collections")
def collections(request: Request, view: Seen, form: PageForm = None) -> Response:
    """List the collections."""
    base = base_of(request)
    links = [
        link(f"{base}/collections", "self", PLAIN, "This page"),
        link(f"{base}/collections?f=html", "alternate", "text/html", "This page as HTML"),
    ]
    told = [_about(base, view, made) for made in view.collections.values()]
    said = {"title": "Collections", "links": links, "collections": told}
    return _page(request, form, said, [each for one in told for each in one["links"] if each["rel"] == "self"])


@router.get("/collections/{name}")
def collection(request: Request, name: Name, view: Seen, form: PageForm = None) -> Response:
    """Describe one collection."""
    said = _about(base_of(request), view, _find(view, name))
    return _page(request, form, said, said["links"])


@router.get(
    "/collections/{name}/items",
    responses={200: {"content": {media: {} for media in MEDIA.values()}, "description": "The features."}},
)
async def items(request: Request, name: Name, said: Annotated[Asking, Query()], view: Seen) -> Response:
    """Return features, by box, time and property (`act=strike`), a page at a time.

    CSV, KML and GeoPackage hold the page as well: ask for a larger `limit` to have more in one file.
    """
    chosen = chosen_format(said.f, request.headers.get("accept", ""))
    if chosen == "json" and _few(said.limit) and view.collections.ready(name):
        return _items(request, name, chosen, view)
    return await run_in_threadpool(_items, request, name, chosen, view)


def _few(limit: str | None) -> bool:
    return limit is None or (limit.isascii() and limit.isdigit() and len(limit) < 4 and int(limit) <= _AT_ONCE)


def _items(request: Request, name: str, chosen: str, view: View) -> Response:
    made = _find(view, name)
    query = read_query(_single(request), made)
    rows = matching(made, query)
    page = rows[query.offset : query.offset + query.limit]
    links = page_links(request, chosen, len(rows), query.offset, query.limit)
    if chosen == "html":
        return _html_items(made, page, links, len(rows))
    about = {
        "links": links,
        "timeStamp": iso(view.now),
        "numberMatched": len(rows),
        "numberReturned": len(page),
    }
    content = render_rows(made, page, chosen, view, about)
    if chosen == "json":
        return Response(content, media_type=MEDIA["json"])
    return file_reply(content, media=MEDIA[chosen], name=f"{made.name}.{chosen}")


@router.get("/collections/{name}/items/{item}")
def one_item(request: Request, name: Name, item: str, view: Seen, form: PageForm = None) -> Response:
    """Return one feature."""
    made = _find(view, name)
    found = made.find(item)
    if found is None:
        raise UnknownNameError(f"feature of {name}", item, ())
    base = base_of(request)
    here = f"{base}/collections/{made.name}/items/{quote(item, safe='')}"
    links = [
        link(here, "self", MEDIA["json"], "This feature"),
        link(f"{here}?f=html", "alternate", "text/html", "This feature as HTML"),
        link(f"{base}/collections/{made.name}", "collection", PLAIN, made.name),
    ]
    if chosen_format(form, request.headers.get("accept", ""), _PAGES) == "html":
        return _html_items(made, np.array([found]), links, 1)
    return json_reply(feature(made, found) | {"links": links}, media=MEDIA["json"])


def _single(request: Request) -> dict[str, str]:
    return dict(request.query_params.items())


def _find(view: View, name: str) -> Collection:
    if name not in view.collections:
        raise UnknownNameError("collection", name, view.collections)
    return view.collections[name]


def _about(base: str, view: View, made: Collection) -> dict[str, Any]:
    title, description = TITLES[made.name]
    here = f"{base}/collections/{made.name}"
    box = made.shapes.extent()
    extent: dict[str, Any] = {}
    if box:
        extent["spatial"] = {
            "bbox": [box],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        }
    if made.name in ("incidents", "findings"):
        period = view.assessment.period
        extent["temporal"] = {"interval": [[iso(period.start), iso(period.end)]]}
    formats = [link(f"{here}/items?f={f}", "items", media, f"{title} as {f}") for f, media in MEDIA.items()]
    return {
        "id": made.name,
        "title": title,
        "description": description,
        "itemType": "feature",
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "extent": extent,
        "filters": queryables(made),
        "links": [
            link(here, "self", PLAIN, title),
            link(f"{here}?f=html", "alternate", "text/html", title),
            *formats,
        ],
    }


def _page(request: Request, form: str | None, said: Mapping[str, Any], links: list[dict[str, str]]) -> Response:
    if chosen_format(form, request.headers.get("accept", ""), _PAGES) == "html":
        return Response(
            listing_html(str(said["title"]), str(said.get("description", "")), links), media_type="text/html"
        )
    return json_reply({name: value for name, value in said.items() if name != "title" or "conformsTo" not in said})


def _html_items(made: Collection, rows: Any, links: list[dict[str, str]], matched: int) -> Response:
    shown = made.plain(rows[:_MOST_SHOWN])
    cells = [row(*(_text(value) for value in one.values())) for one in shown]
    title, description = TITLES[made.name]
    tables = table(f"{title}: {len(shown)} of {matched}", made.columns, cells)
    return Response(listing_html(title, description, links, tables), media_type="text/html")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
