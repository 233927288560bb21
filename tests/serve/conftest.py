"""Houses on SQLite and PostgreSQL, and on SQLite alone where the database does not matter."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from own_server import OwnServer
from rooms import Clock, client_of, make_house


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(new_place, clock):
    """A house on each database."""
    made = make_house(new_place(), clock=clock)
    yield made
    made.close()


@pytest.fixture
def small(tmp_path, clock):
    """A house on SQLite."""
    made = make_house(tmp_path / "room.sqlite", clock=clock)
    yield made
    made.close()


@pytest.fixture
def signed_in(small):
    """Return a function that gives a client of the small house, signed in."""
    opened = []

    def sign_in(login):
        context = client_of(small, login)
        opened.append(context)
        return context.__enter__()

    yield sign_in
    for context in opened:
        context.__exit__(None, None, None)


def programs():
    """Return the paths of initdb and postgres; without them the test is skipped."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    both = [shutil.which(name, path=str(found[-1]) if found else None) for name in ("initdb", "postgres")]
    if not all(both):
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    return both


@pytest.fixture
def own_server():
    """A PostgreSQL server that this test alone uses, and may kill."""
    made = OwnServer(programs())
    made.start()
    yield made
    made.close()


@pytest.fixture
def small_disk():
    """A PostgreSQL server on a disk of its own of 160 MB, and that disk."""
    disk, found = Path(tempfile.mkdtemp(prefix="truceline-disk-")), programs()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        disk.rmdir()
        pytest.skip("no disk can be mounted here: a full one under PostgreSQL is not tested")
    disk.chmod(0o755)
    made = OwnServer(found, within=disk)
    try:
        made.start()
        yield made, disk
    finally:
        made.close()
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()
