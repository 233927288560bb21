"""Houses on SQLite and PostgreSQL, and on SQLite alone where the database does not matter."""

import shutil
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


@pytest.fixture
def own_server():
    """A PostgreSQL server that this test alone uses, and may kill."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    programs = [shutil.which(name, path=str(found[-1]) if found else None) for name in ("initdb", "postgres")]
    if not all(programs):
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    made = OwnServer(programs)
    made.start()
    yield made
    made.close()
