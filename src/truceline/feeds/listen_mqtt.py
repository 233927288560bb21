"""SensorThings over MQTT 5 with QoS 1: a message is acknowledged to the broker when it is in the record.

The broker keeps what was not acknowledged and what comes while nobody listens, for the session's life, and sends it
again; of a message that comes twice the record holds one.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from truceline.errors import SourceError
from truceline.feeds.messages import LARGEST, Message, receive
from truceline.feeds.pull import beside, secret
from truceline.feeds.settings import Feed
from truceline.feeds.supervise import Ear
from truceline.feeds.things import wrapped

IN_FLIGHT = 1000  # messages the broker may send before the first is acknowledged
MOST_HELD = 2 * IN_FLIGHT  # what bounds the memory here where a sender wants no acknowledgement
SESSION_S = 7 * 24 * 3600  # how long the broker keeps messages for us
CONNECT_S = 5.0
KEEPALIVE_S = 30

Came = tuple[Message, int, int]  # the message, its number and its quality of service


async def run_mqtt(feed: Feed, ear: Ear, *, client_id: str) -> None:
    """Run an mqtt feed until it is cancelled or the connection is lost."""
    link = _Link(feed, client_id)
    try:
        await link.open()
        ear.works(f"Connected to {feed.broker}.")
        while True:
            came = await link.next()
            await ear.take([message for message, _, _ in came])
            link.acknowledge(came)
    finally:
        await asyncio.shield(beside(link.close))


class _Link:
    """One connection. The library's thread hands over what comes; everything else happens in the event loop."""

    def __init__(self, feed: Feed, client_id: str) -> None:
        self._feed = feed
        self._loop = asyncio.get_running_loop()
        self._came: list[Came] = []
        self._woken = asyncio.Event()
        self._open: asyncio.Future[None] = self._loop.create_future()
        self._lost = ""
        self._closed = False
        self._room = threading.Semaphore(MOST_HELD)
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,  # the supervisor does that
        )
        if feed.user_env:
            password = secret(feed.password_env) if feed.password_env else None
            self._client.username_pw_set(secret(feed.user_env), password)
        if feed.tls:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect

    async def open(self) -> None:
        """Connect and subscribe."""
        host, _, port = self._feed.broker.rpartition(":")
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = IN_FLIGHT
        properties.MaximumPacketSize = LARGEST
        self._client.connect_timeout = CONNECT_S
        # the name is looked up and the connection made in the library's own thread
        self._client.connect_async(
            host.strip("[]"), int(port), keepalive=KEEPALIVE_S, clean_start=False, properties=properties
        )
        self._client.loop_start()
        try:
            async with asyncio.timeout(2 * CONNECT_S):
                await self._open
        except TimeoutError as error:
            raise SourceError(f"{self._feed.broker} does not answer.", todo="Tried again.") from error

    async def next(self) -> list[Came]:
        """Return what came since the last call, as soon as there is something."""
        while not self._came:
            if self._lost:
                raise SourceError(self._lost, todo="Tried again.")
            self._woken.clear()
            await self._woken.wait()
        came, self._came = self._came, []
        return came

    def acknowledge(self, came: list[Came]) -> None:
        """Tell the broker that these need not be kept any longer, and take more of them."""
        self._room.release(len(came))
        for _, number, quality in came:
            if quality:
                self._client.ack(number, quality)

    def close(self) -> None:
        """Close the connection and end the library's thread; the session stays with the broker."""
        self._closed = True
        with contextlib.suppress(Exception):
            self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._call(self._lose, f"the broker refuses: {reason.getName()}.")
        else:
            client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._feed.topics])

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        # the library does not say which it was
        tls = ", or its certificate is not one that this machine trusts (SSL_CERT_FILE)" if self._feed.tls else ""
        self._call(self._lose, f"nobody answers at {self._feed.broker}{tls}.")

    def _on_subscribe(self, _client: Any, _data: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        refused = [reason.getName() for reason in reasons if reason.is_failure]
        if refused:
            self._call(self._lose, f"the broker refuses a topic: {refused[0]}.")
        else:
            self._call(self._opened)

    def _on_message(self, _client: Any, _data: Any, came: Any) -> None:
        while not self._room.acquire(timeout=0.2):  # reading no more is what slows the broker down
            if self._closed:
                return
        message = receive(self._feed.feed_id, wrapped(came.topic, came.payload), via=came.topic[:200])
        self._call(self._hand_over, (message, came.mid, came.qos))

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._call(self._lose, f"the connection to {self._feed.broker} is lost: {reason.getName()}.")

    def _call(self, what: Any, *words: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(what, *words)

    def _opened(self) -> None:
        if not self._open.done():
            self._open.set_result(None)

    def _hand_over(self, came: Came) -> None:
        self._came.append(came)
        self._woken.set()

    def _lose(self, why: str) -> None:
        self._lost = why
        self._woken.set()
        if not self._open.done():
            self._open.set_exception(SourceError(why, todo="Tried again."))
