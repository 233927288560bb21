"""Silence windows over the interface: propose, consent, notices, and alerts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from truceline.errors import UnknownNameError
from truceline.report.words import LANGUAGES
from truceline.serve.door import View
from truceline.serve.house import Asked, Seen, house_of
from truceline.serve.notices import calendar, drawing, notice
from truceline.serve.regrouping import told_once
from truceline.serve.replies import file_reply, json_reply
from truceline.serve.windows import Window, alerts

router = APIRouter(prefix="/api", tags=["silence"])
FORMS = ("txt", "ics", "kml")


class WindowSaid(BaseModel):
    """A window to propose: one place for a circle, several for a corridor, as [longitude, latitude]."""

    model_config = ConfigDict(extra="forbid")

    purpose: Annotated[str, Field(max_length=500)]
    path: Annotated[list[list[float]], Field(max_length=100)]
    radius_km: float
    start: Annotated[str, Field(max_length=50)]
    end: Annotated[str, Field(max_length=50)]


@router.get("/windows")
def windows(view: Seen) -> Response:
    """List the silence windows: all to the mission and the parties, to the public those that are over."""
    return json_reply([_told(window) for window in view.windows])


@router.post("/windows")
def propose(said: WindowSaid, request: Request, who: Asked, view: Seen) -> Response:
    """Propose a window. It is agreed when every party has consented."""
    room = house_of(request).room
    parties = tuple(party.party_id for party in view.assessment.agreement.parties)
    made = room.windows.propose(who, said.model_dump(), parties=parties, now=room.now())
    return json_reply(_told(made), status=201)


@router.post("/windows/{window_id}/consent")
def consent(window_id: str, request: Request, who: Asked, view: Seen) -> Response:
    """Consent to a window for the caller's party."""
    room = house_of(request).room
    made = room.windows.consent(who, window_id, now=room.now())
    return json_reply(_told(made) | {"proposed_by": ""}, status=201)


@router.get("/windows/{window_id}/notice")
def window_notice(
    window_id: str, view: Seen, language: Annotated[str, Query()] = "en", f: Annotated[str, Query()] = "txt"
) -> Response:
    """Return the notice of a window: text, calendar entry (ics) or drawing (kml), in English, Ukrainian or French."""
    found = _find(view, window_id)
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    if f not in FORMS:
        raise UnknownNameError("format", f, FORMS)
    if f == "ics":
        return file_reply(calendar(found, language), media="text/calendar", name=f"{window_id}.ics")
    if f == "kml":
        media = "application/vnd.google-earth.kml+xml"
        return file_reply(drawing(found, language), media=media, name=f"{window_id}.kml")
    return Response(notice(found, language), media_type="text/plain")


@router.get("/alerts")
def window_alerts(view: Seen) -> Response:
    """List the incidents in agreed windows, as far as the caller may have them."""
    return json_reply(alerts(view.windows, told_once(view.assessment).incidents))


def _find(view: View, window_id: str) -> Window:
    held = {window.window_id: window for window in view.windows}
    if window_id not in held:
        raise UnknownNameError("silence window", window_id, held)
    return held[window_id]


def _told(window: Window) -> dict[str, Any]:
    return asdict(window) | {"agreed": window.agreed}
