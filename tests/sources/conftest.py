import pytest

from truceline.sources import read_source


@pytest.fixture
def read(tmp_path):
    """Write content to a file and read it as a kind of source."""

    def _read(kind, content, name="file.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source(kind, path, source="here", options=options or None)

    return _read


@pytest.fixture
def data(real_data):
    """The folder of real data that is not committed."""
    return real_data
