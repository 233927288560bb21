"""The feeds of a room: how each is doing, for the mission's people, and where messages are pushed to."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from truceline.errors import UnknownNameError
from truceline.serve.feeding import Feeder
from truceline.serve.house import Asked, Seen, house_of
from truceline.serve.refusals import NotAllowedError
from truceline.serve.replies import json_reply
from truceline.serve.roles import FEED

router = APIRouter(prefix="/api", tags=["feeds"])
_MEDIA = ("application/json", "application/geo+json")
_ANY_JSON: dict[str, Any] = {"requestBody": {"content": {name: {"schema": {}} for name in _MEDIA}}}


@router.get("/feeds")
def feeds(request: Request, view: Seen) -> Response:
    """List the live feeds and how each is doing; to the mission's own people alone."""
    if not view.whole:
        raise NotAllowedError("the feeds are the mission's own affair.", todo="Ask somebody of the mission.")
    feeder = house_of(request).feeder
    return json_reply(feeder.health() if feeder is not None else [])


@router.post("/feeds/{feed}", openapi_extra=_ANY_JSON)
async def push(feed: str, request: Request, who: Asked) -> Response:
    """Take one message of a feed: JSON or GeoJSON events. The reply comes when it is in the record.

    What of it cannot be used is set aside, and said; the same message again is acknowledged and changes nothing.
    """
    who.check(FEED)
    feeder: Feeder | None = house_of(request).feeder
    if feeder is None:
        raise UnknownNameError("feed", feed, ())
    return json_reply(await feeder.push(feed, await request.body(), via=who.account))
