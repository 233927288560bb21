"""Every step from the prior odds of each incident to the probability that it happened."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from truceline.incidents.associate import GATE, HOUR_NS
from truceline.incidents.background import Background, chance_of_at_least
from truceline.incidents.exposure import DAY_NS
from truceline.incidents.fuse import (
    CAP_HUMAN,
    CLASSES,
    is_anonymous,
    ln_lr_of_heat,
    ln_lr_of_misses,
    ln_lr_of_sightings,
    posterior,
)
from truceline.incidents.members import Members
from truceline.incidents.persistent import FixedSources
from truceline.incidents.prior import expected_happenings, ln_odds_of
from truceline.incidents.settings import IncidentSettings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MISSES = "looks that saw nothing"
CAPPED = "cap on unjudged reports together"
ONE_PASS_NS = HOUR_NS // 4  # detections within a quarter of an hour of each other may be of one pass
GOOD_LOOKS = 0.8  # chance that the later looks would have seen it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """The odds of each incident, with every step."""

    ln_odds_prior: Floats  # (incident,)
    steps: list[tuple[tuple[str, float], ...]]  # (incident,) of (group, ln LR)
    p_exists: Floats
    group_ln_lr: Floats  # (group,)
    heat_background: Floats  # (incident,) the background's chance of as much heat; nan without heat
    looked_again: Floats  # (incident,) chance that later looks would have seen the heat again
    fixed: Flags  # on a fixed heat source and no stronger than it usually burns
    classes: Ints  # how many source classes support it


def weigh(
    members: Members,
    background: Background,
    sources: FixedSources,
    heat_only: Flags,
    settings: IncidentSettings,
) -> Odds:
    """Return the odds of each incident. `sources` is aligned with the members' rows; see `fuse` for the method."""
    exposure = background.exposure
    group_ln_lr, anonymous = _sightings(members, settings)
    heat = (members.rows["sensor"] == "thermal").to_numpy()
    chance, fixed = _heat_background(members, background, sources, heat, heat_only, settings)
    heat_group = members.group_name == "thermal"
    shows = np.where(heat_only, settings.heat_seen, settings.fire_yield)
    at = members.group_incident[heat_group]
    group_ln_lr[heat_group] = ln_lr_of_heat(shows[at], chance[at])
    misses, cloud = _misses(members, background, heat, settings)
    again = np.where(heat_only, settings.heat_seen_again, settings.fire_yield)
    # a happening that is not a fire leaves one with chance `fire_yield` in all, however many looks there are
    misses = np.where(heat_only, misses, np.minimum(misses, ~np.isfinite(chance)))
    miss_ln = ln_lr_of_misses(again, misses, cloud)
    unjudged = np.bincount(members.group_incident, np.where(anonymous, group_ln_lr, 0.0), minlength=members.number)
    capped = np.minimum(0.0, CAP_HUMAN - unjudged)
    total = np.bincount(members.group_incident, group_ln_lr, minlength=members.number) + miss_ln + capped
    prior = ln_odds_of(expected_happenings(members, heat, exposure.length_km, settings), settings)
    return Odds(
        ln_odds_prior=prior,
        steps=_list_steps(members, group_ln_lr, miss_ln, capped),
        p_exists=posterior(prior, total),
        group_ln_lr=group_ln_lr,
        heat_background=chance,
        looked_again=(1 - cloud) * (1 - (1 - settings.heat_seen_again) ** misses) * heat_only,
        fixed=fixed,
        classes=_count_classes(members),
    )


def _sightings(members: Members, settings: IncidentSettings) -> tuple[Floats, Flags]:
    """Return the strongest ln LR of each group, and whether all in it are unjudged."""
    ln_lr = ln_lr_of_sightings(members.rows, settings.verified_lr)
    strongest = np.full(len(members.group_name), -np.inf)
    np.maximum.at(strongest, members.group, ln_lr)
    judged = np.bincount(members.group, ~is_anonymous(members.rows), minlength=len(members.group_name))
    return strongest, judged == 0


def _heat_background(
    members: Members,
    background: Background,
    sources: FixedSources,
    heat: Flags,
    heat_only: Flags,
    settings: IncidentSettings,
) -> tuple[Floats, Flags]:
    """Return (chance that background shows as much heat, whether it is a fixed source burning as usual).

    Heat alone is asked for as many detections in one cell-sized square on one day; heat beside a sighting for
    any detection within the sighting's gate, as presence is all that has been measured there.
    """
    count = np.bincount(members.incident, heat, minlength=members.number)
    exposure = background.exposure
    chainage = members.rows["chainage_km"].to_numpy(float)[members.starts]
    start = members.rows["time_start"].to_numpy("datetime64[ns]").astype("int64")[members.starts]
    day = np.clip(start // DAY_NS - exposure.days[0], 0, len(exposure.days) - 1)
    widest = members.reduce(np.maximum, np.nan_to_num(members.rows["sigma_m"].to_numpy(float) / 1000))
    reach = np.minimum(settings.max_extent_km, np.sqrt(GATE) * np.hypot(widest, 0.3))
    area = np.where(heat_only, settings.cell_km**2, np.pi * reach**2)
    cell = exposure.cell_of(np.nan_to_num(chainage))
    mean, size = background.predict(cell=cell, day=day, area_km2=area)
    chance = chance_of_at_least(np.where(heat_only, count, 1), mean, size)
    site = np.asarray(members.reduce(np.maximum, np.where(heat, sources.site_of, -1)), dtype=np.int64)
    on = site >= 0
    if on.any():
        stronger = np.where(heat & (sources.site_of >= 0), sources.chance_of_strength(_strength(members)), 1.0)
        rarest = np.asarray(members.reduce(np.minimum, stronger))
        lit = (sources.sites["days"] / sources.sites["of_days"]).to_numpy(float)
        chance = np.where(on, np.maximum(chance * rarest, lit[site] * rarest), chance)
        usual = on & (rarest > 0.05)
    else:
        usual = on
    return np.where(count > 0, chance, np.nan), usual


def _strength(members: Members) -> Floats:
    return np.asarray(np.nan_to_num(members.rows["strength"].to_numpy(float)))


def _misses(members: Members, background: Background, heat: Flags, settings: IncidentSettings) -> tuple[Floats, Floats]:
    """Return (number, mean cloud) of thermal looks, while it lasted or soon after, that did not see it.

    The look that first saw it is not one of them, so the count begins `ONE_PASS_NS` after the first sighting.
    """
    start = members.rows["time_start"].to_numpy("datetime64[ns]").astype("int64")
    end = np.maximum(members.rows["time_end"].to_numpy("datetime64[ns]").astype("int64"), start)
    first, last = members.reduce(np.minimum, start), members.reduce(np.maximum, end)
    chainage = members.rows["chainage_km"].to_numpy(float)[members.starts]
    number, cloud = background.exposure.looks_between(
        np.asarray(first) + ONE_PASS_NS,
        np.asarray(last) + int(settings.heat_persistence_h * HOUR_NS),
        background.exposure.cell_of(np.nan_to_num(chainage)),
    )
    far = ~(np.abs(members.rows["offset_km"].to_numpy(float)[members.starts]) <= settings.control_to_km)
    later = heat & (start > np.asarray(first)[members.incident] + ONE_PASS_NS)
    keys = np.stack([members.rows["source"].cat.codes.to_numpy(), start, members.incident])[:, later]
    keys = keys[:, np.lexsort(keys)]
    fresh = (np.diff(keys, prepend=-1) != 0).any(axis=0)
    seen = np.bincount(keys[2], fresh, minlength=members.number)
    return np.where(far, 0.0, np.maximum(number - seen, 0.0)), cloud


def _list_steps(
    members: Members, group_ln_lr: Floats, miss_ln: Floats, capped: Floats
) -> list[tuple[tuple[str, float], ...]]:
    """Return each incident's (group, ln LR) steps that are not nought, groups first."""
    number = members.number
    incident = np.r_[members.group_incident, np.arange(number), np.arange(number)]
    name = np.r_[members.group_name, np.full(number, MISSES, object), np.full(number, CAPPED, object)]
    value = np.r_[group_ln_lr, miss_ln, capped]
    kept = np.flatnonzero((value != 0) | (np.arange(len(value)) < len(group_ln_lr)))
    order = kept[np.argsort(incident[kept], kind="stable")]
    pairs = list(zip(name[order].tolist(), value[order].tolist(), strict=True))
    edges = np.searchsorted(incident[order], np.arange(number + 1)).tolist()
    return [tuple(pairs[a:b]) for a, b in pairwise(edges)]


def _count_classes(members: Members) -> Ints:
    names = sorted(set(CLASSES.values()))
    sensors = members.rows["sensor"].cat
    bit = np.array([1 << names.index(CLASSES[s]) if s in CLASSES else 0 for s in sensors.categories], dtype=np.int64)
    bits = bit[sensors.codes.to_numpy()]
    union = np.asarray(members.reduce(np.bitwise_or, bits), dtype=np.int64)
    return np.asarray(sum((union >> k) & 1 for k in range(len(names))), dtype=np.int64)
