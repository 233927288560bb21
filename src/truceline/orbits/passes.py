"""Passes: when each satellite's instrument could look at each place, from element sets alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

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
from truceline.orbits.track import Floats, make_track, places
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """The passes of one element set and instrument: (p, 9) as in `kernel.walk`, and (p,) relative orbits."""

    elements: Elements
    swath: Swath
    found: Floats
    orbit: Floats


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
    than a year from the period, orbits of 225 minutes and more, times at which an orbit has decayed, and times outside
    an instrument's dates; `remarks` says which.

    Elements come in any order; those that no swath names are passed over. Places are degrees, (c,), on the ellipsoid.

    Raises
    ------
    RequestError
        If there are no places, one is not on Earth, or no element set of a low orbit lies within a year of the period.
    """
    lon, lat = _check_places(lon_deg, lat_deg)
    cells = places(lon_deg=lon, lat_deg=lat)
    period = Timespan(start=period.start.astimezone(UTC), end=period.end.astimezone(UTC))
    named = {norad_id for swath in swaths for norad_id in swath.norad_ids}
    looking = [one for one in elements if one.norad_id in named]
    shares = share_period(looking, period) if looking or not elements else {}
    jobs = [
        partial(_passes_of, share, swaths, cells, period)
        for several in shares.values()
        for share in hand_over(several, cells, period)
        if (share[1][:, 0] < share[1][:, 1]).any()
    ]
    with ThreadPoolExecutor() as pool:
        parts = [part for job in pool.map(lambda job: job(), jobs) for part in job]
    return _table(parts, lon, lat, period)


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


def _passes_of(share: tuple[Share, Floats], swaths: Sequence[Swath], cells: Floats, period: Timespan) -> list[_Part]:
    """Return the passes of one element set, by instrument; only instruments that have any."""
    one, span = share[0].elements, share[1]
    low, high = float(span[:, 0].min()), float(span[:, 1].max())
    track = make_track(one, start=period.start, first_s=low - PAD_S, last_s=high + PAD_S)
    made = []
    for swath in (swath for swath in swaths if one.norad_id in swath.norad_ids):
        found = search(track, cells, swath, _in_service(swath, one.norad_id, span, period.start))
        if len(found):
            orbit = np.full(len(found), np.nan)
            if swath.repeat is not None:
                orbit = relative_orbits(track, found[:, 2], swath.repeat)
            made.append(_Part(elements=one, swath=swath, found=found, orbit=orbit))
    return made


def _in_service(swath: Swath, norad_id: int, span: Floats, start: datetime) -> Floats:
    """Return the span cut to the dates on which the instrument of this satellite counts."""
    low, high = span[:, 0], span[:, 1]
    if norad_id in swath.serves_from:
        low = np.maximum(low, (swath.serves_from[norad_id] - start).total_seconds())
    if norad_id in swath.serves_to:
        high = np.minimum(high, (swath.serves_to[norad_id] - start).total_seconds())
    return np.stack([low, high], axis=1)


def _table(parts: list[_Part], lon: Floats, lat: Floats, period: Timespan) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in PASSES.items()})
    names = np.array([part.elements.name for part in parts], object)
    which = np.repeat(np.arange(len(parts)), [len(part.found) for part in parts])
    found, orbit = np.concatenate([part.found for part in parts]), np.concatenate([part.orbit for part in parts])
    alphabetical = np.unique(names, return_inverse=True)[1]
    order = np.lexsort([found[:, 0], alphabetical[which], found[:, 2]])
    which, cell = which[order], found[order, 0].astype(np.int64)
    start = np.datetime64(period.start.replace(tzinfo=None), "ns")
    times = [
        pd.DatetimeIndex(start + np.round(found[order, k] * 1e9).astype("timedelta64[ns]"), tz="UTC") for k in (1, 2, 3)
    ]
    epochs = np.array([np.datetime64(part.elements.epoch.astimezone(UTC).replace(tzinfo=None), "ns") for part in parts])
    age_d = np.abs((times[1].tz_localize(None).to_numpy() - epochs[which]) / np.timedelta64(1, "D"))
    columns = {
        "satellite": names[which],
        "norad_id": np.array([part.elements.norad_id for part in parts], np.int64)[which],
        "instrument": np.array([part.swath.instrument for part in parts], object)[which],
        "cell": cell,
        "time_start": times[0],
        "time_peak": times[1],
        "time_end": times[2],
        "off_nadir_deg": found[order, 4],
        "incidence_deg": found[order, 5],
        "side": np.where(found[order, 7] > 0, *np.array(["left", "right"], object)),
        "range_km": found[order, 6],
        "ascending": found[order, 8] > 0,
        "sun_elevation_deg": sun_elevation_each_deg(times[1], lon_deg=lon[cell], lat_deg=lat[cell]),
        "relative_orbit": orbit[order],
        "age_d": age_d,
        "time_sigma_s": time_sigma_s(age_d),
    }
    return pd.DataFrame(columns, columns=list(PASSES), copy=False)
