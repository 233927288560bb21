"""Server-sent events: that a caller's view has changed. What changed is then read through the door like all else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from truceline.serve.house import Asked, Seen, house_of

router = APIRouter(prefix="/api", tags=["events"])
EVERY_S = 1.0
MOST_S = 3600.0  # then the browser connects again, and must still be signed in


@router.get("/events", response_class=EventSourceResponse)
async def events(request: Request, who: Asked, view: Seen) -> EventSourceResponse:
    """Tell when there is something new, as `event: version`. Outside the mission that is once an hour at most."""
    door = house_of(request).door

    async def told() -> AsyncIterator[ServerSentEvent]:
        last, passed = "", 0.0
        while passed < MOST_S and not await request.is_disconnected():
            version = await run_sync(door.version, who)
            if version != last:
                last = version
                yield ServerSentEvent(data=json.dumps({"version": version}), event="version")
            await asyncio.sleep(EVERY_S)
            passed += EVERY_S

    return EventSourceResponse(told(), ping=15)
