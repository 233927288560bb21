"""Which element set serves which part of a period: for each instant the one of nearest epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from truceline.errors import RequestError
from truceline.orbits.age import MOST_D
from truceline.orbits.elements import DEEP_MIN, Elements
from truceline.orbits.track import Floats, make_track
from truceline.timespan import Timespan

HAND_OVER_S = 7200.0  # the change from one set to the next may fall so far from the middle of their epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One element set and the time, in seconds from the period's start, for which it is the nearest.

    It may begin before the period and end after it by `HAND_OVER_S`: a change just outside may reach in.
    """

    elements: Elements
    first_s: float
    last_s: float


def share_period(elements: Sequence[Elements], period: Timespan) -> dict[int, list[Share]]:
    """Return NORAD number -> its element sets in order of epoch, each with the part of the period it serves.

    Sets more than a year away and orbits of 225 minutes and more, too high to make passes, are left out.

    Raises
    ------
    RequestError
        If that leaves none for any part of the period.
    """
    end_s = (period.end - period.start).total_seconds()
    by_satellite: dict[int, list[Elements]] = {}
    for one in sorted(elements, key=lambda e: (e.norad_id, e.epoch)):
        if one.period_min < DEEP_MIN:
            by_satellite.setdefault(one.norad_id, []).append(one)
    shares = {norad_id: _share(sets, period.start, end_s) for norad_id, sets in by_satellite.items()}
    shares = {norad_id: several for norad_id, several in shares.items() if several}
    if not shares:
        raise RequestError(
            f"no element set of a low orbit lies within a year of the period {period}.",
            todo="Give sets with an epoch in the period, or near it.",
        )
    return shares


def _share(sets: list[Elements], start: datetime, end_s: float) -> list[Share]:
    """Return one satellite's shares; none where no part of the period itself is within a year of any epoch."""
    epochs = np.array([(e.epoch - start).total_seconds() for e in sets])
    edges = np.r_[-np.inf, (epochs[1:] + epochs[:-1]) / 2, np.inf]
    lows = np.maximum.reduce([edges[:-1], np.full(len(sets), -HAND_OVER_S), epochs - MOST_D * 86_400])
    highs = np.minimum.reduce([edges[1:], np.full(len(sets), end_s + HAND_OVER_S), epochs + MOST_D * 86_400])
    several = [
        Share(elements=e, first_s=float(low), last_s=float(high))
        for e, low, high in zip(sets, lows, highs, strict=True)
        if low < high
    ]
    return several if any(s.first_s <= end_s and s.last_s >= 0 for s in several) else []


def hand_over(several: list[Share], cells: Floats, period: Timespan) -> list[tuple[Share, Floats]]:
    """Return each share with (c, 2), the seconds between which its passes over each cell must peak.

    Where one set hands over to the next, the instant is moved within an orbit to where the satellite is lowest below
    the cell's horizon: both sets agree there that no pass is under way.
    """
    spans = [np.tile([share.first_s, share.last_s], (len(cells), 1)) for share in several]
    for i in range(len(several) - 1):
        middle = several[i].last_s
        if several[i + 1].first_s != middle:
            continue  # a gap longer than a year: nothing to hand over
        half = several[i].elements.period_min * 30
        track = make_track(several[i].elements, start=period.start, first_s=middle - half, last_s=middle + half)
        height = np.nan_to_num(cells[:, 3:] @ track.position_km.T)
        change = track.seconds[height.argmin(axis=1)]
        spans[i][:, 1], spans[i + 1][:, 0] = change, change
    end_s = (period.end - period.start).total_seconds()
    return [(share, np.clip(span, 0, end_s)) for share, span in zip(several, spans, strict=True)]
