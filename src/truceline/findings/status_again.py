"""The status of some days anew, when incidents that fell on them are others than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from truceline.findings.status import NOT_IN_FORCE, with_incidents
from truceline.timespan import Timespan

# the columns of STATUS that no incident has a say in
_WATCHED = ["sector", "day", "watched", "watched_low", "watched_high", "looks", "exposure_h", "in_force"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days of a period that follow one another."""

    names: tuple[str, ...]
    start: datetime
    end: datetime
    last: bool  # whether the period's last is among them


def days_touched(first: datetime, last: datetime, *, period: Timespan, timezone: str) -> Days:
    """Return the local days on which incidents between two instants count."""
    days = list(period.days(timezone))
    starts = pd.DatetimeIndex([span.start for _, span in days])
    a, b = (int(np.clip(starts.searchsorted(at, side="right") - 1, 0, len(days) - 1)) for at in (first, last))
    return Days(
        names=tuple(name for name, _ in days[a : b + 1]),
        start=days[a][1].start,
        end=days[b][1].end,
        last=b == len(days) - 1,
    )


def status_again(
    status: pd.DataFrame,
    days: Sequence[str],
    gravest: pd.DataFrame,
    *,
    sectors: pd.DataFrame,
    period: Timespan,
    timezone: str,
) -> pd.DataFrame:
    """Return a STATUS table with some days anew, from the `worst` of all incidents that count on them."""
    watched = status.assign(in_force=status["status"] != NOT_IN_FORCE)
    anew = with_incidents(watched[_WATCHED], gravest, sectors=sectors, period=period, timezone=timezone)
    return anew.where(status["day"].isin(days), status)
