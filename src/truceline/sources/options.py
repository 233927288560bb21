"""The options every source takes, and the list of what was set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import SourceError, UnknownNameError
from truceline.observations import SET_ASIDE, new_table
from truceline.observations.places import Box
from truceline.timespan import find_zone, parse_instant

COMMON = ("timezone", "day_first", "map", "party", "reliability", "sigma_m", "near", "now")
_RAW_LIMIT = 500
_AHEAD = timedelta(days=1)  # clocks differ; a day ahead is a slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user said about a source. `more` holds the options of one kind of source alone."""

    timezone: str | None = None
    day_first: bool | None = None
    map: Mapping[str, str] = field(default_factory=dict)  # their column -> ours
    party: str = ""
    reliability: str = "F"
    sigma_m: float | None = None
    near: Box | None = None
    latest: datetime  # a time after this is a slip
    more: Mapping[str, Any] = field(default_factory=dict)


def read_options(
    options: Mapping[str, Any] | None, *, also: Iterable[str] = (), timezone: str | None = None
) -> Options:
    """Return checked options; `also` names those of this kind of source, `timezone` its zone by definition."""
    given = {key: value for key, value in (options or {}).items() if value is not None}
    known = (*COMMON, *also)
    for key in given:
        if key not in known:
            raise UnknownNameError("source option", str(key), known)
    zone = given.get("timezone", timezone)
    if zone is not None:
        find_zone(str(zone), where="option timezone")
    sigma_m = given.get("sigma_m")
    if sigma_m is not None and not (_is_number(sigma_m) and float(sigma_m) >= 0):
        raise SourceError(f"sigma_m is '{sigma_m}'.", where="option sigma_m", todo="Give metres, such as 500.")
    now = parse_instant(given["now"], where="option now") if "now" in given else datetime.now(UTC)
    return Options(
        timezone=zone,
        day_first=_day_first(given.get("day_first")),
        map=_mapping(given.get("map", {})),
        party=str(given.get("party", "")),
        reliability=str(given.get("reliability", "F")),
        sigma_m=None if sigma_m is None else float(sigma_m),
        near=_box(given.get("near")),
        latest=now + _AHEAD,
        more={key: given[key] for key in also if key in given},
    )


def _is_number(value: object) -> bool:
    try:
        return bool(np.isfinite(float(value)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _day_first(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise SourceError(f"day_first is '{value}'.", where="option day_first", todo="Say true or false.")


def _mapping(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise SourceError(f"map is '{value}'.", where="option map", todo="Write their column: our column.")
    return {str(theirs): str(ours) for theirs, ours in value.items()}


def _box(value: Any) -> Box | None:
    if value is None:
        return None
    try:
        west, south, east, north = (float(v) for v in value)
    except (TypeError, ValueError) as error:
        raise SourceError(
            f"near is '{value}'.", where="option near", todo="Give west, south, east, north in degrees."
        ) from error
    return west, south, east, north


class Aside:
    """Collects what cannot be read while a source is read."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._parts: list[pd.DataFrame] = []

    def add(self, path: Path, *, line: Any, reason: Any, todo: Any, raw: Any = "") -> None:
        """Set aside rows of a file: each value is one for all, or one per row."""
        lines = np.atleast_1d(np.asarray(line, float))
        if not len(lines):
            return
        self._parts.append(
            new_table(
                SET_ASIDE,
                {
                    "source": self._source,
                    "file": path.name,
                    "line": lines,
                    "reason": reason,
                    "todo": todo,
                    "raw": pd.Series(raw, index=range(len(lines)), dtype=object).astype(str).str.slice(0, _RAW_LIMIT),
                },
                length=len(lines),
            )
        )

    def take(self) -> pd.DataFrame:
        """Return everything set aside since the last call, by file and line."""
        if not self._parts:
            return new_table(SET_ASIDE, {})
        table = pd.concat(self._parts, ignore_index=True)
        self._parts = []
        return table.sort_values(["file", "line"], kind="stable", ignore_index=True)
