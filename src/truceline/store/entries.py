"""An entry as the line that is hashed, and all entries in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from truceline.store.canonical import quoted
from truceline.store.database import ENTRIES


def entry_lines(kinds: Sequence[str], ids: Sequence[str], payloads: Sequence[str]) -> list[bytes]:
    """Return the canonical JSON line of each entry: the bytes its leaf hashes and a bundle holds."""
    return [
        f'{{"id":{i},"kind":{k},"payload":{p}}}'.encode(errors="backslashreplace")
        for k, i, p in zip(quoted(kinds), quoted(ids), payloads, strict=True)
    ]


def columns_of_entries(connection: sa.Connection) -> Iterator[tuple[Any, ...]]:
    """Yield the entries in order, some thousands at a time, as (numbers, kinds, ids, payloads, leaves)."""
    wanted = sa.select(ENTRIES).order_by(ENTRIES.c.entry)
    for part in connection.execution_options(yield_per=10_000).execute(wanted).partitions():
        yield tuple(zip(*part, strict=True))
