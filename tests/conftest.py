import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

NUMBERS = itertools.count()
# A headless browser that calls nobody; SwiftShader draws WebGL without a graphics card.
CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)

# The same examples on every run of CI, so that a change is judged by what it changed; new ones elsewhere. How long
# an example takes says nothing on a busy machine: speed is for benchmarks.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("own", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "own")


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


def server_program(name):
    """Return the newest installed server program of that name, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def server():
    """Start a PostgreSQL server of the tests' own and return the address of its databases."""
    initdb, postgres = server_program("initdb"), server_program("postgres")
    if not initdb or not postgres:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql): only SQLite is tested")
    # not in pytest's own folder: other runs keep closing that to everybody else, the server's user too
    folder = Path(tempfile.mkdtemp(prefix="truceline-postgresql-"))
    # the server refuses to run as the superuser
    manner = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder.chmod(0o755)
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
        shutil.rmtree(folder, ignore_errors=True)


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
    return lambda: new_database(address)


def new_database(address):
    """Make an empty database on a server; return its URL."""
    name = f"record_{next(NUMBERS)}"
    engine = sa.create_engine(f"{address}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    return f"{address}/{name}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_place(request, tmp_path_factory):
    """Return an empty place for a record that a whole module uses."""
    if request.param == "sqlite":
        return tmp_path_factory.mktemp("record") / "room.sqlite"
    return new_database(request.getfixturevalue("server"))


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no 'chromium' on the path: the page tests need Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))
        yield opened
        opened.close()
