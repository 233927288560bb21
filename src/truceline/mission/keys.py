"""The files of a mission as keys and values: what is not known is refused and explained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from truceline.agreement import (
    load_yaml,
)
from truceline.errors import MissionError, did_you_mean


def read_mapping(path: Path, known: set[str]) -> dict[str, Any]:
    """Return the mapping in a YAML file, with unknown keys refused."""
    if not path.is_file():
        raise MissionError("the file is missing.", where=str(path), todo="See missions/easter-2026 for an example.")
    said, _ = load_yaml(path.read_text(encoding="utf-8"), where=str(path))
    if not isinstance(said, dict):
        raise MissionError("it does not hold keys and values.", where=str(path))
    check_keys(said, known, str(path))
    return said


def check_keys(said: Mapping[str, Any], known: set[str], where: str) -> None:
    """Raise MissionError for the first key that is not known, with the one that was probably meant."""
    for key in said:
        if key not in known:
            guess = did_you_mean(str(key), known)
            hint = f"Did you mean '{guess}'?" if guess else f"Known keys: {', '.join(sorted(known))}."
            raise MissionError(f"key '{key}' is not known.", where=where, todo=hint)
