"""Cursor-on-Target over TCP: connects to a server, or listens for senders."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from truceline.feeds.cot import sift
from truceline.feeds.cot_frames import Frame, Frames
from truceline.feeds.settings import Feed
from truceline.feeds.supervise import Ear

READ_BYTES = 64 * 1024
MOST_SENDERS = 32
CONNECT_S = 15.0


async def run_cot(feed: Feed, ear: Ear) -> None:
    """Run a cot feed until it is cancelled, or until the server it is connected to closes."""
    if feed.listen:
        await _listen(feed, ear)
    else:
        await _connect(feed, ear)


async def _connect(feed: Feed, ear: Ear) -> None:
    host, _, port = feed.connect.rpartition(":")
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except TimeoutError as error:
        raise OSError(0, f"{feed.connect} does not answer") from error
    ear.works(f"Connected to {feed.connect}.")
    with contextlib.closing(writer):
        await _read(feed, ear, reader, via=feed.connect)
    raise OSError(0, f"{feed.connect} closed the connection")


async def _listen(feed: Feed, ear: Ear) -> None:
    host, _, port = feed.listen.rpartition(":")
    senders: set[asyncio.Task[None]] = set()
    broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        with contextlib.closing(writer):
            if len(senders) >= MOST_SENDERS:
                return
            senders.add(task)
            try:
                await _read(feed, ear, reader, via="a sender")
            except ConnectionError:
                pass  # a sender went away; that is its own affair
            except Exception as error:  # the record does not take it: the feed as a whole begins again
                if not broken.done():
                    broken.set_exception(error)
            finally:
                senders.discard(task)

    server = await asyncio.start_server(met, host.strip("[]"), int(port), limit=READ_BYTES)
    ear.works(f"Listens at {feed.listen}.")
    try:
        await broken
    finally:
        server.close()
        for task in tuple(senders):
            task.cancel()


async def _read(feed: Feed, ear: Ear, reader: asyncio.StreamReader, *, via: str) -> None:
    """Read one connection to its end. Nothing more is read while the record has not taken what came."""
    frames = Frames()
    while data := await reader.read(READ_BYTES):
        await _tell(feed, ear, frames.feed(data), via)
    await _tell(feed, ear, frames.end(), via)


async def _tell(feed: Feed, ear: Ear, frames: Iterable[Frame], via: str) -> None:
    told = [sift(feed, frame, via=via) for frame in frames]
    messages = [message for message in told if message is not None]
    if len(messages) < len(told):
        ear.heard()
    if messages:
        await ear.take(messages)
