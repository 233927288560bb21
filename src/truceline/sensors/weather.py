"""Weather that sensors share: cloud by oblast and month, fog and strong wind by the hour; what several looks are worth.

Cloud facts: Open-Meteo, ERA5 reanalysis, 2015-01 to 2024-10 (CC BY 4.0), daily means at one point for each oblast;
they may be low for thin cloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from truceline.sensors.facts import fact
from truceline.sensors.thermal import clear_share

Floats = npt.NDArray[np.float64]
FAR_KM = 400.0  # beyond this no point of the climatology speaks for a place
UNKNOWN = (0.5, 0.3)  # mean and spread of cover where nothing is known
CALM, WINDY, FOGGY = 0, 1, 2
_SUMMER = np.array([0, 0, 0.4, 0.7, 0.9, 1, 1, 1, 0.8, 0.4, 0, 0])  # share of the summer's fog in each month


@cache
def climatology() -> pd.DataFrame:
    """Return the cloud table: oblast_id, oblast, lon_deg, lat_deg, month, mean_cloud (%), sd_cloud, shares of days."""
    with (files("truceline.sensors") / "library" / "cloud_climatology.csv").open(encoding="utf-8") as text:
        return pd.read_csv(text)


def monthly_cloud(*, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    """Return (mean, spread) of cloud cover, (n, 12) as shares, from the nearest point; unknown beyond 400 km."""
    table = climatology().dropna(subset="lon_deg")
    points = table.drop_duplicates("oblast_id")
    east = np.radians(points["lon_deg"].to_numpy()[None, :] - np.asarray(lon_deg)[:, None])
    north = np.radians(points["lat_deg"].to_numpy()[None, :] - np.asarray(lat_deg)[:, None])
    away = 6371.0 * np.hypot(east * np.cos(np.radians(np.asarray(lat_deg)))[:, None], north)
    nearest = away.argmin(axis=1)
    known = away[np.arange(len(away)), nearest] < FAR_KM
    made = []
    for column, unknown in (("mean_cloud", UNKNOWN[0]), ("sd_cloud", UNKNOWN[1])):
        wide = table.pivot(index="oblast_id", columns="month", values=column).loc[points["oblast_id"]].to_numpy() / 100
        made.append(np.where(known[:, None], wide[nearest], unknown))
    return made[0], made[1]


def mean_clear(mean: Floats, spread: Floats, *, exponent: float) -> Floats:
    """Return E[(1 - c)^b] for a cover c with that mean and spread, by a beta distribution with the same two.

    The power of a mean is not the mean of a power: half-covered days come as clear and as overcast ones.
    """
    m = np.clip(mean, 0.01, 0.99)
    weight = np.maximum(m * (1 - m) / np.maximum(spread, 0.01) ** 2 - 1, 0.05)
    alpha, beta = m * weight, (1 - m) * weight
    ln = special.gammaln(beta + exponent) + special.gammaln(alpha + beta)
    ln = ln - special.gammaln(beta) - special.gammaln(alpha + beta + exponent)
    return np.asarray(np.exp(ln))


def stationary_share(p_after_clear: float | Floats, p_after_cloudy: float | Floats) -> Floats:
    """Return the long-run share of clear days of a two-state chain: p01 / (1 - p11 + p01)."""
    return np.asarray(np.asarray(p_after_cloudy) / (1 - np.asarray(p_after_clear) + np.asarray(p_after_cloudy)))


def effective_looks(n: float, correlation: float) -> float:
    """Return how many independent looks n equally correlated ones are worth: n / (1 + (n - 1) rho)."""
    return n / (1 + (n - 1) * correlation)


def anomaly_correlation(hours: float | Floats, km: float | Floats = 0.0) -> Floats:
    """Return the correlation of cloud anomalies apart in time and place: exp(-t / 39 h) exp(-d / 514 km)."""
    memory, reach = fact("cloud.memory_h").mid, fact("cloud.reach_km").mid
    return np.asarray(np.exp(-np.asarray(hours) / memory - np.asarray(km) / reach))


def clear_by_hour(
    steps: pd.DatetimeIndex,
    *,
    lon_deg: Floats,
    lat_deg: Floats,
    exponent: float,
    error: float,
    actual: Mapping[str, float] | pd.Series | None = None,
) -> Floats:
    """Return (n, hours): the chance that the sky over each place is open to a look in each hour.

    `actual` gives cover (0-1) by UTC date where it is known; on other days the month's climatology speaks. `error` is
    added to the cover.
    """
    mean, spread = monthly_cloud(lon_deg=lon_deg, lat_deg=lat_deg)
    month = steps.month.to_numpy() - 1
    made = mean_clear(np.clip(mean + error, 0, 1), spread, exponent=exponent)[:, month]
    if actual is not None:
        cover = pd.Series(steps.strftime("%Y-%m-%d")).map(dict(actual)).to_numpy(float)
        known = np.isfinite(cover)
        made[:, known] = clear_share(np.clip(cover[known] + error, 0, 1), exponent=exponent)
    return np.asarray(np.clip(made, 0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The weather of an hour as three states that exclude one another: calm, strong wind, fog."""

    share: Floats  # (3, months): chance of each state
    wind_ms: Floats  # (3,)


def hours_by_month(case: int) -> Hours:
    """Return the chance of calm, strong wind and fog by month, under the assumptions of a case."""
    winter, summer = (fact(f"fog.{season}").against(case) for season in ("winter", "summer"))
    fog = winter + (summer - winter) * _SUMMER
    wind = np.full(12, fact("wind.strong").against(case))
    mean, strong = fact("wind.mean_ms").against(case), fact("wind.strong_ms").mid
    return Hours(share=np.stack([1 - wind - fog, wind, fog]), wind_ms=np.array([mean, strong, 1.0]))
