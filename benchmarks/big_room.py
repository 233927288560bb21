"""The invented front with as many incidents as asked for: each with its own observation, odds, acts and finding.

Nothing but the words is shared between rows, as nothing is in a real assessment.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sample import front


def big_room(rows, seed=1):
    """Return the invented front with this many incidents, observations and findings."""
    whole, rng = front(), np.random.default_rng(seed)
    incidents = _drawn(whole.incidents, rng, rows)
    names = _names("inc", rows)
    seen = _names("obs", rows)
    lon, lat = (incidents[name].to_numpy() + rng.normal(0, 0.2, rows) for name in ("lon_deg", "lat_deg"))
    p = rng.beta(2, 2, rows).round(6)
    ratios = rng.normal(1, 1, (rows, 2)).round(6).tolist()
    acts = incidents["act"].tolist()
    incidents = incidents.assign(
        incident_id=names,
        lon_deg=lon,
        lat_deg=lat,
        p_exists=p,
        p_acts=[((act, chance), ("explosion", 1 - chance)) for act, chance in zip(acts, p.tolist(), strict=True)],
        observations=[(name,) for name in seen],
        sensors=[("thermal",) if act == "heat" else ("report",) for act in acts],
        ln_odds_prior=rng.normal(-3, 1, rows).round(6),
        ln_lr=[(("thermal", a), ("report", b)) for a, b in ratios],
        strength=rng.gamma(1.2, 8, rows).round(3),
    )
    observations = _drawn(whole.observations, rng, rows)
    observations = observations.assign(
        observation_id=seen,
        time_start=incidents["time_start"].array,
        time_end=incidents["time_end"].array,
        lon_deg=lon,
        lat_deg=lat,
        act=incidents["act"].array,
        ref=[f"detections.csv:{n}" for n in range(rows)],
    )
    findings = _drawn(whole.findings, rng, rows).assign(
        finding_id=_names("fin", rows), incident_id=incidents["incident_id"].array, probability=p
    )
    return replace(whole, incidents=incidents, observations=observations, findings=findings)


def _drawn(table, rng, rows):
    """Return rows drawn from a table, column by column."""
    chosen = rng.integers(0, len(table), rows)
    return pd.DataFrame({name: table[name].array.take(chosen) for name in table}, copy=False)


def _names(kind, rows):
    return [f"{kind}-{n * 2654435761 % 2**48:012x}" for n in range(rows)]
