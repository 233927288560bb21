from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.orbits import read_elements
from truceline.sensors.deployment_file import read_deployment
from truceline.simulate.truth import TRUTH
from truceline.observations import new_table
from truceline.strip import Strip
from truceline.timespan import Timespan

MISSIONS = Path(__file__).parents[3] / "missions"
START = datetime(2026, 4, 1, tzinfo=UTC)


def days(number):
    return Timespan(start=START, end=START + timedelta(days=number))


@pytest.fixture(scope="session")
def elements():
    folder = MISSIONS / "easter-2026" / "elements"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.tle"))]
    return tuple(one for text in texts for one in read_elements(text).sets)


@pytest.fixture(scope="session")
def strip():
    """A straight line of 100 km along a parallel, first party to the north."""
    return Strip.along(lon_deg=[36.0, 37.343], lat_deg=[48.0, 48.0])


@pytest.fixture
def deploy(strip, elements):
    def make(said, *, along=strip):
        return read_deployment(said, strip=along, elements=elements, timezone="UTC")

    return make


def scattered(kind, number, *, strip, period, rng, half_width_km=15.0):
    """Violations with even chance anywhere in the strip and period: what coverage speaks of."""
    from truceline.sensors.kinds import violation

    law = violation(kind)
    chainage = rng.random(number) * strip.length_km
    offset = (rng.random(number) * 2 - 1) * half_width_km
    lon, lat = strip.locate(chainage_km=chainage, offset_km=offset)
    time = rng.random(number) * period.hours
    trace = rng.random(number) < (law.trace(1) if law.trace_means else 1.0)
    life = rng.exponential(1.0, number) * law.life_h(1) * (trace | law.lasting)
    start = pd.Timestamp(period.start)
    return new_table(
        TRUTH,
        {
            "event": np.arange(number),
            "kind": kind,
            "side": "first",
            "cause": "unprovoked",
            "parent": np.full(number, -1),
            "time": start + pd.to_timedelta(time, unit="h"),
            "time_end": start + pd.to_timedelta(time + life, unit="h"),
            "trace": trace,
            "chainage_km": chainage,
            "offset_km": offset,
            "lon_deg": lon,
            "lat_deg": lat,
        },
        length=number,
    )
