"""Feeds of every kind and messages for them, and an ear that keeps what it hears."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from truceline.feeds import Feed, receive
from truceline.feeds.cot import sift
from truceline.feeds.cot_frames import Frame
from truceline.feeds.settings import Takes
from truceline.feeds.things import wrapped

NOW = datetime(2026, 4, 12, 12, tzinfo=UTC)
EXPLOSION = Takes(sensor="acoustic", act="explosion", sensor_id="north", sigma_m=300.0)


def feed(kind="http", **said):
    given = {"feed_id": kind, "kind": kind, "called": kind, "silent_after_min": 60.0, **said}
    if kind == "cot":
        given = {"takes": {"b-m-p-s-p-i": EXPLOSION}, "connect": "127.0.0.1:1", **given}
    if kind == "mqtt":
        given = {
            "takes": {"1": EXPLOSION},
            "broker": "127.0.0.1:1",
            "topics": ("v1.1/Datastreams(1)/Observations",),
            **given,
        }
    return Feed(**given)


def at(minute):
    return (datetime(2026, 4, 11, 13, tzinfo=UTC) + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(number=0, *, minute=0, told=0, **said):
    """Return one event as JSON would have it: its own number, when it was, and when it was told."""
    return {
        "id": f"e{number}",
        "lat": 48.0 + number / 1000,
        "lon": 37.5,
        "time": at(minute),
        "reported_at": at(told),
        "act": "shelling",
        "sensor": "acoustic",
        **said,
    }


def cot_xml(kind="b-m-p-s-p-i", uid="north-1", *, minute=0, told=1, lat="48.1", lon="37.6", ce="150.0", detail=""):
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<event version="2.0" uid="{uid}" type="{kind}" how="m-r" time="{at(told)}" start="{at(minute)}" '
        f'stale="{at(told + 5)}"><point lat="{lat}" lon="{lon}" hae="120.0" ce="{ce}" le="9999999.0"/>'
        f"<detail>{detail}</detail></event>"
    ).encode()


def thing(number=1, *, minute=0, told=0, stream="1", result=4.2, **said):
    body = {
        "@iot.id": number,
        "phenomenonTime": at(minute),
        "resultTime": at(told),
        "result": result,
        "FeatureOfInterest": {"feature": {"type": "Point", "coordinates": [37.6, 48.1 + number / 1000]}},
        **said,
    }
    return wrapped(f"v1.1/Datastreams({stream})/Observations", json.dumps(body).encode())


def message(kind, number, *, minute=0, told=0):
    """Return a message of a kind of feed that tells of happening `number`."""
    if kind == "mqtt":
        return receive("mqtt", thing(number, minute=minute, told=told))
    if kind == "cot":
        frame = Frame(form="xml", body=cot_xml(uid=f"u{number}", minute=number, told=told, lat=f"{48 + minute / 100}"))
        return sift(feed("cot"), frame)
    if kind in ("firms", "folder"):
        return receive(kind, firms_csv([(48 + number / 100, 37.5, f"{minute % 24:02d}15")]))
    return receive("http", json.dumps(event(number, minute=minute, told=told)).encode())


def firms_csv(rows):
    head = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,frp"
    lines = [f"{lat},{lon},330.1,0.4,0.5,2026-04-11,{time},N20,VIIRS,n,2.0NRT,5.5" for lat, lon, time in rows]
    return "\n".join([head, *lines, ""]).encode()


def settings_of(kind):
    return feed(kind, reader="firms") if kind == "folder" else feed(kind)


class Ear:
    """Keeps what a running feed tells; `refuse` is raised instead of taking."""

    def __init__(self):
        self.taken, self.says, self.lives, self.failures, self.stopped = [], [], 0, [], 0
        self.refuse = None
        self.gate = asyncio.Event()
        self.gate.set()
        self._came = asyncio.Condition()

    async def take(self, messages):
        await self.gate.wait()
        if self.refuse is not None:
            raise self.refuse
        self.taken += messages
        async with self._came:
            self._came.notify_all()

    def works(self, says):
        self.says.append(says)

    def heard(self):
        self.lives += 1

    def fails(self, says):
        self.failures.append(says)

    def stops(self):
        self.stopped += 1

    async def until(self, count, seconds=10):
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: len(self.taken) >= count)


def alone(work):
    """Return what work gives in a thread of its own: a page test may keep an event loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()


def played(coroutine):
    """Run a coroutine to its end in an event loop of its own."""
    return alone(lambda: asyncio.run(coroutine))


async def eventually(true, seconds=10):
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


@contextmanager
def answering(*replies):
    """Yield (address, requests) of a server that gives these (status, body) in turn, the last again and again."""
    asked, left = [], list(replies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def without_times(text):
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)


def publish(port, bodies, *, authority=None, login=()):
    """Send messages to a broker, each a topic and a payload; return when it has them."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    if authority:
        client.tls_set(authority)
        client.username_pw_set(*login)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = []
    for body in bodies:
        topic, _, payload = body.partition(b"\n")
        sent.append(client.publish(topic.decode(), payload, qos=1))
    for one in sent:
        one.wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
