"""Which element set serves which part of a period: for each instant the one of nearest epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from truceline.errors import RequestError
from truceline.orbits.age import MOST_D
from truceline.orbits.elements import DEEP_MIN, Elements
from truceline.orbits.track import Floats, make_track
from truceline.timespan import Timespan


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One element set and the part of the period, in seconds from its start, for which it is the nearest."""

    elements: Elements
    first_s: float
    last_s: float


def share_period(elements: Sequence[Elements], period: Timespan) -> dict[int, list[Share]]:
    """Return NORAD number -> its element sets in order of epoch, each with the part of the period it serves.

    Raises RequestError where no set at all lies within a year of the period, or an orbit is too high for passes.
    """
    end_s = (period.end - period.start).total_seconds()
    by_satellite: dict[int, list[Elements]] = {}
    for one in sorted(elements, key=lambda e: (e.norad_id, e.epoch)):
        if one.period_min >= DEEP_MIN:
            raise RequestError(
                f"{one.name} ({one.norad_id}) goes round in {one.period_min:.0f} minutes: too high to make passes.",
                todo="Leave it out; passes are of satellites below some 6,000 km.",
            )
        by_satellite.setdefault(one.norad_id, []).append(one)
    shares: dict[int, list[Share]] = {}
    for norad_id, sets in by_satellite.items():
        epochs = np.array([(e.epoch - period.start).total_seconds() for e in sets])
        edges = np.r_[-np.inf, (epochs[1:] + epochs[:-1]) / 2, np.inf]
        lows = np.maximum.reduce([edges[:-1], np.zeros(len(sets)), epochs - MOST_D * 86_400])
        highs = np.minimum.reduce([edges[1:], np.full(len(sets), end_s), epochs + MOST_D * 86_400])
        served = [
            Share(elements=e, first_s=float(low), last_s=float(high))
            for e, low, high in zip(sets, lows, highs, strict=True)
            if low < high
        ]
        if served:
            shares[norad_id] = served
    if not shares and end_s > 0:
        raise RequestError(
            f"no element set lies within a year of the period {period}.",
            todo="Give sets with an epoch in the period, or near it.",
        )
    return shares


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
    # a change before the first or after the last instant of the period changes nothing there
    end_s = (period.end - period.start).total_seconds()
    return [(share, np.clip(span, 0, end_s)) for share, span in zip(several, spans, strict=True)]
