"""How often sensors raise an alarm about nothing: one stated rate, for whoever weighs their sightings or invents them.

A rate is the library's (`<kind>.false_alarms`) or the deployment's own (`false_alarms_per_day` in sensors.yaml). Where
a kind of sensor states none there is None, and its sightings are weighed by judgement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from truceline.sensors.acoustic import Acoustic
from truceline.sensors.deployment import Post
from truceline.sensors.facts import fact
from truceline.sensors.sight import SensorModel

Floats = npt.NDArray[np.float64]

SOUNDS = ("explosion", "small_arms_fire")  # what an array may take a noise for: a burst, or shots
SOUND_OF = {"shelling": 0, "strike": 0, "small_arms_fire": 1}  # kind of violation -> its sound; engines have no rate


def alarms_per_day(model: SensorModel) -> float | None:
    """Return how often a sensor raises a false alarm, for each kind of sound and day on duty; None where unstated."""
    if not isinstance(model, Acoustic):
        return None
    stated = model.false_alarms_per_day
    return fact("acoustic.false_alarms").mid if stated is None else stated


def alarm_sigma_km() -> float:
    """Return the scatter of false alarms about their sensor, each way: its stated distance is two sigma."""
    return fact("acoustic.alarm_km").mid / 2


def expected_alarms(
    posts: Sequence[Post], post_km: Floats, on: npt.NDArray[np.bool_], *, at_km: Floats, half_km: Floats, hours: float
) -> Floats:
    """Return (n,) false alarms of one sound to expect within `half_km` along the line of each place, in some hours.

    `post_km`, (posts,), is where each stands along the line; `on`, (posts, n), whether it is on duty then. How far to
    the side of the line an alarm lies tells nothing.
    """
    rates = np.array([alarms_per_day(post.model) or 0.0 for post in posts])
    away, sigma = at_km[None, :] - post_km[:, None], alarm_sigma_km()
    share = stats.norm.cdf((away + half_km) / sigma) - stats.norm.cdf((away - half_km) / sigma)
    return np.asarray((rates[:, None] / 24 * hours * share * on).sum(axis=0))
