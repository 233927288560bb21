"""Passes: when each satellite's instrument could look at each place, from element sets alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.light import sun_elevation_each_deg
from truceline.orbits.age import time_sigma_s
from truceline.orbits.elements import Elements
from truceline.orbits.number import relative_orbits
from truceline.orbits.search import search
from truceline.orbits.shares import Share, hand_over, share_period
from truceline.orbits.swath import Swath
from truceline.orbits.track import Floats, Track, make_track, places
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
        for share in hand_over(several, cells, period)
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


def _passes_of(
    share: tuple[Share, Floats], swaths: list[Swath], cells: Floats, period: Timespan
) -> list[dict[str, Any]]:
    """Return the passes of one element set, one mapping of columns for each instrument."""
    one, span = share[0].elements, share[1]
    low, high = float(span[:, 0].min()), float(span[:, 1].max())
    track = make_track(one, start=period.start, first_s=low - PAD_S, last_s=high + PAD_S)
    made = []
    for swath in swaths:
        dates = _in_service(swath, one.norad_id, span, period.start)
        found = search(track, cells, swath, dates)
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
