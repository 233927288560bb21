"""Silence windows: a place and a time in which both parties agree to hold fire, so that somebody can repair a line.

A window is proposed by the mission, agreed when every party has consented, and watched: an incident inside an agreed
one is an alert. Every word of it is an entry in the record. Places lie on the public grid from the start, since the
parties and, once it is over, the public are told them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely

from truceline.errors import RequestError, UnknownNameError
from truceline.provenance import stable_id
from truceline.report.coarsen import snap
from truceline.report.release import PROFILES
from truceline.serve.ledger import Ledger
from truceline.serve.refusals import ConflictError, NotAllowedError
from truceline.serve.roles import REFER, RESPOND, Caller
from truceline.timespan import Timespan, iso, parse_instant

KIND = "silence"
SEVERITY = 3  # an event inside an agreed window endangers people who rely on it
SIGMAS = 2.0  # an incident may be inside when it lies this many of its errors from the edge, or nearer
LONGEST = timedelta(days=14)
LAT_KM, LON_KM = 110.57, 111.32  # of a degree, at the equator: good to half a per cent over such distances


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window. A path of one place is a circle, of several a corridor `radius_km` to either side."""

    window_id: str
    purpose: str
    path: tuple[tuple[float, float], ...]  # longitude, latitude; on the public grid
    radius_km: float
    start: str
    end: str
    parties: tuple[str, ...]  # whose consent it needs
    proposed_by: str  # the account's number
    proposed_at: str
    consents: tuple[str, ...] = ()  # parties, in the order they consented
    consented_at: tuple[str, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether every party has consented."""
        return set(self.consents) == set(self.parties)


class Windows:
    """The windows of a room, the oldest first."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._all: dict[str, Window] = {}
        for row in ledger.record.entries(KIND).to_dict("records"):
            told: dict[str, Any] = {f.name: row[f.name] for f in fields(Window)}
            told["path"] = tuple(map(tuple, told["path"]))
            for name in ("parties", "consents", "consented_at"):
                told[name] = tuple(told[name])
            self._all[told["window_id"]] = Window(**told)

    def all(self) -> tuple[Window, ...]:
        """Return every window."""
        with self._lock:
            return tuple(self._all.values())

    def propose(self, caller: Caller, said: Mapping[str, Any], *, parties: tuple[str, ...], now: datetime) -> Window:
        """Propose a window; it binds nobody until every party has consented.

        Raises
        ------
        RequestError
            If its place, size or time cannot be, or it has begun already.
        """
        caller.check(REFER)
        start, end = (parse_instant(said[name], where=name) for name in ("start", "end"))
        span = Timespan(start=start, end=end)
        radius, path = float(said["radius_km"]), said["path"]
        if not 0.5 <= radius <= 50:
            raise RequestError(f"radius_km {radius:g} is not from 0.5 to 50.")
        if not path or len(path) > 100 or not all(_is_place(place) for place in path):
            raise RequestError("path is not one place, or several, as [longitude, latitude].")
        if start < now or not timedelta(0) < end - start <= LONGEST:
            raise RequestError(f"the window {span} has begun already, or is not up to {LONGEST.days} days long.")
        lon, lat = snap([p[0] for p in path], [p[1] for p in path], PROFILES["parties"].grid_km)
        places = tuple(zip(lon.round(5).tolist(), lat.round(5).tolist(), strict=True))
        made = Window(
            window_id=stable_id("silence", iso(now), iso(start), iso(end), places, radius, said["purpose"]),
            purpose=str(said["purpose"]),
            path=tuple(dict.fromkeys(places)),
            radius_km=radius,
            start=iso(start),
            end=iso(end),
            parties=parties,
            proposed_by=caller.account,
            proposed_at=iso(now),
        )
        with self._lock:
            self._ledger.append(KIND, asdict(made), id_column="window_id", new=True)
            self._all[made.window_id] = made
        return made

    def consent(self, caller: Caller, window_id: str, *, now: datetime) -> Window:
        """Write down that the caller's party consents.

        Raises
        ------
        NotAllowedError
            If the caller speaks for none of the window's parties.
        ConflictError
            If the party has consented already, or the window has begun.
        """
        caller.check(RESPOND)
        with self._lock:
            if window_id not in self._all:
                raise UnknownNameError("silence window", window_id, self._all)
            held = self._all[window_id]
            if caller.party not in held.parties:
                raise NotAllowedError("you speak for none of its parties.")
            if caller.party in held.consents or iso(now) >= held.start:
                raise ConflictError("your party has consented already, or the window has begun.")
            made = replace(held, consents=(*held.consents, caller.party), consented_at=(*held.consented_at, iso(now)))
            self._ledger.append(KIND, asdict(made), id_column="window_id")
            self._all[window_id] = made
        return made


def alerts(windows: Iterable[Window], incidents: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the incidents in agreed windows: where and when, and whether surely or only perhaps inside.

    In time an incident counts when its interval touches the window; in space when its place lies within the radius,
    and perhaps when its location error, taken twice, reaches into it. One without a place is in none.
    """
    told = []
    for window in windows:
        if not window.agreed:
            continue
        start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
        near = incidents[
            (incidents["time_start"] < end) & (incidents["time_end"] >= start) & incidents["lon_deg"].notna()
        ]
        away = distance_km(window, near["lon_deg"].to_numpy(float), near["lat_deg"].to_numpy(float))
        error = SIGMAS * near["sigma_m"].fillna(0.0).to_numpy(float) / 1000
        for row, d, e in zip(near.itertuples(), away, error, strict=True):
            if d - e <= window.radius_km:
                told.append(
                    {
                        "window_id": window.window_id,
                        "incident_id": row.incident_id,
                        "time_start": row.time_start,
                        "act": row.act,
                        "p_exists": row.p_exists,
                        "inside": "yes" if d <= window.radius_km else "perhaps",
                        "severity": SEVERITY,
                    }
                )
    return told


def distance_km(window: Window, lon_deg: Any, lat_deg: Any) -> Any:
    """Return how far places lie from the window's place or line, in kilometres."""
    middle = float(np.mean([lat for _, lat in window.path]))
    scale = np.array([LON_KM * np.cos(np.radians(middle)), LAT_KM])
    path = np.array(window.path) * scale
    shape = shapely.Point(path[0]) if len(path) == 1 else shapely.LineString(path)
    return shapely.distance(shape, shapely.points(np.c_[lon_deg, lat_deg] * scale))


def _is_place(place: Any) -> bool:
    return (
        len(place) == 2
        and all(isinstance(v, int | float) and np.isfinite(v) for v in place)
        and abs(place[0]) <= 180
        and abs(place[1]) <= 85
    )
