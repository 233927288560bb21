"""The operations room under load, beside a plain FastAPI application that serves the same GeoJSON, in the same run.

Usage: python benchmarks/load_room.py [--incidents 100000] [--callers 16] [--rate 0] [--seconds 20] [--db URL] [--kept]

Each server is a process of its own on loopback; a third asks, over connections that stay open, for pages of 100
incidents in boxes of every size drawn at random. The room checks a key and commits an audit entry for every page; the
plain application has no release, accounts, audit or filters but the box. With --kept all of the assessment is written
to the record first, as `truceline serve` does.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/report"), str(HERE.parent / "tests/serve")]
LIMIT = 100


def main():
    asked = _arguments().parse_args()
    if asked.serve:
        {"room": serve_room, "plain": serve_plain}[asked.serve](asked)
        return
    told = {name: measure(name, asked) for name in ("room", "plain") if asked.only in ("", name)}
    sys.stdout.write(f"load of the machine over the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    for name, one in told.items():
        sys.stdout.write(
            f"{name:6}{one['per_s']:6.0f} requests/s, p50 {one['p50_ms']:.1f} ms, p99 {one['p99_ms']:.1f} ms, slowest "
            f"{one['most_ms']:.0f} ms; {one['cpu_ms']:.2f} ms of processor each; {one['rss_mb']:.0f} MB (its own "
            f"{one['anon_mb']:.0f}, of files {one['file_mb']:.0f}), peak "
            f"{one['peak_mb']:.0f} MB; first page {one['first_s']:.2f} s, ready {one['ready_s']:.0f} s\n"
        )
    if not asked.only:
        for what in ("per_s", "p99_ms", "cpu_ms", "rss_mb"):
            sys.stdout.write(f"room / plain, {what}: {told['room'][what] / told['plain'][what]:.2f}\n")


def measure(name, asked):
    """Start one server, ask it for a while, and return what it did."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="truceline-load-") as folder:
        said = [
            f"--incidents={asked.incidents}",
            f"--callers={asked.callers}",
            f"--db={asked.db or folder + '/room.sqlite'}",
        ]
        server = subprocess.Popen(
            [sys.executable, __file__, f"--serve={name}", *said, *(["--kept"] if asked.kept else [])],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            told = json.loads(server.stdout.readline())
            ready_s = time.monotonic() - began
            return asyncio.run(load(told, asked, server.pid)) | memory(server.pid) | {"ready_s": ready_s}
        finally:
            server.terminate()
            server.wait(30)


async def load(told, asked, pid):
    """Ask from several callers at once for some seconds; return rate and delays."""
    began = time.monotonic()
    await caller(told, 0, began, [])  # the first page makes what the others use
    first_s = time.monotonic() - began
    delays, start, busy = [], time.monotonic(), processor_s(pid)
    every_s = asked.callers / asked.rate if asked.rate else 0.0
    callers = [caller(told, n, start + asked.seconds, delays, every_s) for n in range(asked.callers)]
    await asyncio.gather(*callers)
    took = np.array(delays) * 1000
    return {
        "requests": len(took),
        "per_s": len(took) / (time.monotonic() - start),
        "p50_ms": float(np.percentile(took, 50)),
        "p99_ms": float(np.percentile(took, 99)),
        "most_ms": float(took.max()),
        "first_s": first_s,
        "cpu_ms": (processor_s(pid) - busy) / len(took) * 1000,
    }


async def caller(told, n, until, delays, every_s=0.0):
    """Ask one page after the other over one connection, at least one, until an instant.

    With `every_s` each is due at its own moment and its delay counts from then, also when the caller is late for it.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", told["port"])
    rng, key = np.random.default_rng(n), told["keys"][n % len(told["keys"])] if told["keys"] else ""
    try:
        due = time.monotonic() + every_s * rng.random()
        while True:
            if every_s:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            lon, lat, size = rng.uniform(32, 38), rng.uniform(46.5, 50), rng.choice([0.1, 0.3, 1.0, 3.0])
            box = f"{lon:.4f},{lat:.4f},{lon + size:.4f},{lat + size:.4f}"
            began, due = due if every_s else time.monotonic(), due + every_s
            said = f"GET {told['path']}?bbox={box}&limit={LIMIT} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}\r\n"
            writer.write(said.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            length = next(
                int(v) for k, _, v in (x.partition(b":") for x in head.lower().split(b"\r\n")) if k == b"content-length"
            )
            await reader.readexactly(length)
            delays.append(time.monotonic() - began)
            if time.monotonic() >= until:
                return
    finally:
        writer.close()


def memory(pid):
    """Return a process's resident memory, what of it is its own and what lies in files, and its peak, in megabytes."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    wanted = (("rss_mb", "VmRSS"), ("anon_mb", "RssAnon"), ("file_mb", "RssFile"), ("peak_mb", "VmHWM"))
    return {name: int(lines[key].split()[0]) / 1024 for name, key in wanted}


def processor_s(pid):
    """Return the seconds of processor a process has had."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def serve_room(asked):
    """Serve the room as `truceline serve` does once the mission is assessed."""
    from dataclasses import replace

    from big_room import big_room
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from truceline.serve.house import utc_now
    from truceline.serve.memory import hold_little, let_go
    from truceline.serve.room import Room
    from truceline.serve.spool import spooled
    from truceline.serve.start import bound, open_house, run, warm

    hold_little()
    whole = big_room(asked.incidents)
    few = replace(whole, **{t: getattr(whole, t).head(0) for t in ("incidents", "observations", "findings")})
    key = Ed25519PrivateKey.generate()
    house = open_house(whole if asked.kept else few, asked.db, key=key, clock=utc_now)
    house.room.__init__(spooled(whole), house.room.record, house.room.now)
    del whole, few
    let_go()
    assert isinstance(house.room, Room)
    keys = []
    for n in range(asked.callers):  # each its own account: a caller may ask for 30 pages a second
        house.accounts.make(f"caller-{n}", role="analyst", password="", now=house.wall())
        key = house.accounts.make_key(f"caller-{n}", called="load", scope=("read",), days=1, now=house.wall())
        keys.append(f"Authorization: Bearer {key}\r\n")
    warm(house)
    with bound("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        _tell({"port": port, "path": "/api/collections/incidents/items", "keys": keys})
        run(house, listening, hosts=["127.0.0.1"])


def serve_plain(asked):
    """Serve the same incidents from a plain application."""
    import uvicorn
    from big_room import big_room
    from fastapi import FastAPI, Response

    from truceline.report.exports import plain_rows
    from truceline.serve.start import bound

    incidents = big_room(asked.incidents).incidents
    lon, lat = incidents["lon_deg"].to_numpy(), incidents["lat_deg"].to_numpy()
    rows = plain_rows(incidents)
    del incidents
    app = FastAPI()

    @app.get("/items")
    def items(bbox: str, limit: int) -> Response:
        west, south, east, north = map(float, bbox.split(","))
        found = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        features = [
            {
                "type": "Feature",
                "id": rows[i]["incident_id"],
                "geometry": {"type": "Point", "coordinates": [lon[i], lat[i]]},
                "properties": rows[i],
            }
            for i in found[:limit].tolist()
        ]
        told = {"type": "FeatureCollection", "numberMatched": len(found), "features": features}
        return Response(json.dumps(told), media_type="application/geo+json")

    with bound("127.0.0.1", 0) as listening:
        _tell({"port": listening.getsockname()[1], "path": "/items", "keys": []})
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


def _tell(said):
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--rate", type=float, default=0.0, help="pages a second, each due at its moment; 0: all we can")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--db", default="", help="a database's address; a new SQLite file when not given")
    parser.add_argument("--kept", action="store_true", help="write the assessment to the record first")
    parser.add_argument("--only", default="", choices=["", "room", "plain"])
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
