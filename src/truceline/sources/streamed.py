"""A table larger than memory: read in parts, rows that cannot matter dropped and counted, the rest held compactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.observations import OBSERVATIONS, SET_ASIDE, Readings, new_table, once_in_order
from truceline.sources import table
from truceline.sources.sightings import file_digest, readings
from truceline.strip import Strip

FAR_KM = 1000.0  # farther from the line than this, no clause of an agreement on a line of contact reaches
MOST_ROWS = 2_000_000  # kept rows: about 4 GB once they are incidents and findings
MOST_LISTED = 100_000  # rows set aside that are listed one by one
_OWN = ("observation_id", "ref", "text")  # each row has its own; the other texts repeat


def read_near(
    path: Path,
    *,
    source: str,
    options: Mapping[str, Any],
    strip: Strip,
    period: tuple[datetime | None, datetime | None] = (None, None),
    most: int = MOST_ROWS,
) -> Readings:
    """Return what a table says within 1,000 km of a line and from one instant to another; None sets no limit.

    The file is read once, in parts; memory grows with the rows kept, not with the file. Detections of heat outside
    the period are kept, for they tell of the background. What was dropped stands in `set_aside`, one row for each
    reason with the number.

    Raises
    ------
    RequestError
        If more than `most` rows would have to be kept.
    """
    dropped: Counter[str] = Counter()

    def keep(rows: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
        far = _is_far(rows, strip)
        outside = _is_outside(rows, period) & ~far
        dropped["far"] += int(far.sum())
        dropped["outside"] += int(outside.sum())
        return np.asarray(~far & ~outside)

    parts, aside = [], []
    words: dict[str, str] = {}
    found: dict[str, str] = {}
    rows, listed = 0, 0
    for part in table.stream(path, source=source, options=options, keep=keep):
        found.update(part.recognised)
        if len(part.observations):
            parts.append(_compact(part.observations, words))
        rows += len(part.observations)
        aside.append(part.set_aside.head(MOST_LISTED - listed))
        listed += len(aside[-1])
        dropped["unlisted"] += len(part.set_aside) - len(aside[-1])
        if rows > most:
            raise RequestError(
                f"more than {most:,} rows lie within {FAR_KM:,.0f} km of the line"
                + (" in the period." if any(period) else "."),
                where=path.name,
                todo="Watch a shorter period: name it with --from and --to.",
            )
    told = _told(path, source, dropped)
    return readings(
        once_in_order(parts, consume=True),
        set_aside=pd.concat([*aside, told], ignore_index=True) if aside else told,
        recognised=found,
        digests={path.name: file_digest(path)},
    )


def _is_far(rows: Mapping[str, Any], strip: Strip) -> npt.NDArray[np.bool_]:
    _, offset = strip.place(lon_deg=np.asarray(rows["lon_deg"], float), lat_deg=np.asarray(rows["lat_deg"], float))
    return np.asarray(np.abs(offset) > FAR_KM)


def _is_outside(rows: Mapping[str, Any], period: tuple[datetime | None, datetime | None]) -> npt.NDArray[np.bool_]:
    first, last = pd.Series(rows["time_start"]), pd.Series(rows["time_end"])
    outside = np.zeros(len(first), bool)
    if period[0] is not None:
        outside |= (last < period[0]).to_numpy()
    if period[1] is not None:
        outside |= (first >= period[1]).to_numpy()
    return np.asarray(outside & ~np.asarray(rows["sensor"] == "thermal", bool))


def _compact(part: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return the part with each repeated text held once for the whole file."""
    for name, kind in OBSERVATIONS.items():
        if kind == "text" and name not in _OWN:
            codes, different = pd.factorize(part[name])
            part[name] = np.array([words.setdefault(w, w) for w in different.tolist()], dtype=object)[codes]
    return part


def _told(path: Path, source: str, dropped: Mapping[str, int]) -> pd.DataFrame:
    """Return one row of SET_ASIDE for each reason for which rows were dropped, with their number."""
    says = {
        "far": (
            f"{{:,}} rows lie more than {FAR_KM:,.0f} km from the line and were not kept.",
            "Is it the right line?",
        ),
        "outside": ("{:,} rows lie outside the period and were not kept.", "Nothing, or name another period."),
        "unlisted": (f"{{:,}} further rows could not be read; the first {MOST_LISTED:,} are listed.", "See those."),
    }
    told = [(says[why][0].format(number), says[why][1]) for why, number in dropped.items() if number]
    return new_table(
        SET_ASIDE,
        {
            "source": source,
            "file": path.name,
            "line": np.zeros(len(told)),
            "reason": [reason for reason, _ in told],
            "todo": [todo for _, todo in told],
        },
        length=len(told),
    )
