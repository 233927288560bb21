"""Houses on SQLite and PostgreSQL, and on SQLite alone where the database does not matter."""

import pytest
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
