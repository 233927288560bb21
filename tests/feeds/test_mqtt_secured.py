"""A broker that wants a name, a password and TLS, with an authority made for the test and trusted by it alone."""

import asyncio
import datetime
import gc
import ipaddress
import os
import shutil
import socket
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from feed_samples import Ear, eventually, feed, played, publish, thing

from truceline.feeds.listen_mqtt import run_mqtt


def signed(name, key, issuer, issuer_key, *, authority):
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    )
    return built.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def certificates(folder):
    """Write ca.pem, server.pem and server.key."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of the test")])
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    (folder / "ca.pem").write_bytes(signed(ca, ca_key, ca, ca_key, authority=True))
    (folder / "server.pem").write_bytes(signed(server, key, ca, ca_key, authority=False))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)


@pytest.fixture
def broker(tmp_path):
    """Yield the port of a mosquitto of the test's own, on loopback, behind TLS and a password."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    maker = shutil.which("mosquitto_passwd")
    if program is None or maker is None:
        pytest.skip("mosquitto is not installed (Debian's package mosquitto): MQTT over TLS is not tested")
    certificates(tmp_path)
    subprocess.run([maker, "-c", "-b", tmp_path / "passwords", "mission", "hunter2"], check=True, capture_output=True)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    user = "user root\n" if os.geteuid() == 0 else ""
    (tmp_path / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {tmp_path}/passwords\n"
        f"certfile {tmp_path}/server.pem\nkeyfile {tmp_path}/server.key\n{user}"
    )
    command = [program, "-c", str(tmp_path / "mosquitto.conf")]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port
    running.terminate()
    running.wait(10)


@pytest.fixture
def secured(broker, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("MQTT_USER", "mission")
    monkeypatch.setenv("MQTT_PASSWORD", "hunter2")
    return feed("mqtt", broker=f"127.0.0.1:{broker}", tls=True, user_env="MQTT_USER", password_env="MQTT_PASSWORD")


def refusal(mine):
    """Return how a feed fails."""
    told = []

    async def play():
        with pytest.raises(Exception) as failed:
            await asyncio.wait_for(run_mqtt(mine, Ear(), client_id="s"), 15)
        told.append(str(failed.value))

    played(play())
    return told[0]


def test_a_feed_hears_messages_with_a_name_a_password_and_tls(secured, tmp_path):
    async def play():
        ear = Ear()
        task = asyncio.create_task(run_mqtt(secured, ear, client_id="s"))
        await eventually(lambda: ear.says)
        sent = {"authority": str(tmp_path / "ca.pem"), "login": ("mission", "hunter2")}
        await asyncio.to_thread(publish, int(secured.broker.rpartition(":")[2]), [thing(1), thing(2)], **sent)
        await eventually(lambda: len(ear.taken) == 2)
        assert {message.body for message in ear.taken} == {thing(1), thing(2)}
        task.cancel()
        await asyncio.wait([task], timeout=2)

    played(play())


def test_a_wrong_password_is_told_and_not_shown(secured, monkeypatch):
    monkeypatch.setenv("MQTT_PASSWORD", "wrong")
    assert "uthorized" in refusal(secured)


def test_a_password_that_is_not_set_is_told_by_its_variable(secured, monkeypatch):
    monkeypatch.delenv("MQTT_PASSWORD")
    assert "MQTT_PASSWORD is not set" in refusal(secured)


# paho leaves the socket of a handshake that failed to the collector
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
def test_a_broker_whose_certificate_nobody_trusts_is_refused(secured, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate is not one that this machine trusts" in refusal(secured)
    gc.collect()
