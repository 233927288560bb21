"""Passes: when each satellite's instrument could look at each place, from element sets alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.light import sun_elevation_each_deg
from truceline.orbits.age import MOST_D, time_sigma_s
from truceline.orbits.elements import DEEP_MIN, Elements
from truceline.orbits.kernel import INCIDENCE, OFF_NADIR, OUT, walk
from truceline.orbits.number import relative_orbits
from truceline.orbits.swath import Swath
from truceline.orbits.track import A_KM, NODE_S, Floats, Track, make_track, places
from truceline.timespan import Timespan

# column -> dtype; one row is one pass of one satellite's instrument over one cell
PASSES: dict[str, str] = {
    "satellite": "object",  # its name in the element set
    "norad_id": "int64",
    "instrument": "object",
    "cell": "int64",  # index into the places asked for
    "time_start": "datetime64[ns, UTC]",  # the cell comes within the outer limit ...
    "time_peak": "datetime64[ns, UTC]",  # ... stands highest to the satellite: a scanner looks at it now ...
    "time_end": "datetime64[ns, UTC]",  # ... and leaves it; the first and last may lie outside the period
    "off_nadir_deg": "float64",  # this and all that follows at the peak
    "incidence_deg": "float64",  # view zenith at the cell
    "side": "object",  # left | right of the way the satellite flies
    "range_km": "float64",
    "ascending": "bool",  # flying north
    "sun_elevation_deg": "float64",  # at the cell
    "relative_orbit": "float64",  # its number in the repeat cycle; nan where none is defined
    "age_d": "float64",  # days between the epoch of the elements and the peak
    "time_sigma_s": "float64",  # one-sigma error of the times to expect from that age
}

PAD_S = 2400.0  # the track goes on this long before and after the period, so that no pass is cut at its ends
_SIDES = {"both": 0, "left": 1, "right": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """One element set and the part of the period, in seconds from its start, for which it is the nearest."""

    elements: Elements
    first_s: float
    last_s: float


def find_passes(
    elements: Sequence[Elements],
    swaths: Sequence[Swath],
    *,
    lon_deg: npt.ArrayLike,
    lat_deg: npt.ArrayLike,
    period: Timespan,
) -> pd.DataFrame:
    """Return every pass of every instrument over every place that peaks in the period: the columns of `PASSES`.

    Sorted by time_peak, satellite, cell. A pass belongs to the period that holds its peak, so adjoining periods add up
    to the whole; its start and end are told in full, even outside. Of several sets of one satellite the one of nearest
    epoch is used, with the change made while the satellite is on the far side of the Earth. Left out are sets further
    than a year from the period, times at which an orbit has decayed, and times outside an instrument's dates;
    `remarks` says which.

    Elements come in any order; those that no swath names are passed over. Places are degrees, (c,), on the ellipsoid.

    Raises
    ------
    RequestError
        If there are no places or one is not on Earth, no element set lies within a year of the period, or an orbit is
        so high (period over 225 min) that it makes no passes.
    """
    lon, lat = _check_places(lon_deg, lat_deg)
    cells = places(lon_deg=lon, lat_deg=lat)
    shares = share_period(elements, period)
    jobs = [
        partial(_passes_of, share, group, cells, period)
        for several in shares.values()
        for share in _split(several, cells, period)
        if (group := [s for s in swaths if share[0].elements.norad_id in s.norad_ids])
    ]
    with ThreadPoolExecutor() as pool:
        parts = [part for job in pool.map(lambda job: job(), jobs) for part in job]
    return _table([p for p in parts if len(p["cell"])], lon, lat, period)


def _check_places(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Floats, Floats]:
    lon, lat = np.atleast_1d(np.asarray(lon_deg, float)), np.atleast_1d(np.asarray(lat_deg, float))
    if lon.ndim != 1 or lon.shape != lat.shape or not len(lon):
        raise RequestError(f"{lon.size} longitudes and {lat.size} latitudes make no places.", todo="Give one of each.")
    usable = np.isfinite(lon) & np.isfinite(lat) & (abs(lat) <= 90) & (abs(lon) <= 360)
    if not usable.all():
        at = int(np.argmin(usable))
        raise RequestError(
            f"place {at} ({lon[at]}, {lat[at]}) is not on Earth.", todo="Longitude, then latitude, in degrees."
        )
    return lon, lat


def share_period(elements: Sequence[Elements], period: Timespan) -> dict[int, list[_Share]]:
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
    shares: dict[int, list[_Share]] = {}
    for norad_id, sets in by_satellite.items():
        epochs = np.array([(e.epoch - period.start).total_seconds() for e in sets])
        edges = np.r_[-np.inf, (epochs[1:] + epochs[:-1]) / 2, np.inf]
        lows = np.maximum.reduce([edges[:-1], np.zeros(len(sets)), epochs - MOST_D * 86_400])
        highs = np.minimum.reduce([edges[1:], np.full(len(sets), end_s), epochs + MOST_D * 86_400])
        served = [
            _Share(elements=e, first_s=float(low), last_s=float(high))
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


def _split(several: list[_Share], cells: Floats, period: Timespan) -> list[tuple[_Share, Floats]]:
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


def _passes_of(
    share: tuple[_Share, Floats], swaths: list[Swath], cells: Floats, period: Timespan
) -> list[dict[str, Any]]:
    """Return the passes of one element set, one mapping of columns for each instrument."""
    set_, span = share
    one = set_.elements
    low, high = float(span[:, 0].min()), float(span[:, 1].max())
    track = make_track(one, start=period.start, first_s=low - PAD_S, last_s=high + PAD_S)
    runs = _worth_a_look(track, cells)
    made = []
    for swath in swaths:
        dates = _in_service(swath, one.norad_id, span, period.start)
        found = _walk(track, runs, cells, swath, dates)
        made.append(_columns(found, one, swath, track, period.start))
    return made


def _in_service(swath: Swath, norad_id: int, span: Floats, start: datetime) -> Floats:
    """Return the span cut to the dates on which the instrument of this satellite counts."""
    low, high = span[:, 0], span[:, 1]
    if norad_id in swath.serves_from:
        low = np.maximum(low, (swath.serves_from[norad_id] - start).total_seconds())
    if norad_id in swath.serves_to:
        high = np.minimum(high, (swath.serves_to[norad_id] - start).total_seconds())
    return np.stack([low, high], axis=1)


def _worth_a_look(track: Track, cells: Floats) -> npt.NDArray[np.int64]:
    """Return (r, 2): first and last node of each stretch in which the satellite may stand above any cell's horizon.

    The cells lie within a cap round their mean direction; the satellite must be within the cap, the horizon's reach
    (a degree more for the ellipsoid) and one step of its flight.
    """
    up = cells[:, :3] / np.linalg.norm(cells[:, :3], axis=1, keepdims=True)
    mean = up.mean(axis=0)
    far = np.linalg.norm(track.position_km, axis=1)
    known = np.isfinite(far)
    if np.linalg.norm(mean) < 1e-6:  # cells all round the Earth have no middle
        near = known
    else:
        middle = mean / np.linalg.norm(mean)
        cap = np.arccos(np.clip(up @ middle, -1, 1)).max()
        speed = np.linalg.norm(track.velocity_km_s, axis=1) / far
        reach = np.arccos(np.clip(A_KM / far, -1, 1)) + np.radians(1) + speed * NODE_S
        near = known & (np.arccos(np.clip(track.position_km @ middle / far, -1, 1)) <= cap + reach)
    edges = np.diff(np.r_[0, near.astype(np.int8), 0])
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    runs = np.stack([first, last], axis=1)
    return runs[last > first].astype(np.int64)


def _walk(track: Track, runs: npt.NDArray[np.int64], cells: Floats, swath: Swath, span: Floats) -> Floats:
    kind = INCIDENCE if swath.limit == "incidence" else OFF_NADIR
    limits = (kind, float(np.cos(np.radians(swath.max_deg))), float(swath.min_deg), float(_SIDES[swath.side]))
    arrays = (track.seconds, track.position_km, track.velocity_km_s)
    room = 1000
    while True:
        found = np.empty((room, OUT))
        number = walk(arrays, runs, cells, limits, span, found)
        if number <= room:
            return found[:number]
        room = number


def _columns(found: Floats, one: Elements, swath: Swath, track: Track, start: datetime) -> dict[str, Any]:
    age = abs(found[:, 2] / 86_400 + (start - one.epoch) / timedelta(days=1))
    orbit = np.full(len(found), np.nan)
    if swath.repeat is not None and len(found):
        orbit = relative_orbits(track, found[:, 2], swath.repeat)
    return {
        "satellite": one.name,
        "norad_id": one.norad_id,
        "instrument": swath.instrument,
        "cell": found[:, 0].astype(np.int64),
        "seconds": found[:, 1:4],
        "off_nadir_deg": found[:, 4],
        "incidence_deg": found[:, 5],
        "range_km": found[:, 6],
        "left": found[:, 7] > 0,
        "ascending": found[:, 8] > 0,
        "relative_orbit": orbit,
        "age_d": age,
    }


def _table(parts: list[dict[str, Any]], lon: Floats, lat: Floats, period: Timespan) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in PASSES.items()})
    names = np.array([p["satellite"] for p in parts], object)
    which = np.repeat(np.arange(len(parts)), [len(p["cell"]) for p in parts])
    whole = {key: np.concatenate([p[key] for p in parts]) for key in parts[0] if isinstance(parts[0][key], np.ndarray)}
    alphabetical = np.unique(names, return_inverse=True)[1]
    order = np.lexsort([whole["cell"], alphabetical[which], whole["seconds"][:, 1]])
    which = which[order]
    whole = {key: column[order] for key, column in whole.items()}
    start = np.datetime64(period.start.replace(tzinfo=None), "ns")
    times = start + np.round(whole.pop("seconds") * 1e9).astype("timedelta64[ns]")
    starts, peaks, ends = (pd.DatetimeIndex(times[:, i], tz="UTC") for i in range(3))
    cell = whole["cell"]
    columns = {
        "satellite": names[which],
        "norad_id": np.array([p["norad_id"] for p in parts], np.int64)[which],
        "instrument": np.array([p["instrument"] for p in parts], object)[which],
        "time_start": starts,
        "time_peak": peaks,
        "time_end": ends,
        "side": np.where(whole.pop("left"), "left", "right").astype(object),
        "sun_elevation_deg": sun_elevation_each_deg(peaks, lon_deg=lon[cell], lat_deg=lat[cell]),
        "time_sigma_s": time_sigma_s(whole["age_d"]),
        **whole,
    }
    return pd.DataFrame({name: columns[name] for name in PASSES}, copy=False)
