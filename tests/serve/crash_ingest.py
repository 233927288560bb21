"""A room with a live feed that is killed while it writes its large tables, takes messages in and judges them.

Run by test_crash, and by hand for longer. Usage: python crash_ingest.py PLACE KILLS SEED, the place a new file or the
URL of an empty database. It prints what was lost, and what the room, opened once more, concludes without having it in
its record: both must be nothing.
"""

import itertools
import json
import os
import random
import re
import shutil
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "report")]

import numpy as np  # noqa: E402
from crash_nursery import kill_once  # noqa: E402
from rooms import KEY, client_of, key_headers  # noqa: E402
from test_fed import FEEDS, NOW, opened  # noqa: E402

from truceline import keeping  # noqa: E402
from truceline.feeds.messages import KIND as FED  # noqa: E402
from truceline.mission import find_mission, open_mission  # noqa: E402
from truceline.store import Record, verify  # noqa: E402

PERIOD = 'period: {from: "2026-04-11T00:00:00+03:00", to: "2026-04-13T00:00:00+03:00"}'


def lay_out(folder):
    """Write two days of the Easter truce with a feed."""
    shutil.copytree(find_mission("easter-2026"), folder)
    said = (folder / "mission.yaml").read_text().splitlines()
    (folder / "mission.yaml").write_text("\n".join(PERIOD if x.startswith("period:") else x for x in said) + "\n")
    (folder / "feeds.yaml").write_text(FEEDS)
    return open_mission(folder)


def worker(mission):
    """Return what opens the room, pushes until it is killed, and tells of each event once it was acknowledged."""
    lon, lat = mission.brief.strip.locate(chainage_km=np.linspace(50, 450, 40))

    def work(place, acknowledge):
        keeping.MOST_ROWS = 40  # an update of 60 events is some ten batches, and is killed between them too
        house = opened(mission, place)
        acknowledge("ready", "")
        if not any(account.login == "pusher" for account in house.accounts.all()):
            house.accounts.make("pusher", role="analyst", password="", now=NOW)
        headers = key_headers(house, "pusher", scope=["feed"])
        with client_of(house) as client:
            for n in itertools.count():
                events = [
                    {
                        "id": f"{os.getpid()}-{n}-{i}",
                        "lon": lon[(n + i) % 40],
                        "lat": lat[(n + i) % 40],
                        "time": f"2026-04-12T{n % 18:02d}:{i:02d}:00Z",
                        "sigma_m": 300,
                    }
                    for i in range(20)
                ]
                said = client.post("/api/feeds/posts", content=json.dumps(events), headers=headers)
                assert said.status_code == 200, said.text
                for event in events:
                    acknowledge("fed", event["id"])
                if n % 3 == 2:
                    house.feeder.update()

    return work


def lost(place, acknowledged):
    """Return what was acknowledged and is not in the record, and what does not verify."""
    said = (text for part in Record.open(place, key=KEY).payloads(FED) for text in map(json.dumps, part))
    held = {name for text in said for name in re.findall(r"(?<![\d-])\d+-\d+-\d+(?![\d-])", text)}  # and dates
    return [name for _, name in acknowledged if name not in held] + [str(problem) for problem in verify(place)]


def unkept(mission, place):
    """Return what the room, opened once more, concludes and its record does not hold, and how much was pushed."""
    house = opened(mission, place)
    house.feeder.update()
    mine = house.room.assessment()
    told = []
    for kind in ("incident", "finding"):
        table, record = getattr(mine, f"{kind}s"), house.room.record
        known = {said[f"{kind}_id"] for part in record.payloads(kind) for said in part}
        told += [f"{kind} {name} is not in the record" for name in set(table[f"{kind}_id"]) - known]
    pushed = mine.observations["source"].eq("posts").sum()
    house.close()
    return told, pushed


def main(place, kills, seed):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        mission, acknowledged = lay_out(Path(folder) / "mission"), []
        for _ in range(kills):
            acknowledged += kill_once(place, rng, worker(mission), within_s=4.0)
            for problem in lost(place, acknowledged):
                sys.stdout.write(f"lost: {problem}\n")
        wrong, pushed = unkept(mission, place)
        for problem in wrong:
            sys.stdout.write(f"wrong: {problem}\n")
        if pushed < len(acknowledged):
            sys.stdout.write(f"wrong: {pushed} observations of {len(acknowledged)} acknowledged\n")
    sys.stdout.write(f"{kills} kills, acknowledged: {len(acknowledged)} events\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
