"""A crash at any point loses nothing committed and leaves no half batch."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from truceline.store import Record, verify

KILLS = 20
ROWS = 200  # in each batch: enough for a kill to fall inside one

WRITER = """
    import sys
    from datetime import datetime, UTC
    from truceline.store import Record
    record = Record.open(sys.argv[1])
    number = len(record.heads())
    print("ready", flush=True)
    while True:
        with record.batch(datetime(2026, 4, 12, tzinfo=UTC)) as batch:
            for part in range(4):
                rows = [{"id": f"b{number}-{part}-{n}", "batch": number} for n in range(ROWS // 4)]
                batch.append("note", rows, id_column="id")
        print(number, flush=True)
        number += 1
""".replace("ROWS", str(ROWS))


def write_and_kill(path, after_s):
    """Return the numbers of the batches acknowledged before SIGKILL, which comes `after_s` from the first."""
    writer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(path)], stdout=subprocess.PIPE)
    try:
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(after_s)
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        told = writer.communicate()[0]
    return [int(line) for line in told.split(b"\n")[:-1]]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_at_any_point_every_acknowledged_batch_is_whole_and_writing_goes_on(tmp_path):
    path, rng, acknowledged = tmp_path / "r.db", random.Random(5), set()
    for _ in range(KILLS):
        acknowledged |= set(write_and_kill(path, rng.uniform(0, 0.06)))
        record = Record.open(path)
        assert verify(path) == []
        committed = record.entries("note").groupby("batch").size() if record.size else {}
        assert acknowledged <= set(dict(committed))
        assert set(dict(committed).values()) <= {ROWS}
        assert record.size == ROWS * len(record.heads())
    assert len(acknowledged) >= KILLS // 2
