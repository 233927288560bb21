"""Why so little is seen: coverage again with one hindrance taken away at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from truceline.sensors.cover import cover_deployment
from truceline.sensors.coverage import hourly_steps
from truceline.sensors.deployment import Conditions, Deployment
from truceline.strip import Strip
from truceline.timespan import Timespan

CELL_KM = 10.0  # the mean over the line is all that is asked
REASONS: dict[str, str] = {
    "kind": "object",
    "seen": "float64",  # mean over the line and the hours, middle assumptions
    "under_open_sky": "float64",  # ... had there been no cloud
    "without_jamming": "float64",
    "always_tasked": "float64",  # ... had the tasked satellites looked on every day
    "foremost": "object",  # what gains most by its absence; "none of these" where none gains a hundredth
}


def reasons(deployment: Deployment, *, strip: Strip, period: Timespan, kinds: Sequence[str]) -> pd.DataFrame:
    """Return, by kind, what would have been seen had one hindrance been absent: the columns of REASONS."""
    if not kinds:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in REASONS.items()})
    days = {day: 0.0 for day in hourly_steps(period)[0].strftime("%Y-%m-%d").unique()}
    stated = deployment.conditions

    def seen(conditions: Conditions) -> dict[str, float]:
        made = cover_deployment(
            replace(deployment, conditions=conditions), strip=strip, period=period, kinds=kinds, cell_km=CELL_KM
        )
        weight = made.width_km / made.width_km.sum()
        return {kind: float(weight @ (table @ made.step_h)) / made.step_h.sum() for kind, table in made.seen.items()}

    base = seen(stated)
    without = {
        "under_open_sky": seen(replace(stated, cloud=days)),
        "without_jamming": seen(replace(stated, jamming_share=0.0)),
        "always_tasked": seen(replace(stated, tasking=1.0)),
    }
    rows = []
    for kind in kinds:
        gains = {name: table[kind] - base[kind] for name, table in without.items()}
        best = max(gains, key=lambda name: gains[name])
        said = {"under_open_sky": "cloud", "without_jamming": "jamming", "always_tasked": "tasking"}[best]
        foremost = said if gains[best] >= 0.01 else "none of these"
        rows.append((kind, base[kind], *(table[kind] for table in without.values()), foremost))
    return pd.DataFrame(rows, columns=list(REASONS)).astype(REASONS)
