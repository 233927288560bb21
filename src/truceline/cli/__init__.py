"""The command line: the only place that prints and reads the clock. One file per group of commands.

A command's file is imported when the command is run, not before: `truceline --help` must not wait for the libraries of
commands nobody asked for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from truceline.errors import TrucelineError

# command -> its file in this folder, and the first line of its help
COMMANDS = {
    "init": ("agreements", "Start a mission folder from a bundled one."),
    "lint": ("agreements", "List what the agreement's text leaves open; exit code 1 when anything was found."),
    "judge": ("agreements", "Judge each sighting against each clause and reading of an agreement."),
    "monitor": ("watch", "Watch a ceasefire: from observations to incidents, findings, record and report."),
    "exercise": (
        "trials",
        "Invent a ceasefire on a mission's line, run the watch on what its sensors would see, and score it.",
    ),
    "score": ("trials", "Score the watch, or a trainee's answers, against the sealed truth of an exercise."),
    "worth": (
        "ahead",
        "Say what other sensor plans buy: chance of being seen, violations, and how long the ceasefire might hold.",
    ),
    "plan": (
        "plan",
        "Plan the force: rotations, sites, air and sea reserve, with and without each rung of the backstop.",
    ),
    "outlook": (
        "ahead",
        "Say how long the ceasefire might hold under stated assumptions, with and without the backstop.",
    ),
    "verify": ("watch", "Check a record or bundle; exit code 1 and the item's name when anything was changed."),
    "passes": (
        "orbits",
        "Say when satellites pass over a place, from element sets; what was left out is said on the error stream.",
    ),
    "coverage": (
        "coverage",
        "Say how well a line is watched: seen, partly seen, not seen, by kind of violation, sector, day and night.",
    ),
    "fetch": ("feeds", "Download a public feed; goes on where a broken download stopped. Needs the network."),
    "feeds": (
        "feeds_check",
        "Check a mission's feeds.yaml; with --once ask each feed that is pulled, and show what would be taken.",
    ),
    "serve": ("serve", "Open the operations room on a mission: a web page and an API, until it is stopped."),
    "account": (
        "rooms",
        "Make, list and close the accounts and keys of a room; passwords are asked for, or read from a pipe.",
    ),
    "backup": ("rooms", "Copy a room whole into one file, and verify the copy; the signing key is not in it."),
    "restore": ("rooms", "Copy a backup into a new database, and verify it."),
    "handover": (
        "rooms",
        "Suspend a room, write what a successor needs into a folder, and list what must be wiped.",
    ),
    "demo": (
        "demo",
        "Watch the Easter truce of 11-12 April 2026 on bundled real data, plan a force, and look ahead.",
    ),
}


def load(name: str) -> Any:
    """Return a command, with its file imported."""
    alone = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})
    alone.command(name)(getattr(importlib.import_module(f"truceline.cli.{COMMANDS[name][0]}"), name))
    return typer.main.get_command(alone)


class _WhenAsked(TyperGroup):
    """A group that knows its commands by name and first line, and imports the one that is run."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, (_, does) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=does))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in COMMANDS:
            self.add_command(load(args[0]))
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_WhenAsked,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch a ceasefire, judge it by its own terms, and say what was not seen.",
)


def main() -> None:
    """Run the command line on the words it was given."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code; an error raised on purpose becomes one clear line and code 2."""
    try:
        app(list(words))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except TrucelineError as error:
        from truceline.cli.shown import err
        from truceline.cli.words import BAD_REQUEST

        err.print(f"truceline: {error}", style="red", markup=False, soft_wrap=True)
        return BAD_REQUEST
    return 0


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"truceline {importlib.import_module('truceline.provenance').VERSION}")
        raise typer.Exit
