"""From evidence to odds: capped likelihood ratios by independent group, and the sum of every step.

posterior ln odds = prior ln odds + sum over groups of ln LR. A group is what shares an origin: copies of one
report, or all detections of one kind of satellite on the same fire. It counts once, by its strongest member.
Thermal evidence enters as LR = (q + (1 - q) b) / b, where b is the background's chance of showing as much and q
the chance that a happening shows so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# caps on |ln LR|: no single witness may carry the case, whatever the model says (bayts caps each look at LR 9);
# a mission's own verified sighting has its own, `IncidentSettings.verified_lr`
CAP_SATELLITE = math.log(30)
CAP_HUMAN = math.log(10)
CAP_ANONYMOUS = math.log(3)

# source class of each kind of sensor; a confirmed incident needs two classes
CLASSES = {
    "thermal": "thermal",
    "optical": "imagery",
    "radar": "imagery",
    "drone": "instrument",
    "camera": "instrument",
    "acoustic": "instrument",
    "seismic": "instrument",
    "patrol": "human",
    "report": "human",
}
SATELLITES = ("thermal", "optical", "radar")
# likelihood ratio of one sighting by instrument or patrol (judgement; caps above bound the error)
SENSOR_LR = {
    "optical": 20.0,
    "radar": 10.0,
    "drone": 20.0,
    "camera": 20.0,
    "acoustic": 8.0,
    "seismic": 15.0,
    "patrol": 10.0,
}
# Admiralty letters and figures as likelihood ratios (judgement): the weaker of the two counts
RELIABILITY_LR = {"A": 10.0, "B": 7.0, "C": 4.0, "D": 2.0, "E": 1.2, "F": 3.0}
CREDIBILITY_LR = {"1": 10.0, "2": 7.0, "3": 4.0, "4": 1.5, "5": 0.5, "6": 10.0}
OWN_EYES = ("patrol", "camera")  # what a monitoring mission itself sees and answers for
VERIFIED_LR, CHECKED_LR = 100.0, 30.0


def ln_lr_of_sightings(observations: pd.DataFrame, verified_lr: float = VERIFIED_LR) -> Floats:
    """Return the capped ln LR of each observation that is not thermal; 0 for thermal ones, which go by background.

    A mission's own sighting (patrol or camera) graded A1, completely reliable and confirmed, counts
    `verified_lr`; graded A or B with 1 or 2, the least of that and 30. What a mission grades lower than its
    kind of instrument counts by the grade.
    """
    sensor = observations["sensor"]
    reliability = _look_up(observations["reliability"], RELIABILITY_LR, RELIABILITY_LR["F"])
    credibility = _look_up(observations["credibility"], CREDIBILITY_LR, CREDIBILITY_LR["6"])
    fixed = _look_up(sensor, SENSOR_LR, np.nan)
    graded = np.minimum(reliability, credibility)
    own, best, good = _mission_grades(observations)
    by_kind = np.where(own, np.minimum(fixed, np.where(good, np.inf, graded)), fixed)
    ln_lr = np.log(np.where(np.isnan(fixed), graded, by_kind))
    caps = {kind: CAP_HUMAN if source_class == "human" else CAP_SATELLITE for kind, source_class in CLASSES.items()}
    cap = np.where(is_anonymous(observations), CAP_ANONYMOUS, _look_up(sensor, caps, CAP_ANONYMOUS))
    mission = np.where(best, verified_lr, min(verified_lr, CHECKED_LR))
    capped = np.where(good, np.log(mission), np.clip(ln_lr, -cap, cap))
    return np.where((sensor == "thermal").to_numpy(), 0.0, capped)


def _mission_grades(observations: pd.DataFrame) -> tuple[Flags, Flags, Flags]:
    """Return which rows are a mission's own graded sightings, those graded A1, and those graded A-B with 1-2."""
    letter, figure = observations["reliability"], observations["credibility"]
    own = (observations["sensor"].isin(OWN_EYES) & letter.isin(list("ABCDE")) & figure.isin(list("12345"))).to_numpy()
    best = own & ((letter == "A") & (figure == "1")).to_numpy()
    good = own & (letter.isin(["A", "B"]) & figure.isin(["1", "2"])).to_numpy()
    return np.asarray(own), np.asarray(best), np.asarray(good)


def _look_up(words: pd.Series, values: Mapping[str, float], otherwise: float) -> Floats:
    """Return the value of each word."""
    if not isinstance(words.dtype, pd.CategoricalDtype):
        words = words.astype("category")
    table = np.array([values.get(word, otherwise) for word in words.cat.categories] + [otherwise])
    return np.asarray(table[words.cat.codes.to_numpy()])


def is_anonymous(observations: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which observations are reports whose source cannot be judged, or of no known kind of sensor."""
    sensor = observations["sensor"]
    unjudged = (sensor == "report") & ~observations["reliability"].isin(["A", "B", "C", "D", "E"])
    return np.asarray(unjudged | ~sensor.isin(list(CLASSES)))


def ln_lr_of_heat(yield_: Floats | float, background: Floats) -> Floats:
    """Return ln((q + (1 - q) b) / b), capped for a satellite; b = 0 gives the cap."""
    b = np.clip(background, 1e-12, 1.0)
    return np.clip(np.log((yield_ + (1 - yield_) * b) / b), -CAP_SATELLITE, CAP_SATELLITE)


def ln_lr_of_misses(seen_again: Floats | float, misses: Floats, cloud: Floats) -> Floats:
    """Return the ln factor of looks that covered the place and saw nothing.

    One sky for all: cloud + (1 - cloud)(1 - P_D)^misses, the average over the common cause outside the product.
    """
    clear = 1 - cloud
    return np.maximum(np.log(cloud + clear * (1 - seen_again) ** misses), -CAP_SATELLITE)


def posterior(ln_odds_prior: Floats | float, ln_lr: Floats | float) -> Floats:
    """Return the probability after adding ln likelihood ratios to the prior ln odds.

    Examples
    --------
    >>> round(float(posterior(math.log(0.01 / 0.99), math.log(20))), 2)
    0.17
    """
    return np.asarray(1.0 / (1.0 + np.exp(-(np.asarray(ln_odds_prior) + np.asarray(ln_lr)))), dtype=float)
