"""Commands for the keeper of a room: its accounts and keys, and copies of it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import out, print_json
from truceline.cli.words import FOUND_SOMETHING, Json, instant
from truceline.errors import RequestError, UnknownNameError
from truceline.serve.accounts import Accounts
from truceline.serve.copies import copy_room
from truceline.serve.desk import open_desk
from truceline.serve.handover import SAME, hand_over
from truceline.store import Record
from truceline.store.database import place_name

ACTIONS = ("add", "list", "password", "close", "key")
Db = Annotated[str, typer.Option("--db", help="The room's database: a file, or postgresql+psycopg://...")]
ROOM = "room.sqlite"


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
    accounts, at = Accounts(open_desk(db), place_name(db)), instant(None)
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
        tell(rows, [f"{row['login']}  {row['role']}  {row['closed'] and 'closed'}" for row in rows], as_json=as_json)
        return
    if login is None:
        raise RequestError(f"'{action}' needs the name of an account.")
    if action == "add":
        made = accounts.make(login, role=role, party=party, password=_password(), now=at)
        tell({"login": login, "account": made.account}, [f"{login} can sign in as {role}."], as_json=as_json)
    elif action == "password":
        accounts.change_password(login, _password())
        tell({"login": login}, ["The password was changed, and open sessions ended."], as_json=as_json)
    elif action == "close":
        accounts.close(login, now=at)
        tell({"login": login}, [f"{login} is closed."], as_json=as_json)
    else:
        secret = accounts.make_key(login, called=called, scope=scope or ["read"], days=days, now=at)
        tell(
            {"login": login, "key": secret},
            [secret, "It is shown this once. Keep it like a password."],
            as_json=as_json,
        )


def backup(file: Annotated[Path, typer.Argument(help="A new file.")], db: Db = ROOM, as_json: Json = False) -> None:
    """Copy a room whole into one file, and verify the copy; the signing key is not in it.

    Example: truceline backup room-2026-04-12.sqlite
    """
    entries = copy_room(db, file)
    tell(
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
    tell({"entries": entries}, [f"{entries} entries restored; the record verifies."], as_json=as_json)


def handover(
    folder: Annotated[Path, typer.Argument(help="A new folder; with --check one that was handed over.")],
    mission: Annotated[str, typer.Option(help="The mission's folder or name, to be handed over with it.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Make every published report anew and compare it.")] = False,
    db: Db = ROOM,
    as_json: Json = False,
) -> None:
    """Suspend a room, write what a successor needs into a folder, and list what must be wiped.

    Example: truceline handover to-the-successor --mission easter-2026
    """
    # slow to import, and no other of these commands needs them
    from truceline.mission import find_mission
    from truceline.monitoring import signing_key
    from truceline.serve.again import reports_again

    if check:
        made_again = reports_again(folder)
        rows = [{"report": one.report, "state": one.state, "says": one.says} for one in made_again]
        lines = [f"{one.report}: {one.state}. {one.says}".rstrip() for one in made_again]
        tell(rows, lines or ["No report was published."], as_json=as_json)
        if any(one.state != SAME for one in made_again):
            raise typer.Exit(FOUND_SOMETHING)
        return
    with_it = find_mission(mission) if mission else None
    made = hand_over(db, folder, key=signing_key(), now=instant(None), mission=with_it)
    left = [] if mission else ["The mission's folder is not in it (--mission): no report can be made anew from it."]
    lines = [
        f"{made.entries} entries under root {made.root} and {len(made.files)} files are in {folder}.",
        *left,
        "Nothing was wiped. To wipe before you leave:",
        *(f"- {line}" for line in made.wipe),
    ]
    tell(
        {"folder": str(folder), "root": made.root, "entries": made.entries, "wipe": list(made.wipe)},
        lines,
        as_json=as_json,
    )


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


def tell(value: object, lines: list[str], *, as_json: bool) -> None:
    """Print a value for programs, or lines for people."""
    if as_json:
        print_json(value)
        return
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
