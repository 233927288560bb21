"""What every command shares: its options, how it reads instants, and its exit codes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from truceline.errors import RequestError
from truceline.timespan import parse_instant

DONE, FOUND_SOMETHING, BAD_REQUEST = 0, 1, 2

Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def instant(text: str | None) -> datetime:
    """Return the instant of that text, or now."""
    return parse_instant(text) if text else datetime.now(UTC)


def pairs_of(pairs: list[str] | None) -> dict[str, str]:
    """Return their=ours pairs as a mapping."""
    made = {}
    for pair in pairs or ():
        theirs, equals, ours = pair.partition("=")
        if not equals or not theirs or not ours:
            raise RequestError(f"--map '{pair}' is not their=ours.", todo="Write for example --map when=time.")
        made[theirs] = ours
    return made


def corners(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north from text."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise RequestError(f"--box '{text}' is not four numbers.", todo="Write --box 31,46,39,51.") from error
    return west, south, east, north
