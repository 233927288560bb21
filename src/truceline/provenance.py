"""Who said it, in which file, by which method and version: names and digests that never depend on the machine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who or what made a judgement, and by which version of which method."""

    method: str
    method_version: str = VERSION
    made_by: str = "automatic"


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, so that equal values have equal bytes. Rejects nan."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def stable_id(prefix: str, *parts: object) -> str:
    """Return a short name that is the same wherever the same parts are read.

    Examples
    --------
    >>> stable_id("obs", "viirs", 1) == stable_id("obs", "viirs", 1)
    True
    """
    text = "\x1f".join(str(part) for part in parts)
    return f"{prefix}-{digest(text.encode())[:12]}"
