"""The page people work in, its files, and the description of the interface. Nothing of the mission is in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from truceline.errors import UnknownNameError
from truceline.report.html import vendored
from truceline.report.words import LANGUAGES, catalogue
from truceline.serve.listing import listing_html, page_file, room_words
from truceline.serve.replies import base_of, json_reply

router = APIRouter(tags=["page"])
_SCRIPTS = tuple(
    f"{name}.js"
    for name in (
        "room",
        "state",
        "away",
        "drafts",
        "columns",
        "dots",
        "over",
        "strip",
        "map",
        "drawer",
        "views",
        "papers",
        "feeds",
    )
)
_FILES = {"room.css": "text/css", **dict.fromkeys(_SCRIPTS, "text/javascript")}
_VENDORED = {"maplibre-gl.js": "text/javascript", "maplibre-gl.css": "text/css"}
_KINDS = "room verdict act status map chart adds_up exposure confidence sensor response measure"
_WORDS = tuple(f"{kind}." for kind in _KINDS.split())


@router.get("/", include_in_schema=False)
def page() -> Response:
    """Return the page. It is the same for everybody; what it shows it asks for once somebody is signed in."""
    return Response(page_file("room.html"), media_type="text/html")


@router.get("/static/{name}", include_in_schema=False)
def static(name: str) -> Response:
    """Return a file of the page."""
    if name in _VENDORED:
        return _cached(vendored(f"vendor/{name}").encode(), _VENDORED[name])
    if name == "room.css":
        return _cached(vendored("templates/palette.css").encode() + page_file(name), _FILES[name])
    if name in _FILES:
        return _cached(page_file(name), _FILES[name])
    raise UnknownNameError("file", name, [*_FILES, *_VENDORED])


@router.get("/static/words/{language}", include_in_schema=False)
def words(language: Annotated[str, Path(max_length=10)]) -> Response:
    """Return the page's words in one language; a word missing there is given in English."""
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    said = {**catalogue("en"), **room_words("en"), **catalogue(language), **room_words(language)}
    return json_reply({key: text for key, text in said.items() if key.startswith(_WORDS)})


@router.get("/api/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """Return the description of the interface (OpenAPI 3.1)."""
    return json_reply(request.app.openapi(), media="application/vnd.oai.openapi+json;version=3.1")


@router.get("/api/guide", include_in_schema=False)
def guide(request: Request) -> Response:
    """Return the interface for people: every path and what it gives."""
    described: dict[str, Any] = request.app.openapi()
    base = base_of(request).removesuffix("/api")
    links = [
        {"href": f"{base}{path}", "rel": method.upper(), "title": f"{path}: {said.get('description', '')}"}
        for path, methods in described["paths"].items()
        for method, said in methods.items()
    ]
    return Response(listing_html("The interface", "Every path, and what it gives.", links), media_type="text/html")


def _cached(content: bytes, media: str) -> Response:
    return Response(content, media_type=media, headers={"Cache-Control": "max-age=300"})
