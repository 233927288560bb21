"""A watched folder: files that have stopped growing are read whole, each once for every content it has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from truceline.errors import SourceError
from truceline.feeds.messages import LARGEST, Message, receive
from truceline.feeds.settings import Feed
from truceline.feeds.supervise import Ear, Sleep

EVERY_S = 2.0
MOST_FILES = 10_000
_PART = (".part", ".tmp", ".crdownload", ".swp", "~")  # what programs call a file they are still writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What tells that a file has not changed."""

    size: int
    changed_ns: int


class Folder:
    """One folder, looked through again and again. A file is read when two looks in a row found it the same."""

    def __init__(self, feed: Feed) -> None:
        if feed.path is None:
            raise SourceError("the feed names no folder.", where=feed.feed_id)
        self._feed, self._path = feed, feed.path
        self._seen: dict[Path, Mark] = {}
        self._read: dict[Path, Mark] = {}

    def look(self) -> list[Path]:
        """Return the files that have stopped growing and were not read as they are now.

        Raises
        ------
        SourceError
            If the folder is not there.
        """
        try:
            found = sorted(path for path in self._path.iterdir() if _is_whole(path))[:MOST_FILES]
        except OSError as error:
            raise SourceError(
                f"the folder cannot be read: {error.strerror}.",
                where=str(self._path),
                todo="Make the folder, or correct path.",
            ) from error
        marks = {path: mark for path in found if (mark := _mark(path)) is not None}
        ready = [path for path, mark in marks.items() if self._seen.get(path) == mark != self._read.get(path)]
        self._seen = marks
        self._read = {path: mark for path, mark in self._read.items() if path in marks}
        return ready

    def read(self, path: Path) -> Message | None:
        """Return a file's content as a message; None when it changed as it was read: then it is not whole yet."""
        before = self._seen[path]
        try:
            with path.open("rb") as file:
                body = file.read(LARGEST + 1)
        except OSError:
            return None
        if _mark(path) != before or (len(body) != before.size and len(body) <= LARGEST):
            self._seen.pop(path, None)
            return None
        self._read[path] = before
        return receive(self._feed.feed_id, body, via=path.name)

    def forget(self, path: Path) -> None:
        """Let a file be read again: what it said was not taken."""
        self._read.pop(path, None)


async def run_folder(feed: Feed, ear: Ear, *, sleep: Sleep) -> None:
    """Watch a folder until cancelled."""
    folder = Folder(feed)
    while True:
        ready = await asyncio.to_thread(folder.look)
        ear.works(f"Watches {feed.path}.")
        for path in ready:
            message = await asyncio.to_thread(folder.read, path)
            if message is not None:
                try:
                    await ear.take([message])
                except BaseException:
                    folder.forget(path)
                    raise
        await sleep(EVERY_S)


def _is_whole(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.lower().endswith(_PART)


def _mark(path: Path) -> Mark | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return Mark(size=told.st_size, changed_ns=told.st_mtime_ns) if path.is_file() else None
