"""What one running server holds, and who a request comes from."""

from __future__ import annotations

import base64
import contextlib
import time
from asyncio import wrap_future
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from truceline.serve.accounts import Accounts, Secret
from truceline.serve.door import Door, View
from truceline.serve.feeding import Feeder
from truceline.serve.limits import Limit, crowd_limit, request_limit, sign_in_limit
from truceline.serve.refusals import NotAllowedError, SignInNeededError
from truceline.serve.releases import Releases
from truceline.serve.roles import ANYBODY, Caller
from truceline.serve.room import Room

COOKIE, CSRF_HEADER = "truceline", "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def utc_now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One server's parts. Routes read through `door`; only those that write touch `room`."""

    room: Room
    door: Door
    accounts: Accounts
    releases: Releases
    held: contextlib.ExitStack  # what is let go of in the end
    open_to_all: bool  # whether anybody may read what a viewer may
    secure: bool  # whether the cookie goes over https alone
    wall: Callable[[], datetime] = utc_now  # sessions end by this clock, also in an exercise
    seconds: Callable[[], float] = time.monotonic
    requests: Limit = field(default_factory=request_limit)
    guesses: Limit = field(default_factory=sign_in_limit)
    crowds: Limit = field(default_factory=crowd_limit)
    entries: dict[str, str] = field(default_factory=dict)  # one-time links: token -> account
    feeder: Feeder | None = None  # where the mission has live feeds

    def close(self) -> None:
        """Let go of the database."""
        self.held.close()

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix makes browsers insist on https and this host."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE


def house_of(request: Request) -> House:
    """Return the house a request came to."""
    house: House = request.app.state.house
    return house


def place_of(request: Request) -> str:
    """Return where a request comes from, for the limits only: it is not kept."""
    return request.client.host if request.client else ""


async def caller(request: Request) -> Caller:
    """Return who asks: by key, by session, or anybody where the room is open to all.

    A browser's request that changes something must come from this page: same origin, and the session's token in a
    header that no other site can set.
    """
    house = house_of(request)
    try:
        who = await _who(request, house)
    except SignInNeededError:
        house.requests.take(place_of(request), at_s=house.seconds())  # guessing at keys is slowed down too
        raise
    house.requests.take(who.account or place_of(request), at_s=house.seconds())
    return who


async def _who(request: Request, house: House) -> Caller:
    said = request.headers.get("authorization", "")
    if said:
        key = _key_of(said, reads=request.method in _SAFE)
        return await wrap_future(house.accounts.ask(Secret(text=key, is_key=True, at=house.wall())))
    secret = request.cookies.get(house.cookie)
    if secret:
        who = await wrap_future(house.accounts.ask(Secret(text=secret, is_key=False, at=house.wall())))
        if request.method not in _SAFE:
            check_origin(request)
            if request.headers.get(CSRF_HEADER, "") != who.csrf:
                raise NotAllowedError("the request does not carry the session's token.", todo="Load the page again.")
        return who
    if house.open_to_all:
        return ANYBODY
    raise SignInNeededError("nobody is signed in.", todo="Sign in, or send a key: 'Authorization: Bearer KEY'.")


def _key_of(said: str, *, reads: bool) -> str:
    """Return the key in an Authorization header: `Bearer KEY`, or Basic with the key as password and any name.

    Map programs that know passwords alone read with the second. It changes nothing here: a browser that was once given
    it would send it along whichever page asked.
    """
    kind, _, rest = said.partition(" ")
    if kind.casefold() == "basic" and reads:
        with contextlib.suppress(ValueError):
            rest = base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    elif kind.casefold() != "bearer":
        rest = ""
    if not rest.strip():
        raise SignInNeededError("the Authorization header is not 'Bearer KEY'.")
    return rest.strip()


def check_origin(request: Request) -> None:
    """Raise NotAllowedError when a browser says that another site sent the request."""
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    ):
        raise NotAllowedError("another site sent this request.", todo="Open the page itself.")


Asked = Annotated[Caller, Depends(caller)]


async def seen(request: Request, who: Asked) -> View:
    """Return what the caller may have of the mission: the only way a route gets at it."""
    asked = f"{request.method} {request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    return await wrap_future(house_of(request).door.ask(who, asked[:500]))


Seen = Annotated[View, Depends(seen)]
