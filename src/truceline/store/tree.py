"""The record's tree for quick proofs: roots of whole blocks of leaves, kept in memory while the process lives.

Leaves are only ever appended, so that the root of a full block never changes and is worked out once. A proof then reads
the leaves of two blocks, whatever the record holds. Nothing here is trusted by `verify`, which hashes every entry anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from truceline.store import merkle

BLOCK = 256  # leaves
_READ_AT_ONCE = 256 * BLOCK

Read = Callable[[int, int], list[bytes]]  # the leaves from one entry up to, not including, another


class Tree:
    """Roots of the perfect subtrees of 256 leaves and more, of as much of a record as was read."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]  # level k: subtrees of 256 x 2^k leaves, from the left
        self._lock = threading.Lock()

    def inclusion(self, index: int, size: int, read: Read) -> list[bytes]:
        """Return the audit path of a leaf in the tree of the first `size` leaves (RFC 6962 2.1.1)."""
        with self._lock:
            return merkle.inclusion_path(index, size, self._roots(size, read))

    def consistency(self, old_size: int, size: int, read: Read) -> list[bytes]:
        """Return the proof that the tree of `old_size` leaves is a prefix of that of `size` (RFC 6962 2.1.2)."""
        with self._lock:
            return merkle.consistency_path(old_size, size, self._roots(size, read))

    def forget(self) -> None:
        """Forget every root: the database is not the one that was read."""
        with self._lock:
            self._levels = [[]]

    def _roots(self, size: int, read: Read) -> merkle.RootOf:
        self._grow(size // BLOCK, read)
        held: dict[int, list[bytes]] = {}

        def leaves(low: int, high: int) -> list[bytes]:
            start = low // BLOCK * BLOCK
            if start not in held:
                held[start] = read(start, min(start + BLOCK, size))
            return held[start][low - start : high - start]

        def root_of(low: int, high: int) -> bytes:
            # a range of the tree is one perfect subtree after the other, each half of the last or smaller
            peaks: list[bytes] = []
            while high - low >= BLOCK:
                level = (high - low).bit_length() - BLOCK.bit_length()
                peaks.append(self._levels[level][low // (BLOCK << level)])
                low += BLOCK << level
            if low < high:
                peaks.append(merkle.tree_root(leaves(low, high)))
            return merkle.root_of_peaks(peaks)

        return root_of

    def _grow(self, blocks: int, read: Read) -> None:
        known = len(self._levels[0])
        for start in range(known * BLOCK, blocks * BLOCK, _READ_AT_ONCE):
            part = read(start, min(start + _READ_AT_ONCE, blocks * BLOCK))
            for place in range(0, len(part), BLOCK):
                self._append(merkle.tree_root(part[place : place + BLOCK]))

    def _append(self, root: bytes) -> None:
        for level in self._levels:
            level.append(root)
            if len(level) & 1:
                return
            root = merkle.node_hash(level[-2], level[-1])
        self._levels.append([root])
