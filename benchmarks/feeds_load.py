"""Observations pushed over HTTP and published over MQTT to a running room, at a steady rate, on loopback.

Usage: python benchmarks/feeds_load.py [SECONDS] [PER_SECOND] [--db URL]. Half go each way; the record is a file of its
own, or the empty PostgreSQL database at the URL. It prints what was acknowledged, the lag from sending to
acknowledgement and from when it should have been sent, what the room took, and the server's memory.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import paho.mqtt.client as mqtt
import sqlalchemy as sa
from load_room import memory
from paho.mqtt.enums import CallbackAPIVersion

from truceline.mission import find_mission
from truceline.serve.accounts import Accounts
from truceline.serve.desk import open_desk
from truceline.store import verify

PUSHERS = 4  # each waits for its answer before it sends again
BATCH = 100  # events in one request: 30 requests a second is the limit of one caller
FEEDS = """
schema: feeds/0.1
feeds:
  - {{id: pushed, kind: http, options: {{sensor: acoustic, act: shelling}}}}
  - id: arrays
    kind: mqtt
    broker: 127.0.0.1:{port}
    datastreams:
      "1": {{sensor: acoustic, act: shelling, sigma_m: 300}}
"""


def place(n):
    return 36.0 + (n * 7919 % 20_000) / 10_000, 47.3 + (n * 104_729 % 10_000) / 10_000


def when(n):
    start = datetime(2026, 4, 11, 13, tzinfo=UTC)
    return (start + timedelta(seconds=n * 37 % 115_200)).strftime("%Y-%m-%dT%H:%M:%SZ")


def push(url, key, seconds, per_s, out, first):
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        began, n = time.monotonic(), 0
        while time.monotonic() - began < seconds:
            events = []
            for i in range(first + n, first + n + BATCH):
                lon, lat = place(i)
                events.append({"id": i, "lon": lon, "lat": lat, "time": when(i), "sigma_m": 300})
            sent = time.monotonic()
            reply = client.post("/api/feeds/pushed", content=json.dumps(events))
            if reply.status_code == 200:
                out["acknowledged"] += reply.json()["taken"]
                out["lag"].append(time.monotonic() - sent)
                out["late"].append(time.monotonic() - (began + n / per_s))
                n += BATCH
            else:
                out["refused"] += 1
            time.sleep(max(0.0, began + n / per_s - time.monotonic()))


def publish(port, seconds, per_s, out):
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.max_inflight_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    began, n = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        for _ in range(BATCH):
            lon, lat = place(n + 1_000_000)
            body = {
                "@iot.id": n,
                "phenomenonTime": when(n + 5),
                "resultTime": when(n + 5),
                "result": 1.5,
                "FeatureOfInterest": {"feature": {"type": "Point", "coordinates": [lon, lat]}},
            }
            client.publish("v1.1/Datastreams(1)/Observations", json.dumps(body), qos=1)
            n += 1
        time.sleep(max(0.0, began + n / per_s - time.monotonic()))
    out["sent"] = n
    time.sleep(1)
    client.disconnect()
    client.loop_stop()


def main(seconds, per_s, db):
    folder = Path(tempfile.mkdtemp(prefix="truceline-load-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = "user root\n" if os.geteuid() == 0 else ""
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n{user}"
    )
    shutil.copytree(find_mission("easter-2026"), folder / "mission")
    (folder / "mission/feeds.yaml").write_text(FEEDS.format(port=port))
    broker = subprocess.Popen(
        [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(folder / "mosquitto.conf")],
        stderr=subprocess.DEVNULL,
    )
    db = db or str(folder / "room.sqlite")
    command = [sys.executable, "-m", "truceline", "serve", "mission", "--port", "0", "--json", "--db", db]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        told = ""
        for line in server.stdout:
            told += line
            if line.startswith("}"):
                break
        url = json.loads(told)["address"]
        accounts = Accounts(open_desk(db), db)
        accounts.make("feeder", role="analyst", password="", now=datetime.now(UTC))
        key = accounts.make_key("feeder", called="load", scope=["feed", "read"], days=1, now=datetime.now(UTC))
        run(url, key, port, seconds, per_s, server.pid)
    finally:
        server.terminate()
        server.wait(60)
        broker.terminate()
        broker.wait(10)
    sys.stdout.write(f"record verifies: {verify(db) == []}, {size_of(db):,} bytes\n")
    shutil.rmtree(folder, ignore_errors=True)


def size_of(db):
    if "://" not in db:
        return Path(db).stat().st_size
    engine = sa.create_engine(db, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.exec_driver_sql("select pg_database_size(current_database())").scalar()


def told_of(lags):
    p50, p99, worst = np.percentile(np.array(lags) * 1e3, [50, 99, 100])
    return f"p50 {p50:,.0f} ms, p99 {p99:,.0f} ms, worst {worst:,.0f} ms"


def run(url, key, port, seconds, per_s, pid):
    rows = {}
    pushed, published = {"acknowledged": 0, "refused": 0, "lag": [], "late": []}, {}
    threads = [
        *(
            threading.Thread(target=push, args=(url, key, seconds, per_s / 2 / PUSHERS, pushed, i * 10**6))
            for i in range(PUSHERS)
        ),
        threading.Thread(target=publish, args=(port, seconds, per_s / 2, published)),
    ]
    client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    while not any("Connected" in row["says"] for row in client.get("/api/feeds").json()):
        time.sleep(0.1)  # a broker keeps nothing for somebody it has never seen
    began = time.monotonic()
    for thread in threads:
        thread.start()
    slowest = 0.0
    while any(thread.is_alive() for thread in threads):
        asked = time.monotonic()
        client.get("/api/mission")
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(1)
    sent = time.monotonic()
    while time.monotonic() - sent < 120:
        rows = {row["feed"]: row for row in client.get("/api/feeds").json()}
        if rows["arrays"]["messages"] >= published["sent"]:
            break
        time.sleep(0.1)
    behind = time.monotonic() - sent
    held, arrays = memory(pid), rows["arrays"]
    taken, told = rows["pushed"]["taken"] + arrays["taken"], pushed["acknowledged"] + published["sent"]
    lines = (
        f"{sent - began:.0f} s",
        f"HTTP: {pushed['acknowledged']:,} acknowledged, {pushed['acknowledged'] / seconds:,.0f} a second,",
        f"  {pushed['refused']} refused; lag {told_of(pushed['lag'])};",
        f"  from when it was due {told_of(pushed['late'])}",
        f"MQTT: {published['sent']:,} sent, {published['sent'] / seconds:,.0f} a second; {arrays['messages']:,} in the",
        f"  record {behind:.1f} s after the last, doubled {arrays['doubled']}, set aside {arrays['set_aside']}",
        f"taken {taken:,} of {told:,}",
        f"/api/mission meanwhile: slowest {slowest * 1e3:.0f} ms; memory {held['rss_mb']:,.0f} MB (its own "
        f"{held['anon_mb']:,.0f}, of files {held['file_mb']:,.0f}), peak {held['peak_mb']:,.0f} MB",
        f"{rows['pushed']['says']} | {arrays['says']}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("seconds", type=float, nargs="?", default=120.0)
    asked.add_argument("per_second", type=float, nargs="?", default=1000.0)
    asked.add_argument("--db", default="", help="the record, an empty database by its URL; default a file of its own")
    given = asked.parse_args()
    main(given.seconds, given.per_second, given.db)
