"""How long help takes to a site: by road and by helicopter, at the fast, middle and slow end of what is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.geodesy import GEOD
from truceline.plan.places.facts import Range

Floats = npt.NDArray[np.float64]

ENDS = ("fast", "mid", "slow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How something gets to a place: notice, then a great circle times a detour at a speed.

    Each is (low, mid, high). The fast end has the least notice and detour and the most speed.
    """

    called: str
    notice_min: Range
    speed_kmh: Range
    detour: Range = (1.0, 1.0, 1.0)
    source: str = ""
    mark: str = "unchecked"

    def __post_init__(self) -> None:
        for name in ("notice_min", "speed_kmh", "detour"):
            low, mid, high = getattr(self, name)
            least = {"notice_min": 0.0, "speed_kmh": 1e-9, "detour": 1.0}[name]
            if not least <= low <= mid <= high < np.inf:
                raise RequestError(
                    f"{name} of '{self.called}' is {low:g}, {mid:g}, {high:g}.",
                    todo="Write low <= mid <= high; speeds above 0, a detour of 1 or more.",
                )


# No road graph is at hand: a detour of 1.3 over the great circle is the usual stand-in
ROAD = Pace(
    called="road column",
    notice_min=(30.0, 60.0, 120.0),
    speed_kmh=(30.0, 35.0, 40.0),
    detour=(1.2, 1.3, 1.5),
    source="column 30-40 km/h, notice 0.5-2 h, detour 1.3: recalled, to be checked; range of the detour is judgement",
)
HELICOPTER = Pace(
    called="helicopter",
    notice_min=(30.0, 60.0, 120.0),
    speed_kmh=(220.0, 220.0, 260.0),
    source="220 km/h recalled; CH-47 cruise 220-260 km/h (lasdefense.com, secondary)",
)


def distances_km(start: pd.DataFrame, end: pd.DataFrame) -> Floats:
    """Return the geodesic distance on WGS84 from each row of `start` to each of `end`, (start, end) km.

    Both tables have lon_deg and lat_deg.
    """
    lon0, lon1 = np.meshgrid(start["lon_deg"].to_numpy(float), end["lon_deg"].to_numpy(float), indexing="ij")
    lat0, lat1 = np.meshgrid(start["lat_deg"].to_numpy(float), end["lat_deg"].to_numpy(float), indexing="ij")
    _, _, metres = GEOD.inv(lon0, lat0, lon1, lat1)
    return np.asarray(metres, float) / 1000


def minutes(distance_km: npt.ArrayLike, pace: Pace) -> Floats:
    """Return the minutes over each distance at the fast, middle and slow end, (3, ...).

    Examples
    --------
    >>> minutes([70.0], ROAD).round().ravel().tolist()
    [156.0, 216.0, 330.0]
    """
    km = np.asarray(distance_km, float)
    notice, detour = np.asarray(pace.notice_min), np.asarray(pace.detour)
    speed = np.asarray(pace.speed_kmh)[::-1]
    shape = (3,) + (1,) * km.ndim
    return np.asarray(notice.reshape(shape) + km * (detour / speed * 60).reshape(shape), float)


def share_within(times_min: Floats, weight: npt.ArrayLike, limits_min: npt.ArrayLike) -> Floats:
    """Return the share of the weight reached within each limit, (end, limit); nan where there is no weight.

    `times_min` is (end, place): the time to each place from whatever reaches it first.
    """
    worth = np.asarray(weight, float)
    if worth.sum() <= 0:
        return np.full((len(times_min), np.size(limits_min)), np.nan)
    inside = times_min[:, :, None] <= np.asarray(limits_min, float)[None, None, :]
    return np.asarray((inside * worth[None, :, None]).sum(axis=1) / worth.sum())


def reinforcement(bases: pd.DataFrame, sites: pd.DataFrame, pace: Pace) -> pd.DataFrame:
    """Return, for each site, the base that gets there first and its minutes at each end.

    Columns: site_id, from_id, km, fast_min, mid_min, slow_min. `bases` has base_id or site_id. With no base
    every time is inf.
    """
    named = "base_id" if "base_id" in bases else "site_id"
    if not len(bases):
        table = pd.DataFrame({"site_id": sites["site_id"], "from_id": "", "km": np.inf})
        return table.assign(**{f"{end}_min": np.inf for end in ENDS})
    km = distances_km(bases, sites)
    first = km.argmin(axis=0)
    least = km[first, np.arange(len(sites))]
    times = minutes(least, pace)
    return pd.DataFrame(
        {"site_id": sites["site_id"].to_numpy(), "from_id": bases[named].to_numpy()[first], "km": least}
        | {f"{end}_min": times[i] for i, end in enumerate(ENDS)}
    )
