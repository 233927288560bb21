import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data that is not committed, or skip and say so."""
    folder = os.environ.get("TRUCELINE_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRUCELINE_DATA is not set: this test needs real data that is not committed")
    return Path(folder)
