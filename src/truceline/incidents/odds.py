"""Every step from the prior odds of each incident to the probability that it happened."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from truceline.incidents.associate import HOUR_NS
from truceline.incidents.background import Background
from truceline.incidents.fuse import (
    CAP_HUMAN,
    CAP_SATELLITE,
    CLASSES,
    is_anonymous,
    ln_lr_of_misses,
    ln_lr_of_sightings,
    posterior,
)
from truceline.incidents.heat import Known, weigh_heat
from truceline.incidents.members import Members
from truceline.incidents.prior import covered, ln_odds_of
from truceline.incidents.settings import IncidentSettings
from truceline.observations import same_text

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
    looked_again: Floats  # (incident,) chance that later looks would have seen the heat again
    fixed: Flags  # on a fixed heat source and no stronger than it usually burns
    classes: Ints  # how many source classes support it


def weigh(members: Members, known: Known, heat_only: Flags, settings: IncidentSettings) -> Odds:
    """Return the odds of each incident; see `fuse` for the method."""
    group_ln_lr, anonymous = _sightings(members, settings)
    heat = (members.rows["sensor"] == "thermal").to_numpy()
    cell_days = covered(members, heat, known.background.exposure.length_km, settings)
    found = weigh_heat(members, known, heat_only, settings)
    prior = ln_odds_of(found.rate * cell_days, settings)
    burning = members.group_name == "thermal"
    at = members.group_incident[burning]
    against_prior = np.clip(found.ln_odds - prior, -CAP_SATELLITE, CAP_SATELLITE)
    group_ln_lr[burning] = np.where(heat_only, against_prior, found.ln_lr)[at]
    misses, cloud = _misses(members, known.background, heat, settings)
    # a happening that is not a fire leaves one with chance `fire_yield` in all, however many looks there are; and
    # a fire that goes out before the next look is no less of either kind
    miss_ln = ln_lr_of_misses(settings.fire_yield, np.minimum(misses, ~found.burns), cloud)
    unjudged = np.bincount(members.group_incident, np.where(anonymous, group_ln_lr, 0.0), minlength=members.number)
    capped = np.minimum(0.0, CAP_HUMAN - unjudged)
    total = np.bincount(members.group_incident, group_ln_lr, minlength=members.number) + miss_ln + capped
    return Odds(
        ln_odds_prior=prior,
        steps=_list_steps(members, group_ln_lr, miss_ln, capped),
        p_exists=posterior(prior, total),
        group_ln_lr=group_ln_lr,
        looked_again=(1 - cloud) * (1 - (1 - settings.heat_seen_again) ** misses) * heat_only,
        fixed=found.fixed,
        classes=_count_classes(members),
    )


def _sightings(members: Members, settings: IncidentSettings) -> tuple[Floats, Flags]:
    """Return the strongest ln LR of each group, and whether all in it are unjudged."""
    ln_lr = ln_lr_of_sightings(members.rows, settings.verified_lr)
    strongest = np.full(len(members.group_name), -np.inf)
    np.maximum.at(strongest, members.group, ln_lr)
    judged = np.bincount(members.group, ~is_anonymous(members.rows), minlength=len(members.group_name))
    return strongest, judged == 0


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
    name = np.r_[members.group_name, same_text(MISSES, number), same_text(CAPPED, number)]
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
