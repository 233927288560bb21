"""Signed tree heads: what the record held at an instant, under an Ed25519 signature (RFC 8032)."""

from __future__ import annotations

import bisect
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from truceline.errors import RecordError
from truceline.provenance import canonical_json
from truceline.store.database import HEADS
from truceline.timespan import iso

Key = Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The state of the record after one batch. Numbers run from 0 without a gap, so a head cannot be taken out."""

    number: int
    size: int  # entries
    root: str  # SHA-256, hexadecimal
    time: str  # UTC, as given by the caller
    signature: str  # Ed25519 over `signed_text`, hexadecimal

    @property
    def signed_text(self) -> bytes:
        """The canonical JSON that is signed."""
        return canonical_json({"number": self.number, "root": self.root, "size": self.size, "time": self.time})

    @property
    def line(self) -> bytes:
        """The head as one line of a bundle."""
        return b'{"head":' + self.signed_text + b',"signature":"' + self.signature.encode() + b'"}'


def sign_head(key: Key, *, number: int, size: int, root: bytes, now: datetime) -> Head:
    """Return the head signed with the key. The same key, root and `now` give the same bytes."""
    head = Head(number=number, size=size, root=root.hex(), time=iso(now), signature="")
    signature = key.sign(head.signed_text).hex()
    return Head(number=number, size=size, root=head.root, time=head.time, signature=signature)


def signature_holds(public_key: bytes, signature: bytes, text: bytes) -> bool:
    """Return whether the signature of the text was made with the key of this public half."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def all_heads(connection: sa.Connection) -> Iterator[Head]:
    """Yield every head of a record, the oldest first."""
    return map(_head, connection.execute(sa.select(HEADS).order_by(HEADS.c.number)))


def last_head(connection: sa.Connection) -> Head | None:
    """Return the latest head of a record, or None while it is empty."""
    row = connection.execute(sa.select(HEADS).order_by(HEADS.c.number.desc()).limit(1)).first()
    return _head(row) if row else None


def head_over(connection: sa.Connection, entry: int) -> Head:
    """Return the first head over an entry that is committed."""

    def size_of(number: int) -> int:
        return int(connection.execute(sa.select(HEADS.c.size).where(HEADS.c.number == number)).scalar_one())

    last = connection.execute(sa.select(sa.func.max(HEADS.c.number))).scalar_one()
    # sizes never fall from one head to the next, so that a few are looked at and not all
    number = bisect.bisect_right(range(last), entry, key=size_of)
    return _head(connection.execute(sa.select(HEADS).where(HEADS.c.number == number)).one())


def _head(row: sa.Row[Any]) -> Head:
    return Head(number=row.number, size=row.size, root=row.root, time=row.time, signature=row.signature)


def public_half(key: Key) -> bytes:
    """Return the 32 bytes that anybody may have."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_file(path: Path) -> Key:
    """Return the signing key kept in a file (PEM), made with mode 0600 when there is none."""
    with contextlib.suppress(FileExistsError):
        return _make_key(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise RecordError(
            "the signing key cannot be read.", where=str(path), todo="Give an unencrypted Ed25519 key in PEM form."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RecordError("the signing key is not an Ed25519 key.", where=str(path), todo="Name another key file.")
    return key


def _make_key(path: Path) -> Key:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise
    except OSError as error:
        raise RecordError(
            f"the signing key cannot be made: {error.strerror}.", where=str(path), todo="Name another key file."
        ) from error
    key = Ed25519PrivateKey.generate()
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.flush()
        os.fsync(file.fileno())
    return key
