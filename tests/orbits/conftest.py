from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from truceline.orbits import Elements, find_swath, read_elements
from truceline.timespan import Timespan

EASTER = Path(__file__).resolve().parents[2] / "missions/easter-2026"
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def text():
    """The bundled element sets of 11 March 2026, as they stand."""
    return (EASTER / "elements/2026-03-11.tle").read_text()


@pytest.fixture(scope="session")
def sets(text):
    """NORAD number -> bundled element set."""
    later = (EASTER / "elements/2026-05-30.tle").read_text()
    return {one.norad_id: one for part in (text, later) for one in read_elements(part).sets}


@pytest.fixture(scope="session")
def april():
    """The first third of April 2026."""
    start = datetime(2026, 4, 1, tzinfo=UTC)
    return Timespan(start=start, end=start + 10 * DAY)


@pytest.fixture(scope="session")
def cone():
    """Everything that sees a satellite 30 degrees or more above its horizon; `cone(ids)`."""
    return lambda *ids: replace(
        find_swath("viirs"), instrument="cone", norad_ids=ids, limit="incidence", max_deg=60.0, ranges={}
    )


@pytest.fixture(scope="session")
def falling():
    """A satellite that SGP4 finds decayed some two and a half days after its epoch, 1 April 2026."""
    return Elements(
        name="FALLING",
        norad_id=99001,
        epoch=datetime(2026, 4, 1, tzinfo=UTC),
        inclination_deg=97.0,
        node_deg=10.0,
        eccentricity=1e-4,
        perigee_deg=0.0,
        anomaly_deg=0.0,
        revolutions_per_day=16.0,
        drag_per_radius=0.01,
    )
