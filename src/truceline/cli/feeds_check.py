"""The command that checks the feeds of a mission."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from truceline.cli.shown import out, print_json, print_table
from truceline.cli.words import FOUND_SOMETHING, Json, instant
from truceline.feeds import Feed, parse
from truceline.feeds.pull import ask_firms, ask_http
from truceline.feeds.supervise import said_of
from truceline.mission import open_mission


def feeds(
    mission: Annotated[str, typer.Argument(help="A mission folder with a feeds.yaml.")],
    once: Annotated[bool, typer.Option("--once", help="Ask each feed that is asked, once; keeps nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Check a mission's feeds.yaml; with --once ask each feed that is pulled, and show what would be taken.

    Exit code 1 when a feed that was asked does not answer, or something of its answer would be set aside.

    Example: truceline feeds my-mission --once
    """
    found = open_mission(mission).feeds()
    rows = [_row(feed, once=once) for feed in found]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(pd.DataFrame(rows))
    else:
        out.print("The mission has no feeds.yaml, or no feed in it.")
    raise typer.Exit(FOUND_SOMETHING if any(row["set_aside"] or row["failed"] for row in rows) else 0)


def _row(feed: Feed, *, once: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "feed": feed.feed_id,
        "kind": feed.kind,
        "called": feed.called,
        "silent_after_min": feed.silent_after_min,
        "taken": 0,
        "set_aside": 0,
        "failed": False,
        "says": "",
    }
    if not once or not (feed.kind == "firms" or feed.url):
        return row
    try:
        said = parse(feed, [asyncio.run(_ask(feed))])
    except Exception as error:  # whatever it is, the others are asked all the same
        return row | {"failed": True, "says": said_of(error)}
    first = said.set_aside["reason"].iloc[0] if len(said.set_aside) else ""
    return row | {"taken": len(said.observations), "set_aside": len(said.set_aside), "says": first}


async def _ask(feed: Feed) -> Any:
    if feed.kind == "http":
        return await ask_http(feed)
    with tempfile.TemporaryDirectory(prefix="truceline-feeds-") as folder:
        return await ask_firms(feed, now=instant(None), folder=Path(folder))
