"""A PostgreSQL server that a test may kill and start again: durable, unlike the one the other tests share."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa


class OwnServer:
    """One server in a folder of its own, on loopback; `programs` are the paths of initdb and postgres.

    The folder is made `within` another, or among the temporary files.
    """

    def __init__(self, programs, within=None):
        initdb, self._postgres = programs
        self._folder = Path(tempfile.mkdtemp(prefix="truceline-own-", dir=within))
        self._manner = {"user": "postgres"} if os.geteuid() == 0 else {}  # it refuses to run as the superuser
        self._folder.chmod(0o755)
        if self._manner:
            shutil.chown(self._folder, "postgres")
        said = [initdb, "-D", self._folder / "data", "-U", "truceline", "--auth=trust", "-E", "UTF8"]
        subprocess.run(said, check=True, capture_output=True, cwd="/", **self._manner)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._address = f"postgresql+psycopg://truceline@127.0.0.1:{self._port}"
        self._running = None
        self._made = 0

    def start(self):
        """Start it and wait until it answers; what a killed one left behind may take a moment to end."""
        options = ["-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        engine = sa.create_engine(f"{self._address}/postgres", poolclass=sa.NullPool)
        for _ in range(300):
            if self._running is None or self._running.poll() is not None:
                self._running = subprocess.Popen(
                    [self._postgres, "-D", self._folder / "data", *options],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    **self._manner,
                )
            try:
                with engine.connect():
                    return
            except sa.exc.OperationalError:
                time.sleep(0.1)
        raise TimeoutError("the database server did not start")

    def kill(self):
        """Kill it without warning."""
        os.kill(self._running.pid, signal.SIGKILL)
        self._running.wait(30)

    def new_database(self):
        """Return the URL of a new empty database."""
        self._made += 1
        engine = sa.create_engine(f"{self._address}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"create database room_{self._made}")
        return f"{self._address}/room_{self._made}"

    def close(self):
        """Stop it and remove its folder."""
        if self._running and self._running.poll() is None:
            self._running.terminate()
            self._running.wait(30)
        shutil.rmtree(self._folder, ignore_errors=True)
