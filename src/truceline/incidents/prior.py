"""What to expect before any evidence: it grows with the stretch of line and the time an incident covers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from truceline.incidents.associate import HOUR_NS
from truceline.incidents.members import UNSAID_SIGMA_M, Members
from truceline.incidents.settings import IncidentSettings

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
COVERS = 1.96  # standard errors either way: a place is given to within 95 %


def covered(members: Members, heat: Flags, length_km: float, settings: IncidentSettings) -> Floats:
    """Return the cells x days of each incident: where and while it may have been.

    The stretch is the 95 % error of its most precise sighting along the line, clipped to the line; without a
    place the whole line. The time is that of its shortest sighting. One cell and one day is the least: the rate
    is not known to a finer grain. `heat` tells thermal rows, which count only where there is nothing else.
    """
    heat_only = np.asarray(members.reduce(np.logical_and, heat), dtype=bool)[members.incident]
    telling = ~heat | heat_only
    rows = members.rows
    sigma_km = np.nan_to_num(rows["sigma_m"].to_numpy(float), nan=UNSAID_SIGMA_M) / 1000
    chainage = rows["chainage_km"].to_numpy(float)
    ends = [np.clip(chainage + side * COVERS * sigma_km, 0, length_km) for side in (-1, 1)]
    stretch = np.where(np.isfinite(chainage), ends[1] - ends[0], length_km)
    start, end = (rows[c].to_numpy("datetime64[ns]").astype("int64") for c in ("time_start", "time_end"))
    span_d = np.maximum(end - start, 0) / (24 * HOUR_NS)
    least = (np.asarray(members.reduce(np.fmin, np.where(telling, v, np.inf)), float) for v in (stretch, span_d))
    stretch_km, days = least
    return np.asarray(np.maximum(stretch_km / settings.cell_km, 1.0) * np.maximum(days, 1.0))


def ln_odds_of(expected: Floats, settings: IncidentSettings) -> Floats:
    """Return the ln odds that there is at least one, 1 - exp(-expected), bounded by `prior_at_most`."""
    p = np.minimum(-np.expm1(-expected), settings.prior_at_most)
    return np.asarray(np.log(p / (1 - p)), dtype=float)
