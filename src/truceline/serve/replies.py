"""Replies of the interface: JSON with the same bytes for the same value, and errors as one small object."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from fastapi import Request, Response

from truceline.errors import RecordError, TrucelineError
from truceline.provenance import plain
from truceline.serve.refusals import TooManyError, status_of

# a paper has no script and asks for nothing; the room's page alone may frame it
PAPER_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "X-Frame-Options": "SAMEORIGIN",
}
REPORT_POLICY = "sandbox allow-scripts allow-popups; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_ENCODE = msgspec.json.Encoder(order="sorted").encode


def json_bytes(value: Any) -> bytes:
    """Return a value as JSON: keys sorted, missing numbers null, so that equal values have equal bytes."""
    return plain_json(plain(value))


def plain_json(value: Any) -> bytes:
    """Return what `plain` gave as JSON, in a tenth of the time of the standard library."""
    try:
        return _ENCODE(value)
    except UnicodeEncodeError:  # half a character, which JSON writes as an escape
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode(errors="backslashreplace")


def json_reply(value: Any, *, media: str = "application/json", status: int = 200) -> Response:
    """Return a reply of `json_bytes`."""
    return Response(json_bytes(value), media_type=media, status_code=status)


def report_reply(content: bytes) -> Response:
    """Return a report: a page that carries its own policy, which lets its own two scripts run and nothing else.

    It is boxed in besides: it has no part in this origin, its cookies or its requests.
    """
    return Response(content, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})


def paper_reply(content: bytes) -> Response:
    """Return a paper: a page boxed in like a report, without any script, which the room's own page may show inside."""
    return Response(content, media_type="text/html", headers=PAPER_HEADERS)


def file_reply(content: bytes, *, media: str, name: str) -> Response:
    """Return a file that the browser saves under a name."""
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def refusal(request: Request, error: Exception) -> Response:
    """Return an error raised on purpose as its status, a code word and what to do."""
    assert isinstance(error, TrucelineError)
    status, code = status_of(error)
    # where the record lies is for whoever runs the server, not for readers
    said = f"{error.what} {error.todo}".strip() if isinstance(error, RecordError) else str(error)
    reply = json_reply({"code": code, "description": said}, status=status)
    if status == 401:
        reply.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyError):
        reply.headers["Retry-After"] = str(max(1, round(error.wait_s)))
    return reply


def base_of(request: Request) -> str:
    """Return the address of the interface as the caller reached it."""
    return str(request.base_url).rstrip("/") + "/api"
