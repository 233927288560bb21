"""Commands of the operations room: serve it, its accounts and keys, and copies of it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import out, print_json, progress
from truceline.cli.words import Json, instant
from truceline.errors import RequestError, UnknownNameError
from truceline.mission import open_mission
from truceline.monitoring import signing_key
from truceline.serve.accounts import Accounts
from truceline.serve.copies import copy_room
from truceline.serve.desk import open_desk
from truceline.serve.start import bound, is_loopback, one_time_link, open_house, pretending, run, watched
from truceline.store import Record

ACTIONS = ("add", "list", "password", "close", "key")
Db = Annotated[str, typer.Option("--db", help="The room's database: a file, or postgresql+psycopg://...")]
ROOM = "room.sqlite"


def serve(
    mission: Annotated[str, typer.Argument(help="A mission folder, or the name of a bundled mission.")],
    host: Annotated[str, typer.Option(help="Where to listen; only this machine unless you say.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes any that is free.")] = 8377,
    db: Db = ROOM,
    name: Annotated[list[str] | None, typer.Option(help="A name the server is reached by; repeat for several.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Let anybody read the public release.")] = False,
    now: Annotated[str | None, typer.Option(help="Begin at this instant instead, for an exercise.")] = None,
    as_json: Json = False,
) -> None:
    """Open the operations room on a mission: a web page and an API, until it is stopped.

    Example: truceline serve easter-2026
    """
    opened = open_mission(mission)
    with bound(host, port) as listening:
        clock = pretending(instant(now)) if now else lambda: instant(None)
        with progress(quiet=as_json) as tell:
            assessment = watched(opened, now=clock(), tell=tell)
            tell("record")
            secure = not is_loopback(host)
            house = open_house(assessment, db, key=signing_key(), clock=clock, open_to_all=public, secure=secure)
        token = one_time_link(house) if is_loopback(host) else ""
        shown_host = f"[{host}]" if ":" in host else host
        address = f"http://{shown_host}:{listening.getsockname()[1]}/"
        link = f"{address}#enter={token}" if token else ""
        _tell_address(address, link, as_json=as_json)
        run(house, listening, hosts=["127.0.0.1", "localhost", "[::1]", shown_host, *(name or ())])


def account(
    action: Annotated[str, typer.Argument(help=f"One of: {', '.join(ACTIONS)}.")],
    login: Annotated[str | None, typer.Argument(help="The account's name.")] = None,
    role: Annotated[str, typer.Option(help="viewer, analyst, verifier, head or party.")] = "viewer",
    party: Annotated[str, typer.Option(help="With the role party: the party spoken for.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="With key: what it may do; repeat for several.")] = None,
    days: Annotated[float, typer.Option(help="With key: how long it holds.")] = 90.0,
    called: Annotated[str, typer.Option(help="With key: what it is for.")] = "",
    db: Db = ROOM,
    as_json: Json = False,
) -> None:
    """Make, list and close the accounts and keys of a room; passwords are asked for, or read from a pipe.

    Example: truceline account add olena --role analyst
    """
    if action not in ACTIONS:
        raise UnknownNameError("action", action, ACTIONS)
    Record.open(db)
    accounts, at = Accounts(open_desk(db), db), instant(None)
    if action == "list":
        rows = [
            {
                "login": a.login,
                "role": a.role,
                "party": a.party,
                "account": a.account,
                "made": a.made,
                "closed": a.closed,
            }
            for a in accounts.all()
        ]
        _tell(rows, [f"{row['login']}  {row['role']}  {row['closed'] and 'closed'}" for row in rows], as_json=as_json)
        return
    if login is None:
        raise RequestError(f"'{action}' needs the name of an account.")
    if action == "add":
        made = accounts.make(login, role=role, party=party, password=_password(), now=at)
        _tell({"login": login, "account": made.account}, [f"{login} can sign in as {role}."], as_json=as_json)
    elif action == "password":
        accounts.change_password(login, _password())
        _tell({"login": login}, ["The password was changed, and open sessions ended."], as_json=as_json)
    elif action == "close":
        accounts.close(login, now=at)
        _tell({"login": login}, [f"{login} is closed."], as_json=as_json)
    else:
        secret = accounts.make_key(login, called=called, scope=scope or ["read"], days=days, now=at)
        _tell(
            {"login": login, "key": secret},
            [secret, "It is shown this once. Keep it like a password."],
            as_json=as_json,
        )


def backup(file: Annotated[Path, typer.Argument(help="A new file.")], db: Db = ROOM, as_json: Json = False) -> None:
    """Copy a room whole into one file, and verify the copy; the signing key is not in it.

    Example: truceline backup room-2026-04-12.sqlite
    """
    entries = copy_room(db, file)
    _tell(
        {"file": str(file), "entries": entries},
        [f"{entries} entries copied to {file}; the copy verifies."],
        as_json=as_json,
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")], db: Db = ROOM, as_json: Json = False
) -> None:
    """Copy a backup into a new database, and verify it.

    Example: truceline restore room-2026-04-12.sqlite --db postgresql+psycopg://room@db.example/room
    """
    entries = copy_room(file, db)
    _tell({"entries": entries}, [f"{entries} entries restored; the record verifies."], as_json=as_json)


def _password() -> str:
    """Return a password: asked for twice at a terminal, else the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n") or _refuse_empty()
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise RequestError("the two passwords are not the same.", todo="Try again.")
    return first or _refuse_empty()


def _refuse_empty() -> str:
    raise RequestError("the password is empty.", todo="There is no default; give one of 12 characters or more.")


def _tell(value: object, lines: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json(value)
        return
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)


def _tell_address(address: str, link: str, *, as_json: bool) -> None:
    lines = [f"The room is open at {address}"]
    if link:
        lines.append(f"Nobody has an account yet. This link signs in once as head of mission: {link}")
    _tell({"address": address, "link": link}, lines, as_json=as_json)
    sys.stdout.flush()
