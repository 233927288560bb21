"""A TCP stream of Cursor-on-Target to single events, in both forms TAK writes it.

XML events follow one another and each ends with `</event>`; before a protobuf message stand the byte 0xbf and its
length as a varint (TAK Protocol, version 0 and version 1, streaming).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAGIC = 0xBF
MOST_BYTES = 256 * 1024  # of one event; a long one has some thousand
_END = b"</event>"
_START = re.compile(rb"[<\xbf]")
_LONGEST_VARINT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One piece of the stream; `form` is xml, proto, or junk: bytes that begin nothing."""

    form: str
    body: bytes


class Frames:
    """Cuts a stream into frames; however the bytes are parted on the way, the frames are the same."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._held = bytearray()
        self._looked = 0  # how far the end of an XML event was looked for already
        self._junk = bytearray()  # what is being skipped
        self._most = most

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are complete with these bytes."""
        self._held += data
        out: list[Frame] = []
        while self._held:
            frame = self._proto() if self._held[0] == MAGIC else self._xml() if self._held[0:1] == b"<" else None
            if frame is not None:
                self._close_junk(out)
                out.append(frame)
            elif not self._skip():
                break
        if len(self._junk) >= self._most:
            self._close_junk(out)
        return out

    def end(self) -> list[Frame]:
        """Return what the stream's end leaves over, as junk: an event cut off."""
        self._junk += self._held
        self._held.clear()
        self._looked = 0
        out: list[Frame] = []
        self._close_junk(out)
        return out

    def _close_junk(self, out: list[Frame]) -> None:
        body = bytes(self._junk)
        self._junk.clear()
        if body.strip():
            out.append(Frame(form="junk", body=body))

    def _xml(self) -> Frame | None:
        at = self._held.find(_END, max(0, self._looked - len(_END)))
        if at < 0:
            self._looked = len(self._held)
            return None
        return Frame(form="xml", body=self._cut(at + len(_END))) if at + len(_END) <= self._most else None

    def _proto(self) -> Frame | None:
        size = self._size()
        if size is None or size[0] > self._most or len(self._held) < sum(size):
            return None
        length, begins = size
        return Frame(form="proto", body=self._cut(begins + length)[begins:])

    def _size(self) -> tuple[int, int] | None:
        """Return (length of the message, where it begins), or None where that has not come yet."""
        length = 0
        for i, byte in enumerate(self._held[1 : 1 + _LONGEST_VARINT]):
            length |= (byte & 0x7F) << (7 * i)
            if not byte & 0x80:
                return length, i + 2
        return (self._most + 1, 0) if len(self._held) > _LONGEST_VARINT else None

    def _skip(self) -> bool:
        """Drop bytes that begin nothing; return whether there may be something to read now."""
        if self._held[0] == MAGIC:
            size = self._size()
            if size is None or size[0] <= self._most:
                return False  # it has not all come yet
        elif self._held[0:1] == b"<":
            end = self._held.find(_END)
            if end < 0 and len(self._held) <= self._most:
                return False
        found = _START.search(self._held, 1)
        self._junk += self._cut(found.start() if found else len(self._held))
        return True

    def _cut(self, length: int) -> bytes:
        out = bytes(self._held[:length])
        del self._held[:length]
        self._looked = 0
        return out
