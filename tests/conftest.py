import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run of CI, so that a change is judged by what it changed; new ones everywhere else.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data that is not committed, or skip and say so."""
    folder = os.environ.get("TRUCELINE_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRUCELINE_DATA is not set: this test needs real data that is not committed")
    return Path(folder)


@pytest.fixture(scope="session", autouse=True)
def _own_key(tmp_path_factory):
    """Sign with a key of the tests' own, never the user's."""
    before = os.environ.get("TRUCELINE_KEY")
    os.environ["TRUCELINE_KEY"] = str(tmp_path_factory.mktemp("key") / "signing.key")
    yield
    if before is None:
        del os.environ["TRUCELINE_KEY"]
    else:
        os.environ["TRUCELINE_KEY"] = before
