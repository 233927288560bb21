"""Guarding sites: what each takes, which a force of a given size can guard, and what stops the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import PlanError, RequestError, UnknownNameError
from truceline.plan.places.reinforce import ROAD, Pace, distances_km, minutes
from truceline.plan.places.sheet import MARKS, read_rows
from truceline.plan.places.sites import KINDS
from truceline.plan.siting.capacity import capacitated_cover
from truceline.plan.siting.choose import Siting, maximal_cover, p_center, p_median

Floats = npt.NDArray[np.float64]

POSTURES = ("presence", "guard", "defence")
COLUMNS = ("kind", "posture", "low", "mid", "high", "priority", "source", "mark")
HUB_KINDS = ("city", "logistics_hub", "airport")  # where a reaction force can be based
EXCLUSION_KM = 30.0  # judgement, 20-100: beyond most tube artillery


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What one kind of site takes in one posture: people, with shifts and rest, and how early it is guarded."""

    low: float
    mid: float
    high: float
    priority: int  # 1 is guarded first
    source: str
    mark: str


Postures = Mapping[tuple[str, str], Post]


def read_postures(text: str, *, where: str = "posture.csv") -> Postures:
    """Return what each kind of site takes in each posture. Raises PlanError naming the line."""
    posts: dict[tuple[str, str], Post] = {}
    for row in read_rows(text, COLUMNS, where=where):
        key = (row.choice("kind", KINDS), row.choice("posture", POSTURES))
        if key in posts:
            raise row.wrong(f"'{key[0]}, {key[1]}' is given twice.", "Keep one of them.")
        low, mid, high = row.ranged()
        if np.isnan([low, mid, high]).any():
            raise row.wrong("low, mid or high is empty.", "Give all three: nothing is guessed.")
        priority = int(row.number("priority", low=1, high=9))
        posts[key] = Post(
            low=low,
            mid=mid,
            high=high,
            priority=priority,
            source=row.text("source"),
            mark=row.choice("mark", MARKS),
        )
    return posts


def demand(placed: pd.DataFrame, postures: Postures, *, posture: str) -> pd.DataFrame:
    """Return the placed sites with what each takes: people_low, people_mid, people_high, priority.

    A kind with no row in `postures` takes no guard (priority 0): it is not asked for.
    """
    if posture not in POSTURES:
        raise UnknownNameError("posture", posture, POSTURES)
    none = Post(low=0, mid=0, high=0, priority=0, source="", mark="")
    posts = [postures.get((kind, posture), none) for kind in placed["kind"]]
    return placed.assign(
        posture=posture,
        priority=[post.priority for post in posts],
        people_low=[post.low for post in posts],
        people_mid=[post.mid for post in posts],
        people_high=[post.high for post in posts],
    )


def guard(
    asked: pd.DataFrame,
    *,
    people: float,
    exclusion_km: float = EXCLUSION_KM,
    need: str = "people_mid",
    host: str = "",
) -> pd.DataFrame:
    """Return each site with `guarded` and, where it is not, the constraint that stops it (`stopped_by`, `why`).

    Parameters
    ----------
    asked
        as `demand` returns it.
    people
        on guard at sites at any one time; 0 or more.
    exclusion_km
        no unit stands nearer to the line than this.
    need
        column of what each site takes: people_low, people_mid or people_high.
    host
        country outside which nobody stands guard; anywhere where not given.

    Returns
    -------
    DataFrame
        With guarded (bool), people (on guard there), why, and stopped_by: '' or access, abroad, exclusion, not_asked,
        size.

    Notes
    -----
    As many sites of the first priority as can be, then of the second with who is left, and so on; within one
    priority the least needy first, which guards the most sites; of equals the most populous. This order is the
    lexicographic optimum: among sites that count alike, those that take least are never worse.
    """
    if not (np.isfinite(people) and people >= 0):
        raise RequestError(f"the force has {people} people.", todo="Give 0 or more.")
    if not (np.isfinite(exclusion_km) and exclusion_km >= 0):
        raise RequestError(f"the exclusion distance is {exclusion_km} km.", todo="Give 0 or more.")
    takes = asked[need].to_numpy(float)
    stopped = _stopped(asked, exclusion_km, host)
    ranks = asked["priority"].to_numpy(int)
    order = np.lexsort([asked["site_id"].to_numpy(str), -asked["population"].fillna(0).to_numpy(), takes, ranks])
    left, guarded = float(people), np.zeros(len(asked), bool)
    for at in order:
        if not stopped[at] and takes[at] <= left:
            guarded[at] = True
            left -= takes[at]
    stopped[(stopped == "") & ~guarded] = "size"
    return asked.assign(
        guarded=guarded,
        people=np.where(guarded, takes, 0.0),
        stopped_by=stopped,
        why=_reasons(asked, stopped, exclusion_km, takes, left),
    )


def _stopped(asked: pd.DataFrame, exclusion_km: float, host: str) -> npt.NDArray[np.object_]:
    stopped = np.full(len(asked), "", object)
    stopped[(asked["depth_km"] < exclusion_km).to_numpy()] = "exclusion"
    if host:
        stopped[(asked["country"] != host).to_numpy()] = "abroad"
    stopped[((asked["access"] == "none") | (asked["held_by"] != "host")).to_numpy()] = "access"
    stopped[(asked["priority"] == 0).to_numpy()] = "not_asked"
    return stopped


def _reasons(
    asked: pd.DataFrame, stopped: npt.NDArray[np.object_], exclusion_km: float, takes: Floats, left: float
) -> list[str]:
    said = []
    where = asked["country"] if "country" in asked else [""] * len(asked)
    for stop, depth, need, country in zip(stopped, asked["depth_km"].to_numpy(float), takes, where, strict=True):
        side = "on the host's side of" if depth > 0 else "beyond"
        words = {
            "access": f"no access: {abs(depth):.0f} km {side} the line of contact, and nobody consents",
            "abroad": f"it lies in {country} by the nearest town; nobody stands guard there",
            "exclusion": f"{depth:.0f} km from the line; no unit stands within {exclusion_km:g} km",
            "not_asked": "no guard is asked for this kind of site",
            "size": f"the force is too small: it takes {need:,.0f} people and {left:,.0f} are left",
        }
        said.append(words.get(stop, ""))
    return said


def by_size(
    asked: pd.DataFrame, *, sizes: npt.ArrayLike, exclusion_km: float = EXCLUSION_KM, host: str = ""
) -> pd.DataFrame:
    """Return what each size of force guards and leaves unguarded, at the low, mid and high need of each site.

    Columns: people, sites_guarded, sites_guarded_low, sites_guarded_high (few and many), people_used,
    unguarded (site ids left out by size alone, in order of priority).
    """
    rows = []
    for people in np.asarray(sizes, float):
        few, mid, many = (
            guard(asked, people=people, exclusion_km=exclusion_km, need=f"people_{end}", host=host)
            for end in ("high", "mid", "low")
        )
        left_out = mid[mid["stopped_by"] == "size"].sort_values(["priority", "site_id"])
        rows.append(
            {
                "people": people,
                "sites_guarded": int(mid["guarded"].sum()),
                "sites_guarded_low": int(few["guarded"].sum()),
                "sites_guarded_high": int(many["guarded"].sum()),
                "people_used": float(mid["people"].sum()),
                "unguarded": tuple(left_out["site_id"]),
            }
        )
    return pd.DataFrame(rows)


def base_reaction_force(
    guarded: pd.DataFrame,
    *,
    units: int,
    rule: str = "median",
    within_min: float = 240.0,
    pace: Pace = ROAD,
    serves: float | None = None,
    exclusion_km: float = EXCLUSION_KM,
) -> tuple[Siting, pd.DataFrame]:
    """Return where to base reaction units so that they reach the guarded sites, and the places they may stand.

    Parameters
    ----------
    guarded
        as `guard` returns it.
    rule
        'median' (least mean time), 'center' (least worst time), or 'cover' (most sites within `within_min`).
    units
        how many there are.
    within_min, pace
        The time of 'cover', and how a unit moves.
    exclusion_km
        no unit stands nearer to the line than this.
    serves
        most sites one unit answers for; only with 'cover'. Several units may then share a place.

    Returns
    -------
    Siting, DataFrame
        Indices in the siting are rows of the frame for places, and guarded sites in their order for clients.
        Values are minutes at the middle of the range (summed over sites for 'median'), or sites for 'cover'.

    Raises
    ------
    PlanError
        If no site is guarded, or no city, hub or airport may hold a unit.
    """
    may = guarded["kind"].isin(HUB_KINDS) & ~guarded["stopped_by"].isin(["access", "abroad"])
    places = guarded[may & (guarded["depth_km"] >= exclusion_km)].reset_index(drop=True)
    sites = guarded[guarded["guarded"]].reset_index(drop=True)
    if not len(sites) or not len(places):
        what = "no site is guarded" if not len(sites) else "no place outside the exclusion distance may hold a unit"
        raise PlanError(f"{what}.", todo="Give a larger force, more hubs, or a shorter exclusion distance.")
    times = minutes(distances_km(sites, places), pace)[1]
    if rule == "median":
        return p_median(times, p=units), places
    if rule == "center":
        return p_center(times, p=units), places
    if rule != "cover":
        raise UnknownNameError("rule", rule, ("median", "center", "cover"))
    if serves is None:
        return maximal_cover(times <= within_min, p=units), places
    one, room = np.ones(len(sites)), np.full(len(places), serves)
    return capacitated_cover(times <= within_min, units=units, demand=one, capacity=room), places
