"""What must be said beside passes: which elements are old, which satellites have several sets, decay, or are unused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from truceline.orbits.age import MOST_D, OLD_D, time_sigma_s
from truceline.orbits.elements import DEEP_MIN, Elements
from truceline.orbits.shares import Share, share_period
from truceline.orbits.track import lifetime_s
from truceline.timespan import Timespan

# column -> dtype; one row is one thing a reader of the passes must know
REMARKS: dict[str, str] = {
    "satellite": "object",
    "norad_id": "int64",
    "matter": "object",  # old | several | decayed | unused
    "epoch": "datetime64[ns, UTC]",  # of the element set
    "age_d": "float64",  # the most days between the epoch and any part of the period it serves
    "time_sigma_s": "float64",  # one-sigma error of times to expect at that age
    "along_track_km": "float64",  # the same along the track
    "text": "object",  # one sentence
}
_MU_KM3_S2 = 398600.4418


def remarks(elements: Sequence[Elements], period: Timespan) -> pd.DataFrame:
    """Return what must be said of passes over a period from these sets: the columns of `REMARKS`, by satellite.

    old: used more than 14 days from its epoch. several: one satellite, several sets, of which the nearest in time is
    used. decayed: cannot be propagated over part of the period. unused: further than a year from it, or too high.

    Raises RequestError as `find_passes` does.
    """
    shares = share_period(elements, period)
    rows = [row for several in shares.values() for row in _of_satellite(several, period)]
    rows += list(_unused(elements, period))
    table = pd.DataFrame(rows, columns=list(REMARKS)).astype(REMARKS)
    return table.sort_values(["satellite", "matter", "epoch"], kind="stable", ignore_index=True)


def _of_satellite(several: list[Share], period: Timespan) -> Iterator[dict[str, Any]]:
    end_s = (period.end - period.start).total_seconds()
    inside = [replace(s, first_s=max(s.first_s, 0.0), last_s=min(s.last_s, end_s)) for s in several]
    inside = [share for share in inside if share.first_s <= share.last_s]
    if len(inside) > 1:
        one = inside[0].elements
        text = f"{one.name} has {len(inside)} sets in use; for each pass the one of nearest epoch counts."
        yield _row(one, "several", 0.0, text)
    for share in inside:
        one = share.elements
        low, high = (period.start + timedelta(seconds=s) for s in (share.first_s, share.last_s))
        age_d = max(abs(low - one.epoch), abs(high - one.epoch)) / timedelta(days=1)
        if age_d > OLD_D:
            yield _row(one, "old", age_d, _old_text(one, age_d, low))
        for text in _decay_texts(share, period):
            yield _row(one, "decayed", age_d, text)


def _old_text(one: Elements, age_d: float, low: datetime) -> str:
    least, middle, most = (float(time_sigma_s(np.array(age_d), case=case)) for case in range(3))
    way = "run back to" if low < one.epoch else "run on to"
    return (
        f"{one.name}: elements of {one.epoch:%Y-%m-%d} {way} {age_d:.0f} days away; times may be off by {middle:.0f} s "
        f"({least:.0f}-{most:.0f} s), {middle * _speed_km_s(one):.0f} km along the track."
    )


def _decay_texts(share: Share, period: Timespan) -> Iterator[str]:
    one = share.elements
    low, high = lifetime_s(one, start=period.start, first_s=share.first_s, last_s=share.last_s)
    if low > share.first_s:
        yield f"{one.name} cannot be run back beyond {_instant(period, low)}: no passes before."
    if high < share.last_s:
        yield f"{one.name} has decayed by {_instant(period, high)}, as its elements go: no passes after."


def _instant(period: Timespan, seconds: float) -> str:
    return f"{period.start + timedelta(seconds=seconds):%Y-%m-%d %H:%M} UTC"


def _unused(elements: Sequence[Elements], period: Timespan) -> Iterator[dict[str, Any]]:
    for one in elements:
        beside = max(period.start - one.epoch, one.epoch - period.end) / timedelta(days=1)
        text = ""
        if one.period_min >= DEEP_MIN:
            text = f"{one.name} goes round in {one.period_min:.0f} minutes, too high to make passes: not used."
        elif beside >= MOST_D:
            text = f"{one.name}: elements of {one.epoch:%Y-%m-%d} are {beside:.0f} days from the period: not used."
        if text:
            yield _row(one, "unused", max(beside, 0.0), text)


def _speed_km_s(one: Elements) -> float:
    return float((_MU_KM3_S2 * one.revolutions_per_day * 2 * np.pi / 86_400) ** (1 / 3))


def _row(one: Elements, matter: str, age_d: float, text: str) -> dict[str, Any]:
    sigma = float(time_sigma_s(np.array(age_d)))
    return {
        "satellite": one.name,
        "norad_id": one.norad_id,
        "matter": matter,
        "epoch": one.epoch,
        "age_d": age_d,
        "time_sigma_s": sigma,
        "along_track_km": sigma * _speed_km_s(one),
        "text": text,
    }
