"""From a mission's name and a database to a running server."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from truceline.errors import RequestError, TrucelineError
from truceline.findings.tables import Assessment
from truceline.keeping import Changed, keep_changes
from truceline.live import Live
from truceline.mission import Mission
from truceline.report.words import LANGUAGES
from truceline.serve.accounts import Accounts
from truceline.serve.app import make_app
from truceline.serve.desk import open_desk
from truceline.serve.door import Door, View
from truceline.serve.feeding import Feeder
from truceline.serve.house import House, utc_now
from truceline.serve.ledger import Clock
from truceline.serve.memory import give_back, let_go
from truceline.serve.opening import kept
from truceline.serve.reads import map_bytes
from truceline.serve.releases import Releases
from truceline.serve.room import Room
from truceline.serve.spool import spooled
from truceline.store import Record

KEPT = 4  # connections kept open, to the record and to the desk
LOCAL = "local"  # the account of one-time links


def open_house(
    assessment: Assessment,
    db: str | Path,
    *,
    key: Path,
    clock: Clock = utc_now,
    open_to_all: bool = False,
    secure: bool = False,
    resume: bool = False,
) -> House:
    """Return a house over an assessment and the database of its record, which is made when it is empty.

    Everything the assessment rests on and concluded is kept in the record; what it holds already is not written again.

    Raises
    ------
    RequestError
        If the record belongs to another mission, or is suspended and `resume` is not asked for.
    """
    kept(assessment, db, key=key, now=clock(), resume=resume)
    return house_over(spooled(assessment), db, key=key, clock=clock, open_to_all=open_to_all, secure=secure)


def house_over(
    assessment: Assessment, db: str | Path, *, key: Path, clock: Clock, open_to_all: bool = False, secure: bool = False
) -> House:
    """Return a house over an assessment that is kept in its record, and whose tables lie in files."""
    engine, record = open_desk(db, kept=KEPT), Record.open(db, key=key, kept=KEPT)
    room = Room(assessment, record, clock)
    room.keep_groups()
    held = contextlib.ExitStack()
    held.callback(record.close)
    held.callback(engine.dispose)
    held.enter_context(engine.connect())  # idle, so that SQLite need not close and tidy its log after every request
    return House(
        room=room,
        door=Door(room),
        accounts=Accounts(engine, record.where),
        releases=Releases(room.ledger, engine, record.where),
        held=held,
        open_to_all=open_to_all,
        secure=secure,
    )


def fed(
    mission: Mission, db: str | Path, *, key: Path, clock: Clock, tell: Callable[[str], None] = lambda step: None
) -> tuple[Live, Feeder] | None:
    """Return the mission watched live with what its feeds said before, and its feeds; None where it has no feeds.

    What they said is read from the room's record; nothing is written to it.
    """
    feeds = mission.feeds()
    if not feeds:
        return None

    def make() -> Live:
        return Live.of(mission, now=min(clock(), mission.brief.period.end), tell=tell)

    live = make()
    feeder = Feeder(feeds, Record.open(db, key=key), clock=clock, live=live, make=make)
    feeder.replay(tell)
    return live, feeder


def with_feeds(house: House, feeder: Feeder) -> House:
    """Return the house with feeds that are listened to while the application runs."""
    room = house.room

    def place(update: Changed) -> None:
        keep_changes(update, room.ledger.batch)
        room.replace(update.assessment)
        room.keep_groups()
        give_back()

    feeder.enter(room.ledger, place)
    return replace(house, feeder=feeder)


def one_time_link(house: House) -> str:
    """Return the token of a link that signs in once as head of mission, where nobody has an account yet; else "".

    For whoever started the server on their own machine and reads what it printed. No password is set by it.
    """
    held = [account for account in house.accounts.all() if not account.closed]
    if any(account.login != LOCAL for account in held):
        return ""
    local = held[0] if held else house.accounts.make(LOCAL, role="head", password="", now=house.wall())
    token = secrets.token_urlsafe(32)
    house.entries[token] = local.account
    return token


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server bound to the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pretending(now: datetime) -> Clock:
    """Return a clock that stands at `now` as this is called, and runs on: for exercises."""
    ahead: timedelta = now - utc_now()
    return lambda: utc_now() + ahead


def bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to the host and port (0: any that is free), so that the address is known before it runs."""
    made = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # by its protocol's name, else what is accepted waits 40 ms with every second packet
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)  # whoever comes before the server runs waits for it
    except OSError as error:
        if made is not None:
            made.close()
        raise RequestError(
            f"the server cannot listen on {host}, port {port}: {error.strerror}.", todo="Give another --port."
        ) from error
    return made


def warm(house: House) -> None:
    """Make what the page and maps ask for first, so that nobody waits. What goes wrong is told to whoever asks."""

    def make(view: View) -> None:
        map_bytes(view, LANGUAGES[0])
        list(view.collections.values())  # each is made as it is looked at

    with contextlib.suppress(TrucelineError):
        house.door.make_ready(make)
    let_go()


def run(house: House, listening: socket.socket, *, hosts: Sequence[str]) -> None:
    """Serve until the process is asked to stop; open replies get five seconds to finish."""
    app = make_app(house, hosts=hosts)
    threading.Thread(target=warm, args=(house,), daemon=True).start()
    settings = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    # the server has closed in order by the time an interrupt is handed on
    with contextlib.closing(house), contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listening])
