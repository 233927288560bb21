"""Feeds that are asked on a schedule: NASA FIRMS, and any address that answers with JSON or GeoJSON."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from truceline.errors import SourceError
from truceline.feeds.messages import LARGEST, Message, receive
from truceline.feeds.settings import Feed
from truceline.feeds.supervise import Ear, Sleep
from truceline.sources.fetch import FIRMS_URL, Manner, fetch_firms

_TIMEOUT = httpx.Timeout(30.0)
Made = TypeVar("Made")


class _StoppedError(Exception):
    """The download is not wanted any more."""


async def run_firms(
    feed: Feed, ear: Ear, *, clock: Callable[[], datetime], folder: Path, sleep: Sleep, base_url: str = FIRMS_URL
) -> None:
    """Ask for the last days' detections every so many minutes; what a cut download brought lies in `folder`."""
    while True:
        await ear.take([await ask_firms(feed, now=clock(), folder=folder, base_url=base_url)])
        ear.works(f"Asked every {feed.every_min:g} min for {feed.product}.")
        await sleep(60 * feed.every_min)


async def ask_firms(feed: Feed, *, now: datetime, folder: Path, base_url: str = FIRMS_URL) -> Message:
    """Return what FIRMS answers about the days up to `now`.

    Raises
    ------
    SourceError
        If there is no key, or no answer after some attempts.
    """
    assert feed.box is not None
    box, first = feed.box, (now - timedelta(days=feed.days - 1)).date()
    over = threading.Event()

    def ask() -> bytes:
        def pause(seconds: float) -> None:
            if over.wait(seconds):
                raise _StoppedError

        def told(_done: int, _total: int | None) -> None:
            if over.is_set():
                raise _StoppedError

        out = folder / f"{feed.feed_id}-{first:%Y%m%d}.csv"
        path = fetch_firms(
            out,
            product=feed.product,
            box=box,
            day=first,
            days=feed.days,
            base_url=base_url,
            manner=Manner(progress=told, pause=pause, attempts=3),
        )
        body = path.read_bytes()
        path.unlink()
        return body

    try:
        return receive(feed.feed_id, await beside(ask), via=base_url)
    finally:
        over.set()


async def run_http(feed: Feed, ear: Ear, *, sleep: Sleep) -> None:
    """Ask an address every so many minutes."""
    while True:
        await ear.take([await ask_http(feed)])
        ear.works(f"Asked every {feed.every_min:g} min.")
        await sleep(60 * feed.every_min)


async def ask_http(feed: Feed) -> Message:
    """Return what the address of a feed answers.

    Raises
    ------
    SourceError
        If the key's variable is not set, or the answer is none, a refusal, or too large. The key is in no error.
    """
    shown = shown_address(feed.url)
    body = bytearray()
    try:
        async with (
            # redirects are not followed: the key would go along
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("GET", feed.url, headers=_headers(feed)) as answer,
        ):
            if answer.status_code != 200:
                raise SourceError(f"the answer is HTTP {answer.status_code}.", where=shown, todo="Check url and key.")
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise SourceError(f"the answer has over {LARGEST:,} bytes.", where=shown, todo="Ask for less.")
    except httpx.HTTPError as error:
        raise SourceError(f"there is no answer: {type(error).__name__}.", where=shown, todo="Tried again.") from None
    return receive(feed.feed_id, bytes(body), via=shown)


def shown_address(url: str) -> str:
    """Return an address as it may be shown: without its query, which may hold a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def secret(variable: str) -> str:
    """Return the secret that an environment variable holds.

    Raises
    ------
    SourceError
        If it is not set; names the variable.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SourceError(f"the environment variable {variable} is not set.", todo="Set it to the key or password.")
    return value


def _headers(feed: Feed) -> dict[str, str]:
    asked = {"Accept": "application/geo+json, application/json"}
    return {**asked, feed.key_header: secret(feed.key_env)} if feed.key_env else asked


async def beside(work: Callable[[], Made]) -> Made:
    """Return what blocking work gives, done in a thread that nobody waits for when it is no longer wanted."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Made] = loop.create_future()

    def settle(value: Made | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(value)  # type: ignore[arg-type]
        else:
            done.set_exception(error)

    def run() -> None:
        try:
            value, error = work(), None
        except BaseException as failed:
            value, error = None, failed
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, daemon=True, name="feed download").start()
    return await done
