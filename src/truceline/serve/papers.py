"""The plan, the exercise and the outlook of the mission: what stands in them is the mission's own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from truceline.serve.house import Seen, house_of
from truceline.serve.replies import json_reply, paper_reply

router = APIRouter(prefix="/api/papers", tags=["papers"])


@router.get("")
def papers(request: Request, view: Seen) -> Response:
    """List the mission's papers; outside the mission there are none."""
    shelf = house_of(request).door.shelf(view)
    return json_reply([] if shelf is None else shelf.told())


@router.get("/{kind}")
def paper(kind: str, request: Request, view: Seen) -> Response:
    """Return how one paper stands, and begin to make it where that has not been done."""
    return json_reply(house_of(request).door.papers(view).ask(kind))


@router.get("/{kind}/{name}")
def page(kind: str, name: str, request: Request, view: Seen) -> Response:
    """Return one page of a paper that is made."""
    return paper_reply(house_of(request).door.papers(view).page(kind, name))
