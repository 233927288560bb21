"""What can be changed: steps of review, and releases of daily reports. Every change is an entry in the record."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from truceline.errors import RecordError, UnknownNameError
from truceline.report.words import LANGUAGES
from truceline.serve.house import Asked, Seen, house_of
from truceline.serve.refusals import ConflictError
from truceline.serve.releases import Release
from truceline.serve.replies import json_reply, report_reply
from truceline.timespan import iso, parse_instant

router = APIRouter(prefix="/api", tags=["review"])
Short = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=5000)]


class StepSaid(BaseModel):
    """One step of review. `after` is the number of the last step the caller saw."""

    model_config = ConfigDict(extra="forbid")

    state: Short
    after: Annotated[int, Field(ge=0, le=1_000_000)]
    note: Long = ""
    evidence: Annotated[list[Short], Field(max_length=1000)] = []
    owner: Short = ""
    due: Short = ""
    party: Short = ""
    into: Short = ""
    parts: Annotated[list[list[Short]], Field(max_length=100)] = []
    attributed_to: Short = ""
    confidence: Short = ""


class ReleaseSaid(BaseModel):
    """A daily report to release; `correction` says what was wrong with the version before."""

    model_config = ConfigDict(extra="forbid")

    day: Short
    language: Short = "en"
    correction: Long = ""


class Approval(BaseModel):
    """The digest of the bytes that were read."""

    model_config = ConfigDict(extra="forbid")

    sha256: Short


@router.post("/incidents/{incident_id}/steps")
def take_step(incident_id: str, said: StepSaid, request: Request, who: Asked, view: Seen) -> Response:
    """Take one step in the life of an incident."""
    view.incident(incident_id)  # nobody may touch, or probe for, what they may not see
    room = house_of(request).room
    told: dict[str, Any] = said.model_dump() | {"incident_id": incident_id}
    told["evidence"], told["parts"] = tuple(said.evidence), tuple(map(tuple, said.parts))
    if said.due:
        told["due"] = iso(parse_instant(said.due, where="due"))
    if not view.whole:
        del told["after"]  # the newest steps are not theirs to see yet
    try:
        step = room.reviews.take(who, room.assessment(), told, now=room.now(), watched=room.watched())
    except ConflictError as error:
        if view.whole:
            raise
        raise ConflictError("this incident does not wait for a response.") from error
    with contextlib.suppress(RecordError):  # the step is written; what it came to is when the record takes it again
        room.keep_groups()
    taken = {"incident_id": incident_id, "state": step.state}
    return json_reply(taken | ({"number": step.number} if view.whole else {}), status=201)


@router.get("/releases")
def releases(request: Request, view: Seen) -> Response:
    """List the daily reports: published ones, and to the mission also those that wait."""
    held = house_of(request).releases.all()
    return json_reply([_told(one, whole=view.whole) for one in held if one.published or view.whole])


@router.post("/releases")
def ask_release(said: ReleaseSaid, request: Request, who: Asked, view: Seen) -> Response:
    """Ask for the release of one day's report, or of its correction. Somebody else has to approve it."""
    if said.language not in LANGUAGES:
        raise UnknownNameError("language", said.language, LANGUAGES)
    house = house_of(request)
    made = house.releases.ask(who, house.room.assessment(), said.model_dump(), now=house.room.now())
    return json_reply(_told(made, whole=True), status=201)


@router.get("/releases/{release_id}")
def release_content(release_id: str, request: Request, view: Seen) -> Response:
    """Return the report of a release, byte for byte as it was made."""
    house = house_of(request)
    held = {one.release_id: one for one in house.releases.all() if one.published or view.whole}
    if release_id not in held:
        raise UnknownNameError("release", release_id, held)
    return report_reply(house.releases.content(release_id))


@router.post("/releases/{release_id}/approval")
def approve(release_id: str, said: Approval, request: Request, who: Asked, view: Seen) -> Response:
    """Approve a release that somebody else asked for: it is published."""
    house = house_of(request)
    made = house.releases.approve(who, release_id, said.sha256, now=house.room.now())
    return json_reply(_told(made, whole=True), status=201)


def _told(one: Release, *, whole: bool) -> dict[str, Any]:
    said = asdict(one) | {"published": one.published}
    if not whole:
        for name in ("asked_by", "approved_by", "asked_at", "as_of"):
            del said[name]
    return said
