"""A process that opens a room, works in it, and is killed without warning; run by test_crash, and by hand for longer.

Usage: python crash_nursery.py PLACE KILLS SEED, the place a new file or the URL of an empty database. It prints
what was lost, which must be nothing.
"""

import itertools
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "report")]

from rooms import Clock, make_house  # noqa: E402

from truceline.serve.lifecycle import NEXT, START  # noqa: E402
from truceline.store import Record, verify  # noqa: E402

SAID = {
    "note": "n",
    "evidence": ("e",),
    "owner": "o",
    "due": "2026-05-01T00:00:00Z",
    "attributed_to": "A",
    "confidence": "low",
    "party": "A",
}


def work(place, acknowledge):
    """Look, take steps and publish until killed, telling of each once it was acknowledged."""
    house = make_house(place, clock=Clock())
    people = {a.login: a for a in house.accounts.all()}
    callers = {
        login: house.accounts.begin_session(people[login].account, now=house.wall())[1]
        for login in ("taras", "helen", "ann")
    }
    acknowledge("ready", "")
    for n in itertools.count():
        house.door.look(callers["taras"], f"GET /look/{os.getpid()}/{n}")
        acknowledge("access", f"GET /look/{os.getpid()}/{n}")
        incident = f"inc-{n % 4}"
        history = [s for s in house.room.reviews.steps() if s.incident_id == incident]
        to = NEXT[history[-1].state if history else START]
        to = next((state for state in to if state not in ("split", "duplicate", "party_response")), to[0])
        who = callers["helen"] if to == "verified" else callers["taras"]
        step = house.room.reviews.take(
            who, house.room.assessment(), {**SAID, "incident_id": incident, "state": to}, now=house.room.now()
        )
        acknowledge("review", step.step_id)
        if n % 3 == 1:
            again = [r for r in house.releases.all() if r.day == "2026-04-10"]
            if again and not again[-1].published:
                asked = again[-1]
            else:
                said = {"day": "2026-04-10", "language": "en", "correction": "wrong" if again else ""}
                asked = house.releases.ask(callers["taras"], house.room.assessment(), said, now=house.room.now())
                acknowledge("release", asked.release_id)
            approver = callers["helen"] if asked.asked_by != callers["helen"].account else callers["taras"]
            house.releases.approve(approver, asked.release_id, asked.sha256, now=house.room.now())
            acknowledge("approved", asked.release_id)


def kill_once(place, rng, work=work, within_s=2.5):
    """Start one worker, kill it at a random moment, and return what it had acknowledged."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        try:
            work(place, lambda kind, name: os.write(told, f"{kind}\t{name}\n".encode()))
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    os.close(told)
    with os.fdopen(heard) as pipe:
        if rng.random() < 0.8:  # else it is killed while it opens the room
            pipe.readline()
        time.sleep(rng.random() * within_s)
        os.kill(child, signal.SIGKILL)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            raise SystemExit("the worker stopped before it was killed")
        said = [tuple(line.split("\t")) for line in pipe.read().splitlines()]
    return [one for one in said if one[0] != "ready"]


def lost(place, acknowledged):
    """Return what was acknowledged and is not in the record, and what does not verify."""
    record = Record.open(place)
    held = {("access", what) for what in record.entries("access").get("what", ())}
    held |= {("review", name) for name in record.entries("review").get("record_id", ())}
    releases = record.entries("release")
    for row in releases.to_dict("records"):
        held.add(("release", row["record_id"]))
        if row["approved_by"]:
            held.add(("approved", row["record_id"]))
    return [str(one) for one in acknowledged if one not in held] + [str(problem) for problem in verify(place)]


def main(place, kills, seed):
    rng = random.Random(seed)
    acknowledged = []
    for _ in range(kills):
        acknowledged += kill_once(place, rng)
        for problem in lost(place, acknowledged):
            sys.stdout.write(f"lost: {problem}\n")
    kinds = {kind: sum(k == kind for k, _ in acknowledged) for kind in ("access", "review", "release", "approved")}
    sys.stdout.write(f"{kills} kills, acknowledged: {kinds}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
