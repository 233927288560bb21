"""The web application: routes, errors as replies, and the headers every reply carries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from truceline.errors import TrucelineError
from truceline.provenance import VERSION
from truceline.serve import events, feed_routes, ogc, pages, papers, reads, signin, silence, writes
from truceline.serve.house import House
from truceline.serve.replies import json_reply, refusal

LARGEST = 1_000_000  # bytes of a request
HEADERS = {
    # scripts and styles from this server alone; MapLibre runs its worker from a blob
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "worker-src blob:; child-src blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


def make_app(house: House, *, hosts: Sequence[str] = ("127.0.0.1", "localhost", "[::1]")) -> FastAPI:
    """Return the application of one house. It answers only to the names in `hosts`."""
    app = FastAPI(
        title="Truceline", version=VERSION, openapi_url=None, docs_url=None, redoc_url=None, lifespan=_feeding
    )
    app.state.house = house
    for part in (pages, signin, ogc, reads, papers, writes, silence, feed_routes, events):
        app.include_router(part.router)
    app.add_exception_handler(TrucelineError, refusal)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _plain_refusal)
    app.add_middleware(_Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    return app


@asynccontextmanager
async def _feeding(app: FastAPI) -> AsyncIterator[None]:
    """Listen to the mission's live feeds while the server runs."""
    feeder = app.state.house.feeder
    if feeder is None:
        yield
        return
    await feeder.start()
    try:
        yield
    finally:
        await feeder.stop()


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
    return json_reply({"code": "InvalidParameterValue", "description": said}, status=400)


def _plain_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "NotFound", 405: "MethodNotAllowed", 413: "TooLarge"}.get(error.status_code, "Refused")
    reply = json_reply({"code": code, "description": str(error.detail)}, status=error.status_code)
    reply.headers.update(error.headers or {})
    return reply


class _Guard:
    """Puts the headers on every reply, and refuses requests that are too large."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST:
                raise HTTPException(413, f"the request has more than {LARGEST} bytes.")
            return message

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in held),
                ]
            await send(message)

        await self._app(scope, counted, headed)
