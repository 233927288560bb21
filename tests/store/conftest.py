"""Places to keep a record: a file, and a database of a PostgreSQL server that the tests start on loopback."""

import itertools
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

NUMBERS = itertools.count()


def server_program(name):
    """Return the newest installed server program of that name, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Start a PostgreSQL server of the tests' own and return the address of its databases."""
    initdb, postgres = server_program("initdb"), server_program("postgres")
    if not initdb or not postgres:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql): only SQLite is tested")
    folder = tmp_path_factory.mktemp("postgresql")
    # the server refuses to run as the superuser
    manner = {"user": "postgres"} if os.geteuid() == 0 else {}
    for made in (folder, *list(folder.parents)[:2]):
        made.chmod(0o755)
    if manner:
        shutil.chown(folder, "postgres")
    subprocess.run(
        [initdb, "-D", folder / "data", "-U", "truceline", "--auth=trust", "--no-sync", "-E", "UTF8"],
        check=True,
        capture_output=True,
        cwd="/",
        **manner,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "fsync=off", "-c", "timezone=UTC"]
    running = subprocess.Popen(
        [postgres, "-D", folder / "data", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **manner,
    )
    try:
        address = f"postgresql+psycopg://truceline@127.0.0.1:{port}"
        wait_for(f"{address}/postgres")
        yield address
    finally:
        running.terminate()
        running.wait(30)


def wait_for(url, seconds=30):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    for _ in range(seconds * 10):
        try:
            with engine.connect():
                return
        except sa.exc.OperationalError:
            time.sleep(0.1)
    raise TimeoutError("the database server did not start")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request, tmp_path):
    """Return a function that gives a new empty place for a record."""
    if request.param == "sqlite":
        return lambda: tmp_path / f"{next(NUMBERS)}.db"
    address = request.getfixturevalue("server")

    def make():
        name = f"record_{next(NUMBERS)}"
        engine = sa.create_engine(f"{address}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"create database {name}")
        return f"{address}/{name}"

    return make
