"""How far a satellite may be from where old elements put it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

OLD_D = 14.0  # beyond this, exact times are no longer to be relied on
MOST_D = 366.0  # beyond this an element set says nothing of when a pass falls


def time_sigma_s(age_d: Floats) -> Floats:
    """Return the one-sigma error of a pass's time, in seconds, for elements of that age in days (before or after)."""
    age = np.abs(np.asarray(age_d, float))
    return 0.15 + 0.1 * age + 0.005 * age**2
