"""The tables of incident making: incidents, and the background, masked sources and assumptions behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from truceline.observations.tables import Schema

if TYPE_CHECKING:
    from truceline.incidents.make import Learnt

INCIDENTS: Schema = {
    "incident_id": "text",
    "time_start": "time",  # earliest the happening can have begun, by its observations
    "time_end": "time",
    "lon_deg": "number",
    "lat_deg": "number",
    "sigma_m": "number",
    "chainage_km": "number",  # along the line of contact
    "offset_km": "number",  # from the line; positive on the first party's side
    "place": "text",
    "act": "text",  # the most probable act; "heat" when only thermal detections support it
    "p_exists": "number",  # probability that there was a happening here beyond the background
    "p_acts": "list",  # ((act, probability given that it exists), ...), most probable first, sums to 1
    "party": "text",  # the party the sources name, "" when none or several; not an attribution
    "item": "text",
    "system": "text",
    "calibre_mm": "number",
    "operator": "text",
    "count_min": "number",
    "count_max": "number",
    "strength": "number",
    "observations": "list",  # observation ids
    "sensors": "list",  # kinds of sensor that contributed
    "origins": "number",  # how many independent origins
    "state": "text",  # possible | probable | confirmed | rejected | open
    "ln_odds_prior": "number",
    "ln_lr": "list",  # ((group, capped ln likelihood ratio), ...): every step from the prior to p_exists
    "settle": "text",  # what would settle it
    "method": "text",
    "method_version": "text",
}

# where each prior comes from: one row for each source, strip cell and season step
BACKGROUND: Schema = {
    "source": "text",
    "cell_km": "number",  # start of the strip cell along the line
    "season": "time",  # first day of the season step
    "control_count": "number",  # detections in the block's control band within the season window
    "control_exposure": "number",  # km2 x effective (cloud-free) looks behind that count
    "history_near": "number",  # same season, other years: detections in this cell near the line; nan without history
    "history_expected": "number",  # ... and what their control band led to expect
    "ratio": "number",  # near the line against the control band, shrunk; 1 without history
    "rate_per_look": "number",  # expected background detections in the whole cell, for one clear look
    "rate_per_day": "number",  # ... for the mean day of looks as they were
    "dispersion": "number",  # variance over mean of the control counts
    "shape": "number",  # fires behind the rate: how well it is known
    "fires_near": "number",  # fires near the line in the block and season step, fixed sources left out
    "fires_expected": "number",  # ... of the background; of all sources together, on the same days
    "extra_rate": "number",  # happenings with a fire beyond the background, per cell and day
    "extra_low": "number",  # its 90 % interval
    "extra_high": "number",
    "method": "text",
}

MASKED: Schema = {
    "site": "text",
    "place": "text",
    "lon_deg": "number",
    "lat_deg": "number",
    "chainage_km": "number",
    "offset_km": "number",
    "days": "number",  # distinct days with a detection
    "nights": "number",  # distinct days with a night detection
    "of_days": "number",  # days of the record
    "detections": "number",
    "ln_strength": "number",  # median of ln(FRP / MW)
    "ln_strength_sd": "number",
    "why": "text",
}

ASSUMPTIONS: Schema = {
    "name": "text",
    "value": "number",
    "low": "number",
    "high": "number",
    "unit": "text",
    "source": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """What incident making concluded, with everything needed to trace it."""

    incidents: pd.DataFrame
    background: pd.DataFrame
    masked: pd.DataFrame
    assumptions: pd.DataFrame
    learnt: Learnt | None = None  # to weigh other groups of the observations by; None: not kept
