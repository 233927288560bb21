"""A crash at any point loses nothing committed and leaves no half batch."""

import json
import signal
import subprocess
import sys
import textwrap

import pytest

KILLS = 20
ROWS = 200  # in each batch: enough for a kill to fall inside one

# One process imports everything once, then forks a writer for each kill and looks at what is left.
TRIAL = """
    import json, os, random, signal, sys, time
    from datetime import datetime, UTC
    from truceline.store import Record, verify

    path, key, rng = sys.argv[1], sys.argv[2], random.Random(5)

    def write(told):
        record = Record.open(path, key=key)
        number = len(record.heads())
        os.write(told, b"ready\\n")
        while True:
            with record.batch(datetime(2026, 4, 12, tzinfo=UTC)) as batch:
                for part in range(4):
                    rows = [{"id": f"b{number}-{part}-{n}", "batch": number} for n in range(ROWS // 4)]
                    batch.append("note", rows, id_column="id")
            os.write(told, b"%d\\n" % number)
            number += 1

    for _ in range(KILLS):
        heard, told = os.pipe()
        writer = os.fork()
        if writer == 0:
            os.close(heard)
            write(told)
        os.close(told)
        with os.fdopen(heard) as lines:
            assert lines.readline() == "ready\\n"
            time.sleep(rng.uniform(0, 0.1))
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
            acknowledged = [int(line) for line in lines]
        record = Record.open(path)
        batches = record.entries("note").groupby("batch").size().to_dict() if record.size else {}
        print(json.dumps({
            "acknowledged": acknowledged,
            "whole": [int(number) for number, rows in batches.items() if rows == ROWS],
            "half": [int(number) for number, rows in batches.items() if rows != ROWS],
            "size": record.size,
            "heads": len(record.heads()),
            "problems": [problem.item for problem in verify(path)],
        }))
""".replace("ROWS", str(ROWS)).replace("KILLS", str(KILLS))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_at_any_point_every_acknowledged_batch_is_whole_and_writing_goes_on(new_place, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(TRIAL), str(new_place()), str(tmp_path / "signing.key")],
        stdout=subprocess.PIPE,
        check=True,
    )
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(trials) == KILLS
    acknowledged = set()
    for trial in trials:
        acknowledged |= set(trial["acknowledged"])
        assert trial["problems"] == trial["half"] == []
        assert acknowledged <= set(trial["whole"])
        assert trial["size"] == ROWS * trial["heads"]
    sizes = [trial["size"] for trial in trials]
    assert sizes == sorted(sizes) and acknowledged  # it went on after the kills
