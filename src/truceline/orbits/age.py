"""How far a satellite may be from where old elements put it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

OLD_D = 14.0  # beyond this, exact times are no longer to be relied on
MOST_D = 366.0  # beyond this the error is more than half an orbit: elements no longer say when a pass falls

EPOCH_S = (0.05, 0.15, 0.4)  # error at the epoch, low, middle, high: some 1 km along the track (unchecked)
GROWTH_S_D2 = (0.003, 0.03, 0.08)  # seconds per day squared; see below


def time_sigma_s(age_d: Floats, *, case: int = 1) -> Floats:
    """Return the one-sigma error of a pass's time, in seconds, for elements of that age in days (before or after).

    sqrt(epoch^2 + (growth age^2)^2): drag not foreseen and manoeuvres act on the period, and what is gained in each
    orbit adds up, so the error grows with the square. Growth is measured: 14 differences between element sets of seven
    satellites at 514-830 km, 127-207 days apart, have 0.003-0.08 s a day squared, root mean square 0.029. `case` is 0,
    1 or 2 for the low, middle or high of these. A satellite that never manoeuvres does far better (2 s after 24 days:
    Terra and Aqua), one that changes its orbit far worse.

    Examples
    --------
    >>> time_sigma_s(np.array([0.0, 14.0])).round(2)
    array([0.15, 5.88])
    """
    age = np.asarray(age_d, float)
    return np.asarray(np.hypot(EPOCH_S[case], GROWTH_S_D2[case] * age**2), float)
