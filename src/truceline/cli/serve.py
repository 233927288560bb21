"""The command that opens the operations room."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from truceline.cli.rooms import ROOM, Db, tell
from truceline.cli.shown import progress
from truceline.cli.words import Json, instant
from truceline.mission import open_mission
from truceline.monitoring import signing_key
from truceline.serve.kept_papers import KeptPapers, papers_folder
from truceline.serve.memory import hold_little
from truceline.serve.opening import kept, opened
from truceline.serve.shelf import Shelf
from truceline.serve.spool import spooled
from truceline.serve.start import (
    bound,
    fed,
    house_over,
    is_loopback,
    one_time_link,
    pretending,
    run,
    with_feeds,
)


def serve(
    mission: Annotated[str, typer.Argument(help="A mission folder, or the name of a bundled mission.")],
    host: Annotated[str, typer.Option(help="Where to listen; only this machine unless you say.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes any that is free.")] = 8377,
    db: Db = ROOM,
    name: Annotated[list[str] | None, typer.Option(help="A name the server is reached by; repeat for several.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Let anybody read the public release.")] = False,
    now: Annotated[str | None, typer.Option(help="Begin at this instant instead, for an exercise.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a room that was handed over.")] = False,
    as_json: Json = False,
) -> None:
    """Open the operations room on a mission: a web page and an API, until it is stopped.

    Example: truceline serve easter-2026
    """
    hold_little()
    room_of = open_mission(mission)
    with bound(host, port) as listening:
        clock = pretending(instant(now)) if now else lambda: instant(None)
        with progress(quiet=as_json) as step:
            live = fed(room_of, db, key=signing_key(), clock=clock, tell=step)
            if live is None:
                assessment = opened(room_of, db, key=signing_key(), now=clock(), resume=resume, tell=step)
            else:
                step("record")
                kept(live[0].assessment, db, key=signing_key(), now=clock(), resume=resume)
                assessment = spooled(live[0].assessment)
            secure = not is_loopback(host)
            house = house_over(assessment, db, key=signing_key(), clock=clock, open_to_all=public, secure=secure)
            del assessment  # the room has it
            house.door.hold(Shelf(room_of.folder, clock, kept=KeptPapers(folder=papers_folder(db))))
            if live is not None:
                house = with_feeds(house, live[1])
        token = one_time_link(house) if is_loopback(host) else ""
        shown_host = f"[{host}]" if ":" in host else host
        address = f"http://{shown_host}:{listening.getsockname()[1]}/"
        link = f"{address}#enter={token}" if token else ""
        _tell_address(address, link, as_json=as_json)
        run(house, listening, hosts=["127.0.0.1", "localhost", "[::1]", shown_host, *(name or ())])


def _tell_address(address: str, link: str, *, as_json: bool) -> None:
    lines = [f"The room is open at {address}"]
    if link:
        lines.append(f"Nobody has an account yet. This link signs in once as head of mission: {link}")
    tell({"address": address, "link": link}, lines, as_json=as_json)
    sys.stdout.flush()
