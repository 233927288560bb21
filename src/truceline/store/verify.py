"""Whether a record still says what it was sealed to say; and if not, which item was changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from truceline.errors import RecordError
from truceline.store import merkle, standalone
from truceline.store.database import HEADS, connect, named_errors, place_name, reading
from truceline.store.entries import columns_of_entries, entry_lines
from truceline.store.heads import Head, signature_holds
from truceline.store.record import check_format, sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is not as it was sealed: `item` names it, `what` says how."""

    item: str
    what: str


def verify(path_or_url: str | Path, *, public_key: str = "") -> list[Problem]:
    """Return what was changed in a record or in an exported bundle; nothing when all is as it was sealed.

    Every entry is hashed again, every head's root and signature is checked. What this alone cannot show is that
    the newest batches were cut off, or that the whole was rewritten with another key: for that compare `public_key`
    and an old head (`Record.consistency`) with what somebody else has kept.

    Parameters
    ----------
    path_or_url
        A record's file or URL, or the folder of a bundle.
    public_key
        The key the record should be sealed with, 64 hexadecimal digits; not compared when empty.

    Raises
    ------
    RecordError
        If there is no record or bundle there.
    """
    if "://" not in str(path_or_url):
        path = Path(path_or_url)
        if path.is_dir():
            return _bundle_problems(path, public_key)
        if not path.is_file() or path.stat().st_size == 0:
            raise RecordError("there is no record here.", where=str(path), todo="Name a record or a bundle's folder.")
    return _record_problems(path_or_url, public_key)


def _bundle_problems(folder: Path, public_key: str) -> list[Problem]:
    try:
        found = standalone.verify_bundle(folder, public_key, signature_holds)
    except OSError as error:
        raise RecordError(
            f"this folder is not a whole bundle: {error.strerror} ({Path(str(error.filename)).name}).",
            where=str(folder),
            todo="Export it again, or name the folder that holds entries.jsonl.",
        ) from error
    return [Problem(item=item, what=what) for item, what in found]


def _record_problems(path_or_url: str | Path, public_key: str) -> list[Problem]:
    where = place_name(path_or_url)
    engine = connect(path_or_url)
    try:
        with named_errors(where):
            if not check_format(engine, where):
                raise RecordError("there is no record here.", where=where, todo="Name a record or a bundle's folder.")
        with reading(engine, where) as connection:
            return _damage(connection) + _check_all(connection, public_key)
    except RecordError as error:
        if "malformed" not in error.what:  # the database's word for a damaged file; the rest are not records at all
            raise
        return [Problem(item="database", what=error.what)]


def _check_all(connection: sa.Connection, public_key: str) -> list[Problem]:
    problems: list[Problem] = []
    computed: list[bytes] = []
    index: list[standalone.Row | None] = []
    expected = 0
    for numbers, kinds, ids, texts, leaves in columns_of_entries(connection):
        # a tampered column may hold any type; it is hashed as it reads
        kinds, ids, texts = list(map(str, kinds)), list(map(str, ids)), list(map(str, texts))
        computed += map(merkle.leaf_hash, entry_lines(kinds, ids, texts))
        index += zip(kinds, ids, (leaf if isinstance(leaf, bytes) else b"" for leaf in leaves), strict=True)
        for number in numbers:
            if number != expected:
                problems.append(Problem(item=f"entries {expected} to {number - 1}", what="missing from the record"))
            expected = number + 1
    key = _sealed_key(connection)
    if public_key and public_key.lower() != key.hex():
        problems.append(Problem(item="public key", what="not the key you named: somebody else sealed this record"))
    heads, bad_peaks = _read_heads(connection)
    found = standalone.check(computed, index, heads, key, lambda place: _called(index[place]), signature_holds)
    return problems + bad_peaks + [Problem(item=item, what=what) for item, what in found]


def _called(row: standalone.Row | None) -> str:
    return f"{row[0]} {row[1]}" if row else ""


def _sealed_key(connection: sa.Connection) -> bytes:
    try:
        return bytes.fromhex(sealed(connection).get("public_key", ""))
    except ValueError:
        return b""


def _read_heads(connection: sa.Connection) -> tuple[list[standalone.Head | None], list[Problem]]:
    heads: list[standalone.Head | None] = []
    problems = []
    for row in connection.execute(sa.select(HEADS).order_by(HEADS.c.number)):
        head = Head(
            number=row.number, size=row.size, root=str(row.root), time=str(row.time), signature=str(row.signature)
        )
        heads.append(standalone.read_head(head.line))
        peaks = row.peaks if isinstance(row.peaks, bytes) else b""
        if merkle.root_of_peaks([peaks[i : i + 32] for i in range(0, len(peaks), 32)]).hex() != head.root:
            problems.append(Problem(item=f"head {head.number}", what="the peaks kept beside it were changed"))
    return heads, problems


def _damage(connection: sa.Connection) -> list[Problem]:
    """Return what the database itself finds wrong with its file."""
    if connection.dialect.name != "sqlite":
        return []
    said = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
    return [Problem(item="database", what=text) for text in said if text != "ok"]
