"""The server as it is started: one process, this machine alone, the same record when it is opened again."""

import io
import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from exports_fixture import assessment
from rooms import KEY, Clock, make_house

from truceline.cli import run as command_line
from truceline.errors import RequestError
from truceline.serve.start import bound, is_loopback, one_time_link, open_house, pretending, utc_now
from truceline.store import Record, verify


def start(folder, *words):
    command = [sys.executable, "-m", "truceline", "serve", "easter-2026", "--port", "0", "--json", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told_by(process):
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith("}"):
            return json.loads(text)
    raise AssertionError(process.stderr.read())


def asked(address, path, headers=None):
    request = urllib.request.Request(address + path, headers=headers or {})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return reply.status, reply.read()


def test_one_command_opens_the_room_and_a_signal_closes_it_in_order(tmp_path):
    process = start(tmp_path, "--public")
    try:
        told = told_by(process)
        assert told["address"].startswith("http://127.0.0.1:")
        assert told["link"].startswith(told["address"] + "#enter=")
        assert asked(told["address"], "")[0] == 200
        mission = json.loads(asked(told["address"], "api/mission")[1])
        assert mission["mission"] == "easter-2026"
        assert mission["profile"] == "public"
        with pytest.raises(urllib.error.HTTPError, match="400"):
            asked(told["address"], "api/mission", {"Host": "evil.example"})
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM)
    assert verify(tmp_path / "room.sqlite") == []
    record = Record.open(tmp_path / "room.sqlite")
    assert record.entries("access")["what"].tolist() == ["GET /api/mission"]


def test_a_room_that_is_opened_again_adds_nothing_of_what_it_holds(new_place):
    place = new_place()
    first = make_house(place)
    size, root = first.room.record.size, first.room.record.root()
    first.close()
    again = make_house(place)
    assert (again.room.record.size, again.room.record.root()) == (size, root)
    again.close()


def test_a_room_is_of_one_mission(tmp_path):
    from dataclasses import replace

    make_house(tmp_path / "room.sqlite").close()
    other = replace(assessment(), mission_id="other")
    with pytest.raises(RequestError, match="the room of the mission 'small', not of 'other'"):
        open_house(other, tmp_path / "room.sqlite", key=KEY, clock=Clock())


def test_a_one_time_link_is_given_only_while_nobody_has_an_account(tmp_path):
    house = make_house(tmp_path / "room.sqlite", people={})
    assert one_time_link(house) != one_time_link(house) != ""
    assert [a.login for a in house.accounts.all()] == ["local"]
    house.accounts.make("olena", role="analyst", password="a long password", now=house.wall())
    assert one_time_link(house) == ""
    house.close()


def test_a_port_in_use_is_said_to_be():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(RequestError, match=r"cannot listen on 127\.0\.0\.1"):
            bound("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback_is_told_from_the_rest(host, only_here):
    assert is_loopback(host) is only_here


def test_a_pretended_clock_runs_on():
    clock = pretending(datetime(2026, 4, 12, tzinfo=UTC))
    first = clock()
    assert abs(first - datetime(2026, 4, 12, tzinfo=UTC)) < timedelta(minutes=1)
    assert clock() >= first
    assert utc_now().tzinfo is UTC


def test_accounts_are_made_on_the_command_line_and_passwords_never_given_as_words(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*words, typed=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = command_line(words)
        return code, capsys.readouterr()

    make_house(tmp_path / "room.sqlite", people={}).close()
    code, told = run("account", "add", "olena", "--role", "analyst", "--json", typed="a password of the tests\n")
    assert code == 0, told.err
    assert json.loads(told.out)["account"].startswith("acc-")
    assert run("account", "add", "vera", typed="\n")[0] == 2, "there is no default password"
    assert json.loads(run("account", "list", "--json")[1].out)[0]["login"] == "olena"
    assert json.loads(run("account", "key", "olena", "--json")[1].out)["key"].startswith("tlk_")
    assert run("account", "password", "olena", typed="another password\n")[0] == 0
    code, told = run("account", "clse", "olena")
    assert code == 2
    assert "Did you mean 'close'" in told.err
    assert run("account", "close", "olena")[0] == 0
    assert run("backup", "copy.sqlite", "--json")[0] == 0
    assert run("restore", "copy.sqlite", "--db", "new.sqlite")[0] == 0
    assert verify("new.sqlite") == []
