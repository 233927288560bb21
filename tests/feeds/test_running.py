"""Feeds that run: each alone, begun again when it fails, held back by the record, stopped within a second."""

import asyncio
import os
import shutil
import socket
import subprocess
import time

import pytest
from feed_samples import NOW, Ear, answering, cot_xml, eventually, feed, firms_csv, played, publish, thing

from truceline.errors import RecordError
from truceline.feeds.folder import Folder, run_folder
from truceline.feeds.listen_cot import run_cot
from truceline.feeds.listen_mqtt import IN_FLIGHT, run_mqtt
from truceline.feeds.pull import ask_http, run_firms, run_http
from truceline.feeds.supervise import Supervisor
from truceline.feeds.things import wrapped
from truceline.sources.fetch import KEY


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


async def quick(_):
    await asyncio.sleep(0.01)


async def ended(task):
    task.cancel()
    await asyncio.wait([task], timeout=2)


def test_a_feed_that_fails_is_begun_again_with_growing_pauses_and_touches_no_other():
    async def play():
        slept, ears = [], {"bad": Ear(), "good": Ear()}

        async def sleep(seconds):
            slept.append(seconds)
            await asyncio.sleep(0)
            if len(slept) > 12:
                await asyncio.Event().wait()

        async def bad(ear):
            raise ConnectionRefusedError(111, "Connection refused")

        async def good(ear):
            ear.works("fine")
            await asyncio.Event().wait()

        keeper = Supervisor({"bad": (bad, ears["bad"]), "good": (good, ears["good"])}, sleep=sleep)
        keeper.start()
        await eventually(lambda: len(slept) > 12)
        assert slept == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
        assert ears["bad"].failures[0] == "Connection refused. Tried again in 1 s."
        assert ears["good"].failures == []
        began = time.monotonic()
        await keeper.stop()
        assert time.monotonic() - began < 1.5
        assert ears["bad"].stopped == ears["good"].stopped == 1

    played(play())


def test_a_feed_that_worked_is_begun_again_soon():
    async def play():
        slept = []

        async def sleep(seconds):
            slept.append(seconds)
            await asyncio.sleep(0)
            if len(slept) > 4:
                await asyncio.Event().wait()

        async def works_then_fails(ear):
            ear.works("for a while")
            raise OSError(0, "gone")

        keeper = Supervisor({"a": (works_then_fails, Ear())}, sleep=sleep)
        keeper.start()
        await eventually(lambda: len(slept) > 4)
        await keeper.stop()
        assert set(slept) == {1}

    played(play())


def test_an_error_of_others_is_told_by_its_kind_alone():
    from truceline.feeds.supervise import said_of

    assert "secret" not in said_of(ValueError("https://x/?key=secret"))


def test_an_address_is_asked_with_its_key_and_no_error_holds_it(monkeypatch):
    monkeypatch.setenv("POSTS_KEY", "hunter2")

    async def play():
        ear = Ear()
        with answering((200, b"[]"), (200, b"[1]")) as (url, asked):
            mine = feed(url=f"{url}/e?token=x", key_header="X-Api-Key", key_env="POSTS_KEY")
            task = asyncio.create_task(run_http(mine, ear, sleep=quick))
            await ear.until(2)
            await ended(task)
            assert asked[0][1]["X-Api-Key"] == "hunter2"
        assert [message.body for message in ear.taken[:2]] == [b"[]", b"[1]"]
        for status in (302, 403, 500):
            with answering((status, b"hunter2")) as (url, _):
                mine = feed(url=f"{url}/e?token=x", key_header="X-Api-Key", key_env="POSTS_KEY")
                with pytest.raises(Exception, match=str(status)) as caught:
                    await ask_http(mine)
            assert "hunter2" not in str(caught.value)
            assert "token" not in str(caught.value)
        with pytest.raises(Exception, match="no answer"):
            await ask_http(feed(url=f"http://127.0.0.1:{free_port()}/"))
        monkeypatch.delenv("POSTS_KEY")
        with pytest.raises(Exception, match="POSTS_KEY is not set"):
            await ask_http(mine)

    played(play())


def test_firms_is_asked_again_and_again_and_a_refused_key_is_not_told(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY, "hunter2")
    mine = feed("firms", product="VIIRS_NOAA20_NRT", box=(31.0, 46.0, 39.0, 51.0), days=2)

    async def play():
        ear = Ear()
        with answering((200, firms_csv([(48, 37.5, "0115")])), (200, firms_csv([(48, 37.6, "0115")]))) as (url, asked):
            task = asyncio.create_task(
                run_firms(mine, ear, clock=lambda: NOW, folder=tmp_path, sleep=quick, base_url=url)
            )
            await ear.until(2)
            await ended(task)
        assert asked[0][0] == "/api/area/csv/hunter2/VIIRS_NOAA20_NRT/31,46,39,51/2/2026-04-11"
        assert "hunter2" not in str(ear.taken[0].via)
        ear = Ear()
        with answering((200, b"Invalid MAP_KEY hunter2")) as (url, _):

            async def run(told):
                await run_firms(mine, told, clock=lambda: NOW, folder=tmp_path, sleep=quick, base_url=url)

            keeper = Supervisor({"f": (run, ear)}, sleep=quick)
            keeper.start()
            await eventually(lambda: ear.failures)
            await keeper.stop()
        assert "FIRMS answered" in ear.failures[0]
        assert "hunter2" not in "".join(ear.failures)

    played(play())


def test_without_a_network_firms_stops_within_a_second(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY, "hunter2")
    mine = feed("firms", product="VIIRS_NOAA20_NRT", box=(31.0, 46.0, 39.0, 51.0))

    async def play():
        async def run(ear):
            base = f"http://127.0.0.1:{free_port()}"
            await run_firms(mine, ear, clock=lambda: NOW, folder=tmp_path, sleep=asyncio.sleep, base_url=base)

        keeper = Supervisor({"f": (run, Ear())})
        keeper.start()
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await keeper.stop()
        assert time.monotonic() - began < 1.5

    played(play())


def test_cot_comes_from_a_server_and_what_the_record_does_not_take_is_not_read_on():
    async def play():
        ear, sent = Ear(), asyncio.Event()

        async def serve(reader, writer):
            for number in range(3):
                writer.write(cot_xml(uid=f"u{number}") + cot_xml("a-f-G", uid="SECRET"))
            await writer.drain()
            await sent.wait()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        task = asyncio.create_task(run_cot(feed("cot", connect=f"127.0.0.1:{port}"), ear))
        await ear.until(6)
        assert sum(bool(message.withheld) for message in ear.taken) == 3
        assert not any(b"SECRET" in message.body for message in ear.taken)
        sent.set()
        with pytest.raises(OSError, match="closed the connection"):
            await asyncio.wait_for(task, 5)
        server.close()

    played(play())


def test_cot_is_listened_for_and_a_slow_record_holds_the_sender_back():
    async def play():
        ear, port = Ear(), free_port()
        task = asyncio.create_task(run_cot(feed("cot", connect="", listen=f"127.0.0.1:{port}"), ear))
        await eventually(lambda: ear.says)
        ear.gate.clear()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        wrote, most = 0, 40_000_000
        flood = cot_xml() * 100
        try:
            while wrote < most:
                writer.write(flood)
                wrote += len(flood)
                await asyncio.wait_for(writer.drain(), 0.5)
        except TimeoutError:
            pass
        assert wrote < most, "the sender waits: nothing is read while the record does not take"
        ear.gate.set()
        await ear.until(1000)
        writer.close()
        await ended(task)

    played(play())


def test_a_sender_that_breaks_off_is_forgotten_and_a_record_that_refuses_begins_the_feed_again():
    async def play():
        ear, port = Ear(), free_port()
        task = asyncio.create_task(run_cot(feed("cot", connect="", listen=f"127.0.0.1:{port}"), ear))
        await eventually(lambda: ear.says)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(cot_xml()[:50])
        writer.transport.abort()
        await asyncio.sleep(0.05)
        assert not task.done()
        ear.refuse = RecordError("the disk is full.")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(cot_xml())
        with pytest.raises(RecordError):
            await asyncio.wait_for(task, 5)
        writer.close()

    played(play())


def test_a_file_is_read_when_it_has_stopped_growing_and_once(tmp_path):
    folder, path = Folder(feed("folder", path=tmp_path)), tmp_path / "a.csv"
    path.write_text("half")
    assert folder.look() == [], "seen for the first time: it may still grow"
    path.write_text("half and more")
    assert folder.look() == [], "it has grown"
    assert folder.look() == [path]
    assert folder.read(path).body == b"half and more"
    assert folder.look() == []
    path.write_text("something else entirely")
    folder.look()
    assert folder.look() == [path]
    path.write_text("changes while it is read")
    assert folder.read(path) is None
    for name in (".hidden", "b.csv.part", "c.tmp", "d~"):
        (tmp_path / name).write_text("x")
    folder.look()
    assert folder.look() == [path]


def test_a_folder_is_watched_and_what_was_not_taken_is_read_again(tmp_path):
    async def play():
        ear = Ear()
        (tmp_path / "a.csv").write_bytes(b"x")
        ear.refuse = RecordError("full.")
        with pytest.raises(RecordError):
            await asyncio.wait_for(run_folder(feed("folder", path=tmp_path), ear, sleep=quick), 5)
        ear.refuse = None
        task = asyncio.create_task(run_folder(feed("folder", path=tmp_path), ear, sleep=quick))
        await ear.until(1)
        await ended(task)
        with pytest.raises(Exception, match="cannot be read"):
            await run_folder(feed("folder", path=tmp_path / "gone"), ear, sleep=quick)

    played(play())


@pytest.fixture
def broker(tmp_path):
    """Yield (port, start, stop) of a mosquitto of the test's own, on loopback."""
    program = shutil.which("mosquitto") or ("/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else None)
    if program is None:
        pytest.skip("mosquitto is not installed (Debian's package mosquitto): MQTT is not tested")
    port, running = free_port(), []
    settings = tmp_path / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {tmp_path}/\n"
        f"max_queued_messages 0\nmax_inflight_messages 0\n{user}"
    )

    def start():
        command = [program, "-c", str(settings)]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("mosquitto did not start")

    def stop():
        for process in running:
            process.terminate()
            process.wait(10)
        running.clear()

    start()
    yield port, start, stop
    stop()


def test_mqtt_is_acknowledged_after_the_record_has_it_and_nothing_is_lost_on_the_way(broker):
    port, start, stop = broker
    mine = feed("mqtt", broker=f"127.0.0.1:{port}")

    async def play():
        first = Ear()
        task = asyncio.create_task(run_mqtt(mine, first, client_id="t1"))
        await eventually(lambda: first.says)
        await asyncio.to_thread(publish, port, [thing(1), thing(2)])
        await first.until(2)
        first.gate.clear()  # the record takes nothing: what comes now must not be acknowledged
        await asyncio.to_thread(publish, port, [thing(3)])
        await asyncio.sleep(0.2)
        await ended(task)
        await asyncio.to_thread(publish, port, [thing(4)])  # while nobody listens
        second = Ear()
        task = asyncio.create_task(run_mqtt(mine, second, client_id="t1"))
        await second.until(2)
        assert {message.body for message in second.taken} == {thing(3), thing(4)}
        stop()
        with pytest.raises(Exception, match="is lost"):
            await asyncio.wait_for(task, 10)
        third = Ear()
        with pytest.raises(Exception, match="nobody answers"):
            await asyncio.wait_for(run_mqtt(mine, third, client_id="t1"), 10)
        start()
        task = asyncio.create_task(run_mqtt(mine, third, client_id="t1"))
        await eventually(lambda: third.says)
        await asyncio.to_thread(publish, port, [thing(5)])
        await third.until(1)
        await ended(task)

    played(play())


def test_a_slow_record_holds_the_broker_back(broker):
    port, _, _ = broker
    mine = feed("mqtt", broker=f"127.0.0.1:{port}")

    async def play():
        ear = Ear()
        task = asyncio.create_task(run_mqtt(mine, ear, client_id="t2"))
        await eventually(lambda: ear.says)
        ear.gate.clear()
        count = IN_FLIGHT + 500
        await asyncio.to_thread(
            publish, port, [wrapped("v1.1/Datastreams(1)/Observations", b"%d" % i) for i in range(count)]
        )
        ear.gate.set()
        await ear.until(count)
        assert len({message.name for message in ear.taken}) == count
        await ended(task)

    played(play())
