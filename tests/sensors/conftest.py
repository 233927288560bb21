from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.orbits import read_elements
from truceline.sensors.deployment_file import read_deployment
from truceline.strip import Strip

ELEMENTS = Path(__file__).resolve().parents[2] / "missions/easter-2026/elements"


@pytest.fixture(scope="session")
def elements():
    """The element sets of three VIIRS satellites that the Easter mission carries."""
    return tuple(one for path in sorted(ELEMENTS.glob("*.tle")) for one in read_elements(path.read_text()).sets)


@pytest.fixture(scope="session")
def strip():
    """A line of some 75 km near 48 N 37 E."""
    return Strip.along(lon_deg=[37.0, 37.5, 38.0], lat_deg=[48.0, 48.1, 48.0])


@pytest.fixture
def deploy(strip, elements):
    """Return a deployment from what a sensors.yaml would say."""

    def made(satellites=(), sensors=(), on=strip, **more):
        said = {"satellites": list(satellites), "sensors": list(sensors), **more}
        return read_deployment(said, strip=on, elements=elements, timezone="Europe/Kyiv")

    return made


@pytest.fixture
def passes_at():
    """Return a maker of PASSES: one satellite over every node at some hours from the start."""
    return _passes_at


def _passes_at(hours, *, nodes, instrument, norad_id, start, **given):
    """Return PASSES of one satellite over every node at some hours from the start."""
    hours = np.asarray(hours, float)
    columns = {
        "norad_id": norad_id,
        "instrument": instrument,
        "cell": np.tile(np.arange(nodes), len(hours)),
        "time_peak": pd.Timestamp(start) + pd.to_timedelta(np.repeat(hours, nodes), unit="h"),
        "off_nadir_deg": given.get("off_nadir_deg", 10.0),
        "incidence_deg": given.get("incidence_deg", 12.0),
        "sun_elevation_deg": given.get("sun_elevation_deg", 30.0),
    }
    return pd.DataFrame(columns)
