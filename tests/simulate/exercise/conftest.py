import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.agreement import LineOfContact, parse_agreement
from truceline.incidents import IncidentSettings
from truceline.monitor import Brief
from truceline.observations import new_table
from truceline.orbits import read_elements
from truceline.sensors.cover import cover_deployment
from truceline.sensors.deployment_file import read_deployment
from truceline.sensors.kinds import violation
from truceline.simulate.stage import Asked, deployed, set_stage
from truceline.simulate.truth import TRUTH
from truceline.simulate.truth_scenario import KindRule, Scenario
from truceline.strip import Strip
from truceline.timespan import Timespan

MISSIONS = Path(__file__).parents[3] / "missions"
START = datetime(2026, 4, 1, tzinfo=UTC)
SENSORS = {
    "satellites": [{"id": "viirs-snpp", "instrument": "viirs", "satellites": [37849]},
                   {"id": "viirs-noaa20", "instrument": "viirs", "satellites": [43013]}],
    "sensors": [
        {"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": 60, "every_km": 10},
        {"id": "masts", "kind": "camera", "from_km": 0, "to_km": 60, "every_km": 10},
        {"id": "reports", "kind": "report"},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def days():
    return lambda number: Timespan(start=START, end=START + timedelta(days=number))


@pytest.fixture(scope="session")
def elements():
    folder = MISSIONS / "easter-2026" / "elements"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.tle"))]
    return tuple(one for text in texts for one in read_elements(text).sets)


@pytest.fixture(scope="session")
def strip():
    """A straight line of 100 km along a parallel, first party to the north."""
    return Strip.along(lon_deg=[36.0, 37.343], lat_deg=[48.0, 48.0])


@pytest.fixture(scope="session")
def deploy(strip, elements):
    return lambda said: read_deployment(said, strip=strip, elements=elements, timezone="UTC")


@pytest.fixture(scope="session")
def scatter(strip):
    """Return violations with even chance anywhere in the strip and period: what coverage speaks of."""

    def scattered(kind, number, *, period, rng, half_width_km=15.0):
        law = violation(kind)
        chainage = rng.random(number) * strip.length_km
        offset = (rng.random(number) * 2 - 1) * half_width_km
        lon, lat = strip.locate(chainage_km=chainage, offset_km=offset)
        time = rng.random(number) * period.hours
        trace = rng.random(number) < (law.trace(1) if law.trace_means else 1.0)
        life = rng.exponential(1.0, number) * law.life_h(1) * (trace | law.lasting)
        start = pd.Timestamp(period.start)
        columns = {
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
        }
        return new_table(TRUTH, columns, length=number)

    return scattered


@pytest.fixture(scope="session")
def scenario():
    return Scenario(
        title="test",
        kinds={
            "shelling": KindRule(per_day=120),
            "strike": KindRule(per_day=30),
            "small_arms_fire": KindRule(per_day=20),
        },
    )


@pytest.fixture(scope="session")
def stage_for(strip, deploy, days):
    """Return a stage for a scenario and sensors on the 100 km line, 6 days."""
    text = (MISSIONS / "exercise-30d" / "agreement.yaml").read_text(encoding="utf-8")
    line = LineOfContact(
        line_id="line_of_contact",
        called="a test line",
        strip=strip,
        valid_from=START,
        valid_to=None,
        sigma_km=0.2,
        source="made",
    )
    sectors = pd.DataFrame(
        {"sector": ["W", "E"], "called": ["west", "east"], "from_km": [0.0, 50.0], "to_km": [50.0, strip.length_km]}
    )

    def staged(scenario, said=SENSORS, *, number=6):
        period = days(number)
        brief = Brief(
            mission_id="test", title="test", timezone="UTC", report_day_ends="24:00", period=period,
            agreements=(parse_agreement(text, where="agreement.yaml"),), strip=strip, lines=(line,), sectors=sectors,
            places=pd.DataFrame({"name": [], "lon_deg": [], "lat_deg": [], "population": []}),
            kinds=("shelling", "strike", "small_arms_fire"),
            settings=IncidentSettings(base_rate_per_cell_day=0.2), credits=(),
            deployment=deploy(said),
        )  # fmt: skip
        asked = Asked(**{f.name: getattr(brief, f.name) for f in dataclasses.fields(Asked)})
        coverage = cover_deployment(deployed(scenario, asked), strip=strip, period=period, kinds=brief.kinds)
        return set_stage(scenario, asked, coverage.coarser(10.0))

    return staged


@pytest.fixture(scope="session")
def stage(stage_for, scenario):
    return stage_for(scenario)
