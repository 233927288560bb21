"""Observations and looks in, incidents out: the whole of incident making, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from truceline.geodesy import DEGREE
from truceline.incidents.acts import weigh_acts
from truceline.incidents.associate import associate, in_order
from truceline.incidents.background import Background, estimate_background, list_background
from truceline.incidents.evidence import place_history, place_thermal, take_evidence, take_history
from truceline.incidents.exposure import measure_exposure
from truceline.incidents.heat import Known
from truceline.incidents.members import Members, lay_out, locate_members, only_value, tightest_times
from truceline.incidents.odds import GOOD_LOOKS, Odds, weigh
from truceline.incidents.persistent import FixedSources, find_fixed_sources
from truceline.incidents.rates import Rates, columns_of, estimate_rates, list_rates
from truceline.incidents.settings import IncidentSettings, list_assumptions
from truceline.incidents.tables import INCIDENTS, Incidents
from truceline.observations import empty, new_table
from truceline.provenance import VERSION, stable_id
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

METHOD = "gated leader association; capped likelihood ratios by origin; two-groups rate of extra fires"
PROBABLE, CONFIRMED, UNLIKELY = 0.85, 0.975, 0.2  # after RADD (Reiche et al. 2021) and bayts
SURE_TIE = np.log(10)  # heat moves a sighting's place and time only when chance is ten times less likely
PLACE_WITHIN_KM = 10.0

# what would settle an incident: nothing needed; without a place; on a fixed heat source; heat alone; any other
SETTLE = (
    "",
    "the place, to within the width of the zone",
    "nothing more: a fixed heat source burning as usual",
    "an image or a witness of the place, or a ground sensor's record of the hour",
    "a second kind of source: an image, an instrument or a patrol",
)


def make_incidents(
    observations: pd.DataFrame,
    looks: pd.DataFrame,
    *,
    strip: Strip,
    period: Timespan,
    history: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    settings: IncidentSettings | None = None,
) -> Incidents:
    """Return the incidents of a period, with the background, fixed sources and assumptions behind them.

    `observations`, `looks` and `history` are OBSERVATIONS and LOOKS tables. Claims (sensor "claim") are left
    out: a claim alone makes no incident. Thermal detections make incidents only nearer the line than
    `control_from_km`; those outside the period still tell of the background. `history` holds thermal detections
    of other years, never of the period itself. `places` (name, lon_deg, lat_deg) name an incident that no source
    has named.

    Notes
    -----
    Heat alone keeps the act "heat" and is never more than possible: on clear days in 2023 places with reported
    artillery had a fire nearby in 5.7 % of cases, the same places weeks away in 5.5 %.
    """
    settings = settings or IncidentSettings()
    rows, learnt = take_rows(observations, looks, strip=strip, period=period, history=history, settings=settings)
    members = lay_out(rows, associate(rows, settings))
    del rows
    return incidents_of(members, learnt, strip, places, settings)


def incidents_of(
    members: Members, learnt: Learnt, strip: Strip, places: pd.DataFrame | None, settings: IncidentSettings
) -> Incidents:
    """Return the incidents of members, with what they were weighed against."""
    return Incidents(
        incidents=table_of(members, learnt, strip, places, settings),
        background=list_background(learnt.background, lambda step, cell: columns_of(learnt.rates, step, cell)),
        masked=learnt.sites.assign(place=name_places(learnt.sites["lon_deg"], learnt.sites["lat_deg"], places)),
        assumptions=list_assumptions(settings, list_rates(learnt.rates)),
        learnt=learnt,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What heat near the line and the looks at it tell, which every incident is weighed against."""

    background: Background
    rates: Rates
    sites: pd.DataFrame  # MASKED, without places
    on_site: pd.Series  # observation_id -> row of `sites`, for heat that lies on one


def take_rows(
    observations: pd.DataFrame,
    looks: pd.DataFrame,
    *,
    strip: Strip,
    period: Timespan,
    history: pd.DataFrame | None,
    settings: IncidentSettings,
) -> tuple[pd.DataFrame, Learnt]:
    """Return the evidence of a period that may make incidents, in order, with `site_of`; and what heat tells."""
    kept = take_evidence(observations, strip)
    banded = in_band(kept, settings)
    heat = kept[banded]
    years = take_history(history, strip, settings)
    exposure = measure_exposure(heat, looks, strip, settings)
    past = place_history(years)
    background = estimate_background(place_thermal(heat, exposure), exposure, settings, past)
    found = find_fixed_sources(heat, strip, settings, years)
    rates = estimate_rates(heat, found.site_of < 0, exposure, settings, past)
    del heat  # a year of a million rows is worth letting go of early
    kept["site_of"] = np.full(len(kept), -1, np.int64)
    kept.loc[banded, "site_of"] = found.site_of
    rows = in_order(kept[may_join(kept, period, settings)])
    on_site = rows.loc[rows["site_of"] >= 0].set_index("observation_id")["site_of"]
    return rows, Learnt(background=background, rates=rates, sites=found.sites, on_site=on_site)


def in_band(kept: pd.DataFrame, settings: IncidentSettings) -> Flags:
    """Return which evidence is heat near enough to the line to tell of its background."""
    thermal = (kept["sensor"] == "thermal").to_numpy()
    return np.asarray(thermal & (np.abs(kept["offset_km"].to_numpy()) <= settings.control_to_km))


def may_join(kept: pd.DataFrame, period: Timespan, settings: IncidentSettings) -> Flags:
    """Return which evidence may make incidents: of the period, and heat only near the line."""
    in_period = ((kept["time_start"] < period.end) & (kept["time_end"] >= period.start)).to_numpy()
    thermal = (kept["sensor"] == "thermal").to_numpy()
    return np.asarray(in_period & (~thermal | (np.abs(kept["offset_km"].to_numpy()) < settings.control_from_km)))


def table_of(
    members: Members,
    learnt: Learnt,
    strip: Strip,
    places: pd.DataFrame | None,
    settings: IncidentSettings,
) -> pd.DataFrame:
    """Return the INCIDENTS of members; each depends on its own members and on what was learnt, and on no other."""
    if not members.number:
        return empty(INCIDENTS)
    rows, i = members.rows, members.incident
    sources = FixedSources(sites=learnt.sites, site_of=rows["site_of"].to_numpy())
    known = Known(background=learnt.background, rates=learnt.rates, sources=sources)
    heat = (rows["act"] == "heat").to_numpy()
    heat_only = np.asarray(members.reduce(np.logical_and, heat), dtype=bool)
    odds = weigh(members, known, heat_only, settings)
    # heat that may well be by chance does not get to place or time a sighting
    tied = heat_only[i] | ~heat | (odds.group_ln_lr[members.group] >= SURE_TIE)
    lon, lat, sigma = locate_members(members, tied)
    chainage, offset = strip.place(lon_deg=lon, lat_deg=lat)
    start, end = tightest_times(members, tied)
    act, p_acts = weigh_acts(members, odds.group_ln_lr, heat_only, settings)
    state = _states(odds, heat_only)
    named = only_value(members, "place")
    guess = name_places(lon, lat, places)
    ids = rows["observation_id"].to_numpy(object)
    return new_table(
        INCIDENTS,
        {
            "incident_id": [stable_id("inc", name) for name in ids[members.starts].tolist()],
            "time_start": start.astype("datetime64[ns]"),
            "time_end": end.astype("datetime64[ns]"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": sigma,
            "chainage_km": chainage,
            "offset_km": offset,
            "place": np.where(named != "", named, guess),
            "act": act,
            "p_exists": odds.p_exists,
            "p_acts": p_acts,
            **{column: only_value(members, column) for column in ("party", "item", "system", "operator")},
            "calibre_mm": _largest(members, "calibre_mm"),
            "count_min": _largest(members, "count_min"),
            "count_max": _largest(members, "count_max"),
            "strength": _largest(members, "strength"),
            "observations": members.lists(ids),
            "sensors": _sensor_lists(members),
            "origins": np.bincount(members.group_incident, minlength=members.number),
            "state": state,
            "ln_odds_prior": odds.ln_odds_prior,
            "ln_lr": odds.steps,
            "settle": _settle(odds, state, heat_only, lon),
            "method": METHOD,
            "method_version": VERSION,
        },
    )


# by number: of texts chosen row by row numpy would write each out a million times
_STATES: npt.NDArray[np.object_] = np.array(["rejected", "open", "possible", "confirmed", "probable"], object)


def _states(odds: Odds, heat_only: Flags) -> npt.NDArray[np.object_]:
    """Return the state of each incident; heat alone is never more than possible."""
    p = odds.p_exists
    rejected = (p < UNLIKELY) & ((odds.looked_again >= GOOD_LOOKS) | (odds.fixed & heat_only))
    which = np.select(
        [rejected, p < UNLIKELY, heat_only | (p < PROBABLE), (p >= CONFIRMED) & (odds.classes >= 2)], [0, 1, 2, 3], 4
    )
    return np.asarray(_STATES[which])


def _settle(odds: Odds, state: npt.NDArray[np.object_], heat_only: Flags, lon: Floats) -> npt.NDArray[np.object_]:
    """Return what would settle each incident; "" where it is confirmed."""
    which = np.select(
        [state == "confirmed", ~np.isfinite(lon), odds.fixed & heat_only, heat_only], [0, 1, 2, 3], len(SETTLE) - 1
    )
    sentences: npt.NDArray[np.object_] = np.array(SETTLE, dtype=object)
    return np.asarray(sentences[which])


def _largest(members: Members, column: str) -> Floats:
    """Return the largest number any origin gives: copies of a count are not added up; nan when none gives one."""
    return np.asarray(members.reduce(np.fmax, members.rows[column].to_numpy(float)))


def _sensor_lists(members: Members) -> list[tuple[str, ...]]:
    sensors = members.rows["sensor"].cat
    union = np.asarray(members.reduce(np.bitwise_or, np.left_shift(1, sensors.codes.to_numpy(np.int64))))
    words = {m: tuple(n for k, n in enumerate(sensors.categories) if m >> k & 1) for m in np.unique(union).tolist()}
    return [words[m] for m in union.tolist()]


def name_places(lon_deg: Floats, lat_deg: Floats, places: pd.DataFrame | None) -> npt.NDArray[np.object_]:
    """Return the name of the nearest place within 10 km of each point, or ""."""
    lon, lat = np.asarray(lon_deg, float), np.asarray(lat_deg, float)
    names = np.full(len(lon), "", object)
    good = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if places is None or not len(places) or not len(good):
        return names
    tree = cKDTree(_unit_vectors(places["lon_deg"].to_numpy(float), places["lat_deg"].to_numpy(float)))
    away, at = tree.query(_unit_vectors(lon[good], lat[good]), distance_upper_bound=PLACE_WITHIN_KM / 6371.0)
    near = np.isfinite(away)
    names[good[near]] = places["name"].to_numpy(object)[at[near]]
    return names


def _unit_vectors(lon_deg: Floats, lat_deg: Floats) -> Floats:
    lon, lat = lon_deg * DEGREE, lat_deg * DEGREE
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
